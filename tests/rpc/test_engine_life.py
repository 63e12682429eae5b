"""An engine runs from the first question until it is stopped, interrupted or left alone."""

import threading
from pathlib import Path

import psutil
import pytest

from kit.children import running_python
from kit.scripted_engines import ANSWERS, HANGS, NOTHING, Make, assert_gone, running_pid, scored
from kit.waiting import eventually
from tasted.errors import EngineFailed
from tasted.rpc.client import EngineDiedError


def test_an_engine_starts_when_it_is_first_asked(make: Make) -> None:
    """Nothing runs before; the same engine answers again afterwards."""
    engine = make(ANSWERS)
    assert engine.pid is None
    assert scored(engine, "1.png", "2.png") == ["1.png", "2.png"]
    pid = running_pid(engine)
    assert scored(engine, "\udcff.png") == ["\udcff.png"]
    assert engine.pid == pid


def test_stopping_lets_the_engine_leave(make: Make) -> None:
    """The end of its pipe is enough; no zombie is left, and a later question starts another."""
    with make(ANSWERS) as engine:
        engine.ask(NOTHING)
        pid = running_pid(engine)
    assert engine.pid is None
    assert_gone(pid)
    engine.stop()
    engine.ask(NOTHING)
    assert running_pid(engine) != pid


def test_an_engine_that_left_by_itself_is_started_again(make: Make) -> None:
    """An idle engine that ended is neither an error nor a zombie."""
    engine = make(ANSWERS)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    psutil.Process(pid).terminate()
    eventually(lambda: engine.pid is None)
    assert_gone(pid)
    engine.ask(NOTHING)
    assert running_pid(engine) != pid


def test_a_waiting_question_can_be_interrupted(make: Make) -> None:
    """Another thread ends it at once."""
    engine = make(HANGS)
    engine.ask(NOTHING)
    timer = threading.Timer(0.1, engine.interrupt)
    timer.start()
    with pytest.raises(EngineDiedError):
        scored(engine, "hang.png")
    timer.join()


def test_row_02_an_orphaned_engine_leaves(make: Make, tmp_path: Path) -> None:
    """When the light process is killed its engine sees the end of the pipe and ends."""
    make(ANSWERS)
    parent = (
        "import pathlib, sys\nfrom tasted.config import Settings\n"
        "from tasted.rpc.client import EngineProcess\n"
        "from tasted.rpc.engine_start import EngineStart\n"
        "from tasted.rpc.messages import Hello, ScoreBatch\n"
        "hello = Hello('/somewhere', None, Settings(), version='0.1.0', parent=0)\n"
        "start = EngineStart(pathlib.Path(sys.argv[1]), command=(sys.executable, sys.argv[2]))\n"
        "engine = EngineProcess(hello, start, deadline_seconds=9)\n"
        "engine.ask(ScoreBatch(()))\nprint(engine.pid, flush=True)\nsys.stdin.read()\n"
    )
    script = tmp_path / "engine_0.py"
    with running_python(parent, str(tmp_path / "other.err"), str(script)) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert psutil.pid_exists(pid)
    eventually(lambda: not psutil.pid_exists(pid))


def test_an_interrupted_engine_does_not_start_again(make: Make) -> None:
    """The daemon is ending: whoever still asks is refused."""
    engine = make(ANSWERS)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    engine.interrupt()
    eventually(lambda: engine.pid is None)
    with pytest.raises(EngineFailed, match="ended with the daemon"):
        engine.ask(NOTHING)
    assert_gone(pid)
