"""Parses the output of `systemctl --user show`. Pure; no text makes it raise."""

from tasted.service.managers.condition import LOOP_STARTS, Condition, ServiceState

PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "MainPID",
    "NRestarts",
    "Result",
    "ExecMainCode",
    "ExecMainStatus",
    "NeedDaemonReload",
)
_PID_DIGITS_MAX = 10
# <sys/wait.h>: CLD_EXITED, CLD_KILLED, CLD_DUMPED
_EXITED, _KILLED = "1", {"2", "3"}
_RESULTS = {
    "watchdog": "it stopped responding and was killed",
    "start-limit-hit": "it failed too often and is not started again",
    "timeout": "it did not start or stop in time",
    "oom-kill": "it was killed because memory ran out",
}


def parse_show(text: str) -> ServiceState:
    """Return the state of the unit from the text of `systemctl --user show -p PROPERTIES`."""
    said = dict(line.partition("=")[::2] for line in text.split("\n") if "=" in line)
    pid, restarts = _count(said.get("MainPID")), _count(said.get("NRestarts"))
    condition = _condition(said, pid, restarts)
    is_running = condition is Condition.RUNNING
    has_started = is_running or said.get("ExecMainCode") in {_EXITED, *_KILLED}
    return ServiceState(
        condition,
        pid=pid if is_running else None,
        starts=None if restarts is None or not has_started else restarts + 1,
        last_exit=_last_exit(said),
        needs_reload=said.get("NeedDaemonReload") == "yes",
    )


def _condition(said: dict[str, str], pid: int | None, restarts: int | None) -> Condition:
    if said.get("LoadState") in {"not-found", "masked"}:
        return Condition.NOT_LOADED
    active, sub = said.get("ActiveState"), said.get("SubState")
    if active == "active":
        return Condition.RUNNING if pid else Condition.UNKNOWN
    is_looping = sub == "auto-restart" and (restarts is None or restarts + 1 >= LOOP_STARTS)
    if active == "failed" or is_looping:
        return Condition.CRASH_LOOPING
    if active == "activating":
        return Condition.STARTING
    if active in {"inactive", "deactivating"}:
        is_off = said.get("UnitFileState") == "disabled"
        return Condition.DISABLED if is_off else Condition.STOPPED
    return Condition.UNKNOWN


def _last_exit(said: dict[str, str]) -> str | None:
    result = said.get("Result", "success")
    if result in _RESULTS:
        return _RESULTS[result]
    code, status = said.get("ExecMainCode"), said.get("ExecMainStatus", "")
    if code == _EXITED:
        return f"exit status {status}"
    return f"killed by a signal ({status})" if code in _KILLED else None


def _count(text: str | None) -> int | None:
    if text is None or len(text) > _PID_DIGITS_MAX or not text.isascii() or not text.isdigit():
        return None
    return int(text)
