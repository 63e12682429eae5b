"""What has to be done: settled files compared with what their sidecars prove. Pure.

The outbox is the ledger: a file is done when its sidecar fits its stamp and what is current. No
second record can disagree.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum

from tasted.errors import InternalError
from tasted.packing.entries import having_contents, retried_entries
from tasted.plain_dataclass import dataclass
from tasted.records import Current, InboxFile, LedgerEntry, Part, ScoredInputs

# longer than any pause between two attempts: a time beyond it was told by another clock
LONGEST_PAUSE_SECONDS = 7_200.0


class Reason(StrEnum):
    """Why a file needs work, in the order in which reasons are served."""

    REFERENCE = "reference"
    """It has a label, and is not learnt with the current embedder."""
    UNSCORED = "unscored"
    """It has no sidecar, or another content than its sidecar's."""
    RETRY = "retry"
    """It failed, and the pause before the next attempt is over."""
    STALE = "stale"
    """Its sidecar was made with another taste or embedder."""
    TEXT = "text"
    """It was scored by its looks, and the text in the picture is still to be read."""
    PROFILE = "profile"
    """It is a folder whose photos are done, and has no document of these photos and this text."""
    PROFILE_AGAIN = "profile_again"
    """It has one, which failed, is stale, or shall be made again."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be done, or one profile, and why."""

    file: InboxFile
    reason: Reason
    attempts: int = 0
    """How often it failed before, with this content."""
    scored_inputs: ScoredInputs | None = None
    """What its sidecar was made of, should the contents be the same under other stamps."""
    content_id: str | None = None
    """As its sidecar tells it, where the file has not changed since: it need not be read."""
    looks_first: bool = False
    """Whether its text may be read later, so that nobody waits for that."""
    photos: tuple[InboxFile, ...] = ()
    """Of a profile."""
    parts: tuple[Part, ...] = ()
    """Of a profile: what the sidecars of these photos prove."""


def reason_for(
    file: InboxFile,
    entry: LedgerEntry | None,
    current: Current | None,
    *,
    now: float,
    version: str,
) -> Reason | None:
    """Return why a settled file needs work, or None when its sidecar is current.

    Args:
        file: the settled file.
        entry: what its sidecar proves; None without a valid sidecar.
        current: what the engine published; None means that nothing is known to be stale.
        now: seconds since the epoch.
        version: of this tasted; a failure under another version is tried again.
    """
    fresh = Reason.REFERENCE if file.label is not None else Reason.UNSCORED
    if entry is None or not _is_of(file, entry):
        return fresh
    if entry.status == "error":
        again = is_to_be_tried_again(entry, now=now, version=version)
        return Reason.RETRY if again else None
    return _staleness(file, entry, current) or (Reason.TEXT if entry.text_pending else None)


def _is_of(file: InboxFile, entry: LedgerEntry) -> bool:
    return entry.stamp.agrees(file.stamp) and entry.has_text(file.companion)


def is_to_be_tried_again(entry: LedgerEntry, *, now: float, version: str) -> bool:
    """Tell whether what failed, and is unchanged, is due again."""
    return entry.tasted_version != version or (
        entry.retry_at is not None and not now < entry.retry_at <= now + LONGEST_PAUSE_SECONDS
    )


def _staleness(file: InboxFile, entry: LedgerEntry, current: Current | None) -> Reason | None:
    if current is None:
        return None
    if file.label is not None:
        same = entry.embedder_fingerprint == current.embedder_fingerprint
        return None if same else Reason.REFERENCE
    same = (
        entry.embedder_fingerprint == current.embedder_fingerprint
        and entry.taste_fingerprint == current.taste_fingerprint
    )
    return None if same else Reason.STALE


def reconcile(
    files: Mapping[str, InboxFile],
    ledger: Mapping[str, LedgerEntry],
    current: Current | None,
    *,
    now: float,
    version: str,
) -> list[Task]:
    """Return a task for every settled file whose sidecar is missing or stale, in no order."""
    tasks: list[Task] = []
    for path, file in files.items():
        entry = ledger.get(path)
        reason = reason_for(file, entry, current, now=now, version=version)
        if reason is not None:
            same_content = entry is not None and entry.stamp.agrees(file.stamp)
            attempts = entry.attempts if entry is not None and same_content else 0
            tasks.append(
                Task(
                    file,
                    reason,
                    attempts,
                    _proven(file, entry),
                    _content_id(file, reason, entry),
                    looks_first=_looks_first(reason, entry),
                )
            )
    return tasks


def _content_id(file: InboxFile, reason: Reason, entry: LedgerEntry | None) -> str | None:
    if entry is None:
        return None
    # a reference that another model has learnt in this very state
    is_learnt = reason is Reason.REFERENCE and entry.status == "learnt" and _is_of(file, entry)
    return entry.content_id if is_learnt or reason in {Reason.STALE, Reason.TEXT} else None


def _looks_first(reason: Reason, entry: LedgerEntry | None) -> bool:
    # what is scored again while its text waits must not be read before its turn
    is_pending = reason is Reason.STALE and entry is not None and entry.text_pending
    # what failed may have failed over its text: by its looks it would be scored, and fail over the
    # same text as often as before, for ever
    return is_pending or reason is Reason.UNSCORED


def _proven(file: InboxFile, entry: LedgerEntry | None) -> ScoredInputs | None:
    """Return what need not be scored or learnt again if only the stamps of the file have changed.

    A rename, a backup or `chmod` changes the change time, and no byte.
    """
    done = "learnt" if file.label is not None else "scored"
    if entry is None or entry.status != done or _is_of(file, entry):
        return None
    return ScoredInputs(
        entry.content_id, entry.text_id, entry.embedder_fingerprint, entry.taste_fingerprint
    )


def gone(
    files: Mapping[str, InboxFile],
    ledger: Mapping[str, LedgerEntry],
    *,
    passed_over: AbstractSet[str] = frozenset(),
) -> list[str]:
    """Return the paths of sidecars whose file is not there, those of profiles aside.

    Only for a look that saw everything.

    Args:
        files: what the look saw.
        ledger: what the sidecars prove.
        passed_over: paths of files that are there and were not to be opened.
    """
    return [
        path
        for path in ledger
        if path not in files and path not in passed_over and not path.endswith("/")
    ]


def moved_away(
    files: Mapping[str, InboxFile],
    ledger: Mapping[str, LedgerEntry],
    *,
    passed_over: AbstractSet[str] = frozenset(),
) -> list[str]:
    """Return the paths whose file is gone and whose content has its sidecar under another name.

    The new sidecar was written, so the old one has served. Arguments are those of `gone`.
    """
    contents = {
        path: content
        for path in gone(files, ledger, passed_over=passed_over)
        if (content := ledger[path].content_id) is not None
    }
    if not contents:
        return []
    sought = set(contents.values())
    present = {
        entry.content_id
        for path, entry in having_contents(ledger, sought)
        if path in files and entry.stamp.agrees(files[path].stamp)
    }
    return [path for path, content in contents.items() if content in present]


def to_score_again(ledger: Mapping[str, LedgerEntry]) -> set[str]:
    """Return the paths of all that has a score, or failed: what a command can ask to do again."""
    return {
        path for path, entry in ledger.items() if entry.status != "learnt" and not entry.is_gone
    }


def failed_by_tasted(ledger: Mapping[str, LedgerEntry]) -> set[str]:
    """Return the paths that have no score because tasted itself failed."""
    return {
        path
        for path, entry in ledger.items()
        if entry.error_code == InternalError.code and not entry.is_gone
    }


def next_retry(ledger: Mapping[str, LedgerEntry], *, now: float) -> float | None:
    """Return the earliest `retry_at` that lies ahead, in seconds since the epoch."""
    times = [
        entry.retry_at
        for _path, entry in retried_entries(ledger)
        if entry.retry_at is not None and entry.retry_at > now and not entry.is_gone
    ]
    return min(times, default=None)
