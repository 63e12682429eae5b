"""What is asked of `systemctl --user`, and what comes of its answers; a real one is in a story."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tasted.errors import ServiceFailed
from tasted.service.definitions.definition import UNIT, Definition
from tasted.service.managers.condition import Condition
from tasted.service.managers.programs import ProgramResult
from tasted.service.managers.systemd import Systemd

_NO_BUS = ProgramResult(1, errors="Failed to connect to bus: No medium found\n")


@dataclass
class Systemctl:
    """Does what it is asked for, unless told otherwise, and remembers it."""

    folder: Path
    pid: int = 0
    asked: list[str] = field(default_factory=list)
    answers: dict[str, ProgramResult] = field(default_factory=dict)

    def __call__(self, command: Sequence[str]) -> ProgramResult:
        """Answer one call."""
        assert command[:2] == ("/usr/bin/systemctl", "--user")
        verb = command[2]
        self.asked.append(" ".join(command[2:]))
        if verb in self.answers:
            return self.answers[verb]
        wanted = self.folder / "default.target.wants" / UNIT
        if verb == "enable":
            wanted.parent.mkdir()
            wanted.symlink_to(self.folder / UNIT)
        if verb in {"start", "restart"}:
            self.pid = 4711
        if verb in {"stop", "disable"}:
            self.pid = 0
        active = "active" if self.pid else "inactive"
        shown = f"LoadState=loaded\nActiveState={active}\nMainPID={self.pid}\nNRestarts=0\n"
        return ProgramResult(0, shown if verb == "show" else "")


@pytest.fixture
def systemctl(tmp_path: Path) -> Systemctl:
    """A systemd that works."""
    return Systemctl(tmp_path / "units")


@pytest.fixture
def manager(systemctl: Systemctl) -> Systemd:
    """What keeps the service on it."""
    return Systemd(
        systemctl.folder / UNIT,
        program="/usr/bin/systemctl",
        run=systemctl,
        pause=lambda _seconds: None,
        heartbeat_pids=lambda _home: frozenset({4711}),
    )


@pytest.fixture
def definition(tmp_path: Path) -> Definition:
    """What is to be kept."""
    (tmp_path / "home").mkdir()
    return Definition(
        Path("/opt/tasted/bin/python"), tmp_path / "home", cache=tmp_path / ".cache" / "tasted"
    )


def test_installing_writes_enables_and_starts(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """In the order in which systemd wants it, and it is told how long the service lives.

    The folder of the locks is made first: what is missing at the start could not be written.
    """
    (note,) = manager.install(definition)
    assert "enable-linger" in note
    planned = [command.split(" ", 2)[2] for command in manager.plan(definition).commands]
    acted = [words for words in systemctl.asked if not words.startswith("show")]
    assert acted == planned
    assert stat.S_IMODE(manager.file.stat().st_mode) == 0o644
    assert definition.cache is not None
    assert stat.S_IMODE(definition.cache.stat().st_mode) == 0o700
    assert manager.installed() == definition.arguments
    assert manager.state().condition is Condition.RUNNING


def test_nothing_is_written_where_systemd_is_out_of_reach(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """In a container or under sudo the reason is told, and no file lies about."""
    systemctl.answers["show-environment"] = _NO_BUS
    with pytest.raises(ServiceFailed, match="cannot be reached") as failed:
        manager.install(definition)
    assert "sudo" in failed.value.remedy
    assert not manager.file.exists()
    assert manager.state().condition is Condition.NOT_INSTALLED


def test_a_start_that_fails_is_told_with_its_reason(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """It fails too often, and systemd gives up."""
    systemctl.answers["show"] = ProgramResult(
        0, "ActiveState=failed\nResult=start-limit-hit\nNRestarts=5\nMainPID=0\nExecMainCode=1\n"
    )
    with pytest.raises(ServiceFailed, match=r"crash-looping.*failed too often"):
        manager.install(definition)


def test_a_process_without_a_heartbeat_is_no_success(
    systemctl: Systemctl, definition: Definition
) -> None:
    """That something runs is not enough."""
    manager = Systemd(
        systemctl.folder / UNIT,
        program="/usr/bin/systemctl",
        run=systemctl,
        pause=lambda _seconds: None,
        heartbeat_pids=lambda _home: frozenset({1}),
    )
    with pytest.raises(ServiceFailed, match="does not respond: it is running"):
        manager.install(definition)


def test_starting_forgives_former_failures(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """After five failures in five minutes systemd starts nothing until that is reset."""
    manager.install(definition)
    manager.stop()
    assert manager.state().condition is Condition.STOPPED
    systemctl.asked.clear()
    manager.restart()
    manager.start()
    acted = [words for words in systemctl.asked if not words.startswith("show")]
    assert acted == [
        "daemon-reload", f"reset-failed {UNIT}", f"restart --no-block {UNIT}",
        "daemon-reload", f"reset-failed {UNIT}", f"start --no-block {UNIT}",
    ]  # fmt: skip


def test_uninstalling_leaves_nothing(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """Neither the unit nor the link that starts it at login; a second time there is nothing."""
    manager.install(definition)
    assert len(manager.uninstall()) == 2
    assert list(manager.file.parent.iterdir()) == []
    assert manager.uninstall() == []
    assert systemctl.pid == 0


def test_uninstalling_needs_no_systemd(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """Where it is out of reach nothing runs, and the files go."""
    manager.install(definition)
    systemctl.answers.update(dict.fromkeys(("disable", "daemon-reload", "reset-failed"), _NO_BUS))
    assert len(manager.uninstall()) == 2


def test_a_refusal_keeps_the_file(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """What may still run keeps its name."""
    manager.install(definition)
    systemctl.answers["disable"] = ProgramResult(1, errors="Access denied\n")
    with pytest.raises(ServiceFailed, match="Access denied"):
        manager.uninstall()
    assert manager.file.exists()


def test_starting_what_is_not_installed_says_how_to_install_it(manager: Systemd) -> None:
    """A remedy stands with the refusal."""
    with pytest.raises(ServiceFailed, match="not installed"):
        manager.start()


def test_an_answer_that_fails_is_unknown(
    manager: Systemd, systemctl: Systemctl, definition: Definition
) -> None:
    """`status` has an answer all the same."""
    manager.install(definition)
    systemctl.answers["show"] = _NO_BUS
    state = manager.state()
    assert state.condition is Condition.UNKNOWN
    assert "bus" in (state.last_exit or "")
