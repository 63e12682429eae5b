"""Joins what the service manager says with what the daemon says of itself. Pure.

A process that runs and hears nothing, and one that was restarted forty times, look healthy to one
of the two alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tasted.service.condition import Condition, ServiceState
from tasted.status import Heartbeat

STALE_SECONDS = 300.0
"""A daemon that lives tells so several times within this time, whatever the settings are."""
_STARTS_MANY = 4
_LOGS = "tasted service logs"
_RESTART = "tasted service restart"
_INSTALL = "tasted service install"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and the command that mends or explains it."""

    code: str
    message: str
    remedy: str


def pulse_of(state: ServiceState, beats: Sequence[Heartbeat]) -> Heartbeat | None:
    """Choose the heartbeat of the service's own process, else the youngest of anybody's."""
    own = [beat for beat in beats if beat.pid == state.pid]
    return max(own or beats, key=lambda beat: beat.heartbeat_at, default=None)


def find(
    state: ServiceState,
    beat: Heartbeat | None,
    *,
    now: datetime,
    arguments: tuple[str, ...] | None,
) -> list[Finding]:
    """List what is wrong; nothing when the service runs and its heart beats.

    Args:
        state: what the manager says.
        beat: as `pulse_of` chose it.
        now: with a time zone.
        arguments: the command line in the file of the definition.
    """
    found = [_CONDITIONS[state.condition]] if state.condition in _CONDITIONS else []
    if state.condition is Condition.CRASH_LOOPING:
        found.append(_crash_loop(state))
    if state.pid is not None:
        found += _of_the_process(state.pid, beat, now)
    if state.condition is not Condition.CRASH_LOOPING and (state.starts or 0) > _STARTS_MANY:
        how = f"; last it ended with {state.last_exit}" if state.last_exit else ""
        restarts = (state.starts or 0) - 1
        found.append(Finding("restarted", f"It was restarted {restarts} times{how}.", _LOGS))
    if state.arguments and arguments is not None and state.arguments != arguments:
        found.append(Finding("outdated", "It runs as an older file had it.", _RESTART))
    return found


def _of_the_process(pid: int, beat: Heartbeat | None, now: datetime) -> list[Finding]:
    if beat is None or beat.pid != pid:
        return [
            Finding("deaf", f"Process {pid} runs and has not been heard of.", _RESTART),
        ]
    minutes = (now - beat.heartbeat_at).total_seconds() / 60
    if minutes * 60 > STALE_SECONDS:
        return [
            Finding(
                "deaf",
                f"Process {pid} runs and was last heard of {minutes:.0f} minutes ago.",
                _RESTART,
            )
        ]
    if beat.fault is not None:
        return [Finding("blocked", beat.fault.message, beat.fault.remedy)]
    return []


def _crash_loop(state: ServiceState) -> Finding:
    how = state.last_exit or "nothing that is told"
    times = "" if state.starts is None else f" It was started {state.starts} times."
    if state.is_refused:
        return Finding(
            "not_startable",
            f"launchd cannot start it ({how}): program, working folder or log folder is missing, "
            f"or the program was replaced.{times}",
            _INSTALL,
        )
    return Finding("crash_looping", f"It keeps ending, last with {how}.{times}", _LOGS)


_CONDITIONS = {
    Condition.NOT_INSTALLED: Finding(
        "not_installed", "It is not installed: tasted does not start at login.", _INSTALL
    ),
    Condition.DISABLED: Finding(
        "disabled", "It was switched off, and does not start at login.", _INSTALL
    ),
    Condition.NOT_LOADED: Finding(
        "not_loaded", "It does not run; it starts at the next login.", "tasted service start"
    ),
    Condition.STOPPED: Finding(
        "stopped", "It does not run; it starts at the next login.", "tasted service start"
    ),
    Condition.UNKNOWN: Finding(
        "unknown", "The service manager's answer is not understood.", _RESTART
    ),
}
