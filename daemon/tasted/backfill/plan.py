"""Which files of a tree are to be done, by what their sidecars prove. Pure.

As for an inbox: a file is done when its valid sidecar has its stamp, that of the text beside it,
and was made by the same model and taste. What failed is tried again when its pause is over.
"""

from collections.abc import Mapping

from tasted.backfill.scoring import tree_task, unlabelled
from tasted.inbox.packed_files import PackedFiles
from tasted.inbox.reconcile import Reason, Task, reason_for
from tasted.plain_dataclass import dataclass
from tasted.records import Current, LedgerEntry

_ORDER = {reason: number for number, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """What a look at a tree leaves to do."""

    tasks: tuple[Task, ...]
    """What is new first, in the order of their paths."""
    done: int
    """Files whose sidecar has a score that counts."""
    failed: int
    """Files whose sidecar says why there is none, and which are not tried now."""
    back: tuple[str, ...]
    """Paths that are marked as gone, and are there."""
    gone: tuple[str, ...]
    """Paths that have a sidecar, and are not there."""


def plan_of(
    files: PackedFiles,
    entries: Mapping[str, LedgerEntry],
    current: Current,
    *,
    now: float,
    version: str,
    retries: bool,
) -> BackfillPlan:
    """Compare a tree with its sidecars.

    Args:
        files: what lies in it.
        entries: what the sidecars prove, by path.
        current: by what it is scored.
        now: seconds since the epoch.
        version: of this tasted; a failure under another one is tried again.
        retries: whether everything that failed is tried again, whenever that was.
    """
    tasks: list[Task] = []
    back: list[str] = []
    done = failed = 0
    for path in files:
        file, entry = unlabelled(files[path]), entries.get(path)
        reason = reason_for(file, entry, current, now=now, version=version)
        is_failed = entry is not None and entry.status == "error"
        if reason is None and is_failed and retries:
            reason = Reason.RETRY
        if reason is None:
            failed += is_failed
            done += not is_failed
            back += [path] if entry is not None and entry.is_gone else []
            continue
        is_same = entry is not None and reason is Reason.RETRY
        attempts = entry.attempts if entry is not None and is_same else 0
        tasks.append(tree_task(file, reason=reason, attempts=attempts))
    tasks.sort(key=lambda task: (_ORDER[task.reason], task.file.path))
    gone = tuple(path for path in entries if path not in files)
    return BackfillPlan(tuple(tasks), done, failed, tuple(back), gone)
