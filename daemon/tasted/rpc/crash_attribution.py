"""Whose fault it is when the engine ends over a file. Pure."""

from collections import Counter
from datetime import datetime

from tasted.errors import EngineDied, EngineFailed, ItemError, NotEnoughMemory
from tasted.inbox.reconcile import Task
from tasted.outbox.failures import error_sidecar
from tasted.outbox.sidecar import Sidecar, encoded_path, source_part

_DEATHS_OF_CULPRIT = 2
_CULPRITS_BEFORE_FAULT = 5


class CrashAttribution:
    """Counts deaths: two over one file alone are its fault, five files in a row the engine's."""

    def __init__(self) -> None:
        self._deaths: Counter[tuple[str, object]] = Counter()
        self._in_a_row = 0

    def survived(self, task: Task) -> None:
        """Clear a file: the engine lived through it, and so it is hardly broken."""
        self._deaths.pop(_key(task), None)
        self._in_a_row = 0

    def is_culprit(self, task: Task) -> bool:
        """Take in that the engine ended over this file alone; tell whether that was once too often.

        Raises:
            EngineFailed: when so many files in a row would be at fault that none of them is.
        """
        key = _key(task)
        self._deaths[key] += 1
        if self._deaths[key] < _DEATHS_OF_CULPRIT:
            return False
        del self._deaths[key]
        self._in_a_row += 1
        if self._in_a_row < _CULPRITS_BEFORE_FAULT:
            return True
        self._in_a_row = 0
        raise EngineFailed(
            "The engine ended over several files in a row: it is hardly their fault.",
            remedy="Close other programs if memory is short. The log in .tasted/logs says more; "
            "tasted goes on trying.",
        )


def _key(task: Task) -> tuple[str, object]:
    return task.file.path, task.file.stamp


def crash_error(path: str, *, for_memory: bool, remedy: str) -> ItemError:
    """Return the error of what ended the engine each time it was tried.

    Args:
        path: relative to the inbox.
        for_memory: whether the engine ended for want of memory.
        remedy: what to do where it did not.
    """
    shown = encoded_path(path).path
    if for_memory:
        return NotEnoughMemory(
            f"The engine was ended over {shown}, as happens when memory is short.",
            remedy="Close other programs, or make the picture smaller; it is tried again by "
            "itself.",
        )
    return EngineDied(f"{shown} ended the engine each time it was tried.", remedy=remedy)


def crash_sidecar(task: Task, *, for_memory: bool, now: datetime, version: str) -> Sidecar:
    """Return the sidecar of a file that ended the engine.

    Args:
        task: the file.
        for_memory: as in `crash_error`.
        now: aware time of the last death.
        version: of this tasted.
    """
    file, attempts = task.file, task.attempts + 1
    is_tried_again = attempts <= len(EngineDied.retry_after_seconds)
    error = crash_error(
        file.path,
        for_memory=for_memory,
        remedy="It is tried again by itself. If it ends the engine again and again, open it and "
        "save it again as PNG."
        if is_tried_again
        else "Open it and save it again as PNG.",
    )
    return error_sidecar(
        source_part(file.path, file.stamp, file.companion, content_id=None),
        error,
        label=file.label,
        attempts=attempts,
        now=now,
        version=version,
    )
