"""How a program of the user is run, and what bounds it."""

import os
import threading
from pathlib import Path

import pytest

from kit.hooks import NotingProgram
from kit.waiting import eventually
from tasted.notify.hook_program import HookFailed, HookProgram, why_not_runnable

_HOSTILE = "; touch /tmp/x; $(touch /tmp/y) `z` \" '"


def test_arguments_and_input_arrive_as_they_are(tmp_path: Path) -> None:
    """No shell reads either of them."""
    program = NotingProgram(tmp_path)
    HookProgram().run([program.path, _HOSTILE, ""], b'"hello"\n')
    assert program.calls() == [([_HOSTILE, ""], "hello")]


def test_whatever_it_writes_and_does_not_read_it_ends(tmp_path: Path) -> None:
    """A megabyte of output goes nowhere; a megabyte of input that nobody reads blocks nothing."""
    program = NotingProgram(tmp_path, chatter=1_000_000, deaf=True)
    HookProgram().run([program.path], b"x" * 1_000_000)
    assert program.calls() == [([], None)]


def test_a_failure_is_told(tmp_path: Path) -> None:
    """That it cannot be started, and its exit status; both with what to do."""
    with pytest.raises(HookFailed, match="cannot be started: No such file") as failure:
        HookProgram().run([str(tmp_path / "none")], b"")
    assert failure.value.remedy
    program = NotingProgram(tmp_path, status=3)
    with pytest.raises(HookFailed, match="exit status 3"):
        HookProgram().run([program.path], b"1")
    program.file.write_text("#!/bin/sh\nkill -9 $$\n", encoding="utf-8")
    with pytest.raises(HookFailed, match="signal 9"):
        HookProgram().run([program.path], b"1")


def test_what_cannot_be_run_is_known_before(tmp_path: Path) -> None:
    """The doctor looks without running it."""
    program = NotingProgram(tmp_path)
    assert why_not_runnable([program.path, "-x"]) is None
    assert why_not_runnable([]) is None
    program.file.chmod(0o600)
    assert str(why_not_runnable([program.path])).startswith("You may not run")
    assert str(why_not_runnable([str(tmp_path)])).startswith("There is no file")
    assert not program.calls()


def test_row_66_one_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    """Its child has the same session."""
    pid_file = tmp_path / "pid"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {pid_file}\nwait\n", encoding="utf-8")
    script.chmod(0o700)
    with pytest.raises(HookFailed, match="longer than 2 seconds"):
        HookProgram(deadline_seconds=2).run([str(script)], b"")
    child = int(eventually(lambda: pid_file.exists() and pid_file.read_text().strip()))
    eventually(lambda: not _runs(child))


def test_another_thread_ends_it_for_good(tmp_path: Path) -> None:
    """The run that goes on, and the next one as well."""
    program = NotingProgram(tmp_path, sleeps=600)
    hook = HookProgram(deadline_seconds=600)
    failures: list[HookFailed] = []

    def run() -> None:
        try:
            hook.run([program.path], b"1")
        except HookFailed as failure:
            failures.append(failure)

    running = threading.Thread(target=run)
    running.start()
    eventually(program.calls)
    hook.interrupt()
    running.join(60)
    assert [str(failure) for failure in failures] == [
        "The program of hooks.on_match failed with signal 9."
    ]
    run()
    assert len(failures) == 2


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # a child that nobody waits for is a zombie where pid 1 reaps none
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
