"""What is wrong with a service, from its manager's answer and the daemon's heartbeat. Pure.

Both are needed: a process that runs but no longer responds looks healthy to the manager, and one
that was restarted forty times looks healthy by its heartbeat.
"""

from collections.abc import Sequence
from datetime import datetime

from tasted.home.status import Heartbeat
from tasted.plain_dataclass import dataclass
from tasted.service.managers.condition import Condition, ServiceState

STALE_SECONDS = 300.0
"""A healthy daemon writes several heartbeats in this time, whatever the settings are."""
_STARTS_MANY = 4
_LOGS = "tasted service logs"
_RESTART = "tasted service restart"
_INSTALL = "tasted service install"


@dataclass(frozen=True, slots=True)
class ServiceProblem:
    """Something that is wrong with the service, and the command that fixes or explains it."""

    code: str
    message: str
    remedy: str


def heartbeat_of(state: ServiceState, beats: Sequence[Heartbeat]) -> Heartbeat | None:
    """Return the heartbeat of the service's own process, else the newest of any process."""
    own = [beat for beat in beats if beat.pid == state.pid]
    return max(own or beats, key=lambda beat: beat.heartbeat_at, default=None)


def find_problems(
    state: ServiceState,
    beat: Heartbeat | None,
    *,
    now: datetime,
    arguments: tuple[str, ...] | None,
) -> list[ServiceProblem]:
    """List what is wrong; nothing if the service runs and responds.

    Args:
        state: what the manager says.
        beat: as `heartbeat_of` returned it.
        now: with a time zone.
        arguments: the command line in the installed file.
    """
    found = [_CONDITIONS[state.condition]] if state.condition in _CONDITIONS else []
    if state.condition is Condition.CRASH_LOOPING:
        found.append(_crash_loop(state))
    if state.pid is not None:
        found += _of_the_process(state.pid, beat, now)
    if state.condition is not Condition.CRASH_LOOPING and (state.starts or 0) > _STARTS_MANY:
        how = f", last after {state.last_exit}" if state.last_exit else ""
        restarts = (state.starts or 0) - 1
        found.append(ServiceProblem("restarted", f"It was restarted {restarts} times{how}.", _LOGS))
    if state.arguments and arguments is not None and state.arguments != arguments:
        found.append(
            ServiceProblem("outdated", "It still runs with an older definition.", _RESTART)
        )
    return found


def _of_the_process(pid: int, beat: Heartbeat | None, now: datetime) -> list[ServiceProblem]:
    if beat is None or beat.pid != pid:
        return [
            ServiceProblem("deaf", f"Process {pid} runs but has never responded.", _RESTART),
        ]
    minutes = (now - beat.heartbeat_at).total_seconds() / 60
    if minutes * 60 > STALE_SECONDS:
        return [
            ServiceProblem(
                "deaf",
                f"Process {pid} runs but has not responded for {minutes:.0f} minutes.",
                _RESTART,
            )
        ]
    if beat.fault is not None:
        return [ServiceProblem("blocked", beat.fault.message, beat.fault.remedy)]
    return []


def _crash_loop(state: ServiceState) -> ServiceProblem:
    how = state.last_exit or "unknown exit status"
    times = "" if state.starts is None else f" It was started {state.starts} times."
    if state.is_refused:
        return ServiceProblem(
            "not_startable",
            f"launchd cannot start it ({how}): the program or a folder that it needs is missing, "
            f"or the program was replaced.{times}",
            _INSTALL,
        )
    return ServiceProblem("crash_looping", f"It keeps crashing ({how}).{times}", _LOGS)


_CONDITIONS = {
    Condition.NOT_INSTALLED: ServiceProblem(
        "not_installed", "Not installed: tasted does not start at login.", _INSTALL
    ),
    Condition.DISABLED: ServiceProblem(
        "disabled", "It is switched off and does not start at login.", _INSTALL
    ),
    Condition.NOT_LOADED: ServiceProblem(
        "not_loaded", "Not running; it starts at the next login.", "tasted service start"
    ),
    Condition.STOPPED: ServiceProblem(
        "stopped", "Not running; it starts at the next login.", "tasted service start"
    ),
    Condition.UNKNOWN: ServiceProblem(
        "unknown", "The answer of the service manager makes no sense to tasted.", _RESTART
    ),
}
