"""What cannot be done now is waited for, reported once, and withdrawn when it is over."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kit.children import python
from kit.commands import run
from kit.sd_listener import sd_listener
from kit.waiting import eventually
from tasted.daemon.main_wakeup import MainWakeup
from tasted.daemon.sd_notify import SystemdNotifier
from tasted.daemon.service_mode import serve, unblock
from tasted.errors import ConfigError, HomeInvalid, LibraryUnusable
from tasted.home.layout import Home
from tasted.home.status import read_heartbeats


class Attempts:
    """Fails so often, and then does what is wanted."""

    def __init__(self, home: Home, *failures: Exception, then: BaseException | None = None) -> None:
        self._home = home
        self._failures = list(failures)
        self._then = then
        self.blocked: list[str] = []
        """The codes that were published when an attempt began."""

    def __call__(self, _wakeup: MainWakeup) -> None:
        """Attempt once."""
        self.blocked += [
            beat.fault.code for beat in read_heartbeats(self._home.blocked_file) if beat.fault
        ]
        if self._failures:
            raise self._failures.pop(0)
        unblock(self._home)
        if self._then is not None:
            raise self._then


def test_it_continues_by_itself_when_a_fault_is_fixed(home: Home) -> None:
    """Each fault is published and said once; the end of the daemon is the end of the service."""
    broken = ConfigError("tasted.toml:3: no such key", remedy="tasted config edit")
    refused = PermissionError(13, "Permission denied", str(home.lock_file))
    attempts = Attempts(home, broken, broken, refused)
    said: list[str] = []
    serve(attempts, home, notifier=SystemdNotifier(), say=said.append)
    assert attempts.blocked == ["config_invalid", "config_invalid", "not_permitted"]
    assert len(said) == 2
    assert "no such key" in said[0]
    assert "tasted config edit" in said[0]
    assert str(home.lock_file) in said[1]
    assert not home.blocked_file.exists()


def test_what_no_person_can_fix_ends_it(home: Home) -> None:
    """A failure of tasted itself is for the service manager to answer with a new start."""
    with pytest.raises(RuntimeError):
        serve(
            Attempts(home, then=RuntimeError("thread scanner ended by itself")),
            home,
            notifier=SystemdNotifier(),
            say=lambda _text: None,
        )
    with pytest.raises(LibraryUnusable):
        serve(
            Attempts(home, LibraryUnusable("x")),
            home,
            notifier=SystemdNotifier(),
            say=lambda _text: None,
        )


def test_a_home_that_is_gone_is_not_made_by_telling_so(tmp_path: Path) -> None:
    """It may lie on a disk that is not connected."""
    home = Home(tmp_path / "gone")
    serve(
        Attempts(home, HomeInvalid("no home")),
        home,
        notifier=SystemdNotifier(),
        say=lambda _text: None,
    )
    assert not home.root.exists()


_WAITING = """
import sys
from pathlib import Path
from tasted.daemon.sd_notify import SystemdNotifier
from tasted.daemon.service_mode import serve
from tasted.errors import ConfigError
from tasted.home.layout import Home

def attempt(wakeup):
    raise ConfigError("broken", remedy="fix it")

serve(attempt, Home(Path(sys.argv[1])), notifier=SystemdNotifier(sys.argv[2], 1.0), say=print)
"""


def test_a_waiting_service_can_be_stopped(home: Home) -> None:
    """SIGTERM ends the wait with exit status 0, and nothing says any more that it is blocked."""
    with sd_listener() as heard:
        command = [sys.executable, "-c", _WAITING, str(home.root), heard.address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            eventually(lambda: heard.pings >= 2)
            assert home.blocked_file.exists()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        eventually(lambda: heard.messages[-1] == "STOPPING=1")
    assert heard.messages[0] == "READY=1"
    assert not home.blocked_file.exists()


@pytest.mark.parametrize("label", ["", "io.github.tasted"])
def test_only_files_of_launchd_are_cut(label: str, tmp_path: Path) -> None:
    """Launchd appends for ever; a file that somebody else named is theirs."""
    file = tmp_path / "launchd.err.log"
    file.write_bytes(b"x" * 5_000_001)
    code = "import os\nfrom tasted.daemon.service_mode import cut_output\ncut_output(os.environ)\n"
    with file.open("ab") as stream:
        subprocess.run(
            [sys.executable, "-c", code + "os.write(2, b'after')"],
            stderr=stream,
            env={**os.environ, "XPC_SERVICE_NAME": label},
            check=True,
        )
    assert file.stat().st_size == (5 if label else 5_000_006)


def test_the_words_of_the_command_must_fit(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """A service runs for ever, and for a home that is named."""
    assert run(home, "run", "--service", "--once") == 2
    assert "--service" in capsys.readouterr().err


def test_from_a_terminal_a_broken_setting_ends_it(home: Home) -> None:
    """Exit status 4, for a person reads it at once."""
    home.config_file.write_text("[watch]\nsetle_seconds = 3\n", "utf-8")
    child = python("-m", "tasted", "run", "--home", str(home.root))
    assert child.returncode == ConfigError.exit_code == 4
    assert not home.blocked_file.exists()
