"""What the outbox proves, held in memory and kept in step with the disk.

Reads sidecars, and writes the index of them. What is stale by it is decided in `inbox.reconcile`.

Each sidecar is read once and again only when its own size, time or inode changes, so that a look
at a hundred thousand sidecars costs as much as listing them; a start takes from the index what has
not changed since. Whoever follows the ledger gets the paths that changed, and need not go through
all.
"""

import os
import threading
import weakref
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from tasted import __version__
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.outbox.held_rows import Census, Followed, Found, HeldRows
from tasted.outbox.ledger_index import LedgerIndex
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import (
    SIDECAR_ENDING,
    read_sidecar,
    stamp_at,
    stamp_packed,
    stamps_below,
    unreadable,
)
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import content_of, packed_entry, unpacked_entry
from tasted.records import LedgerEntry
from tasted.system.plain_structlog import structlog
from tasted.system.platform import return_freed_memory

_MANY_READ = 1_000
"""Sidecars whose documents leave behind more memory than the process should keep."""
_SAVED_AT_LEAST = 200
_SAVED_SHARE = 0.02
"""An index is written again when this part of it has changed; the rest of a start reads."""

log = structlog.get_logger("tasted.ledger")


class Ledger:
    """The entries of one outbox, by the path of the file that each belongs to.

    Several threads use it; no lock is held while the disk is read.

    Args:
        outbox: the folder.
        index: what is known of it from before; without one, every sidecar is read at first.
    """

    def __init__(self, outbox: Path, index: LedgerIndex | None = None) -> None:
        self._outbox = outbox
        self._index = index
        self._scanning = threading.Lock()
        """Held by the one thread that looks at the disk."""
        self._guard = threading.RLock()
        """Held for an instant around what is kept in memory."""
        self._own: set[str] = set()
        """Places that this process wrote or removed since the look in hand began."""
        self._held = HeldRows()
        self._shown: weakref.ref[Entries] | None = None
        self._shown_at = -1
        self._is_indexed = index is None
        """Whether the index was read, or there is none to read."""
        self.read = 0
        """How many sidecars were opened so far."""
        self._is_doubted = False
        self._was_refreshed = False

    @classmethod
    def of(cls, home: Home) -> "Ledger":
        """Return the ledger of a home, which begins with what the index of the home says."""
        return cls(home.outbox, LedgerIndex(home.index_file, version=__version__, check=home.check))

    def refresh(self) -> None:
        """Take in what changed on disk since the last call: new, edited and deleted sidecars.

        Raises:
            OutboxUnwritable: when the outbox cannot be listed.
        """
        with self._scanning:
            self._take_index()
            with self._guard:
                self._own = set()
                is_doubted, self._is_doubted = self._is_doubted, False
            found: dict[str, Found] = {}
            hits = 0
            try:
                for place, stamp in stamps_below(self._outbox, ""):
                    if not is_doubted and self._held.is_plainly_held(place, stamp):
                        hits += 1
                        continue
                    held = self._held.stamp_at(place)
                    hits += held is not None
                    if held != stamp or is_doubted:
                        found[place] = self._read(place, stamp)
                with self._guard:
                    is_sure = hits == len(self._held) and not self._own
                # rarely is anything gone, and the names of everything take room
                left = set() if is_sure else self._places_left()
            except OSError as error:
                raise unreadable(self._outbox, error) from error
            with self._guard:
                gone = set() if is_sure else self._held.places() - left
                self._held.take_in(found, gone, own=self._own)
                self._was_refreshed = True
            if len(found) >= _MANY_READ:
                found.clear()
                return_freed_memory()

    def refresh_once(self) -> None:
        """Do what `refresh` does unless that was done before; wait where it is being done.

        Raises:
            OutboxUnwritable: as `refresh`.
        """
        if not self._was_refreshed:
            self.refresh()

    def _places_left(self) -> set[str]:
        return {place for place, _stamp in stamps_below(self._outbox, "")}

    def look_at(self, places: Collection[str]) -> None:
        """Take in what changed at some places, as `refresh` does for all.

        Args:
            places: relative to the outbox; one that is no sidecar's stands for all below it.

        Raises:
            OutboxUnwritable: when the outbox, or what is below such a place, cannot be listed.
        """
        with self._scanning:
            self._take_index()
            with self._guard:
                self._own = set()
            found: dict[str, Found] = {}
            gone: set[str] = set()
            try:
                if places:
                    # what is missing from an outbox that is gone proves nothing
                    os.stat(self._outbox)  # noqa: PTH116 - as where it is listed
                for place in self._meant(places):
                    stamp = stamp_at(self._outbox, place)
                    if stamp is None:
                        gone.add(place)
                    elif stamp != self._held.stamp_at(place):
                        found[place] = self._read(place, stamp)
            except OSError as error:
                raise unreadable(self._outbox, error) from error
            with self._guard:
                self._held.take_in(found, gone, own=self._own)

    def _meant(self, places: Collection[str]) -> set[str]:
        meant = {place for place in places if place.endswith(SIDECAR_ENDING)}
        folders = tuple(f"{place.rstrip('/')}/" for place in places)
        for folder in folders:
            meant.update(place for place, _stamp in stamps_below(self._outbox, folder))
        if len(meant) < len(folders) or any(not place.endswith(SIDECAR_ENDING) for place in places):
            with self._guard:
                meant.update(place for place in self._held.places() if place.startswith(folders))
        return meant

    def _read(self, place: str, stamp: bytes) -> Found:
        self.read += 1
        sidecar = read_sidecar(self._outbox, place)
        if sidecar is None:
            return Found(stamp, None, None)
        entry = sidecar.ledger_entry()
        return Found(stamp, entry.path, packed_entry(entry, stamp, self._held.shared))

    def wrote(self, place: PurePosixPath, entry: LedgerEntry) -> None:
        """Note a sidecar that this process wrote, without reading it back."""
        stamp = stamp_packed(os.lstat(self._outbox / place))
        with self._guard:
            # the texts of an index may have taken the place of those that there were
            row = packed_entry(entry, stamp, self._held.shared)
            self._own.add(str(place))
            self._held.wrote(str(place), entry.path, row)

    def removed(self, path: str, *, also: Iterable[PurePosixPath] = ()) -> None:
        """Note that the sidecar of a path was removed by this process, and what lay at `also`."""
        with self._guard:
            for place in map(str, also):
                self._own.add(place)
                self._held.drop(place)
            if path in self._held.rows:
                place = self._held.place_of(path)
                self._own.add(place)
                self._held.drop(place)

    def follow(self) -> Followed:
        """Return what gets the paths whose entries change from now on, as long as it is kept."""
        followed = Followed()
        with self._guard:
            self._held.followers.add(followed)
        return followed

    @property
    def changes(self) -> int:
        """Grows whenever a sidecar came, changed or went."""
        return self._held.changes

    @property
    def entries(self) -> Entries:
        """The valid entries of this moment by the path of their file; they stay as they are."""
        with self._guard:
            shown = self._shown() if self._shown is not None else None
            if shown is None or self._shown_at != self._held.changes:
                shown = Entries(dict(self._held.rows), self._held.shared)
                self._shown, self._shown_at = weakref.ref(shown), self._held.changes
            return shown

    @property
    def live_entries(self) -> Entries:
        """The entries as they are whenever they are asked for; not to be iterated over."""
        return Entries(self._held.rows, self._held.shared)

    def row_of(self, path: str) -> bytes | None:
        """Return the row of a path as it is now: another object as soon as it is another entry."""
        return self._held.rows.get(path)

    def entry_of(self, path: str) -> LedgerEntry | None:
        """Return the valid entry of a path as it is now; quicker than to ask for all."""
        row = self._held.rows.get(path)
        return unpacked_entry(path, row, self._held.shared) if row is not None else None

    def census(self) -> Counter[Census]:
        """Return how many entries there are of each kind."""
        with self._guard:
            return +self._held.census

    def paths_of_content(self, content_id: str) -> list[str]:
        """Return the paths that have an entry of a content, given as hex."""
        content = bytes.fromhex(content_id)
        with self._guard:
            return [path for path, row in self._held.rows.items() if content_of(row) == content]

    @property
    def invalid(self) -> int:
        """How many `.json` files of the outbox are not a valid sidecar."""
        return len(self._held.invalid)

    def is_invalid(self, place: PurePosixPath) -> bool:
        """Return whether there is a `.json` file at a place that is not a valid sidecar."""
        return str(place) in self._held.invalid

    def place_of(self, path: str) -> PurePosixPath | None:
        """Return where the valid sidecar of a path lies, relative to the outbox."""
        with self._guard:
            return PurePosixPath(self._held.place_of(path)) if path in self._held.rows else None

    def sidecar_of(self, path: str) -> Sidecar | None:
        """Read the sidecar of a path; None when it is gone or no longer valid."""
        place = self.place_of(path)
        return read_sidecar(self._outbox, str(place)) if place is not None else None

    def owner_of(self, place: PurePosixPath) -> str | None:
        """Return the path whose valid sidecar lies at a place."""
        with self._guard:
            return self._held.owner_of(str(place))

    def _take_index(self) -> None:
        """Begin with what the index says, once; each row is compared with the disk after that."""
        if self._is_indexed:
            return
        self._is_indexed = True
        try:
            known = self._index.read(self._outbox) if self._index is not None else None
        except OSError as error:
            raise unreadable(self._outbox, error) from error
        if known is None:
            # whatever the first look reads is worth an index
            self._held.unsaved = _SAVED_AT_LEAST
            return
        with self._guard:
            if not len(self._held):
                self._held.begin_with(known)

    def save_index(self, *, is_last: bool = False) -> None:
        """Write the index, if enough has changed; one that cannot be written costs time alone.

        Args:
            is_last: nothing is held back for the next time.
        """
        with self._scanning:
            with self._guard:
                most = (
                    0 if is_last else max(_SAVED_AT_LEAST, _SAVED_SHARE * len(self._held.rows)) - 1
                )
                if self._index is None or not self._is_indexed or self._held.unsaved <= most:
                    return
                indexed = self._held.indexed()
                self._held.unsaved = 0
            try:
                self._index.write(self._outbox, indexed)
            except (OSError, ServiceFault) as error:
                log.warning("index_not_written", error=str(error))

    def forget_index(self) -> None:
        """Remove the index: it names what is to be forgotten. It is written again by itself.

        Raises:
            OSError: when it cannot be removed.
        """
        with self._scanning:
            self._is_indexed = True
            if self._index is not None:
                self._index.remove()
            with self._guard:
                rows = len(self._held.rows)
                self._held.unsaved = max(self._held.unsaved, rows + _SAVED_AT_LEAST)

    def doubt(self) -> None:
        """Let the next `refresh` read every sidecar, whatever is held of it.

        Raises:
            OSError: when the index cannot be removed.
        """
        self.forget_index()
        self._is_doubted = True
