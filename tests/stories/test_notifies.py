"""What `tasted run --service` tells systemd, when, and when it falls silent."""

from pathlib import Path

import pytest

from kit.daemons import running
from kit.drawings import drawing
from kit.homes import quick_home
from kit.sd_listener import Heard, sd_listener
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.system.faultpoints import VARIABLE

_WATCHDOG_SECONDS = 1


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that settles soon."""
    return quick_home(tmp_path / "home")


def _line_to(heard: Heard, watchdog_seconds: int = _WATCHDOG_SECONDS) -> dict[str, str]:
    return {"NOTIFY_SOCKET": heard.address, "WATCHDOG_USEC": str(watchdog_seconds * 1_000_000)}


def test_ready_alive_and_leaving_are_told(home: Home) -> None:
    """READY comes with the home, pings while it lives, STOPPING when it is asked to end.

    The engine does not inherit the line: it would speak for the daemon.
    """
    (home.inbox / "a.png").write_bytes(drawing("forest", seed=5))
    with (
        sd_listener() as heard,
        running(home, environment=_line_to(heard), options=["--service"]) as daemon,
    ):
        eventually(lambda: heard.messages)
        assert daemon.status() is not None
        engine = Path(f"/proc/{daemon.engine_pid()}/environ").read_bytes()
        assert b"NOTIFY_SOCKET" not in engine
        assert b"WATCHDOG_USEC" not in engine
        daemon.sidecar("a.png", status="scored")
        eventually(lambda: heard.pings >= 2)
        assert daemon.stop() == 0
        eventually(lambda: heard.messages[-1] == "STOPPING=1")
    assert heard.messages[0] == "READY=1"
    assert heard.messages.count("READY=1") == heard.messages.count("STOPPING=1") == 1


def test_a_stuck_look_is_no_sign_of_life(home: Home) -> None:
    """The main thread lives on, and tells nobody that all is well: systemd ends the daemon then."""
    with (
        sd_listener() as heard,
        running(
            home,
            environment={**_line_to(heard), VARIABLE: "scanner.scanned:5:hang"},
            options=["--service"],
        ) as daemon,
    ):
        eventually(lambda: heard.pings >= 1)
        eventually(lambda: heard.silent_seconds > 3 * _WATCHDOG_SECONDS)
        assert daemon.process.poll() is None
        daemon.kill()


def test_ready_does_not_wait_for_the_first_look(home: Home) -> None:
    """Over a large outbox it takes minutes; it is given the time, and signs of life go on."""
    with (
        sd_listener() as heard,
        running(
            home,
            environment={**_line_to(heard), VARIABLE: "scanner.scanned:1:hang"},
            options=["--service"],
        ) as daemon,
    ):
        eventually(lambda: heard.pings > 2 * _WATCHDOG_SECONDS)
        assert heard.messages[0] == "READY=1"
        daemon.kill()


def test_a_blocked_service_has_started_and_lives(home: Home) -> None:
    """Waiting for a person is no failure of the start, and no death."""
    home.config_file.write_text("[watch]\nsetle_seconds = 3\n", "utf-8")
    with (
        sd_listener() as heard,
        running(home, environment=_line_to(heard), options=["--service"]) as daemon,
    ):
        eventually(lambda: heard.pings >= 3)
        assert heard.messages[0] == "READY=1"
        assert home.blocked_file.exists()
        assert daemon.stop() == 0
        eventually(lambda: heard.messages[-1] == "STOPPING=1")
    assert not home.blocked_file.exists()
