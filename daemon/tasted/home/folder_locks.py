"""Keeps two homes from sharing an inbox or outbox, which both may reach through links.

Touches small files in `~/.cache/tasted/folders`, locked by flock and named by host, device and
inode of a folder. The folders themselves are not held open: that would keep their volume from being
unmounted.
"""

import contextlib
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from tasted.errors import HomeLocked
from tasted.system.files import PRIVATE_FILE, private_folder, real_path

CACHE = Path(".cache") / "tasted"
"""What tasted keeps for all homes of a user, relative to their home folder."""
LOCKS_NAME = "folders"


class FolderLocks:
    """The locks of some folders, by what lies at their paths now. Used by one thread at a time.

    Only processes of one user on one host see each other here. Where no lock can be had the lock of
    the home itself has to do.

    Args:
        folders: where they should lie; each may be missing, or come and go.
        place: where the lock files lie; by default in the user's own folder.
    """

    def __init__(self, folders: Sequence[Path], *, place: Path | None = None) -> None:
        self._folders = folders
        self._place = place
        self._held: dict[Path, tuple[str, int | None]] = {}

    def keep(self) -> None:
        """Lock what is at the paths now, and release what was there before.

        Raises:
            HomeLocked: when the owner of another home works with one of the folders.
        """
        for folder in self._folders:
            name = _name_of(folder)
            held = self._held.get(folder)
            if held is not None and held[0] == name:
                continue
            self._release(folder)
            if name is not None:
                self._held[folder] = name, self._locked(folder, name)

    def _locked(self, folder: Path, name: str) -> int | None:
        """Return a descriptor that holds the lock; None where no lock can be had."""
        try:
            place = private_folder(self._place or Path.home() / CACHE / LOCKS_NAME)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(place / name, flags, PRIVATE_FILE)
        except (OSError, RuntimeError):
            # a user without a home, or one that cannot be written
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise HomeLocked(
                f"A tasted daemon already uses {real_path(folder)}, for another tasted folder.",
                remedy="Stop that one, or use a different inbox and outbox for each tasted folder.",
            ) from error
        except OSError:
            # network file systems may know no such lock
            os.close(descriptor)
            return None
        return descriptor

    def _release(self, folder: Path) -> None:
        _name, descriptor = self._held.pop(folder, ("", None))
        if descriptor is not None:
            # the file stays: removing it would let a third process lock another one of its name
            os.close(descriptor)

    def close(self) -> None:
        """Release all locks."""
        for folder in self._folders:
            self._release(folder)


def _name_of(folder: Path) -> str | None:
    with contextlib.suppress(OSError):
        # a folder that is gone is waited for, and nobody else can have it
        status = folder.stat()
        return f"{os.uname().nodename}.{status.st_dev:x}.{status.st_ino:x}"
    return None
