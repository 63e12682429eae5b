"""What has to be done with single files, kept by path from one scan to the next. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import field, replace

from tasted.inbox.naming import label_of
from tasted.inbox.packed_files import PackedFiles
from tasted.inbox.reconcile import Reason, Task, reconcile
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import is_current_row
from tasted.plain_dataclass import dataclass
from tasted.records import Current, InboxFile, LedgerEntry


@dataclass(slots=True)
class FileTasks:
    """Tasks of files by path, and the rows of the ledger that they were decided by."""

    tasks: dict[str, Task] = field(default_factory=dict)
    rows: dict[str, bytes | None] = field(default_factory=dict)


class FileDecisions:
    """Decides what needs work, as of one moment.

    Args:
        settled: the files that may be read.
        entries: what the sidecars prove.
        current: what the engine published.
        now: seconds since the epoch.
        version: of this tasted.
    """

    def __init__(
        self,
        settled: PackedFiles,
        entries: Entries,
        current: Current | None,
        *,
        now: float,
        version: str,
    ) -> None:
        self._settled = settled
        self._entries = entries
        self._current = current
        self._now = now
        self._version = version

    def not_current(self) -> list[str]:
        """Return the paths that need work, and those of which one look does not tell."""
        rows, current = self._entries.rows, self._current
        any_taste: tuple[int, int | None] | None = None
        with_taste: tuple[int, int | None] | None = None
        if current is not None:
            number_of = self._entries.shared.number_of
            embedder = number_of(current.embedder_fingerprint)
            any_taste = embedder, None
            with_taste = embedder, number_of(current.taste_fingerprint)
        found = []
        for path, sight in self._settled.sights.items():
            row = rows.get(path)
            wanted = with_taste if label_of(path) is None else any_taste
            if row is None or isinstance(sight, tuple) or not is_current_row(row, sight, wanted):
                found.append(path)
        return found

    def about(self, paths: Iterable[str], kept: FileTasks, *, forced: AbstractSet[str]) -> None:
        """Decide about some paths.

        Args:
            paths: of files, there or not.
            kept: gets their tasks, and loses those that are no more.
            forced: paths that a command wants done again.
        """
        for path in paths:
            task = self._task_of(path, is_forced=path in forced)
            if task is None:
                kept.tasks.pop(path, None)
                kept.rows.pop(path, None)
            else:
                kept.tasks[path] = task
                kept.rows[path] = self._entries.rows.get(path)

    def _task_of(self, path: str, *, is_forced: bool) -> Task | None:
        file = self._settled.get(path)
        if file is None:
            return None
        entry = self._entries.get(path)
        known = {} if entry is None else {path: entry}
        for task in reconcile(
            {path: file}, known, self._current, now=self._now, version=self._version
        ):
            # whoever asked for another score doubts the old one, and everything in it
            return replace(task, scored_inputs=None, content_id=None) if is_forced else task
        return Task(file, _forced_reason(file, entry)) if is_forced else None


def _forced_reason(file: InboxFile, entry: LedgerEntry | None) -> Reason:
    if file.label is not None:
        return Reason.REFERENCE
    # what failed has no score to be made again, and is news when it gets one
    return Reason.RETRY if entry is not None and entry.status == "error" else Reason.STALE
