"""An engine that dies or talks nonsense has ended: how that is told, and who is blamed for it."""

import pytest

from kit.scripted_engines import DIES, NOTHING, Make, assert_gone, running_pid, scored
from tasted.errors import EngineFailed
from tasted.rpc.client import EngineDiedError

_RUBBISH = "    print('hello, I am a library that prints', flush=True)"
_DIES_LOADING = """
    say(ModelLoading())
    sys.exit(9)
"""


def test_an_engine_that_dies_over_a_request_is_told_of(make: Make) -> None:
    """Its exit status and its last words are in the error; the next question starts another."""
    engine = make(DIES)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="exit status 7: a picture was too much"):
        scored(engine, "die.png")
    assert engine.pid is None
    assert_gone(pid)
    assert scored(engine, "2.png") == ["2.png"]


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


def test_row_38_an_engine_that_dies_while_it_loads_blames_no_file(make: Make) -> None:
    """Out of memory or a broken library is a fault of the service."""
    engine = make(_DIES_LOADING)
    with pytest.raises(EngineFailed, match="loaded the model"):
        engine.ask(NOTHING)
