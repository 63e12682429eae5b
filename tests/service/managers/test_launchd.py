"""What is asked of launchctl, in which order, and what comes of each of its answers.

The agent is a real process, started by a small launchd; only its program is a shell that waits.
"""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from kit.launchctl import GARBAGE, HANGS, IO_ERROR, FakeLaunchctl, Reply, launchctl_on_path
from kit.waiting import eventually
from tasted.errors import ServiceFailed
from tasted.home.lock import process_exists
from tasted.service.definitions.definition import LABEL, Definition, definition_file
from tasted.service.managers.condition import Condition
from tasted.service.managers.launchd import Launchd
from tasted.service.managers.programs import run_program

# each says by a file of its number when it hears a signal: before that, any would end it
_HEARS = ': > "$0.$$"\nwhile :; do sleep 0.05; done\n'
_OBEDIENT = f"#!/bin/sh\ntrap 'exit 0' TERM\n{_HEARS}"
_DEAF = f"#!/bin/sh\ntrap '' TERM\n{_HEARS}"
_PAUSE_SECONDS_MAX = 0.01
_IN_PROGRESS = Reply(37, errors="Bootstrap failed: 37: Operation already in progress\n")
_UNLOADING = Reply(36, errors="Boot-out failed: 36: Operation now in progress\n")
_NO_DOMAIN = Reply(125, errors="Bootstrap failed: 125: Domain does not support specified action\n")


@dataclass
class Stage:
    """A user who is logged in, with a launchd, and what keeps the service there."""

    fake: FakeLaunchctl
    manager: Launchd
    definition: Definition

    @property
    def pid(self) -> int:
        """The agent's process, which hears signals."""
        job = self.fake.jobs[LABEL]
        assert job.process is not None
        program = self.definition.interpreter
        eventually(program.with_name(f"{program.name}.{job.process.pid}").exists)
        return job.process.pid


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Nothing is installed yet."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(_OBEDIENT)
    program.chmod(0o755)
    (tmp_path / "home").mkdir()
    file = definition_file({"HOME": str(tmp_path)}, "darwin")
    assert file is not None
    with launchctl_on_path(tmp_path, {}) as fake:

        def heartbeat_pids(_home: Path) -> frozenset[int]:
            process = fake.jobs[LABEL].process if LABEL in fake.jobs else None
            return frozenset({process.pid} if process else ())

        manager = Launchd(
            file,
            program=fake.program,
            uid=os.getuid(),
            # what hangs costs as long; a busy machine takes a second for what does not
            run=partial(run_program, timeout_seconds=6.0),
            pause=lambda seconds: time.sleep(min(seconds, _PAUSE_SECONDS_MAX)),
            heartbeat_pids=heartbeat_pids,
        )
        yield Stage(fake, manager, Definition(program, tmp_path / "home"))


def test_installing_writes_loads_and_starts(stage: Stage) -> None:
    """The file has the mode that launchd wants, whatever the umask; RunAtLoad does the starting."""
    former = os.umask(0o077)
    try:
        assert stage.manager.install(stage.definition) == []
    finally:
        os.umask(former)
    status = stage.manager.file.stat()
    assert stat.S_IMODE(status.st_mode) == 0o644
    assert stage.fake.verbs() == ["enable", "bootout", "bootstrap"]
    state = stage.manager.state()
    assert (state.condition, state.pid, state.starts) == (Condition.RUNNING, stage.pid, 1)
    assert state.arguments == stage.manager.installed() == stage.definition.arguments
    assert state.kind == "interactive (4)"


def test_installing_again_takes_the_new_definition(stage: Stage, tmp_path: Path) -> None:
    """What is loaded is unloaded first, for launchd goes on with what it read."""
    stage.manager.install(stage.definition)
    former = stage.pid
    (tmp_path / "other").mkdir()
    moved = Definition(stage.definition.interpreter, tmp_path / "other")
    stage.manager.install(moved)
    assert not process_exists(former)
    assert stage.manager.state().arguments == moved.arguments
    assert stage.fake.past[0].exits == [0]


@pytest.mark.parametrize(
    ("verb", "replies"),
    [
        ("bootstrap", [IO_ERROR, IO_ERROR]),
        ("bootstrap", [_IN_PROGRESS]),
        ("bootstrap", [HANGS]),
        ("bootout", [_UNLOADING]),
    ],
    ids=["5 twice", "37", "hang", "36"],
)
def test_passing_trouble_is_waited_out(stage: Stage, verb: str, replies: list[Reply]) -> None:
    """The second or third attempt succeeds, and the service runs once."""
    stage.manager.install(stage.definition)
    stage.fake.fail(verb, *replies)
    stage.manager.restart()
    assert stage.manager.state().condition is Condition.RUNNING
    assert not stage.fake.faults[verb]


def test_a_load_that_was_under_way_is_taken_as_it_is(stage: Stage) -> None:
    """`already in progress`, and a moment later it is loaded: nothing is loaded twice."""
    stage.manager.install(stage.definition)
    job = stage.fake.jobs[LABEL]
    stage.fake.fail("bootout", Reply(3, errors="Boot-out failed: 3: No such process\n"))
    stage.fake.fail("print", Reply(113, errors="Could not find service\n"))
    stage.fake.fail("bootstrap", _IN_PROGRESS)
    stage.manager.restart()
    assert stage.fake.jobs[LABEL] is job
    assert job.runs == 1


def test_the_older_command_is_the_last_resort(stage: Stage) -> None:
    """Where `bootstrap` fails for good, `load -w` is tried, and it is said that it was needed."""
    stage.fake.fail("bootstrap", *[IO_ERROR] * 5)
    (note,) = stage.manager.install(stage.definition)
    assert "launchctl load" in note
    assert stage.manager.state().condition is Condition.RUNNING


@pytest.mark.parametrize(
    ("manager", "reply", "match"),
    [
        ("Background", _NO_DOMAIN, "logged in at the screen"),
        ("Aqua", Reply(1, errors="Operation not permitted\n"), "did not load the service"),
    ],
)
def test_what_cannot_succeed_is_not_repeated(
    stage: Stage, manager: str, reply: Reply, match: str
) -> None:
    """In an ssh session, or without permission, one attempt is enough, and the reason is told."""
    stage.fake.manager = manager
    stage.fake.fail("bootstrap", reply)
    with pytest.raises(ServiceFailed, match=match) as failed:
        stage.manager.install(stage.definition)
    assert failed.value.remedy
    assert stage.fake.verbs().count("bootstrap") == 1
    assert "load" not in stage.fake.verbs()


def test_what_launchd_would_refuse_fails_here_too(stage: Stage) -> None:
    """A plist that others may not read is a mere 5; all rungs are tried, and then it is told."""
    stage.manager.install(stage.definition)
    stage.manager.stop()
    stage.manager.file.chmod(0o600)
    with pytest.raises(ServiceFailed, match=r"exit status 5.*Input/output"):
        stage.manager.start()
    assert stage.fake.verbs()[-2:] == ["bootstrap", "load"]
    assert stage.manager.state().condition is Condition.NOT_LOADED


def test_what_the_user_switched_off_is_switched_on_by_installing_alone(stage: Stage) -> None:
    """`start` refuses and says how; `install` is asked for, so it does, and says so."""
    stage.manager.install(stage.definition)
    stage.manager.stop()
    stage.fake.disabled[LABEL] = True
    assert stage.manager.state().condition is Condition.DISABLED
    for verb in (stage.manager.start, stage.manager.restart):
        with pytest.raises(ServiceFailed, match="switched off"):
            verb()
    (note,) = stage.manager.install(stage.definition)
    assert "switched off" in note
    assert stage.manager.state().condition is Condition.RUNNING


def test_a_launchctl_that_hangs_is_given_up(stage: Stage) -> None:
    """Nothing waits for ever, and `status` has an answer all the same."""
    stage.fake.fail("print", HANGS, HANGS)
    assert stage.manager.state().condition is Condition.UNKNOWN
    with pytest.raises(ServiceFailed, match="no answer"):
        stage.manager.stop()


def test_garbage_is_neither_running_nor_a_crash(stage: Stage) -> None:
    """An answer of an unknown form is told as such."""
    stage.manager.install(stage.definition)
    stage.fake.fail("print", GARBAGE)
    assert stage.manager.state().condition is Condition.UNKNOWN
    assert stage.manager.state().condition is Condition.RUNNING


def test_a_program_that_is_not_there_is_told_at_once(stage: Stage) -> None:
    """Launchd answers with its own exit status 78, and the program never spoke."""
    stage.definition.interpreter.unlink()
    with pytest.raises(ServiceFailed, match=r"78 \(EX_CONFIG\)"):
        stage.manager.install(stage.definition)


def test_what_runs_already_is_left_alone(stage: Stage) -> None:
    """`start` does not start a second time."""
    stage.manager.install(stage.definition)
    pid = stage.pid
    stage.manager.start()
    assert stage.pid == pid


def test_what_has_ended_as_asked_is_kicked_off(stage: Stage) -> None:
    """Exit status 0 is not started anew by itself, and `start` needs no loading then."""
    stage.manager.install(stage.definition)
    os.kill(stage.pid, 15)
    eventually(lambda: stage.manager.state().condition is Condition.STOPPED)
    stage.manager.start()
    assert stage.fake.verbs()[-1] == "kickstart"
    assert stage.manager.state().starts == 2


def test_an_older_definition_is_loaded_anew_by_start(stage: Stage, tmp_path: Path) -> None:
    """Kicking it off would run what launchd read long ago."""
    stage.manager.install(stage.definition)
    os.kill(stage.pid, 15)
    eventually(lambda: stage.manager.state().condition is Condition.STOPPED)
    text = stage.manager.file.read_text("utf-8").replace("/home<", "/home2<")
    stage.manager.file.write_text(text, "utf-8")
    stage.manager.start()
    assert stage.fake.verbs()[-2:] == ["bootout", "bootstrap"]
    assert stage.manager.state().arguments[-1] == f"{tmp_path}/home2"


def test_uninstalling_leaves_nothing(stage: Stage) -> None:
    """No process, no job, no file; and a second time there is nothing to do."""
    stage.manager.install(stage.definition)
    pid = stage.pid
    assert stage.manager.uninstall() == [str(stage.manager.file)]
    assert not process_exists(pid)
    assert not stage.fake.jobs
    assert list(stage.manager.file.parent.iterdir()) == []
    assert stage.manager.state().condition is Condition.NOT_INSTALLED
    assert stage.manager.uninstall() == []


def test_the_file_stays_while_the_service_is_loaded(stage: Stage) -> None:
    """One that does not end keeps its file, so that it can still be named and ended."""
    stage.definition.interpreter.write_text(_DEAF)
    stage.manager.install(stage.definition)
    assert process_exists(stage.pid)
    with pytest.raises(ServiceFailed, match="has not unloaded"):
        stage.manager.uninstall()
    assert stage.manager.file.exists()


def test_without_a_login_uninstalling_removes_the_file(stage: Stage) -> None:
    """From ssh there is no domain, and so nothing that runs."""
    stage.manager.file.parent.mkdir(parents=True)
    stage.manager.file.write_bytes(b"")
    stage.fake.fail("bootout", _NO_DOMAIN)
    stage.fake.fail("print", Reply(125, errors="Could not find domain for user gui: 501\n"))
    assert stage.manager.uninstall() == [str(stage.manager.file)]


def test_starting_what_is_not_installed_says_how_to_install_it(stage: Stage) -> None:
    """A remedy stands with the refusal."""
    with pytest.raises(ServiceFailed, match="not installed") as failed:
        stage.manager.start()
    assert "tasted service install" in failed.value.remedy


def test_a_log_folder_that_was_deleted_is_made_before_the_start(stage: Stage) -> None:
    """Launchd would not start a thing without it, and say 78."""
    stage.manager.install(stage.definition)
    logs = stage.definition.logs
    shutil.rmtree(logs)
    stage.manager.restart()
    assert stage.manager.state().condition is Condition.RUNNING


def test_the_plan_touches_nothing(stage: Stage) -> None:
    """A dry run shows the text and the commands, and asks nobody."""
    plan = stage.manager.plan(stage.definition)
    assert str(stage.definition.home) in plan.text
    assert [command.split()[1] for command in plan.commands] == ["enable", "bootout", "bootstrap"]
    assert stage.fake.asked == []
    assert not stage.manager.file.parent.exists()
