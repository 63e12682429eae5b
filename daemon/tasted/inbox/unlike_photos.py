"""Which photos of one folder the engine found unlike beside different texts. Touches one file.

`.tasted/unlike.json` is an answer of the engine that is kept, so that it is not asked again until
one of these photos or its text is another: the light process has no vectors. It holds digests
alone. Without it, or where it cannot be read, the engine is asked once more.
"""

import errno
import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from tasted.errors import DiskFull, ServiceFault
from tasted.inbox.people import photo_id
from tasted.records import FileStamp, LedgerEntry
from tasted.system.files import read_regular_file, stamp_of, write_atomically
from tasted.system.plain_structlog import structlog

_BYTES_MAX = 16_000_000

log = structlog.get_logger("tasted.unlike")


class UnlikePhotos:
    """The list of one home, read again when its file changes.

    Args:
        file: the list; it need not exist.
        check: refuses, before it is written, when the home is not at its place.
    """

    def __init__(self, file: Path, *, check: Callable[[], None] = lambda: None) -> None:
        self._file = file
        self._check = check
        self._stamp: FileStamp | None = None
        self._read: frozenset[frozenset[str]] = frozenset()

    @property
    def current(self) -> frozenset[frozenset[str]]:
        """The sets of `photo_id` that are unlike, as they are on disk."""
        try:
            stamp = stamp_of(os.lstat(self._file))
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._read = self._parsed() if stamp is not None else frozenset()
            self._stamp = stamp
        return self._read

    def _parsed(self) -> frozenset[frozenset[str]]:
        try:
            data, _stamp = read_regular_file(self._file, max_bytes=_BYTES_MAX)
            return parse_unlike(data)
        except (OSError, ValueError) as error:
            log.warning("unlike_photos_unreadable", reason=str(error))
            return frozenset()

    def keep(self, photos: Collection[str], ledger: Mapping[str, LedgerEntry]) -> None:
        """Know a set of photos as unlike from now on. For one thread alone.

        Args:
            photos: `photo_id` of each.
            ledger: what the sidecars prove; sets with photos that are in none of them are dropped.

        Raises:
            ServiceFault: when the list cannot be written.
        """
        self._replace(self._known(ledger) | {frozenset(photos)})

    def drop_unknown(self, ledger: Mapping[str, LedgerEntry]) -> None:
        """Drop the sets with photos that are in no sidecar, such as those that were forgotten.

        Args:
            ledger: what the sidecars prove.

        Raises:
            ServiceFault: when the list cannot be written.
        """
        self._replace(self._known(ledger))

    def _known(self, ledger: Mapping[str, LedgerEntry]) -> frozenset[frozenset[str]]:
        known = {
            photo_id(entry.content_id, entry.text_id)
            for entry in ledger.values()
            if entry.content_id is not None
        }
        return frozenset(group for group in self.current if group <= known)

    def _replace(self, kept: frozenset[frozenset[str]]) -> None:
        if kept == self.current:
            return
        self._check()
        value = sorted(sorted(group) for group in kept)
        try:
            write_atomically(self._file, json.dumps(value).encode("ascii"))
        except OSError as error:
            kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else ServiceFault
            raise kind(
                f"The list of photos that look different, {self._file}, cannot be written: "
                f"{error.strerror}.",
                remedy="Check the free space and the folder; tasted continues by itself.",
            ) from error


def parse_unlike(data: bytes) -> frozenset[frozenset[str]]:
    """Parse the bytes of the file. Pure.

    Raises:
        ValueError: when they are no list of ours.
    """
    try:
        value = json.loads(data)
        # an empty set would be in every folder
        is_ours = isinstance(value, list) and all(
            isinstance(group, list) and group for group in value
        )
        if is_ours and all(isinstance(photo, str) for group in value for photo in group):
            return frozenset(map(frozenset, value))
    except RecursionError:
        pass
    raise ValueError("it is not a list of sets of photos")
