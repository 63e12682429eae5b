"""Copies that share the blocks of what they copy, where the file system can. Touches the disk.

btrfs, XFS and APFS keep the content once until one of the two files is changed; ext4 and network
drives do not, and there bytes are written. Never a hard link: that would be the same file, and an
edit of the one would change the other. Not run on a Mac: fclonefileat.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tasted.system.platform import DARWIN, LINUX

# <linux/fs.h>: _IOW(0x94, 9, int)
_FICLONE = 0x40049409
# <sys/clonefile.h>, <fcntl.h> of macOS: names are relative to the working folder
_CLONE_NOFOLLOW = 0x0001
_AT_FDCWD_OF_MACOS = -2
_PRIVATE_FILE = 0o600
_CHUNK_BYTES = 1_000_000

Cloner = Callable[[int, Path], int | None]


def cloned(source: int, target: Path, *, system: str = sys.platform) -> int | None:
    """Make a new private file that shares the blocks of an open one.

    Args:
        source: descriptor of a regular file.
        target: a name that nothing has, on the same file system.
        system: `sys.platform`.

    Returns:
        A descriptor of the new file, for reading and writing; None where it cannot be cloned: then
        there is no new file.
    """
    try:
        if system == LINUX:
            return _cloned_on_linux(source, target)
        return _cloned_on_macos(source, target) if system == DARWIN else None
    except OSError:
        # another file system, one that cannot, or no room: whoever writes the bytes finds out
        return None


def holds(descriptor: int, data: bytes) -> bool:
    """Return whether an open file has exactly this content: its source may have changed meanwhile.

    Raises:
        OSError: when it cannot be read.
    """
    if os.fstat(descriptor).st_size != len(data):
        return False
    view = memoryview(data)
    for at in range(0, len(data), _CHUNK_BYTES):
        if os.pread(descriptor, _CHUNK_BYTES, at) != view[at : at + _CHUNK_BYTES]:
            return False
    return True


def _cloned_on_linux(source: int, target: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(target, flags, _PRIVATE_FILE)
    try:
        fcntl.ioctl(descriptor, _FICLONE, source)
    except BaseException:
        os.close(descriptor)
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        raise
    return descriptor


def _cloned_on_macos(source: int, target: Path) -> int:
    # Python copies bytes on macOS (python/cpython#140489)
    clone = ctypes.CDLL(None, use_errno=True).fclonefileat
    if clone(source, _AT_FDCWD_OF_MACOS, os.fsencode(target), _CLONE_NOFOLLOW) != 0:
        raise OSError(ctypes.get_errno() or errno.ENOTSUP, "it cannot be cloned", str(target))
    try:
        # a clone has the mode and the time of its source
        target.chmod(_PRIVATE_FILE)
        os.utime(target)
        return os.open(target, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
        raise
