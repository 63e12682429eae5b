"""Sidecars as files: which there are, and what is in them. Reads the outbox.

A `.json` file that is no document of ours, or lies where the sidecar of its path cannot lie, is
none.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tasted.errors import OutboxUnwritable, ServiceFault
from tasted.outbox.places import belongs, of_backfill
from tasted.outbox.sidecar import Sidecar
from tasted.packing.entry_rows import STAMP_BYTES, packed_stamp
from tasted.system.files import read_regular_file
from tasted.system.folder_entries import passing_entries
from tasted.system.machine_faults import shortage_of

SIDECAR_BYTES_MAX = 16_000_000
SIDECAR_ENDING = ".json"


def stamp_packed(status: os.stat_result) -> bytes:
    """Return what lstat says of a file as a packed stamp."""
    stamp = packed_stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
    # it is only ever compared, and has its place in a row
    is_wide = len(stamp) != STAMP_BYTES
    return hashlib.blake2b(stamp, digest_size=STAMP_BYTES).digest() if is_wide else stamp


def stamp_at(outbox: Path, place: str) -> bytes | None:
    """Return the stamp of what lies where a sidecar may lie; None when no file does."""
    try:
        status = os.lstat(outbox / place)
    except (FileNotFoundError, NotADirectoryError):
        return None
    is_hidden = any(part.startswith(".") for part in place.split("/")) or of_backfill(place)
    return None if is_hidden or not stat.S_ISREG(status.st_mode) else stamp_packed(status)


def stamps_below(outbox: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield place and packed stamp of each file in a folder of the outbox that may be a sidecar.

    Those of backfills are none of this outbox; each is an outbox of its own.
    """
    pending = [] if of_backfill(folder) else [folder]
    while pending:
        folder = pending.pop()
        for entry in _entries(outbox / folder, is_root=not folder):
            name = entry.name
            if name.startswith("."):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            mode = status.st_mode
            if stat.S_ISREG(mode):
                if name.endswith(SIDECAR_ENDING):
                    yield f"{folder}{name}", stamp_packed(status)
            elif stat.S_ISDIR(mode) and not of_backfill(f"{folder}{name}/"):
                pending.append(f"{folder}{name}/")


def _entries(folder: Path, *, is_root: bool) -> Iterator[os.DirEntry[str]]:
    try:
        yield from passing_entries(folder)
    except (FileNotFoundError, NotADirectoryError):
        if is_root:
            raise
        # removed since its parent was listed


def sidecars(
    outbox: Path, *, seen: dict[str, bytes] | None = None
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
        files = list(stamps_below(outbox, ""))
    except OSError as error:
        raise unreadable(outbox, error) from error
    for place, stamp in files:
        if known.get(place) == stamp:
            continue
        known[place] = stamp
        sidecar = read_sidecar(outbox, place)
        # being replaced, or not ours: a list of results does not complain about it
        if sidecar is not None:
            yield PurePosixPath(place), sidecar


def read_sidecar(outbox: Path, place: str) -> Sidecar | None:
    """Return the valid sidecar at a place where it may lie; None for anything else.

    Args:
        outbox: the folder.
        place: relative to it.

    Raises:
        ServiceFault: when the machine has no memory or no more open files for that.
    """
    try:
        data, _stamp = read_regular_file(outbox / place, max_bytes=SIDECAR_BYTES_MAX)
        sidecar = Sidecar.model_validate_json(data)
        entry = sidecar.ledger_entry()
        is_ours = belongs(PurePosixPath(place), entry.path) and (
            entry.is_profile == (sidecar.kind == "profile")
        )
    except OSError as error:
        if shortage_of(error) is not None:
            # taken for none, everything would be scored again
            raise unreadable(outbox, error) from error
        return None
    except ValueError:
        # edited into something else (pydantic's error is a ValueError)
        return None
    return sidecar if is_ours else None


def unreadable(outbox: Path, error: OSError) -> ServiceFault:
    """Return the fault of an outbox that cannot be listed, or of a machine without open files."""
    return shortage_of(error) or OutboxUnwritable(
        f"The outbox {outbox} cannot be read: {error.strerror}.",
        remedy="Check that the folder exists and belongs to you; scoring goes on by itself.",
    )
