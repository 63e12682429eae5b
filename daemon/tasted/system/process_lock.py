"""Locks that one process at a time holds (flock(2)); each is free when that process ends."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from tasted.system.files import PRIVATE_FILE

NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""What file systems without such locks answer."""


@contextlib.contextmanager
def held_if_free(file: Path) -> Iterator[bool]:
    """Hold a lock while the block runs; gives whether it was free.

    Args:
        file: made when it is missing; its folder is there.

    Raises:
        OSError: when the file cannot be made, or locked on its file system.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(file, flags, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def folder_held(folder: Path) -> Iterator[None]:
    """Wait for the lock of a folder, and hold it while the block runs: no file is left.

    On a file system without locks the block runs all the same.

    Args:
        folder: is there; who holds it must not ask for it again.

    Raises:
        OSError: when it cannot be opened, or the disk fails.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        yield
    finally:
        os.close(descriptor)


def is_held(file: Path) -> bool:
    """Return whether a process holds a lock now; where that cannot be found out, none does."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)
