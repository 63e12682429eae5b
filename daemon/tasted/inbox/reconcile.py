"""What has to be done: settled files compared with what their sidecars prove. Pure.

The outbox is the ledger: a file is done when its sidecar fits its stamp and what is current. No
second record can disagree.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from tasted.records import Current, InboxFile, LedgerEntry, Part, Proven

# longer than any pause between two attempts: a time beyond it was told by another clock
LONGEST_PAUSE_SECONDS = 7_200.0


class Reason(StrEnum):
    """Why a file needs work, in the order in which reasons are served."""

    REFERENCE = "reference"
    """It teaches, and is not learnt with the current embedder."""
    UNSCORED = "unscored"
    """It has no sidecar, or another content than its sidecar's."""
    RETRY = "retry"
    """It failed, and the pause before the next attempt is over."""
    STALE = "stale"
    """Its sidecar was made with another taste or embedder."""
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
    proven: Proven | None = None
    """What its sidecar was made of, should the contents be the same under other stamps."""
    content_id: str | None = None
    """As its sidecar tells it, where the file has not changed since: it need not be read."""
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
    if entry is None or entry.stamp != file.stamp or entry.companion != file.companion:
        return fresh
    if entry.status == "error":
        again = is_to_be_tried_again(entry, now=now, version=version)
        return Reason.RETRY if again else None
    return _staleness(file, entry, current)


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
            same_content = entry is not None and entry.stamp == file.stamp
            attempts = entry.attempts if entry is not None and same_content else 0
            tasks.append(
                Task(file, reason, attempts, _proven(file, entry), _content_id(reason, entry))
            )
    return tasks


def _content_id(reason: Reason, entry: LedgerEntry | None) -> str | None:
    return entry.content_id if reason is Reason.STALE and entry is not None else None


def _proven(file: InboxFile, entry: LedgerEntry | None) -> Proven | None:
    """Return what need not be scored again if only the stamps of the file have changed."""
    if entry is None or entry.status != "scored" or file.label is not None:
        return None
    if entry.stamp == file.stamp and entry.companion == file.companion:
        return None
    return Proven(
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
        for path, entry in ledger.items()
        if path not in files and path not in passed_over and not entry.is_profile
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
    present = {
        entry.content_id
        for path, entry in ledger.items()
        if path in files and entry.stamp == files[path].stamp
    }
    return [
        path
        for path in gone(files, ledger, passed_over=passed_over)
        if (content := ledger[path].content_id) is not None and content in present
    ]


def next_retry(ledger: Mapping[str, LedgerEntry], *, now: float) -> float | None:
    """Return the earliest `retry_at` that lies ahead, in seconds since the epoch."""
    times = [
        entry.retry_at
        for entry in ledger.values()
        if entry.retry_at is not None and entry.retry_at > now
    ]
    return min(times, default=None)
