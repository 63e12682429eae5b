"""A file is answered before its batch ends, and counts whatever becomes of the rest."""

from pathlib import Path

import pytest

from kit.scripted_engines import Make, batch, running_pid
from tasted.rpc.client import EngineDiedError
from tasted.rpc.messages import BatchScored, FileResult

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
