"""Waits until a service that was started is really there: one process, and its own heartbeat."""

from collections.abc import Callable

from tasted.errors import ServiceFailed
from tasted.service.condition import LOOP_STARTS, Condition, ServiceState
from tasted.service.keeper import SAMPLE_SECONDS, SETTLED_SAMPLES, START_SECONDS


def await_heartbeat(
    state: Callable[[], ServiceState],
    beating: Callable[[], frozenset[int]],
    *,
    pause: Callable[[float], None],
    remedy: str,
) -> None:
    """Wait until the same process was seen several times in a row and its heartbeat was read.

    Args:
        state: asks the service manager.
        beating: tells by process ids whose heartbeats the files of the home hold.
        pause: waits for so many seconds.
        remedy: what helps when it does not come.

    Raises:
        ServiceFailed: when it keeps ending, or there is no heartbeat in time.
    """
    seen: list[int] = []
    last = ServiceState(Condition.UNKNOWN)
    for _ in range(round(START_SECONDS / SAMPLE_SECONDS)):
        last = state()
        seen = [*seen, last.pid] if last.pid and last.pid in seen[-1:] else [last.pid or 0]
        if len(seen) >= SETTLED_SAMPLES and seen[-1] in beating():
            return
        is_hopeless = last.condition is Condition.CRASH_LOOPING and (
            last.is_refused or last.starts is None or last.starts >= LOOP_STARTS
        )
        if is_hopeless:
            break
        pause(SAMPLE_SECONDS)
    ended = f"; the last process ended with {last.last_exit}" if last.last_exit else ""
    raise ServiceFailed(
        f"The service was started and no heartbeat came: it is {last.condition}{ended}.",
        remedy=remedy,
    )
