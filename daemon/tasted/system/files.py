"""Durable and private file operations: atomic writes, bounded reads, content ids. Touches the disk.

Temporary files are named `.<name>.<random>.tmp` beside their target, so that a rename never crosses
a file system and a crash leaves something that `is_temporary` recognises.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from tasted.records import FileStamp
from tasted.system.cloning import Cloner, cloned, holds
from tasted.system.faultpoints import reach
from tasted.system.platform import flush, rename_exclusively

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
TEMPORARY_SUFFIX = ".tmp"
TEMPORARY_ENDING_LENGTH = len(".01234567.tmp")
_TEMPORARY_NAME = re.compile(r"\..*\.[0-9a-f]{8}\.tmp", re.DOTALL)
_NAME_BYTES_MAX = 255
# what file systems without hard links answer
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def content_id(data: bytes) -> str:
    """Return the sha256 of the bytes as 64 lower-case hex digits: the identity of a content."""
    return hashlib.sha256(data).hexdigest()


def private_folder(folder: Path, *, below: Path | None = None) -> Path:
    """Make the folder and its missing parents with mode 0700, and return it.

    Args:
        folder: to be made.
        below: a folder above it that is never made: what belongs to a home is not made where the
            home was, before it was moved or unmounted.

    Raises:
        OSError: when it cannot be made; ENOTDIR when a file lies there.
    """
    if folder == below or folder.is_dir():
        return folder
    private_folder(folder.parent, below=below)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError as error:
        # another process may have made it in between; anything else is in the way
        if not folder.is_dir():
            what = "a file" if folder.is_file() else "a link that leads nowhere"
            raise NotADirectoryError(
                errno.ENOTDIR, f"{what} lies where this folder belongs", str(folder)
            ) from error
    return folder


def folder_identity(folder: Path) -> tuple[int, int] | None:
    """Return device and inode of the folder at a path, links followed; None when there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def real_path(path: Path) -> Path:
    """Return a path with its links resolved; one that leads to itself stays, and cannot be opened.

    `Path.resolve` raises RuntimeError for such a link before Python 3.13.
    """
    return Path(os.path.realpath(path))


def write_atomically(
    target: Path,
    data: bytes,
    *,
    durable: bool = True,
    mode: int = PRIVATE_FILE,
    folder: int | None = None,
) -> None:
    """Write the whole file or nothing: temporary file, fsync, rename, fsync of the folder.

    Args:
        target: the file to write; replaced if it exists, its folder must exist.
        data: the whole content.
        durable: wait for the disk. False keeps the atomicity against a crash of the process and
            gives up the guarantee against power loss; for what can be made again.
        mode: of the file, whatever the umask is.
        folder: an open one that is written into instead of what lies at the target's parent now:
            it stays the same, wherever it is moved.

    Raises:
        OSError: when any step fails; the temporary file is removed and the target is as it was.
    """
    if folder is not None:
        target = Path(target.name)
    with _written_beside(target, data, durable=durable, folder=folder) as temporary:
        if mode != PRIVATE_FILE:
            os.chmod(temporary, mode, dir_fd=folder)
        os.replace(temporary, target, src_dir_fd=folder, dst_dir_fd=folder)
        reach("write.renamed")
    if durable and folder is None:
        sync_folder(target.parent)
    reach("write.done")


def create_atomically(
    target: Path,
    data: bytes,
    *,
    mark: str = "",
    alike: Path | None = None,
    clone: Cloner = cloned,
) -> None:
    """Write the whole file under a name that nothing has, or nothing; durable.

    Args:
        target: the file to write; its folder must exist.
        data: the whole content.
        mark: follows the name of the temporary file, to show whose it is.
        alike: a file that should hold the same: its blocks are shared where the file system can.
        clone: makes a file that shares blocks; None where it cannot.

    Raises:
        FileExistsError: when there is something of this name, made this instant or long ago.
        OSError: when any other step fails; the temporary file is removed.
    """
    opened = _opened_clone(target, data, mark, alike, clone) if alike is not None else None
    with _written_beside(target, data, durable=True, mark=mark, opened=opened) as temporary:
        rename_to_free_name(temporary, target)
        reach("write.renamed")
    sync_folder(target.parent)
    reach("write.done")


def rename_to_free_name(
    source: Path,
    target: Path,
    *,
    exclusively: Callable[[Path, Path], bool] = rename_exclusively,
) -> None:
    """Rename a file, never onto what another process put at the target this instant.

    Args:
        source: under a name that nobody else knows; where the system has no such rename, it is
            linked and unlinked, and by another name the wrong file might go.
        target: on the same file system.
        exclusively: the system's own rename of this kind; false where there is none.

    Raises:
        FileExistsError: when there is something of this name.
        OSError: when it cannot be renamed.
    """
    if exclusively(source, target):
        return
    try:
        # unlike a rename, a link never takes the place of anything
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from error
        source.rename(target)
    else:
        source.unlink()


@contextlib.contextmanager
def _written_beside(
    target: Path,
    data: bytes,
    *,
    durable: bool,
    folder: int | None = None,
    mark: str = "",
    opened: tuple[Path, int] | None = None,
) -> Iterator[Path]:
    """Write a temporary file beside the target; it is gone after the block when that failed.

    Args:
        target: as of `write_atomically`, like `data`, `durable` and `folder`.
        data: the whole content.
        durable: whether to wait for the disk.
        folder: an open one.
        mark: as of `create_atomically`.
        opened: the temporary file and its descriptor, when it holds the content already.
    """
    if opened is not None:
        temporary, descriptor = opened
    else:
        temporary = target.with_name(_temporary_name(target.name, mark))
        descriptor = os.open(
            temporary,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW,
            PRIVATE_FILE,
            dir_fd=folder,
        )
    reach("write.opened")
    try:
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor has no path
            if opened is None:
                stream.write(data)
            stream.flush()
            reach("write.written")
            if durable:
                flush(stream.fileno())
        reach("write.synced")
        yield temporary
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _opened_clone(
    target: Path, data: bytes, mark: str, alike: Path, clone: Cloner
) -> tuple[Path, int] | None:
    """Return a temporary file that shares the blocks of another one, and its descriptor.

    None where that cannot be had, or where the other file is not what it was: then there is none.
    """
    temporary = target.with_name(_temporary_name(target.name, mark))
    try:
        source = _opened_without_links(alike, alike.parent)
    except OSError:
        # gone, a link, or not to be read: the bytes are known
        return None
    try:
        descriptor = clone(source, temporary)
    finally:
        os.close(source)
    if descriptor is None:
        return None
    try:
        if holds(descriptor, data):
            return temporary, descriptor
    except OSError:
        # as if it held something else
        pass
    os.close(descriptor)
    temporary.unlink(missing_ok=True)
    return None


def _temporary_name(name: str, mark: str = "") -> str:
    kept = _kept_of(name, less=len(mark))
    return f".{kept}{mark}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"


def _kept_of(name: str, *, less: int = 0) -> str:
    budget = _NAME_BYTES_MAX - len(".") - TEMPORARY_ENDING_LENGTH - less
    # never cut a character in two: what remains must still be a name that macOS accepts
    return os.fsencode(name)[:budget].decode("utf-8", "ignore")


def is_temporary(name: str) -> bool:
    """Return whether a file of this name was left by an interrupted `write_atomically`."""
    return _TEMPORARY_NAME.fullmatch(name) is not None


def is_temporary_of(name: str, temporary: str) -> bool:
    """Return whether `temporary` may be what an interrupted write of a file called `name` left."""
    return is_temporary(temporary) and temporary[:-TEMPORARY_ENDING_LENGTH] == f".{_kept_of(name)}"


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, if the file system supports that.

    Raises:
        OSError: when the folder cannot be opened, or the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # some network file systems refuse fsync on a folder; the rename is done all the same
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def stamp_of(status: os.stat_result) -> FileStamp:
    """Reduce a stat result to what decides whether a content is unchanged."""
    return FileStamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def read_regular_file(
    path: Path, *, max_bytes: int, below: Path | None = None
) -> tuple[bytes, FileStamp]:
    """Read a whole regular file through one descriptor, never following a link at its end.

    Args:
        path: the file.
        max_bytes: the largest size that is read at all.
        below: a folder that holds it; no folder between the two may be a link either, not even one
            that was put there this instant.

    Returns:
        The bytes and the stamp of the very file that was read.

    Raises:
        OSError: as the system says; ELOOP for a symbolic link, ENOTDIR for one on the way, EINVAL
            for what is no regular file, EFBIG for a file over `max_bytes`, EAGAIN for a file that
            changed while it was read.
    """
    descriptor = _opened_without_links(path, below or path.parent)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if before.st_size > max_bytes:
            raise OSError(errno.EFBIG, f"larger than {max_bytes} bytes", str(path))
        with open(descriptor, "rb", closefd=False) as stream:
            # one byte more reveals a file that grew; a buffer of this size is allocated
            data = stream.read(before.st_size + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if stamp_of(before) != stamp_of(after) or len(data) != after.st_size:
        raise OSError(errno.EAGAIN, "the file changed while it was read", str(path))
    return data, stamp_of(after)


def remove_if_empty(folder: Path) -> bool:
    """Remove an empty folder; return whether it was removed."""
    # a file that is not ours keeps it, and so does a folder that is not ours to change
    with contextlib.suppress(OSError):
        folder.rmdir()
        return True
    return False


def remove_whole(place: Path) -> None:
    """Remove the file, the link or the folder with all in it at a path; what a link leads to stays.

    Raises:
        OSError: when it cannot be removed; nothing there is no error.
    """
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
    else:
        shutil.rmtree(place)


def open_anew(file: Path) -> IO[bytes]:
    """Open a new private file, to be written, in place of the file or link that was there.

    Raises:
        OSError: when it cannot be made.
    """
    file.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    return os.fdopen(os.open(file, flags, PRIVATE_FILE), "wb")


def _opened_without_links(path: Path, below: Path) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    *folders, name = path.relative_to(below).parts
    if not folders:
        return os.open(path, flags)
    parent = os.open(below, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            # the open folder stays the same one, whatever takes its name meanwhile
            inner = os.open(
                folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent
            )
            os.close(parent)
            parent = inner
        return os.open(name, flags, dir_fd=parent)
    finally:
        os.close(parent)


def folder_bytes(folder: Path) -> int:
    """Return the summed size of the regular files below a folder; 0 when there is no folder."""
    total = 0
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                status = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - walk gives strings
                total += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return total
