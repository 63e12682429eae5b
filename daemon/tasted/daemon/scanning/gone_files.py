"""Sidecars of pictures that are gone: marked, kept for a while, removed; unmarked on their return.

Touches `.tasted/folders.json`; marking and removing are passed in. A kill loses nothing: the next
scans find the same.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tasted.daemon.shared.folders_file import read_folders, write_folders
from tasted.errors import ServiceFault
from tasted.inbox.absence import Absences, KnownFolders
from tasted.inbox.listing import Listing
from tasted.inbox.profiles import Folders, folder_of
from tasted.inbox.reconcile import gone
from tasted.packing.entries import gone_entries
from tasted.records import LedgerEntry
from tasted.system.faultpoints import reach

_MARKED_AT_ONCE = 100
"""How many in one scan, so that it ends soon: the queue waits for it."""
_DAY_SECONDS = 86_400.0

log = structlog.get_logger("tasted.gone_files")


class GoneFiles:
    """Follows which files of the inbox are gone.

    Args:
        folders_file: where the identities of folders are kept.
        mark: notes in the sidecar of a path since when its file is gone; None: it is there.
        remove: removes the sidecar of a path.
        patience_seconds: see `Absences`.
        check: refuses, before the folders are written, when the home is not at its place.
    """

    def __init__(
        self,
        folders_file: Path,
        *,
        mark: Callable[[str, datetime | None], None],
        remove: Callable[[str], None],
        patience_seconds: float,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._folders_file = folders_file
        self._check = check
        self._mark = mark
        self._remove = remove
        self._absences = Absences(patience_seconds=patience_seconds)
        self._folders = KnownFolders(read_folders(folders_file))
        self._absent: set[str] = set()
        """Paths of sidecars whose file, or whose folder's pictures, the last scan did not see."""
        self._marked: set[str] = set()
        """Paths of sidecars that are marked."""
        self._has_more = False
        self._has_failed = False

    @property
    def doubtful(self) -> bool:
        """Whether a file was missing from the last scan, and another scan decides.

        Not after a scan whose result could not be written: the next may fail likewise, forever.
        """
        return self._absences.doubtful and not self._has_failed

    @property
    def has_more(self) -> bool:
        """Whether the last scan left some for the next one, which should follow at once."""
        return self._has_more

    def update(
        self,
        listing: Listing,
        folders: Folders,
        ledger: Mapping[str, LedgerEntry],
        *,
        keep_days: float,
        now: float,
        stirred: Collection[str] | None = None,
    ) -> None:
        """Compare one scan with the ledger; mark, unmark and remove sidecars accordingly.

        Args:
            listing: what the scan saw.
            folders: what the folders in it are.
            ledger: what the sidecars prove; it may change by what is passed in.
            keep_days: how long the sidecar of a file that is gone is kept; 0 keeps none.
            now: monotonic seconds.
            stirred: paths of files, or of their sidecars, where something may be another than at
                the last scan, and nowhere else; None: everywhere.

        Raises:
            HomeGone: when `check` does.
        """
        if stirred is None:
            if self._folders.look(listing.folders, listing.files, ledger):
                self._keep_folders()
            self._absent = set(_absent(listing, ledger))
            self._marked = {path for path, _entry in gone_entries(ledger)}
        else:
            self._follow(stirred, listing, ledger)
        at = time.time()
        missing = [
            path
            for path in self._absent
            if (stirred is None or path not in self._marked or path in self._absences.missed)
            # a command may have had it forgotten since it was told what stirred
            and (entry := ledger.get(path)) is not None
            and _wants_a_step(entry, keep_days=keep_days, at=at)
            and self._folders.prove_absence(path)
        ]
        is_gone = self._absences.look(missing, healthy=listing.healthy, now=now)
        returned = _returned(listing, folders, ledger, self._marked)
        steps = [(path, False) for path in returned] + [(path, True) for path in is_gone]
        self._has_more = len(steps) > _MARKED_AT_ONCE
        try:
            for path, went in steps[:_MARKED_AT_ONCE]:
                self._step(path, ledger[path], went=went, keep_days=keep_days)
        except ServiceFault as fault:
            # they stay in the results until there is room, which delays nothing else
            if not self._has_failed:
                log.warning("not_marked", code=fault.code, message=fault.message)
            self._has_failed, self._has_more = True, False
        else:
            self._has_failed = False

    def _follow(
        self, stirred: Collection[str], listing: Listing, ledger: Mapping[str, LedgerEntry]
    ) -> None:
        for path in stirred:
            entry = ledger.get(path)
            is_there = path in listing.files or path in listing.passed_over
            (self._absent.discard if entry is None or is_there else self._absent.add)(path)
            is_marked = entry is not None and entry.is_gone
            (self._marked.add if is_marked else self._marked.discard)(path)

    @property
    def absent(self) -> AbstractSet[str]:
        """Paths of sidecars whose file was not seen, gone for good or not."""
        return self._absent

    @property
    def missed(self) -> Collection[str]:
        """The paths that another scan has to decide about."""
        return self._absences.missed

    def _step(self, path: str, entry: LedgerEntry, *, went: bool, keep_days: float) -> None:
        if not went:
            self._mark(path, None)
        elif keep_days and not _is_over(entry, keep_days=keep_days, at=time.time()):
            self._mark(path, datetime.now(UTC))
        else:
            self._remove(path)
        reach("scanner.gone_marked")

    def _keep_folders(self) -> None:
        self._check()
        try:
            write_folders(self._folders_file, self._folders.known)
        except OSError as error:
            # without it an absence is harder to prove after the next start, and nothing is lost
            log.warning("folders_not_written", error=str(error))


def _absent(listing: Listing, ledger: Mapping[str, LedgerEntry]) -> Iterator[str]:
    """Yield the paths of sidecars whose file, or whose folder's pictures, a scan did not see."""
    yield from gone(listing.files, ledger, passed_over=listing.passed_over)
    profiles = [path for path in ledger if path.endswith("/")]
    if profiles:
        lived_in = {folder_of(path) for path in (*listing.files, *listing.passed_over)}
        yield from (path for path in profiles if path not in lived_in)


def _returned(
    listing: Listing, folders: Folders, ledger: Mapping[str, LedgerEntry], marked: Iterable[str]
) -> Iterator[str]:
    """Yield the paths whose sidecar is marked and whose file is there as the sidecar says.

    One that is there with another stamp is scored again, or found to have the same content.
    """
    for path in marked:
        entry = ledger.get(path)
        if entry is None:
            continue
        file = listing.files.get(path)
        is_same = file is not None and file.stamp.agrees(entry.stamp)
        if is_same or path in listing.passed_over or path in folders.profiles:
            yield path


def _wants_a_step(entry: LedgerEntry, *, keep_days: float, at: float) -> bool:
    if entry.gone_since is None or _is_over(entry, keep_days=keep_days, at=at):
        return True
    # marked by a clock that was ahead: its time would never come
    return entry.gone_since > at + _DAY_SECONDS


def _is_over(entry: LedgerEntry, *, keep_days: float, at: float) -> bool:
    return entry.gone_since is not None and at >= entry.gone_since + keep_days * _DAY_SECONDS
