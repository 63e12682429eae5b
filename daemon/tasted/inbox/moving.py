"""Writes, moves and removes pictures, and never the last copy of one. Touches the inbox.

A path is not a picture: between a look and an unlink another file may take its name. So a file is
first set aside, under a random name in the same folder that nobody else knows; there it is read
again, and then moved, removed, or put back. A look lists files of such names: a process that is
killed in between leaves a picture with an odd name, never a hidden one. `recover` renames it back.
"""

import contextlib
import errno
import itertools
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from tasted.inbox.naming import is_walked_folder, label_of
from tasted.plain_dataclass import dataclass
from tasted.system import faultpoints
from tasted.system.files import (
    content_id,
    create_atomically,
    read_regular_file,
    remove_if_empty,
    rename_to_free_name,
    sync_folder,
)
from tasted.system.platform import rename_exclusively

COPY_MARK = ".tasted"
"""Ends the name of a copy that is still being written: a picture's name may have no extension."""
_NAME_BYTES_MAX = 255
_SUFFIX_BYTES_MAX = 40
_ASIDE = re.compile(r"~aside-[0-9a-f]{8}(?=(?:\.[^.]*)?\Z)", re.DOTALL)


class ChangedMeanwhileError(Exception):
    """A file is no longer what it was when it was checked; what is there now was left alone."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file, as it was when its content was read."""

    path: Path
    content: str
    """Its sha256."""
    identity: tuple[int, int, int]
    """Size, time and inode. Not the change time, which a rename of it or of a hard link moves."""

    text: Path | None = None
    """The text that belongs to it alone."""

    def is_there(self) -> bool:
        """Tell whether exactly this file is still at its path."""
        try:
            status = os.lstat(self.path)
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns, status.st_ino) == self.identity


def read_copy(file: Path, *, max_bytes: int, below: Path | None = None) -> tuple[bytes, Copy]:
    """Read a file through one descriptor, and return its bytes and what it is.

    Raises:
        OSError: as `read_regular_file` does.
    """
    data, stamp = read_regular_file(file, max_bytes=max_bytes, below=below)
    identity = (stamp.size_bytes, stamp.modified_ns, stamp.inode)
    return data, Copy(file, content_id(data), identity)


def put(folder: Path, name: str, data: bytes, *, alike: Path | None = None) -> Copy:
    """Write a picture under its name, or with digits of its content added if that is taken.

    Args:
        folder: to write into.
        name: of the picture.
        data: its bytes.
        alike: a file that should hold the same: where the file system can, blocks are shared.

    Raises:
        ChangedMeanwhileError: when another file took its place right away.
        OSError: when it cannot be written.
    """
    content = content_id(data)
    for free_name in _names(name, content):
        with contextlib.suppress(FileExistsError):
            create_atomically(folder / free_name, data, mark=COPY_MARK, alike=alike)
            _data, copy = read_copy(folder / free_name, max_bytes=len(data))
            if copy.content != content:
                raise ChangedMeanwhileError(copy.path)
            return copy
    raise AssertionError("names never end")


def recover(inbox: Path) -> None:
    """Rename back what a killed command set aside, unless another file has its name now.

    Covers pictures and texts in every folder that a look enters. The caller holds the label lock.
    """
    for parent, folders, names in os.walk(inbox):
        folders[:] = filter(is_walked_folder, folders)
        for name in names:
            own = _ASIDE.sub("", name)
            if own not in {"", name}:
                # if anything else is in the way, it can stay under this name
                with contextlib.suppress(OSError):
                    rename_to_free_name(Path(parent, name), Path(parent, own))


class Mover:
    """Moves and removes files. The caller holds the label lock.

    Args:
        reach: called with the name of each step, so that tests can act there.
    """

    def __init__(self, reach: Callable[[str], None] = faultpoints.reach) -> None:
        self.reach = reach

    def move(self, copy: Copy, folder: Path, name: str) -> Copy:
        """Move a copy into a folder of the inbox, by rename; return where it lies now.

        Raises:
            ChangedMeanwhileError: when another file has taken its path, which stays there.
            OSError: when it cannot be moved; it lies where it was.
        """
        aside = self._set_aside(copy.path)
        try:
            target = _renamed(aside, folder, name, copy) if _holds(aside, copy) else None
        except BaseException as error:
            _put_back(aside, copy.path)
            if isinstance(error, OSError) and error.errno == errno.EXDEV:
                return self._move_across(copy, folder, name)
            raise
        if target is None:
            _put_back(aside, copy.path)
            raise ChangedMeanwhileError(copy.path)
        self.reach("label.moved")
        for changed_folder in {folder, copy.path.parent}:
            sync_folder(changed_folder)
        _remove_emptied(copy.path.parent)
        return Copy(target, copy.content, copy.identity)

    def _move_across(self, copy: Copy, folder: Path, name: str) -> Copy:
        """Copy to a label folder that is on another disk, then remove the original."""
        data, _copy = read_copy(copy.path, max_bytes=copy.identity[0])
        if content_id(data) != copy.content:
            raise ChangedMeanwhileError(copy.path)
        there = put(folder, name, data)
        self.remove(copy, keeper=there)
        return there

    def move_folder(self, folder: Path, target: Path) -> None:
        """Move a folder of the inbox with all that is in it, in one step.

        Raises:
            FileExistsError: when something of this name exists.
            OSError: when it cannot be moved.
        """
        if not rename_exclusively(folder, target):
            # rename never replaces a folder that holds anything
            folder.rename(target)
        self.reach("label.moved")
        for changed_folder in {target.parent, folder.parent}:
            sync_folder(changed_folder)

    def remove(self, copy: Copy, *, keeper: Copy) -> None:
        """Remove a copy whose content another file keeps, and its folder if that is then empty.

        Raises:
            ChangedMeanwhileError: when another file has taken its path, or the keeper is gone.
            OSError: when it cannot be removed.
        """
        if not self.take_out(copy.path, lambda aside: _holds(aside, copy) and keeper.is_there()):
            raise ChangedMeanwhileError(copy.path)
        _remove_emptied(copy.path.parent)

    def take_out(self, file: Path, is_meant: Callable[[Path], bool]) -> bool:
        """Delete a file if it is the one that is meant, and return whether it was.

        Args:
            file: its path.
            is_meant: gets the path under which the file was set aside.

        Raises:
            FileNotFoundError: when there is none.
            OSError: when it cannot be deleted.
        """
        aside = self._set_aside(file)
        try:
            is_right = is_meant(aside)
            if is_right:
                aside.unlink()
        except BaseException:
            _put_back(aside, file)
            raise
        if not is_right:
            _put_back(aside, file)
            return False
        self.reach("label.removed")
        return True

    def _set_aside(self, file: Path) -> Path:
        aside = file.with_name(_marked(file.name, f"aside-{secrets.token_hex(4)}"))
        # a plain rename can only replace a file of this name, which was drawn just now
        file.rename(aside)
        self.reach("label.set_aside")
        return aside


def _holds(file: Path, copy: Copy) -> bool:
    """Tell whether a file that was set aside has the content that was checked."""
    try:
        _data, there = read_copy(file, max_bytes=copy.identity[0])
    except OSError:
        # larger, a folder, a link, or still being written: not the file that was checked
        return False
    return there.content == copy.content


def _put_back(aside: Path, file: Path) -> None:
    # where another file has taken the name, this one keeps the name that it has now
    with contextlib.suppress(FileExistsError, FileNotFoundError):
        rename_to_free_name(aside, file)


def _renamed(file: Path, folder: Path, name: str, copy: Copy) -> Path:
    for free_name in _names(name, copy.content):
        with contextlib.suppress(FileExistsError):
            rename_to_free_name(file, folder / free_name)
            return folder / free_name
    raise AssertionError("names never end")


def _names(name: str, content: str) -> Iterator[str]:
    """Yield a name, then others with digits of the content, in case that is taken."""
    yield name
    for count in itertools.count(1):
        yield _marked(name, content[:8] if count == 1 else f"{content[:8]}-{count}")


def _marked(name: str, mark: str) -> str:
    """Return a name with a mark before its extension, cut to the length that file systems allow."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name is not a path
    if len(os.fsencode(suffix)) > _SUFFIX_BYTES_MAX:
        stem, suffix = name, ""
    budget = _NAME_BYTES_MAX - len(os.fsencode(f"~{mark}{suffix}"))
    raw = os.fsencode(stem)
    # never cut a character in two: macOS accepts only whole ones
    kept = stem if len(raw) <= budget else raw[:budget].decode("utf-8", "ignore")
    return f"{kept}~{mark}{suffix}"


def _remove_emptied(folder: Path) -> None:
    if label_of(f"{folder.name}/") is None:
        remove_if_empty(folder)
