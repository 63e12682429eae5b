"""Whose fault it is when the engine ends over a file. Pure."""

from collections import Counter
from datetime import datetime

from tasted.errors import EngineDied, EngineFailed
from tasted.inbox.reconcile import Task
from tasted.outbox.failures import error_sidecar, source_part
from tasted.outbox.sidecar import Sidecar, encoded_path

_DEATHS_BEFORE_BLAME = 2
_BLAMED_BEFORE_FAULT = 5


class Blaming:
    """Counts deaths: a file is to blame for the second alone, and the engine after five files."""

    def __init__(self) -> None:
        self._deaths: Counter[tuple[str, object]] = Counter()
        self._in_a_row = 0

    def survived(self, task: Task) -> None:
        """Clear a file: the engine lived through it, and so it is hardly broken."""
        self._deaths.pop(_key(task), None)
        self._in_a_row = 0

    def is_to_blame(self, task: Task) -> bool:
        """Take in that the engine ended over this file alone; tell whether that was once too often.

        Raises:
            EngineFailed: when so many files are to blame one after another that none of them is.
        """
        key = _key(task)
        self._deaths[key] += 1
        if self._deaths[key] < _DEATHS_BEFORE_BLAME:
            return False
        del self._deaths[key]
        self._in_a_row += 1
        if self._in_a_row < _BLAMED_BEFORE_FAULT:
            return True
        self._in_a_row = 0
        raise EngineFailed(
            "The engine ended over several files in a row: it is hardly their fault.",
            remedy="The log in .tasted/logs says more; tasted goes on trying.",
        )


def _key(task: Task) -> tuple[str, object]:
    return task.file.path, task.file.stamp


def blamed_sidecar(task: Task, *, now: datetime, version: str) -> Sidecar:
    """Return the sidecar of a file that is to blame.

    Args:
        task: the file.
        now: aware time of the last death.
        version: of this tasted.
    """
    file = task.file
    error = EngineDied(
        f"{encoded_path(file.path).path} ended the engine each time it was tried.",
        remedy="Open it and save it again as PNG.",
    )
    return error_sidecar(
        source_part(file.path, file.stamp, file.companion, content_id=None),
        error,
        label=file.label,
        attempts=task.attempts + 1,
        now=now,
        version=version,
    )
