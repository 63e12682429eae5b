"""Whatever goes wrong while answers are written is raised, or at least told."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from kit.inbox_files import inbox_file
from tasted.daemon.working.answer_writer import AnswerWriter
from tasted.errors import DiskFull, EngineFailed
from tasted.inbox.reconcile import Reason, Task
from tasted.rpc.messages import FileResult

TASK = Task(inbox_file("a.png"), Reason.UNSCORED)


def refuse(_task: Task, _result: FileResult) -> None:
    """Keep nothing."""
    raise DiskFull("No space is left.")


def write(*, is_engine_failing: bool) -> None:
    """Write one answer, and wait for it or fail beside it."""
    with ThreadPoolExecutor(1) as thread, AnswerWriter(refuse, thread) as writer:
        writer.write(TASK, FileResult("a.png"))
        if is_engine_failing:
            raise EngineFailed("It failed.")
        writer.wait()


def test_what_cannot_be_kept_is_told_though_something_else_is_raised() -> None:
    """The engine fails while the disk is full: one of them ends the batch."""
    with capture_logs() as logged, pytest.raises(EngineFailed):
        write(is_engine_failing=True)
    assert [line["event"] for line in logged] == ["answers_not_written"]
    with capture_logs() as logged, pytest.raises(DiskFull):
        write(is_engine_failing=False)
    assert logged == []
