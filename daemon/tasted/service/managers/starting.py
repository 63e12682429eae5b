"""Waits until a service that was started really runs: one process, with its own heartbeat."""

from collections.abc import Callable

from tasted.errors import ServiceFailed
from tasted.service.managers.condition import LOOP_STARTS, Condition, ServiceState
from tasted.service.managers.service_manager import SAMPLE_SECONDS, SETTLED_SAMPLES, START_SECONDS


def await_heartbeat(
    state: Callable[[], ServiceState],
    heartbeat_pids: Callable[[], frozenset[int]],
    *,
    pause: Callable[[float], None],
    remedy: str,
) -> None:
    """Wait until the same process was seen several times in a row and its heartbeat was read.

    Args:
        state: asks the service manager.
        heartbeat_pids: returns the process ids whose heartbeats are in the home's files.
        pause: waits for a number of seconds.
        remedy: for the error.

    Raises:
        ServiceFailed: when it keeps ending, or no heartbeat comes in time.
    """
    seen: list[int] = []
    last = ServiceState(Condition.UNKNOWN)
    for _ in range(round(START_SECONDS / SAMPLE_SECONDS)):
        last = state()
        seen = [*seen, last.pid] if last.pid and last.pid in seen[-1:] else [last.pid or 0]
        if len(seen) >= SETTLED_SAMPLES and seen[-1] in heartbeat_pids():
            return
        is_hopeless = last.condition is Condition.CRASH_LOOPING and (
            last.is_refused or last.starts is None or last.starts >= LOOP_STARTS
        )
        if is_hopeless:
            break
        pause(SAMPLE_SECONDS)
    ended = f"; the last process ended with {last.last_exit}" if last.last_exit else ""
    raise ServiceFailed(
        f"The service was started but does not respond: it is {last.condition}{ended}.",
        remedy=remedy,
    )
