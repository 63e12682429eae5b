"""How long an engine may be silent, and what does not count against it."""

import pytest

from kit.scripted_engines import HANGS, NOTHING, Make, assert_gone, running_pid, scored
from tasted.errors import EngineFailed
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import FILES_TOGETHER, BatchScored

_DEAF = """
    say(results())
    time.sleep(600)
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
_SLOW = """
    for path in paths:
        time.sleep(0.4)
        say(FileScored(FileResult(path)))
    say(BatchScored())
"""


def test_the_deadline_begins_anew_with_each_answer(make: Make) -> None:
    """A batch of slow files may take longer than a batch in which one hangs."""
    engine = make(_SLOW, deadline_seconds=2.0 / FILES_TOGETHER)
    # each of them has plenty of it, all together have not
    paths = [f"{number}.png" for number in range(6)]
    assert scored(engine, *paths) == paths


def test_row_06_an_engine_that_hangs_is_killed_at_the_deadline(make: Make) -> None:
    """The deadline is kept, the process is gone, and the next question is answered."""
    engine = make(HANGS, deadline_seconds=0.3)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        scored(engine, "hang.png")
    assert_gone(pid)
    engine.ask(NOTHING)


def test_an_engine_that_does_not_listen_is_killed_too(make: Make) -> None:
    """A request larger than the pipe cannot hold the daemon either."""
    engine = make(_DEAF, deadline_seconds=0.3)
    engine.ask(NOTHING)
    pid = running_pid(engine)
    with pytest.raises(EngineDiedError, match="deadline"):
        scored(engine, *(f"{number}" + "x" * 1000 for number in range(1000)))
    assert_gone(pid)


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
