"""What `systemctl --user show` says, in every state that matters, and in any other form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.service.managers.condition import Condition
from tasted.service.managers.systemctl_show import PROPERTIES, parse_show

RUNNING = {
    "LoadState": "loaded", "ActiveState": "active", "SubState": "running",
    "UnitFileState": "enabled", "MainPID": "4711", "NRestarts": "2", "Result": "success",
    "ExecMainCode": "0", "ExecMainStatus": "0", "NeedDaemonReload": "no",
}  # fmt: skip


def _text(**changed: str) -> str:
    return "\n".join(f"{name}={value}" for name, value in {**RUNNING, **changed}.items())


def test_a_running_service_has_its_pid_and_counts_its_starts() -> None:
    """Two restarts are three starts."""
    state = parse_show(_text())
    assert (state.condition, state.pid, state.starts) == (Condition.RUNNING, 4711, 3)
    assert set(RUNNING) == set(PROPERTIES)


@pytest.mark.parametrize(
    ("changed", "condition", "last_exit"),
    [
        ({"LoadState": "not-found", "ActiveState": "inactive"}, Condition.NOT_LOADED, None),
        ({"ActiveState": "inactive", "MainPID": "0"}, Condition.STOPPED, None),
        ({"ActiveState": "inactive", "UnitFileState": "disabled"}, Condition.DISABLED, None),
        ({"ActiveState": "activating", "SubState": "start"}, Condition.STARTING, None),
        (
            {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code",
             "ExecMainCode": "1", "ExecMainStatus": "1"},
            Condition.CRASH_LOOPING, "exit status 1",
        ),
        (
            {"ActiveState": "activating", "SubState": "auto-restart", "Result": "watchdog"},
            Condition.CRASH_LOOPING, "it stopped responding and was killed",
        ),
        (
            {"ActiveState": "failed", "Result": "signal", "ExecMainCode": "2",
             "ExecMainStatus": "9"},
            Condition.CRASH_LOOPING, "killed by a signal (9)",
        ),
        ({"MainPID": "0"}, Condition.UNKNOWN, None),
        ({"ActiveState": "dreaming"}, Condition.UNKNOWN, None),
    ],
)  # fmt: skip
def test_every_state_that_matters(
    changed: dict[str, str], condition: Condition, last_exit: str | None
) -> None:
    """Stopped, switched off, starting, failing again and again, and what is not understood."""
    state = parse_show(_text(**changed))
    assert (state.condition, state.last_exit, state.pid) == (condition, last_exit, None)


@given(st.one_of(st.text(), st.fixed_dictionaries(dict.fromkeys(RUNNING, st.text())).map(
    lambda said: "\n".join(f"{name}={value}" for name, value in said.items())
)))  # fmt: skip
def test_no_text_raises_and_nothing_runs_without_a_pid(text: str) -> None:
    """Whatever another systemd prints, the answer is a state."""
    state = parse_show(text)
    assert (state.condition is Condition.RUNNING) == (state.pid is not None)
