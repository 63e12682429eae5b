"""The last look at the inbox, kept in step by looks at single paths. Reads the disk by lstat.

A look at single paths is for pictures that came, changed or went where nothing else decides about
them. Whatever is more than that is answered with `None`: look at everything. So is every folder
that is not the one that was looked at.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from tasted.inbox.absence import way_to
from tasted.inbox.companions import keys_of_picture
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.listing import Listing
from tasted.inbox.naming import NOT_A_PROFILE_NAME, NameKind, is_walked_folder, kind_of_name
from tasted.inbox.packed_files import Sight, stamp_in
from tasted.inbox.profiles import folder_of
from tasted.packing.entry_rows import inode_in, packed_stamp
from tasted.system.files import stamp_of
from tasted.system.platform import is_being_copied, is_dataless


class _MoreThanPicturesError(Exception):
    """Something stirred that only a look at everything can tell the meaning of."""


class HeldListing:
    """One listing of an inbox, whose files follow the disk.

    Args:
        inbox: the folder.
        listing: a whole look at it; its files are changed in place.
        first_bytes: what is known of first bytes.
    """

    def __init__(self, inbox: Path, listing: Listing, first_bytes: FirstBytes) -> None:
        self.listing = listing
        self._inbox = inbox
        self._sights = listing.files.sights
        self._first_bytes = first_bytes
        self._folders = {folder: self._seen(folder) for folder in listing.folders}
        """Identity, mode and owner of each folder."""
        self._same: set[str] = set()
        """Folders that this look found to be what they were."""

    def look_at(self, paths: Iterable[str]) -> set[str] | None:
        """Look at some paths, and return those at which something is another than before.

        Args:
            paths: relative to the inbox, as events name them; they may never have been there.

        Returns:
            None when everything has to be looked at.
        """
        if not self.listing.healthy:
            return None
        self._same = set()
        found: dict[str, Sight | None] = {}
        try:
            self._keep_to("")
            for path in paths:
                if self._is_walked_to(path):
                    self._look(path, found)
        except (_MoreThanPicturesError, OSError):
            # the whole look tells what is wrong with the disk
            return None
        stirred = {path for path, sight in found.items() if self._sights.get(path) != sight}
        for path in stirred:
            sight = found[path]
            if sight is None:
                del self._sights[path]
            else:
                self._sights[path] = sight
        return stirred

    def _is_walked_to(self, path: str) -> bool:
        """Tell whether the folders on the way to a path are looked into, and are the same."""
        if not path or path.endswith("/"):
            raise _MoreThanPicturesError
        folder = folder_of(path)
        if not all(map(is_walked_folder, folder.split("/")[:-1])):
            return False
        for way in way_to(folder):
            self._keep_to(way)
        return True

    def _keep_to(self, folder: str) -> None:
        if folder in self._same:
            return
        found = self._seen(folder)
        if found is None or self._folders.get(folder) != found:
            raise _MoreThanPicturesError
        identity = self.listing.folders.get(folder)
        if identity is None or (identity.device, identity.inode) != found[:2]:
            raise _MoreThanPicturesError
        self._same.add(folder)

    def _seen(self, folder: str) -> tuple[int, ...] | None:
        try:
            # a folder that was replaced by a link to itself is no folder of the inbox any more
            is_inbox = not folder
            status = os.stat(self._inbox / folder, follow_symlinks=is_inbox)  # noqa: PTH116 - a path
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_mode, status.st_uid, status.st_gid

    def _look(self, path: str, found: dict[str, Sight | None]) -> None:
        name = path[path.rfind("/") + 1 :]
        kind = kind_of_name(name)
        try:
            status = os.lstat(self._inbox / path)
        except FileNotFoundError:
            self._missed(path, kind, found)
            return
        if stat.S_ISDIR(status.st_mode):
            # its own files tell what is new in it
            if f"{path}/" in self.listing.folders:
                self._keep_to(f"{path}/")
            elif is_walked_folder(name):
                raise _MoreThanPicturesError
            return
        if kind is NameKind.HIDDEN and name != NOT_A_PROFILE_NAME:
            return
        is_plain = stat.S_ISREG(status.st_mode) and not (
            is_dataless(status) or is_being_copied(status)
        )
        if not is_plain or not self._is_picture(path, kind, status):
            raise _MoreThanPicturesError
        if self._may_be_told_by_others(path) or self._may_be_held_already(path, status):
            raise _MoreThanPicturesError
        found[path] = packed_stamp(
            status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns
        )

    def _may_be_held_already(self, path: str, status: os.stat_result) -> bool:
        """Tell whether a path may be another spelling of one that is held.

        Where letter case does not matter, a picture that gets a name of other letters is there
        under both; a listing shows one.
        """
        folder, name = folder_of(path), path[path.rfind("/") + 1 :]
        if path in self._sights or name == name.swapcase():
            return False
        try:
            other = os.lstat(self._inbox / f"{folder}{name.swapcase()}")
        except OSError:
            # letter case matters here, as nearly everywhere on Linux
            return False
        return os.path.samestat(status, other) and any(
            inode_in(stamp_in(sight)) == status.st_ino for sight in self._sights.values()
        )

    def _missed(self, path: str, kind: NameKind, found: dict[str, Sight | None]) -> None:
        if path in self._sights:
            if self._may_be_told_by_others(path):
                raise _MoreThanPicturesError
            found[path] = None
        elif path in self.listing.passed_over or f"{path}/" in self.listing.folders:
            raise _MoreThanPicturesError
        elif kind in {NameKind.COMPANION, NameKind.UNFINISHED} or path.endswith(NOT_A_PROFILE_NAME):
            # it may have been there
            raise _MoreThanPicturesError

    def _is_picture(self, path: str, kind: NameKind, status: os.stat_result) -> bool:
        if kind is NameKind.UNKNOWN:
            return self._first_bytes.is_picture(self._inbox, path, stamp_of(status))
        return kind is NameKind.PICTURE

    def _may_be_told_by_others(self, path: str) -> bool:
        listing = self.listing
        return (
            path in listing.passed_over
            or folder_of(path) in listing.loading
            or not listing.text_keys.isdisjoint(keys_of_picture(path))
        )
