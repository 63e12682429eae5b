"""The light side of the engine, tried with engines that behave in every way but well."""

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kit.children import running_python
from kit.waiting import eventually
from tasted.config import Settings
from tasted.errors import (
    EngineFailed,
    LibraryUnusable,
    MemoryCeilingTooLow,
    OutOfMemory,
    ServiceFault,
)
from tasted.rpc.client import EngineDiedError, EngineProcess
from tasted.rpc.engine_start import EngineStart
from tasted.rpc.messages import (
    FILES_TOGETHER,
    PROTOCOL,
    BatchScored,
    FileResult,
    Hello,
    PublishTaste,
    RequestedFile,
    ScoreBatch,
    TastePublished,
)

_BEGINNING = """
import os, sys, time
from dataclasses import replace
from tasted.rpc import framing
from tasted.rpc.encoding import hello_from, request_from, to_json
from tasted.rpc.messages import (
    PROTOCOL, BatchScored, FileResult, FileScored, TastePublished, ModelLoaded, ModelLoading,
    Ready, ReferencesMissing,
)

def say(answer): framing.write(1, to_json(answer))
def results():
    for path in paths: say(FileScored(FileResult(path)))
    return BatchScored()

hello = hello_from(framing.read(0))
say(Ready(os.getpid(), PROTOCOL))
while True:
    try:
        request = request_from(framing.read(0))
    except framing.PipeClosed:
        sys.exit(0)
    paths = [file.path for file in request.files] if hasattr(request, "files") else []
"""
_ANSWERS = "    say(results())"
_DIES = """
    if "die.png" in paths:
        print("a picture was too much", file=sys.stderr, flush=True)
        os.write(1, b"\\0\\0\\0\\x10{half")
        os._exit(7)
    say(results())
"""
_HANGS = """
    if "hang.png" in paths:
        time.sleep(600)
    say(results())
"""
_DEAF = """
    say(results())
    time.sleep(600)
"""
_RUBBISH = "    print('hello, I am a library that prints', flush=True)"
_DIES_LOADING = """
    say(ModelLoading())
    sys.exit(9)
"""
_LOADS = """
    say(ModelLoading())
    time.sleep(0.6)
    say(ModelLoaded())
    time.sleep(30 if "slow.png" in paths else 0.1)
    say(results())
"""
_ANSWERS_WHILE_IT_LOADS = """
    say(ModelLoading())
    say(FileScored(FileResult(paths[0])))
    if "die.png" in paths: os._exit(9)
    time.sleep(0.8)
    say(ModelLoaded())
    for path in paths[1:]: say(FileScored(FileResult(path)))
    say(BatchScored())
"""
_SAYS_ONE = """
    say(FileScored(FileResult(paths[0])))
    if "wait.png" in paths:
        while not os.path.exists(os.path.join(os.path.dirname(__file__), "go")): time.sleep(0.01)
    if "die.png" in paths: os._exit(7)
    if "hang.png" in paths: time.sleep(600)
    for path in paths[1:]: say(FileScored(FileResult(path)))
    say(BatchScored())
"""
_ENDS = """
    say(FileScored(FileResult(paths[0])))
    if len(paths) > 1:
        assert type(request_from(framing.read(0))).__name__ == "EndBatch"
        say(FileScored(FileResult(paths[1])))
    say(BatchScored())
"""
_SLOW = """
    for path in paths:
        time.sleep(0.4)
        say(FileScored(FileResult(path)))
    say(BatchScored())
"""
HELLO = Hello("/somewhere", None, Settings(), version="0.1.0", parent=0)

Make = Callable[..., EngineProcess]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Builds engine processes around scripts, and ends them."""
    made: list[EngineProcess] = []

    def build(script: str, *, deadline_seconds: float = 20, **options: object) -> EngineProcess:
        file = tmp_path / f"engine_{len(made)}.py"
        file.write_text(_BEGINNING + script, encoding="utf-8")
        engine = EngineProcess(
            HELLO,
            EngineStart(tmp_path / "engine.err", command=(sys.executable, str(file))),
            deadline_seconds=deadline_seconds,
            **options,
        )
        made.append(engine)
        return engine

    yield build
    for engine in made:
        engine.interrupt()
        engine.stop()


def batch(*paths: str) -> ScoreBatch:
    """Return the request to score these files."""
    return ScoreBatch(tuple(map(RequestedFile, paths)))


NOTHING = batch()


def scored(engine: EngineProcess, *paths: str) -> list[str]:
    """Have these files scored, and return the paths that were answered."""
    answered: list[str] = []
    engine.score(batch(*paths), lambda result: answered.append(result.path))
    return answered


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
    assert scored(engine, "1.png", "2.png") == ["1.png", "2.png"]
    pid = running_pid(engine)
    assert scored(engine, "\udcff.png") == ["\udcff.png"]
    assert engine.pid == pid


def test_its_last_words_are_private(make: Make, tmp_path: Path) -> None:
    """Whatever the mask of the command is that starts it."""
    before = os.umask(0)
    try:
        assert scored(make(_ANSWERS), "1.png") == ["1.png"]
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "engine.err").stat().st_mode) == 0o600


def test_a_file_is_answered_before_the_batch_ends(make: Make, tmp_path: Path) -> None:
    """The engine of this test goes on only when the first answer has arrived."""
    engine = make(_SAYS_ONE)
    answered: list[str] = []

    def keep(result: FileResult) -> None:
        answered.append(result.path)
        (tmp_path / "go").touch()

    assert engine.score(batch("wait.png", "b.png", "c.png"), keep) == BatchScored()
    assert answered == ["wait.png", "b.png", "c.png"]


def test_a_batch_can_be_ended_for_what_is_more_urgent(make: Make) -> None:
    """The engine is told once, between two answers; what it leaves is no fault, and it goes on."""
    engine = make(_ENDS)
    answered: list[str] = []

    def keep(result: FileResult) -> None:
        answered.append(result.path)

    engine.score(batch("a.png", "b.png", "c.png"), keep, is_overtaken=lambda: True)
    assert answered == ["a.png", "b.png"]
    pid = running_pid(engine)
    # the last answer leaves nothing to end
    engine.score(batch("d.png"), keep, is_overtaken=lambda: True)
    assert answered == ["a.png", "b.png", "d.png"]
    assert engine.pid == pid


@pytest.mark.parametrize("ends", ["die.png", "hang.png"])
def test_row_06_what_was_answered_before_the_engine_ended_is_told(make: Make, ends: str) -> None:
    """Killed by the second file, or by the deadline: the first one has its answer."""
    engine = make(_SAYS_ONE, deadline_seconds=0.3)
    answered: list[str] = []
    with pytest.raises(EngineDiedError):
        engine.score(batch("a.png", ends), lambda result: answered.append(result.path))
    assert answered == ["a.png"]
    assert engine.pid is None


def test_the_deadline_begins_anew_with_each_answer(make: Make) -> None:
    """A batch of slow files may take longer than a batch in which one hangs."""
    engine = make(_SLOW, deadline_seconds=2.0 / FILES_TOGETHER)
    # each of them has plenty of it, all together have not
    paths = [f"{number}.png" for number in range(6)]
    assert scored(engine, *paths) == paths


@pytest.mark.parametrize(
    "script",
    [
        "    say(BatchScored())",
        "    say(FileScored(FileResult('other.png')))",
        "    say(FileScored(FileResult('a.png')))\n    say(FileScored(FileResult('a.png')))",
        "    say(TastePublished)",
    ],
)
def test_answers_that_are_not_those_of_the_batch_are_of_a_dead_engine(
    make: Make, script: str
) -> None:
    """One is missing, or there is one too many: nothing else that it says can be trusted."""
    engine = make(script)
    with pytest.raises(EngineDiedError):
        scored(engine, "a.png", "b.png")
    assert engine.pid is None


def test_stopping_lets_the_engine_leave(make: Make) -> None:
    """The end of its pipe is enough; no zombie is left, and a later question starts another."""
    with make(_ANSWERS) as engine:
        engine.ask(NOTHING)
        pid = running_pid(engine)
    assert engine.pid is None
    assert_gone(pid)
    engine.stop()
    engine.ask(NOTHING)
    assert running_pid(engine) != pid


def test_an_engine_that_dies_over_a_request_is_told_of(make: Make) -> None:
    """Its exit status and its last words are in the error; the next question starts another."""
    engine = make(_DIES)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="exit status 7: a picture was too much"):
        scored(engine, "die.png")
    assert engine.pid is None
    assert_gone(pid)
    assert scored(engine, "2.png") == ["2.png"]


def test_row_06_an_engine_that_hangs_is_killed_at_the_deadline(make: Make) -> None:
    """The deadline is kept, the process is gone, and the next question is answered."""
    engine = make(_HANGS, deadline_seconds=0.3)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        scored(engine, "hang.png")
    assert_gone(pid)
    engine.ask(NOTHING)


def test_row_48_an_engine_that_the_system_ends_lacked_memory(make: Make) -> None:
    """SIGKILL from others is how a system ends what takes too much; our own deadline is not."""
    engine = make(_HANGS)
    engine.ask(NOTHING)
    timer = threading.Timer(0.1, psutil.Process(running_pid(engine)).kill)
    timer.start()
    with pytest.raises(EngineDiedError) as caught:
        scored(engine, "hang.png")
    timer.join()
    assert caught.value.for_memory
    hanging = make(_HANGS, deadline_seconds=0.3)
    hanging.ask(NOTHING)
    with pytest.raises(EngineDiedError) as caught:
        scored(hanging, "hang.png")
    assert not caught.value.for_memory
    dying = make(_DIES)
    dying.ask(NOTHING)
    with pytest.raises(EngineDiedError) as caught:
        scored(dying, "die.png")
    assert not caught.value.for_memory


def test_an_engine_that_does_not_listen_is_killed_too(make: Make) -> None:
    """A request larger than the pipe cannot hold the daemon either."""
    engine = make(_DEAF, deadline_seconds=0.3)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        scored(engine, *(f"{number}" + "x" * 1000 for number in range(1000)))
    assert_gone(pid)


def test_an_engine_that_prints_rubbish_is_ended(make: Make) -> None:
    """A library that prints to stdout breaks the frames; that is noticed, not misread."""
    engine = make(_RUBBISH)
    with pytest.raises(EngineDiedError):
        engine.ask(NOTHING)
    assert engine.pid is None


@pytest.mark.parametrize(
    "answer",
    ["{'type': 'FileScored'}", "{'type': 'TastePublished'}", "to_json(ReferencesMissing(()))"],
)
def test_an_answer_that_is_not_one_is_a_dead_engine(make: Make, answer: str) -> None:
    """It lacks a field, or answers another request: what else it says cannot be trusted."""
    engine = make(f"    framing.write(1, {answer})")
    with pytest.raises(EngineDiedError):
        engine.ask(NOTHING)
    assert engine.pid is None


@pytest.mark.parametrize(("fault", "ends"), [(LibraryUnusable, False), (OutOfMemory, True)])
def test_a_fault_of_the_service_is_raised_as_what_it_is(
    make: Make, fault: type[ServiceFault], *, ends: bool
) -> None:
    """With its remedy; an engine that may be in a bad state is not asked again."""
    script = f"    say(Fault({fault.code!r}, 'It is broken.', 'Mend it.'))"
    engine = make(f"    from tasted.rpc.messages import Fault\n{script}")
    with pytest.raises(fault, match="broken") as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy == "Mend it."
    assert (engine.pid is None) == ends


@pytest.mark.parametrize("protocol", ["0", "99", "None"])
def test_an_engine_of_another_version_is_a_fault_with_a_remedy(
    tmp_path: Path, protocol: str
) -> None:
    """An update while the daemon ran: no file is at fault, and the daemon has to start again."""
    script = (
        "import os\nfrom tasted.rpc import framing\nframing.read(0)\n"
        f"framing.write(1, {{'type': 'Ready', 'pid': os.getpid(), 'protocol': {protocol}}})\n"
        "framing.read(0)"
    )
    command = (sys.executable, "-c", script)
    engine = EngineProcess(
        HELLO, EngineStart(tmp_path / "engine.err", command=command), deadline_seconds=9
    )
    with pytest.raises(EngineFailed, match="different versions") as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy
    assert engine.pid is None


def test_a_daemon_of_another_version_is_told_so_by_the_engine(tmp_path: Path) -> None:
    """The real engine refuses before it opens anything, and the fault says what to do."""
    hello = replace(HELLO, protocol=PROTOCOL + 1)
    engine = EngineProcess(hello, EngineStart(tmp_path / "engine.err"), deadline_seconds=9)
    with pytest.raises(EngineFailed, match="different versions") as caught:
        engine.ask(NOTHING)
    assert "tasted service restart" in caught.value.remedy
    assert engine.pid is None


def test_loading_does_not_count_against_the_deadline(make: Make) -> None:
    """Between `ModelLoading` and `ModelLoaded` the clock rests, and then it starts again."""
    engine = make(_LOADS, deadline_seconds=0.4)
    assert engine.ask(NOTHING) == BatchScored()
    with pytest.raises(EngineDiedError, match="deadline"):
        scored(engine, "slow.png")


def test_row_38_a_file_that_needs_no_model_is_answered_while_it_loads(make: Make) -> None:
    """The clock rests all the same, and an engine that dies over that is no picture's fault."""
    engine = make(_ANSWERS_WHILE_IT_LOADS, deadline_seconds=0.2)
    assert scored(engine, "damaged.png", "a.png") == ["damaged.png", "a.png"]
    with pytest.raises(EngineFailed, match="loaded the model"):
        scored(engine, "damaged.png", "die.png")


def test_an_engine_that_left_by_itself_is_started_again(make: Make) -> None:
    """An idle engine that ended is neither an error nor a zombie."""
    engine = make(_ANSWERS)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    psutil.Process(pid).terminate()
    eventually(lambda: engine.pid is None)
    assert_gone(pid)
    engine.ask(NOTHING)
    assert running_pid(engine) != pid


def test_a_waiting_question_can_be_interrupted(make: Make) -> None:
    """Another thread ends it at once."""
    engine = make(_HANGS)
    engine.ask(NOTHING)
    timer = threading.Timer(0.1, engine.interrupt)
    timer.start()
    with pytest.raises(EngineDiedError):
        scored(engine, "hang.png")
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
    """No file is at fault, and the reason and a remedy are named."""
    engine = EngineProcess(
        HELLO, EngineStart(tmp_path / "engine.err", command=command), deadline_seconds=5
    )
    with pytest.raises(EngineFailed, match=why) as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy
    assert engine.pid is None


def test_the_engine_is_offline_and_far_from_any_folder(make: Make) -> None:
    """Its environment forbids downloads, and its working folder holds no module to import."""
    engine = make(
        "    said = '\\n'.join([*(f'{name}={value}' for name, value in os.environ.items())])\n"
        "    say(FileScored(FileResult(paths[0], ignored=said)))\n"
        "    say(FileScored(FileResult(paths[1], ignored=os.getcwd())))\n"
        "    say(BatchScored())"
    )
    said: list[str | None] = []
    engine.score(batch("a.png", "b.png"), lambda result: said.append(result.ignored))
    environment, folder = (said[0] or "").split("\n"), said[1]
    assert "HF_HUB_OFFLINE=1" in environment
    assert "DISABLE_SAFETENSORS_CONVERSION=1" in environment
    policy = os.environ.get("OMP_WAIT_POLICY", "PASSIVE")
    assert f"OMP_WAIT_POLICY={policy}" in environment
    assert folder == "/"


def test_row_02_an_orphaned_engine_leaves(make: Make, tmp_path: Path) -> None:
    """When the light process is killed its engine sees the end of the pipe and ends."""
    make(_ANSWERS)
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
    engine = make(_ANSWERS)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    engine.interrupt()
    eventually(lambda: engine.pid is None)
    with pytest.raises(EngineFailed, match="ended with the daemon"):
        engine.ask(NOTHING)
    assert_gone(pid)


def test_row_38_an_engine_that_dies_while_it_loads_blames_no_file(make: Make) -> None:
    """Out of memory or a broken library is a fault of the service."""
    engine = make(_DIES_LOADING)
    with pytest.raises(EngineFailed, match="loaded the model"):
        engine.ask(NOTHING)


def test_row_38_a_ceiling_below_the_library_alone_is_a_fault_and_no_spin(make: Make) -> None:
    """An engine that has opened the library and nothing else would hold as much the next time."""
    engine = make(
        "    say(ReferencesMissing((), resident_bytes=2_000))",
        max_memory_bytes=1_000,
    )
    with pytest.raises(MemoryCeilingTooLow, match="max_memory_mb"):
        engine.ask(PublishTaste((), frozenset(), (), (), "0", "0"))
    assert engine.pid is None


def test_row_38_an_engine_that_fitted_a_taste_is_replaced_once(make: Make) -> None:
    """The next one finds the taste on disk; if it holds as much, so will all others."""
    engine = make(
        "    from tasted.records import Current\n"
        "    current = Current('e', 'f', 's', None, 't', 'c', 'l', 0, 0)\n"
        "    say(TastePublished(current, resident_bytes=2_000))",
        max_memory_bytes=1_000,
    )
    labels = PublishTaste((), frozenset(), (), (), "0", "0")
    assert isinstance(engine.ask(labels), TastePublished)
    assert engine.pid is None
    with pytest.raises(MemoryCeilingTooLow, match="max_memory_mb"):
        engine.ask(labels)


def test_row_38_an_engine_that_grew_is_ended_after_its_answer(make: Make) -> None:
    """The answer counts, and the next question gets a new engine."""
    engine = make(
        "    say(FileScored(FileResult(paths[0], ignored=str(os.getpid()))))\n"
        "    say(BatchScored(resident_bytes=2_000))",
        max_memory_bytes=1_000,
    )
    pids: list[str | None] = []
    for _request in range(2):
        engine.score(batch("a.png"), lambda result: pids.append(result.ignored))
        assert engine.pid is None
    assert pids[0] != pids[1]


def test_row_50_an_engine_makes_no_folders_below_an_empty_mount_point(tmp_path: Path) -> None:
    """What it says at its end has no place there; only the folder of the logs may be made again."""
    command = (sys.executable, "-c", "raise SystemExit(1)")
    for state in (tmp_path / "mounted" / ".tasted", tmp_path / "empty" / ".tasted"):
        state.parent.mkdir()
        if state.parent.name == "mounted":
            state.mkdir()
        engine = EngineProcess(
            HELLO,
            EngineStart(state / "logs" / "engine.err", command=command),
            deadline_seconds=5,
        )
        with pytest.raises(EngineFailed):
            engine.ask(NOTHING)
    assert (tmp_path / "mounted" / ".tasted" / "logs" / "engine.err").exists()
    assert not list((tmp_path / "empty").iterdir())
