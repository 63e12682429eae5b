"""Which files of the inbox hold a content. Reads the inbox, and tidies up after killed commands.

A copy is a file that a look at the inbox would list: a temporary file, one in a hidden folder, a
link, or one that is still being copied is neither a label nor a reason to delete another copy.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tasted.errors import CommandError, HomeLocked
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.listing import list_inbox, unavailable
from tasted.inbox.moving import COPY_MARK, Copy, read_copy, recover
from tasted.inbox.naming import KNOWN_EXTENSIONS, NameKind, kind_of_name, label_of
from tasted.inbox.packed_files import PackedFiles, stamp_in
from tasted.inbox.profiles import is_bio
from tasted.packing.entry_rows import size_in
from tasted.records import FileStamp, InboxFile, Label
from tasted.system.files import private_folder
from tasted.system.sweeping import sweep_temporary

_SWEEP_WAIT_SECONDS = 5.0


class _OfSize(FirstBytes):
    """Opens only files of one size: of all files in an inbox few can be copies."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self._size_bytes = size_bytes

    def is_picture(self, inbox: Path, path: str, stamp: FileStamp) -> bool:
        return stamp.size_bytes == self._size_bytes and super().is_picture(inbox, path, stamp)


def labelled_copies(inbox: Path, data: bytes, content: str) -> dict[Label, list[Copy]]:
    """Return the copies of a content below each of the label folders.

    Raises:
        InboxUnavailable: when the inbox cannot be listed.
    """
    files = list_labels(inbox)
    copies: dict[Label, list[Copy]] = {label: [] for label in Label}
    for file, copy in _copies_among(inbox, files, data, content):
        if file.label is not None:
            copies[file.label].append(copy)
    return copies


def list_labels(inbox: Path) -> PackedFiles:
    """Return what a look lists below the label folders.

    Raises:
        InboxUnavailable: when the inbox cannot be listed.
    """
    try:
        folders = [f"{folder.name}/" for label in Label for folder in label_folders(inbox, label)]
    except OSError as error:
        raise unavailable(inbox, error) from error
    return list_inbox(inbox, folders=folders).files


def copy_elsewhere(inbox: Path, data: bytes, content: str) -> Copy | None:
    """Return a copy of a content in the inbox outside the label folders; None without one.

    Raises:
        InboxUnavailable: when the inbox cannot be listed.
    """
    files = list_inbox(inbox, first_bytes=_OfSize(len(data))).files
    found = _copies_among(inbox, files, data, content)
    return next((copy for file, copy in found if file.label is None), None)


def copy_among(inbox: Path, files: Sequence[Path], data: bytes, content: str) -> Copy | None:
    """Return the first of some listed files outside the label folders that holds a content.

    Args:
        inbox: the folder that they lie in.
        files: each may be anything by now; one that a look would not list does not count.
        data: the content.
        content: its sha256.
    """
    for file in files:
        path = file.relative_to(inbox).as_posix()
        if label_of(path) is not None or kind_of_name(file.name) is not NameKind.PICTURE:
            continue
        # gone, changed, a link or still being written: not a copy to rely on
        with contextlib.suppress(OSError):
            _data, copy = read_copy(file, max_bytes=len(data), below=inbox)
            if copy.content == content:
                return copy
    return None


def _copies_among(
    inbox: Path, files: PackedFiles, data: bytes, content: str
) -> Iterator[tuple[InboxFile, Copy]]:
    # only files of this size are read, and built as records
    same_size = [
        path for path, sight in files.sights.items() if size_in(stamp_in(sight)) == len(data)
    ]
    for path in sorted(same_size):
        file = files[path]
        try:
            _data, copy = read_copy(inbox / path, max_bytes=len(data), below=inbox)
        except OSError:
            # unreadable, or gone or replaced since it was listed: not a copy to rely on
            continue
        if copy.content != content:
            continue
        yield file, replace(copy, text=inbox / text) if (text := _own_text(file, files)) else copy


def _own_text(file: InboxFile, files: PackedFiles) -> str | None:
    """Return the text of a picture, unless it is of a folder or serves another picture too."""
    if file.companion is None or is_bio(file.companion.path):
        return None
    path = file.companion.path
    served = sum(
        sight[1].path == path for sight in files.sights.values() if not isinstance(sight, bytes)
    )
    return path if served == 1 else None


def copy_outside(picture: Path, inbox: Path, data: bytes, copies: list[Copy]) -> Copy | None:
    """Return a picture that was named, if it lies outside the inbox and is not one of the copies.

    Args:
        picture: as it was named; a link stands for the picture that it leads to.
        inbox: the folder in which only listed files count.
        data: its content.
        copies: a mounted folder may lead to one of them by another path.
    """
    real = Path(os.path.realpath(picture))
    if real.is_relative_to(os.path.realpath(inbox)):
        return None
    try:
        _data, copy = read_copy(real, max_bytes=len(data))
        links = real.stat().st_nlink
    except OSError:
        return None
    is_one_of_them = links == 1 and copy.identity in {known.identity for known in copies}
    is_same = copies and copy.content == copies[0].content
    return copy if is_same and not is_one_of_them else None


def label_folders(inbox: Path, label: Label | None = None) -> list[Path]:
    """Return every folder of a label, or of both: `liked` and `Liked` may both be there.

    Raises:
        OSError: when the inbox cannot be listed.
    """
    with os.scandir(inbox) as entries:
        names = [
            entry.name
            for entry in entries
            # of very many entries few are folders, which costs less to tell
            if entry.is_dir(follow_symlinks=False)
            and (found := label_of(f"{entry.name}/")) is not None
            and (label is None or found is label)
        ]
    return [inbox / name for name in sorted(names)]


def label_folder(inbox: Path, label: Label) -> Path:
    """Return the folder of a label in the letter case that the user gave it; create it if missing.

    Raises:
        CommandError: when it is a link.
        OSError: when it cannot be made.
    """
    found = label_folders(inbox, label)
    if not found and (inbox / label.value).is_symlink():
        raise CommandError(
            f"{inbox / label.value} is a link, and links in the inbox are not followed.",
            remedy="Replace it with a folder that holds the pictures.",
        )
    return found[0] if found else private_folder(inbox / label.value)


def sweep_copies(home: Home, *, wait_seconds: float = _SWEEP_WAIT_SECONDS) -> bool:
    """Tidy up what killed commands left in the inbox: half-written copies and odd names.

    Files of other programs are left alone.

    Args:
        home: whose inbox it is.
        wait_seconds: how long to wait for another process that changes labels.

    Returns:
        False when a command is at work just now; nothing was swept.

    Raises:
        CommandError: when the lock cannot be opened.
        OSError: when the inbox cannot be listed, or a temporary file cannot be removed.
    """
    inbox = home.inbox
    if not inbox.is_dir():
        return True
    try:
        # a process that writes a copy holds the lock: all of these were left, however new they are
        with hold_labels(home, wait_seconds=wait_seconds):
            recover(inbox)
            sweep_half_written(inbox)
    except HomeLocked:
        return False
    return True


def sweep_half_written(inbox: Path) -> None:
    """Remove the unfinished copies of commands that were killed.

    The caller holds the label lock.

    Raises:
        OSError: when one cannot be removed.
    """
    labelled = label_folders(inbox)
    below = (entry for folder in labelled for entry in folder.iterdir())
    profiles = [entry for entry in below if entry.is_dir() and not entry.is_symlink()]
    for folder in (inbox, *labelled, *profiles):
        sweep_temporary(
            folder, older_than_seconds=0, written_for=(COPY_MARK, *KNOWN_EXTENSIONS), is_deep=False
        )
