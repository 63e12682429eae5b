"""What differs between macOS and Linux. Touches mount tables, file descriptors and this process.

Every decision takes what it is about as an argument, so that the macOS side is tested with forged
values on Linux. Not run on a Mac: dataless files, Finder's mark, statfs, F_GETPATH, F_FULLFSYNC,
renamex_np.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import resource
import select
import signal
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from tasted.plain_dataclass import dataclass

DARWIN = "darwin"
LINUX = "linux"

# <sys/stat.h> of macOS: the content lies in the cloud, and opening the file would fetch it
_SF_DATALESS = 0x40000000
# Finder dates what it still copies to 14 February 1946 (<Files.h>, kMagicBusyCreationDate), or to
# the first day of 1904, where such dates begin. They are in seconds since the epoch; a time
# zone shifts them by less than a day
_FINDER_BUSY_SECONDS = (-753_578_704, -2_082_844_800)
_DAY_SECONDS = 86_400
# <sys/fcntl.h> of macOS
_F_GETPATH = 50
_F_FULLFSYNC = 51
_PATH_BYTES_MAX = 1024
# <sys/mount.h> of macOS: struct statfs with 64-bit inodes
_STATFS_BYTES = 2168
_STATFS_FLAGS_AT = 64
_STATFS_TYPE_AT = 72
_STATFS_TYPE_BYTES = 16
_MNT_LOCAL = 0x1000
# <malloc.h> of glibc
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK_BYTES = 128 * 1024
# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
# <linux/fs.h>, <fcntl.h>: names are relative to the working folder
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100
# <sys/stdio.h> of macOS
_RENAME_EXCL = 4
# what file systems and kernels answer that know no such rename
_NO_SUCH_RENAME = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})

# https://eclecticlight.co/2026/04/15: background programs may not read these without being asked
_GUARDED_FOLDERS = {
    ("desktop",): "the Desktop",
    ("documents",): "Documents",
    ("downloads",): "Downloads",
    ("library", "mobile documents"): "iCloud Drive",
    ("library", "cloudstorage"): "a cloud drive",
}
_REMOVABLE = {
    DARWIN: (Path("/Volumes"),),
    LINUX: (Path("/media"), Path("/run/media")),
}

_REMOTE_TYPES = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|afpfs|webdav|ncpfs|afs|9p|ceph|glusterfs|lustre|beegfs|orangefs"
    r"|vboxsf|prl_fs|vmhgfs|virtiofs|osxfs|fakeowner|drvfs|macfuse|osxfuse|fuse(blk)?(\..+)?"
)
_LOCAL_FUSE = frozenset({"fuseblk", "fuse.portal", "fuse.gvfsd-fuse", "fuse.lxcfs"})


def guarded_place(folder: Path, user_home: Path, *, system: str = sys.platform) -> str | None:
    """Name the place that macOS keeps background programs from reading; None when it is not one.

    Args:
        folder: absolute, links resolved: Desktop and Documents may lead into iCloud.
        user_home: of the user, links resolved.
        system: only macOS has this rule.
    """
    if system != DARWIN or not folder.is_relative_to(user_home):
        return None
    below = tuple(part.casefold() for part in folder.relative_to(user_home).parts)
    for guarded, name in _GUARDED_FOLDERS.items():
        if below[: len(guarded)] == guarded:
            return name
    return None


def is_removable(folder: Path, *, system: str = sys.platform) -> bool:
    """Return whether a folder, by its path, is on a disk that may be missing at login."""
    return any(folder.is_relative_to(root) for root in _REMOVABLE.get(system, ()))


def is_dataless(status: os.stat_result) -> bool:
    """Return whether a file's content lies in iCloud or Dropbox and not on this disk (macOS)."""
    return bool(getattr(status, "st_flags", 0) & _SF_DATALESS)


def is_being_copied(status: os.stat_result) -> bool:
    """Return whether Finder has marked a file as one that it is still copying (macOS)."""
    born = getattr(status, "st_birthtime", None)
    return born is not None and any(
        abs(born - busy) <= _DAY_SECONDS for busy in _FINDER_BUSY_SECONDS
    )


@dataclass(frozen=True, slots=True)
class FileSystem:
    """The file system of a folder, as far as watching goes."""

    kind: str
    """`ext4`, `apfs`, `smbfs`, `nfs4`, ...; empty when it is not known."""
    is_remote: bool
    """Whether changes may be made elsewhere, of which this kernel hears nothing."""


def file_system_of(folder: Path, *, system: str = sys.platform) -> FileSystem:
    """Return what kind of file system a folder is on; an unknown one counts as local."""
    try:
        if system == DARWIN:
            return parse_statfs(_statfs(folder))
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        return parse_mountinfo(mounts, os.path.realpath(folder))
    except (OSError, AttributeError, struct.error):
        # no /proc, or a libc without statfs: events are tried, and the rescan is there anyway
        return FileSystem("", is_remote=False)


def parse_mountinfo(text: str, path: str) -> FileSystem:
    """Find the mount of an absolute path in the text of `/proc/self/mountinfo` (proc(5)). Pure."""
    best, kind = "", ""
    for line in text.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split(" ")
        if not separator or len(fields) < 5:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = _unescaped(fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        # a later mount at the same place lies on top of the earlier one
        if inside and len(point) >= len(best):
            best, kind = point, right.split(" ", 1)[0]
    return FileSystem(kind, is_remote=_is_remote_kind(kind))


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)


def _is_remote_kind(kind: str) -> bool:
    return kind not in _LOCAL_FUSE and _REMOTE_TYPES.fullmatch(kind) is not None


def parse_statfs(data: bytes) -> FileSystem:
    """Read a `struct statfs` of macOS. Pure.

    Raises:
        struct.error: when it is too short.
    """
    (flags,) = struct.unpack_from("=I", data, _STATFS_FLAGS_AT)
    (raw,) = struct.unpack_from(f"={_STATFS_TYPE_BYTES}s", data, _STATFS_TYPE_AT)
    kind = raw.split(b"\0", 1)[0].decode("ascii", "replace")
    return FileSystem(kind, is_remote=not flags & _MNT_LOCAL or _is_remote_kind(kind))


def _statfs(folder: Path) -> bytes:
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(_STATFS_BYTES)
    # Intel Macs keep the older struct under the plain name
    call = getattr(libc, "statfs$INODE64", None) or libc.statfs
    if call(os.fsencode(folder), buffer) != 0:
        raise OSError(ctypes.get_errno(), "statfs failed", str(folder))
    return buffer.raw


def canonical(folder: Path, *, system: str = sys.platform) -> Path:
    """Return a folder's path without links and, on macOS, in the spelling that FSEvents reports.

    Raises:
        OSError: when the folder is not there.
    """
    real = Path(os.path.realpath(folder, strict=True))
    if system != DARWIN:
        return real
    descriptor = os.open(real, os.O_RDONLY | os.O_CLOEXEC)
    try:
        spelled = fcntl.fcntl(descriptor, _F_GETPATH, bytes(_PATH_BYTES_MAX))
    finally:
        os.close(descriptor)
    return Path(os.fsdecode(spelled.split(b"\0", 1)[0]))


def flush(descriptor: int, *, system: str = sys.platform) -> None:
    """Wait until what was written is on the medium: on macOS fsync alone leaves it in the drive.

    Raises:
        OSError: when the disk refuses.
    """
    if system == DARWIN:
        try:
            fcntl.fcntl(descriptor, _F_FULLFSYNC)
        except OSError as error:
            # network volumes know no such thing
            if error.errno not in {errno.ENOTSUP, errno.EINVAL, errno.ENOTTY}:
                raise
        else:
            return
    os.fsync(descriptor)


def rename_exclusively(source: Path, target: Path, *, system: str = sys.platform) -> bool:
    """Rename to a name that nothing has, in one step; False where the system knows no such step.

    renameat2(2) of Linux and renamex_np(2) of macOS; the latter was not run on a Mac.

    Raises:
        FileExistsError: when there is something of this name.
        OSError: when the rename fails for any other reason.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    old, new = os.fsencode(source), os.fsencode(target)
    try:
        if system == DARWIN:
            failed = libc.renamex_np(old, new, ctypes.c_uint(_RENAME_EXCL))
        else:
            flags = ctypes.c_uint(_RENAME_NOREPLACE)
            failed = libc.renameat2(_AT_FDCWD, old, _AT_FDCWD, new, flags)
    except AttributeError:
        # another system, or an older libc
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _NO_SUCH_RENAME:
        return False
    raise OSError(code, os.strerror(code), str(source), None, str(target))


def access_remedy(error: OSError, executable: str, *, system: str = sys.platform) -> str | None:
    """Return what lets a background agent read a folder that macOS protects; None if it is not so.

    macOS answers EPERM where a privacy rule stands in the way, and EACCES where a mode does.
    """
    if system != DARWIN or error.errno != errno.EPERM:
        return None
    return (
        "Open System Settings > Privacy & Security > Files and Folders (or Full Disk Access), "
        f"allow it for {executable}, or move your tasted folder out of Desktop, Documents and "
        "Downloads; scoring then continues."
    )


def is_privacy_refusal(error: OSError, *, system: str = sys.platform) -> bool:
    """Return whether macOS refused for privacy reasons, which is not the file's fault."""
    return system == DARWIN and error.errno == errno.EPERM


def resident_bytes(*, system: str = sys.platform) -> int:
    """Return how much memory this process holds; on macOS the most that it ever held."""
    if system == DARWIN:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def return_freed_memory() -> None:
    """Give freed memory back to the system where the C library keeps it (malloc_trim of glibc)."""
    # macOS and musl have no such call
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_little_freed_memory() -> None:
    """Have the C library give freed memory back at once (mallopt(3) of glibc).

    By itself it keeps more and more of what large blocks leave behind, and does so once for each
    thread. Called before there are any.
    """
    # macOS and musl have no such call
    with contextlib.suppress(AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _LARGE_BLOCK_BYTES)
        libc.mallopt(_M_ARENA_MAX, 1)


def end_with_parent(parent: int, *, system: str = sys.platform) -> None:
    """End this process when its parent ends, however busy it is.

    Linux kills it when the thread that started it ends (prctl(2)); elsewhere a thread waits for the
    parent (kqueue(2)), which a decoder that never lets Python run can hold up.
    """
    if system == LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            # the parent ended before the call
            os._exit(1)
    elif system == DARWIN:
        threading.Thread(target=_await_end, args=(parent,), daemon=True).start()


def _await_end(pid: int) -> None:
    queue: Any = getattr(select, "kqueue")()  # noqa: B009 - no such name on Linux, says mypy
    event: Any = getattr(select, "kevent")  # noqa: B009 - as above
    process_filter, note_exit, add = -5, 0x80000000, 0x0001
    # it may have gone before the kernel was asked
    with contextlib.suppress(ProcessLookupError):
        queue.control([event(pid, process_filter, add, note_exit)], 1)
    os._exit(1)
