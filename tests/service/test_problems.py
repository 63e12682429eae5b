"""Neither the manager nor the heartbeat alone shows that something is wrong; together they do."""

from datetime import UTC, datetime, timedelta

import pytest

from tasted.home.status import FaultReport, Heartbeat
from tasted.service.managers.condition import Condition, ServiceState
from tasted.service.problems import ServiceProblem, find_problems, heartbeat_of

_NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
_RUNNING = ServiceState(Condition.RUNNING, pid=7, starts=1)


def _beat(pid: int = 7, *, minutes: float = 0, fault: FaultReport | None = None) -> Heartbeat:
    at = _NOW - timedelta(minutes=minutes)
    return Heartbeat(pid, "idle", _NOW - timedelta(hours=1), at, fault)


def _found(state: ServiceState, beat: Heartbeat | None) -> list[ServiceProblem]:
    return find_problems(state, beat, now=_NOW, arguments=None)


def test_a_healthy_service_has_no_findings() -> None:
    """A heartbeat of four minutes ago is young enough."""
    assert _found(_RUNNING, _beat(minutes=4)) == []


@pytest.mark.parametrize("beat", [_beat(minutes=6), _beat(8), None])
def test_running_but_deaf_is_seen(beat: Heartbeat | None) -> None:
    """The manager is content; the heartbeat is old, another's, or never was."""
    (finding,) = _found(_RUNNING, beat)
    assert finding.code == "deaf"
    assert finding.remedy == "tasted service restart"


def test_restarted_forty_times_is_seen() -> None:
    """The heartbeat is young; how often it had to begin anew stands beside it, with the reason."""
    state = ServiceState(Condition.RUNNING, pid=7, starts=41, last_exit="exit status 1")
    (finding,) = _found(state, _beat())
    assert finding.code == "restarted"
    assert "40 times" in finding.message
    assert "exit status 1" in finding.message


def test_what_blocks_it_is_passed_on() -> None:
    """The words of the daemon and its remedy."""
    fault = FaultReport("config_invalid", "config/tasted.toml:3: no such key", "tasted config edit")
    (finding,) = _found(_RUNNING, _beat(fault=fault))
    assert finding == ServiceProblem("blocked", fault.message, fault.remedy)


@pytest.mark.parametrize(
    ("state", "code", "remedy"),
    [
        (ServiceState(Condition.NOT_INSTALLED), "not_installed", "install"),
        (ServiceState(Condition.DISABLED), "disabled", "install"),
        (ServiceState(Condition.NOT_LOADED), "not_loaded", "start"),
        (ServiceState(Condition.STOPPED, starts=1), "stopped", "start"),
        (ServiceState(Condition.UNKNOWN), "unknown", "restart"),
        (
            ServiceState(Condition.CRASH_LOOPING, starts=9, last_exit="exit status 1"),
            "crash_looping", "logs",
        ),
        (
            ServiceState(
                Condition.CRASH_LOOPING, starts=9, last_exit="exit status 78 (EX_CONFIG)",
                is_refused=True,
            ),
            "not_startable", "install",
        ),
    ],
)  # fmt: skip
def test_every_condition_says_what_to_do(state: ServiceState, code: str, remedy: str) -> None:
    """One finding each, with one command."""
    (finding,) = _found(state, _beat(8))
    assert finding.code == code
    assert finding.remedy == f"tasted service {remedy}"


def test_a_definition_that_is_older_than_its_file_is_seen() -> None:
    """Launchd goes on with what it once read."""
    state = ServiceState(Condition.RUNNING, pid=7, starts=1, arguments=("/old/python",))
    (finding,) = find_problems(state, _beat(), now=_NOW, arguments=("/new/python",))
    assert finding.code == "outdated"
    assert find_problems(state, _beat(), now=_NOW, arguments=("/old/python",)) == []


def test_the_services_own_heartbeat_is_preferred() -> None:
    """While it waits for a home in other hands, the other's heartbeat is as young as its own."""
    own, other = _beat(7, minutes=1), _beat(8)
    assert heartbeat_of(_RUNNING, [other, own]) == own
    assert heartbeat_of(ServiceState(Condition.STOPPED), [own, other]) == other
    assert heartbeat_of(_RUNNING, []) is None
