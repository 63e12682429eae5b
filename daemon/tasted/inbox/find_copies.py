"""Which files of the inbox hold a content. Reads the inbox, and tidies up after killed commands.

A copy is a file that a look at the inbox would list: a temporary file, one in a hidden folder, a
link, or one that is still being copied is neither a label nor a reason to delete another copy.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tasted.errors import CommandError, HomeLocked
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.first_bytes import FirstBytes
from tasted.inbox.listing import list_inbox, unavailable
from tasted.inbox.moving import COPY_MARK, Copy, read_copy, recover
from tasted.inbox.naming import KNOWN_EXTENSIONS, NameKind, kind_of_name, label_of
from tasted.inbox.profiles import is_bio
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


def list_labels(inbox: Path) -> Mapping[str, InboxFile]:
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
    listing = list_inbox(inbox, first_bytes=_OfSize(len(data)))
    files = {path: file for path, file in listing.files.items() if file.label is None}
    return next((copy for _file, copy in _copies_among(inbox, files, data, content)), None)


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
    inbox: Path, files: Mapping[str, InboxFile], data: bytes, content: str
) -> Iterator[tuple[InboxFile, Copy]]:
    texts = Counter(file.companion.path for file in files.values() if file.companion is not None)
    for path, file in sorted(files.items()):
        # only files of this size are read
        if file.stamp.size_bytes != len(data):
            continue
        try:
            _data, copy = read_copy(inbox / path, max_bytes=len(data), below=inbox)
        except OSError:
            # unreadable, or gone or replaced since it was listed: not a copy to rely on
            continue
        if copy.content != content:
            continue
        text = file.companion.path if file.companion is not None else ""
        # the text of a folder, or one that serves another picture too, is not its own
        is_own = texts[text] == 1 and not is_bio(text)
        yield file, replace(copy, text=inbox / text) if is_own else copy


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


def label_folders(inbox: Path, label: Label) -> list[Path]:
    """Return every folder of a label: `liked` and `Liked` may both be there.

    Raises:
        OSError: when the inbox cannot be listed.
    """
    with os.scandir(inbox) as entries:
        names = [
            entry.name
            for entry in entries
            # of very many entries few are folders, which costs less to tell
            if entry.is_dir(follow_symlinks=False) and label_of(f"{entry.name}/") is label
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
    labelled = [folder for label in Label for folder in label_folders(inbox, label)]
    below = (entry for folder in labelled for entry in folder.iterdir())
    profiles = [entry for entry in below if entry.is_dir() and not entry.is_symlink()]
    for folder in (inbox, *labelled, *profiles):
        sweep_temporary(
            folder, older_than_seconds=0, written_for=(COPY_MARK, *KNOWN_EXTENSIONS), is_deep=False
        )
