"""The light side of the engine, tried with engines that behave in every way but well."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kit.children import running_python
from kit.waiting import eventually
from tasted.engine_process import EngineDiedError, EngineProcess
from tasted.errors import EngineFailed, MemoryCeilingTooLow

_BEGINNING = """
import os, sys, time
from tasted import frames
def say(**message): frames.write(1, message)
hello = frames.read(0)
say(type="ready", hello=hello, pid=os.getpid())
while True:
    try:
        message = frames.read(0)
    except frames.PipeClosed:
        sys.exit(0)
"""
_ANSWERS = "    say(type='answer', message=message)"
_DIES = """
    if message.get("die"):
        print("a picture was too much", file=sys.stderr, flush=True)
        os.write(1, b"\\0\\0\\0\\x10{half")
        os._exit(7)
    say(type="answer", message=message)
"""
_HANGS = """
    if message.get("hang"):
        time.sleep(600)
    say(type="answer", message=message)
"""
_DEAF = """
    if message.get("deaf"):
        say(type="answer")
        time.sleep(600)
"""
_RUBBISH = "    print('hello, I am a library that prints', flush=True)"
_DIES_LOADING = """
    say(type="loading")
    sys.exit(9)
"""
_LOADS = """
    say(type="loading")
    time.sleep(0.6)
    say(type="loaded")
    time.sleep(message.get("pause", 0))
    say(type="answer", message=message)
"""

Make = Callable[..., EngineProcess]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Builds engine processes around scripts, and ends them."""
    made: list[EngineProcess] = []

    def build(script: str, *, deadline_seconds: float = 20, **options: object) -> EngineProcess:
        file = tmp_path / f"engine_{len(made)}.py"
        file.write_text(_BEGINNING + script, encoding="utf-8")
        engine = EngineProcess(
            {"type": "hello", "home": "/somewhere"},
            stderr_file=tmp_path / "engine.err",
            deadline_seconds=deadline_seconds,
            command=(sys.executable, str(file)),
            **options,
        )
        made.append(engine)
        return engine

    yield build
    for engine in made:
        engine.interrupt()
        engine.stop()


def running_pid(engine: EngineProcess) -> int:
    """Return the pid of an engine that runs."""
    assert engine.pid is not None
    return engine.pid


def assert_gone(pid: int) -> None:
    """No process and no zombie of this id is left."""
    assert not psutil.pid_exists(pid)


def test_an_engine_starts_when_it_is_first_asked(make: Make) -> None:
    """Nothing runs before; the same engine answers again afterwards."""
    engine = make(_ANSWERS)
    assert engine.pid is None
    assert engine.ask({"number": 1}) == {"type": "answer", "message": {"number": 1}}
    pid = running_pid(engine)
    assert engine.ask({"name": "\udcff"})["message"] == {"name": "\udcff"}
    assert engine.pid == pid


def test_stopping_lets_the_engine_leave(make: Make) -> None:
    """The end of its pipe is enough; no zombie is left, and a later question starts another."""
    with make(_ANSWERS) as engine:
        engine.ask({})
        pid = running_pid(engine)
    assert engine.pid is None
    assert_gone(pid)
    engine.stop()
    engine.ask({})
    assert running_pid(engine) != pid


def test_an_engine_that_dies_over_a_request_is_told_of(make: Make) -> None:
    """Its exit status and its last words are in the error; the next question starts another."""
    engine = make(_DIES)
    engine.ask({})
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="exit status 7: a picture was too much"):
        engine.ask({"die": True})
    assert engine.pid is None
    assert_gone(pid)
    assert engine.ask({"number": 2})["message"] == {"number": 2}


def test_row_06_an_engine_that_hangs_is_killed_at_the_deadline(make: Make) -> None:
    """The deadline is kept, the process is gone, and the next question is answered."""
    engine = make(_HANGS, deadline_seconds=0.3)
    engine.ask({})
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        engine.ask({"hang": True})
    assert_gone(pid)
    engine.ask({})


def test_an_engine_that_does_not_listen_is_killed_too(make: Make) -> None:
    """A request larger than the pipe cannot hold the daemon either."""
    engine = make(_DEAF, deadline_seconds=0.3)
    engine.ask({"deaf": True})
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        engine.ask({"paths": ["x" * 1000] * 1000})
    assert_gone(pid)


def test_an_engine_that_prints_rubbish_is_ended(make: Make) -> None:
    """A library that prints to stdout breaks the frames; that is noticed, not misread."""
    engine = make(_RUBBISH)
    with pytest.raises(EngineDiedError):
        engine.ask({})
    assert engine.pid is None


def test_loading_does_not_count_against_the_deadline(make: Make) -> None:
    """Between `loading` and `loaded` the clock rests, and then it starts anew."""
    engine = make(_LOADS, deadline_seconds=0.4)
    assert engine.ask({"pause": 0.1})["type"] == "answer"
    with pytest.raises(EngineDiedError, match="deadline"):
        engine.ask({"pause": 30})


def test_an_engine_that_left_by_itself_is_started_again(make: Make) -> None:
    """An idle engine that ended is neither an error nor a zombie."""
    engine = make(_ANSWERS)
    engine.ask({})
    pid = running_pid(engine)
    psutil.Process(pid).terminate()
    eventually(lambda: engine.pid is None)
    assert_gone(pid)
    engine.ask({})
    assert running_pid(engine) != pid


def test_a_waiting_question_can_be_interrupted(make: Make) -> None:
    """Another thread ends it at once."""
    engine = make(_HANGS)
    engine.ask({})
    timer = threading.Timer(0.1, engine.interrupt)
    timer.start()
    with pytest.raises(EngineDiedError):
        engine.ask({"hang": True})
    timer.join()


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("/nowhere/python",), "No such file"),
        ((sys.executable, "-c", "raise SystemExit('broken installation')"), "broken installation"),
    ],
)
def test_an_engine_that_cannot_start_is_a_fault_of_the_service(
    tmp_path: Path, command: tuple[str, ...], why: str
) -> None:
    """No file is blamed, and the reason and a remedy are named."""
    engine = EngineProcess(
        {}, stderr_file=tmp_path / "engine.err", deadline_seconds=5, command=command
    )
    with pytest.raises(EngineFailed, match=why) as caught:
        engine.ask({})
    assert caught.value.remedy
    assert engine.pid is None


def test_the_engine_is_offline_and_far_from_any_folder(make: Make) -> None:
    """Its environment forbids downloads, and its working folder holds no module to import."""
    engine = make("    say(environment=dict(os.environ), folder=os.getcwd())")
    answer = engine.ask({})
    assert answer["environment"]["HF_HUB_OFFLINE"] == "1"
    assert answer["environment"]["DISABLE_SAFETENSORS_CONVERSION"] == "1"
    assert answer["environment"]["OMP_WAIT_POLICY"] == os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
    assert answer["folder"] == "/"


def test_row_02_an_orphaned_engine_leaves(make: Make, tmp_path: Path) -> None:
    """When the light process is killed its engine sees the end of the pipe and ends."""
    make(_ANSWERS)
    parent = (
        "import pathlib, sys\nfrom tasted.engine_process import EngineProcess\n"
        "engine = EngineProcess({}, stderr_file=pathlib.Path(sys.argv[1]), deadline_seconds=9,"
        " command=(sys.executable, sys.argv[2]))\n"
        "engine.ask({})\nprint(engine.pid, flush=True)\nsys.stdin.read()\n"
    )
    script = tmp_path / "engine_0.py"
    with running_python(parent, str(tmp_path / "other.err"), str(script)) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert psutil.pid_exists(pid)
    eventually(lambda: not psutil.pid_exists(pid))


def test_an_interrupted_engine_does_not_start_again(make: Make) -> None:
    """The daemon is ending: whoever still asks is refused."""
    engine = make(_ANSWERS)
    engine.ask({})
    pid = running_pid(engine)
    engine.interrupt()
    eventually(lambda: engine.pid is None)
    with pytest.raises(EngineFailed, match="ended with the daemon"):
        engine.ask({})
    assert_gone(pid)


def test_row_38_an_engine_that_dies_while_it_loads_blames_no_file(make: Make) -> None:
    """Out of memory or a broken library is a fault of the service."""
    engine = make(_DIES_LOADING)
    with pytest.raises(EngineFailed, match="loaded the model"):
        engine.ask({})


def test_row_38_a_ceiling_below_the_library_alone_is_a_fault_and_no_spin(make: Make) -> None:
    """An engine that has opened the library and nothing else would hold as much the next time."""
    engine = make(
        "    say(type='current', resident_bytes=2_000)",
        max_memory_bytes=1_000,
    )
    with pytest.raises(MemoryCeilingTooLow, match="max_memory_mb"):
        engine.ask({"type": "labels"})
    assert engine.pid is None


def test_row_38_an_engine_that_grew_is_ended_after_its_answer(make: Make) -> None:
    """The answer counts, and the next question gets a new engine."""
    engine = make(
        "    say(type='documents', resident_bytes=2_000, pid=os.getpid())",
        max_memory_bytes=1_000,
    )
    first = engine.ask({"type": "batch"})
    assert engine.pid is None
    assert engine.ask({"type": "batch"})["pid"] != first["pid"]
