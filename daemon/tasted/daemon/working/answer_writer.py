"""Writes the engine's answers as they come, in another thread, while the engine goes on.

The thread that asks must not wait for a disk: the engine would wait, too, as soon as the pipe is
full. What cannot be written ends the writing; the rest is found again.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from types import TracebackType
from typing import Self

import structlog

from tasted.inbox.reconcile import Task
from tasted.rpc.messages import FileResult

log = structlog.get_logger("tasted.worker")

Keep = Callable[[Task, FileResult], None]


class AnswerWriter:
    """Keeps the answers of a batch one after another; a context, at whose end all are kept.

    Args:
        keep: keeps the result of the file of a task.
        thread: one, in which that is done.
    """

    def __init__(self, keep: Keep, thread: Executor) -> None:
        self._keep = keep
        self._thread = thread
        # one that does not run yet begins now, and not when somebody waits for the first answer
        self._last: Future[None] = self._thread.submit(lambda: None)
        self._error: BaseException | None = None
        self.given = 0
        """How many results it was given."""

    def write(self, task: Task, result: FileResult) -> None:
        """Have a result kept; returns at once."""
        self.given += 1
        self._last = self._thread.submit(self._write, task, result)

    @property
    def has_failed(self) -> bool:
        """Whether something could not be kept, and nothing will be after it."""
        return self._error is not None

    def check(self) -> None:
        """Raise what went wrong so far; see `wait`."""
        if self._error is not None:
            raise self._error

    def wait(self) -> None:
        """Wait until everything is kept.

        Raises:
            ServiceFault: when the outbox cannot be written; nothing was kept after that.
        """
        self._last.result()
        self.check()

    def _write(self, task: Task, result: FileResult) -> None:
        if self._error is not None:
            return
        try:
            self._keep(task, result)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            self._error = error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        wait([self._last])
        if error is not None and self._error not in {None, error}:
            # the other one is raised: this is all that will be heard of it
            log.error("answers_not_written", exc_info=self._error)
