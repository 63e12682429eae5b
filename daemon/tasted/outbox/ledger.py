"""What the outbox proves, held in memory and kept in step with the disk. Reads files only.

Each sidecar is read once and again only when its own size, time or inode changes, so that a look
at ten thousand sidecars costs as much as listing them.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from tasted.errors import OutboxUnwritable
from tasted.files import read_regular_file, stamp_of
from tasted.outbox.places import belongs
from tasted.outbox.sidecar import Sidecar
from tasted.records import FileStamp, LedgerEntry

SIDECAR_BYTES_MAX = 16_000_000


class Ledger:
    """The entries of one outbox, by the path of the file that each belongs to."""

    def __init__(self, outbox: Path) -> None:
        self._outbox = outbox
        self._seen: dict[str, tuple[FileStamp, LedgerEntry | None]] = {}
        self._entries: dict[str, LedgerEntry] = {}
        self._places: dict[str, str] = {}
        self._invalid: set[str] = set()
        self.changes = 0
        """Grows whenever a sidecar came, changed or went."""

    def refresh(self) -> None:
        """Take in what changed on disk since the last call: new, edited and deleted sidecars.

        Raises:
            OutboxUnwritable: when the outbox cannot be listed.
        """
        try:
            files = list(_sidecar_files(self._outbox))
        except OSError as error:
            raise unreadable(self._outbox, error) from error
        seen: dict[str, tuple[FileStamp, LedgerEntry | None]] = {}
        for place, stamp in files:
            known = self._seen.get(place)
            if known is not None and known[0] == stamp:
                seen[place] = known
            else:
                entry = self._read(place)
                seen[place] = (stamp, entry)
        if seen != self._seen:
            self.changes += 1
        self._seen = seen
        self._index()

    def _read(self, place: str) -> LedgerEntry | None:
        sidecar = read_sidecar(self._outbox, place)
        return sidecar.ledger_entry() if sidecar is not None else None

    def _index(self) -> None:
        entries: dict[str, LedgerEntry] = {}
        places: dict[str, str] = {}
        invalid: set[str] = set()
        for place, (_stamp, entry) in self._seen.items():
            if entry is None:
                invalid.add(place)
            else:
                entries[entry.path] = entry
                places[entry.path] = place
        # whoever asks without the lock that others hold meanwhile never sees them half filled
        self._entries, self._places, self._invalid = entries, places, invalid

    def wrote(self, place: PurePosixPath, entry: LedgerEntry) -> None:
        """Note a sidecar that this process wrote, without reading it back."""
        status = os.lstat(self._outbox / place)
        self._seen[str(place)] = (stamp_of(status), entry)
        self._entries[entry.path] = entry
        self._places[entry.path] = str(place)
        self._invalid.discard(str(place))
        self.changes += 1

    def removed(self, path: str) -> None:
        """Note that the sidecar of a path was removed by this process."""
        self._entries.pop(path, None)
        place = self._places.pop(path, None)
        if place is not None:
            self._seen.pop(place, None)
            self.changes += 1

    @property
    def entries(self) -> Mapping[str, LedgerEntry]:
        """The valid entries, by the path of their file."""
        return self._entries

    @property
    def invalid(self) -> int:
        """How many `.json` files of the outbox are nobody's valid sidecar."""
        return len(self._invalid)

    def is_invalid(self, place: PurePosixPath) -> bool:
        """Tell whether a `.json` file lies at a place and is nobody's valid sidecar."""
        return str(place) in self._invalid

    def place_of(self, path: str) -> PurePosixPath | None:
        """Return where the valid sidecar of a path lies, relative to the outbox."""
        place = self._places.get(path)
        return PurePosixPath(place) if place is not None else None

    def sidecar_of(self, path: str) -> Sidecar | None:
        """Read the sidecar of a path anew; None when it is no longer there or no longer valid."""
        place = self._places.get(path)
        return read_sidecar(self._outbox, place) if place is not None else None

    def owner_of(self, place: PurePosixPath) -> str | None:
        """Return the path whose valid sidecar lies at a place."""
        known = self._seen.get(str(place))
        return known[1].path if known is not None and known[1] is not None else None


def _sidecar_files(outbox: Path) -> Iterator[tuple[str, FileStamp]]:
    pending = [""]
    while pending:
        folder = pending.pop()
        for entry in _entries(outbox / folder, is_root=not folder):
            if entry.name.startswith("."):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(status.st_mode):
                pending.append(f"{folder}{entry.name}/")
            elif stat.S_ISREG(status.st_mode) and entry.name.endswith(".json"):
                yield f"{folder}{entry.name}", stamp_of(status)


def _entries(folder: Path, *, is_root: bool) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        if is_root:
            raise
        # removed since its parent was listed
        return []


def sidecars(
    outbox: Path, *, seen: dict[str, FileStamp] | None = None
) -> Iterator[tuple[PurePosixPath, Sidecar]]:
    """Read the valid sidecars of the outbox: place relative to the outbox, and document.

    Args:
        outbox: the folder.
        seen: what was read before, by place; unchanged files are passed over and new ones noted.

    Raises:
        OutboxUnwritable: when the outbox cannot be listed.
    """
    known = {} if seen is None else seen
    try:
        files = list(_sidecar_files(outbox))
    except OSError as error:
        raise unreadable(outbox, error) from error
    for place, stamp in files:
        if known.get(place) == stamp:
            continue
        known[place] = stamp
        sidecar = read_sidecar(outbox, place)
        # being replaced, or not ours: a list of results is no place to complain about it
        if sidecar is not None:
            yield PurePosixPath(place), sidecar


def read_sidecar(outbox: Path, place: str) -> Sidecar | None:
    """Return the valid sidecar at a place where it may lie; None for anything else.

    Args:
        outbox: the folder.
        place: relative to it.
    """
    try:
        data, _stamp = read_regular_file(outbox / place, max_bytes=SIDECAR_BYTES_MAX)
        sidecar = Sidecar.model_validate_json(data)
        entry = sidecar.ledger_entry()
        is_ours = belongs(PurePosixPath(place), entry.path) and (
            entry.is_profile == (sidecar.kind == "profile")
        )
    except (OSError, ValueError):
        # unreadable, or edited into something else (pydantic's error is a ValueError)
        return None
    return sidecar if is_ours else None


def unreadable(outbox: Path, error: OSError) -> OutboxUnwritable:
    """Return the fault of an outbox that cannot be listed."""
    return OutboxUnwritable(
        f"The outbox {outbox} cannot be read: {error.strerror}.",
        remedy="Check that the folder exists and belongs to you; scoring goes on by itself.",
    )
