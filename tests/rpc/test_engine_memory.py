"""An engine that takes too much memory: we end it after its answer, or the system ends it."""

import threading

import psutil
import pytest

from kit.scripted_engines import DIES, HANGS, NOTHING, Make, batch, running_pid, scored
from tasted.errors import MemoryCeilingTooLow
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import PublishTaste, TastePublished


def test_row_48_an_engine_that_the_system_ends_lacked_memory(make: Make) -> None:
    """SIGKILL from others is how a system ends what takes too much; our own deadline is not."""
    engine = make(HANGS)
    engine.ask(NOTHING)
    timer = threading.Timer(0.1, psutil.Process(running_pid(engine)).kill)
    timer.start()
    with pytest.raises(EngineDiedError) as caught:
        scored(engine, "hang.png")
    timer.join()
    assert caught.value.for_memory
    hanging = make(HANGS, deadline_seconds=0.3)
    hanging.ask(NOTHING)
    with pytest.raises(EngineDiedError) as caught:
        scored(hanging, "hang.png")
    assert not caught.value.for_memory
    dying = make(DIES)
    dying.ask(NOTHING)
    with pytest.raises(EngineDiedError) as caught:
        scored(dying, "die.png")
    assert not caught.value.for_memory


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
