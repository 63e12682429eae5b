"""`tasted service` as it is typed: what it says first, what it refuses, and what it shows."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.commands import imported_by
from kit.homes import pocket_home
from kit.launchctl import FakeLaunchctl, Reply, launchctl_on_path
from kit.login import Login
from tasted.cli.main import silent_service_warning
from tasted.home.layout import Home
from tasted.home.status import FaultReport, Heartbeat, write_blocked
from tasted.service.definitions import plist, unit
from tasted.service.definitions.definition import LABEL, Definition, definition_file

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def launchd(tmp_path: Path) -> Iterator[FakeLaunchctl]:
    """A launchd that knows of nothing."""
    with launchctl_on_path(tmp_path, {}) as fake:
        yield fake


@pytest.fixture
def login(home: Home, tmp_path: Path, launchd: FakeLaunchctl, capsys: Captured) -> Login:
    """A user at a forged Mac."""
    return Login(home, tmp_path, launchd.bin, capsys)


def _agent_of(tmp_path: Path, home: Path) -> Path:
    """Put an agent there, written an hour ago, that is not loaded."""
    file = definition_file({"HOME": str(tmp_path)}, "darwin")
    assert file is not None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(plist.render(Definition(Path("/opt/bin/python"), home)))
    written = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(file, (written, written))
    return file


def _beat(home: Home, *, minutes: float) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    fault = FaultReport("home_locked", "Another has it.", "Wait.")
    write_blocked(home.blocked_file, Heartbeat(os.getpid(), "blocked", at, at, fault))


def test_a_dry_run_shows_everything_and_does_nothing(
    login: Login, launchd: FakeLaunchctl, tmp_path: Path
) -> None:
    """The announcement, the file and the commands; nothing is written or loaded."""
    status, out, said = login.types("service install --dry-run")
    assert status == 0
    assert said.startswith("macOS would announce a background item named after Python")
    assert "Login Items" in said
    assert "<string>Interactive</string>" in out
    assert f"bootstrap gui/{os.getuid()} {tmp_path}/Library/LaunchAgents/{LABEL}.plist" in out
    plan = login.asks("service install --dry-run")
    assert plan["text"].encode() == plist.render(
        Definition(Path(plan["text"].split("<string>")[2].split("<")[0]), login.home.root)
    )
    assert launchd.verbs() == []
    assert not (tmp_path / "Library").exists()


def test_another_homes_service_is_replaced_only_when_asked_for(
    login: Login, tmp_path: Path, launchd: FakeLaunchctl
) -> None:
    """One login, one service: the refusal names the other home."""
    other = pocket_home(tmp_path / "other")
    file = _agent_of(tmp_path, other.root)
    before = file.read_bytes()
    status, _out, said = login.types("service install")
    assert status == 4
    assert str(other.root) in said
    assert "--replace" in said
    # what will not come is not announced
    assert "announce" not in said
    assert file.read_bytes() == before
    assert login.types("service install --replace --dry-run")[0] == 0
    for words in ("start", "stop", "restart", "uninstall"):
        status, _out, said = login.types(f"service {words}")
        assert status == 2
        assert str(other.root) in said
    assert launchd.verbs() == []
    # without a home by name the service is meant, whoever it serves
    assert login.types("service uninstall", names_home=False)[0] == 0
    assert not file.exists()


def test_an_inbox_that_leads_into_a_guarded_folder_is_refused(
    login: Login, launchd: FakeLaunchctl, tmp_path: Path
) -> None:
    """A home in a good place is not enough; nothing is written or loaded."""
    inbox = login.home.inbox
    inbox.rename(tmp_path / "Downloads")
    inbox.symlink_to(tmp_path / "Downloads")
    status, _out, said = login.types("service install")
    assert status == 4
    assert f"The inbox {inbox} leads to {tmp_path}/Downloads, in Downloads" in said
    assert launchd.verbs() == []
    assert not (tmp_path / "Library").exists()


def test_sudo_is_refused_before_anything_is_asked(login: Login, launchd: FakeLaunchctl) -> None:
    """It would be root's service."""
    for words in ("install", "uninstall", "start", "stop", "restart"):
        assert login.types(f"service {words}", SUDO_USER="maya")[0] == 4
    assert launchd.asked == []


def test_without_a_service_every_command_says_so(login: Login) -> None:
    """`status` and `uninstall` succeed; `start`, `stop` and `restart` say how to install."""
    assert login.asks("service status")["condition"] == "not installed"
    assert "was not installed" in login.types("service uninstall")[1]
    assert "is not installed" in login.types("service uninstall --dry-run")[1]
    for words in ("start", "stop", "restart"):
        status, _out, said = login.types(f"service {words}")
        assert status == 1
        assert "tasted service install" in said


def test_a_failure_of_launchctl_is_told_with_its_words(
    login: Login, launchd: FakeLaunchctl
) -> None:
    """In an ssh session the remedy is to log in at the screen."""
    launchd.manager = "Background"
    launchd.fail("bootstrap", Reply(125, errors="Domain does not support specified action\n"))
    status, _out, said = login.types("service install --json")
    assert status == 1
    error = json.loads(said.splitlines()[-1])["error"]
    assert error["code"] == "service_failed"
    assert "Background" in error["message"]
    assert "Log in at the Mac itself" in error["remedy"]


def test_status_shows_an_installed_service_that_does_not_run(login: Login, tmp_path: Path) -> None:
    """The heartbeat shows whose it is and how old."""
    _agent_of(tmp_path, login.home.root)
    _beat(login.home, minutes=180)
    status, out, _said = login.types("service status")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "Service    not loaded (launchd)"
    assert lines[1] == f"Home       {login.home.root}"
    assert lines[2] == f"Heartbeat  blocked, 3 h ago of process {os.getpid()}"
    assert lines[3:] == [
        "Problem    Not running; it starts at the next login.",
        "           → tasted service start",
    ]
    assert f"Would stop it and remove {tmp_path}" in login.types("service uninstall --dry-run")[1]


def test_logs_are_shown_from_their_ends(login: Login, tmp_path: Path) -> None:
    """What Python said before it had a log stands first; control characters do nothing."""
    _agent_of(tmp_path, login.home.root)
    assert login.types("service logs")[1] == ""
    login.home.logs.joinpath(plist.ERRORS_NAME).write_text("no \x1b[31mmodule\n", "utf-8")
    lines = "".join(f"line {number}\n" for number in range(100))
    login.home.logs.joinpath("tasted.log").write_text(lines, "utf-8")
    status, out, _said = login.types("service logs -n 2")
    assert status == 0
    shown = [line for line in out.splitlines() if not line.startswith("==>")]
    assert shown == ["no \\x1b[31mmodule", "line 98", "line 99"]


def test_silence_is_one_line_of_every_command(login: Login, tmp_path: Path) -> None:
    """A service that responds is not mentioned; one that does not is, on stderr."""
    assert "service" not in login.types("status")[2]
    _agent_of(tmp_path, login.home.root)
    assert "has not responded since it was installed 60 minutes ago" in login.types("status")[2]
    _beat(login.home, minutes=4)
    assert "responded" not in login.types("status")[2]
    _beat(login.home, minutes=7)
    status, out, said = login.types("stats --json")
    assert status == 0
    json.loads(out)
    assert said == (
        "tasted: the service has not responded for 7 minutes. See: tasted service status\n"
    )
    assert "responded" not in login.types("service status")[2]


def test_silence_of_what_is_not_ours_is_not_ours_to_tell(tmp_path: Path) -> None:
    """Another's file, no file, and a system without login items."""
    environment = {"HOME": str(tmp_path)}
    file = _agent_of(tmp_path, tmp_path / "home")
    file.write_bytes(b"not a plist")
    assert silent_service_warning(environment, "darwin") is None
    assert silent_service_warning(environment, "linux") is None
    assert silent_service_warning(environment, "win32") is None


def test_a_unit_is_read_as_well(tmp_path: Path, home: Home) -> None:
    """On Linux the file lies where XDG_CONFIG_HOME says, if that is absolute."""
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "configuration")}
    file = tmp_path / "configuration" / "systemd" / "user" / "tasted.service"
    assert definition_file(environment, "linux") == file
    relative = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "configuration"}
    assert definition_file(relative, "linux") == tmp_path / ".config/systemd/user/tasted.service"
    file.parent.mkdir(parents=True)
    file.write_text(unit.render(Definition(Path("/v/python"), home.root)), "utf-8")
    _beat(home, minutes=10)
    assert "10 minutes" in (silent_service_warning(environment, "linux") or "")


def test_a_system_without_login_items_is_refused(home: Home, capsys: Captured) -> None:
    """There is neither launchd nor systemd."""
    login = Login(home, home.root, home.root, capsys)
    login.system = "freebsd14"
    status, _out, said = login.types("service status")
    assert status == 4
    assert "freebsd14" in said


def test_looking_for_the_service_costs_nothing() -> None:
    """Neither plists nor processes are imported for a command where no service is installed."""
    assert not imported_by("config", "path", "--help") & {"plistlib", "subprocess"}
