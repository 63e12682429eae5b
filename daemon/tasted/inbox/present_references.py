"""Which references count: those whose files are there, with patience for a bad look. Pure.

A picture that is missing from two healthy looks, some seconds apart and none between that saw it,
stops counting; one that returns counts again. A look that could not see everything proves nothing
about absence. A file that is still being written counts as what it was before, and a new one not
yet.
"""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from tasted.inbox.naming import label_of
from tasted.plain_dataclass import dataclass
from tasted.records import FileStamp, InboxFile, LedgerEntry


@dataclass(slots=True)
class _SeenReference:
    stamp: FileStamp
    missed_at: float | None = None


class Presence:
    """The reference files of one inbox, as far as they are believed to be there.

    Args:
        patience_seconds: the least time between two looks that agree on an absence.
    """

    def __init__(self, *, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._known: dict[str, _SeenReference] = {}
        self._is_healthy = True

    def look(self, seen: Mapping[str, FileStamp | None], *, healthy: bool, now: float) -> None:
        """Take in the reference files of one look at the inbox.

        Args:
            seen: the stamp of each settled file; None for one that is still being written.
            healthy: whether a file that is not there is gone.
            now: monotonic seconds.
        """
        self._is_healthy = healthy
        for path in [path for path in self._known if path not in seen]:
            self._miss(path, healthy=healthy, now=now)
        for path, stamp in seen.items():
            if stamp is not None:
                self._known[path] = _SeenReference(stamp)
            elif path in self._known:
                self._known[path].missed_at = None

    def _miss(self, path: str, *, healthy: bool, now: float) -> None:
        known = self._known[path]
        if not healthy:
            return
        if known.missed_at is None:
            known.missed_at = now
        elif now - known.missed_at >= self._patience_seconds:
            del self._known[path]

    @property
    def present(self) -> dict[str, FileStamp]:
        """The files that count and their stamps, sorted by path."""
        return {path: known.stamp for path, known in sorted(self._known.items())}

    @property
    def missed(self) -> list[str]:
        """The files that the last look missed, and that count until another one misses them."""
        return [path for path, known in self._known.items() if known.missed_at is not None]

    @property
    def doubtful(self) -> bool:
        """Whether a path was missing from the last look and another one decides.

        Not after an unhealthy look: the next may be as bad, for ever.
        """
        return self._is_healthy and any(
            known.missed_at is not None for known in self._known.values()
        )


def seen_references(
    files: Mapping[str, InboxFile],
    ledger: Mapping[str, LedgerEntry],
    *,
    settled: AbstractSet[str],
    passed_over: AbstractSet[str],
) -> dict[str, FileStamp | None]:
    """Return the reference files of one look, by path, as `Presence.look` takes them.

    Args:
        files: what the look saw.
        ledger: what the sidecars prove.
        settled: paths of the files that may be read.
        passed_over: paths of files that exist but must not be opened; they keep counting as what
            they were when they were learnt.
    """
    seen: dict[str, FileStamp | None] = {}
    for path in passed_over:
        if label_of(path) is not None:
            entry = ledger.get(path)
            seen[path] = entry.stamp if entry is not None else None
    for path, file in files.items():
        if file.label is None:
            continue
        entry = ledger.get(path)
        is_known = path in settled or (entry is not None and entry.stamp.agrees(file.stamp))
        seen[path] = file.stamp if is_known else None
    return seen


def labels_digest(
    present: Mapping[str, FileStamp], *, apart: AbstractSet[str] = frozenset()
) -> str:
    """Return a sha256 over what the labels are, as hex, whatever their order.

    Args:
        present: the references that count, with their stamps.
        apart: folders of them that are not of one person.
    """
    digest = hashlib.sha256()
    for path, stamp in sorted(present.items()):
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(f"{stamp.size_bytes} {stamp.modified_ns} {stamp.inode}\0".encode("ascii"))
    for folder in sorted(apart):
        digest.update(b"apart\0" + folder.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()
