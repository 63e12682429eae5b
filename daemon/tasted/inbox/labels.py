"""Liking and rejecting: copies in the label folders, nothing else. Touches the inbox.

The folders are the labels, so these functions work with or without a daemon, and a picture dropped
by hand teaches just as well.
"""

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tasted.errors import CommandError, NotAnImage, UnreadableFile
from tasted.files import (
    content_id,
    create_atomically,
    private_folder,
    read_regular_file,
    remove_if_empty,
    sweep_temporary,
)
from tasted.inbox.naming import (
    KNOWN_EXTENSIONS,
    NameKind,
    kind_of_name,
    label_of,
    looks_like_picture,
)
from tasted.records import Label

PICTURE_BYTES_MAX = 1_000_000_000
_NAME_BYTES_MAX = 235


class Taught(StrEnum):
    """What became of a picture."""

    COPIED = "copied"
    MOVED = "moved"
    ALREADY = "already"
    REMOVED = "removed"
    RETURNED = "returned"
    """Taken out of the label folder and put into the inbox: it was the only copy."""
    UNTAUGHT = "untaught"
    """It had taught nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The outcome of one command on one picture."""

    outcome: Taught
    path: str | None
    """Relative to the inbox: where the picture lies now, or lay."""


def teach(inbox: Path, picture: Path, label: Label) -> Lesson:
    """Make a picture teach a label: copy it into the label's folder.

    A copy of the same content in the other folder is moved instead, so that the last word counts.

    Raises:
        ItemError: when the picture cannot be read or is none.
        CommandError: when the copy cannot be written.
    """
    data = read_picture(picture)
    other = opposite_of(label)
    try:
        already = next(copies_of(inbox, label, data), None)
        opposed = list(copies_of(inbox, other, data))
        target = already or put(label_folder(inbox, label), picture.name, data)
        for copy in opposed:
            remove_copy(copy)
    except OSError as error:
        raise CommandError(
            f"{picture.name} cannot be copied into {inbox / label}: {error.strerror}.",
            remedy="Check the folder and the free space, and try again.",
        ) from error
    outcome = Taught.MOVED if opposed else Taught.ALREADY if already else Taught.COPIED
    return Lesson(outcome, target.relative_to(inbox).as_posix())


def forget_label(inbox: Path, picture: Path, *, folder: str = "") -> Lesson:
    """Take back what a picture taught: remove its copies from both label folders.

    When no other copy is known the picture is not deleted but put into the inbox.

    Args:
        inbox: the folder.
        picture: a copy, or the picture itself.
        folder: relative to the inbox: where a picture is put that is the only copy.

    Raises:
        ItemError: when the picture cannot be read or is none.
        CommandError: when a copy cannot be removed.
    """
    data = read_picture(picture)
    real = picture.resolve()
    try:
        copies = [copy for label in Label for copy in copies_of(inbox, label, data)]
        if not copies:
            return Lesson(Taught.UNTAUGHT, None)
        survives = all(real != copy.resolve() for copy in copies) or _elsewhere(inbox, data)
        if not survives:
            target = put(private_folder(inbox / folder), picture.name, data)
        for copy in copies:
            remove_copy(copy)
    except OSError as error:
        raise CommandError(
            f"The copy of {picture.name} cannot be removed: {error.strerror}.",
            remedy="Check the folders inbox/liked and inbox/rejected, and try again.",
        ) from error
    if survives:
        return Lesson(Taught.REMOVED, copies[0].relative_to(inbox).as_posix())
    return Lesson(Taught.RETURNED, target.relative_to(inbox).as_posix())


def opposite_of(label: Label) -> Label:
    """Return the other label."""
    return Label.REJECTED if label is Label.LIKED else Label.LIKED


def remove_copy(copy: Path) -> None:
    """Remove a copy, and the folder of a profile that is empty without it.

    Raises:
        OSError: when it cannot be removed.
    """
    copy.unlink(missing_ok=True)
    if label_of(f"{copy.parent.name}/") is None:
        remove_if_empty(copy.parent)


def read_picture(picture: Path) -> bytes:
    """Return the bytes of a picture that the user named.

    Raises:
        ItemError: when it cannot be read, or no look at the inbox would take it for a picture.
    """
    # the user named this file, so a link to it is meant; below it nothing is followed
    try:
        data, _stamp = read_regular_file(
            Path(os.path.realpath(picture)), max_bytes=PICTURE_BYTES_MAX
        )
    except OSError as error:
        remedy = "See who may read it: ls -l"
        if isinstance(error, FileNotFoundError):
            remedy = "There is no such file here or in the inbox: check the name."
        raise UnreadableFile(
            f"{picture} cannot be read: {error.strerror}.", remedy=remedy
        ) from error
    if not would_be_listed(picture.name, data):
        raise NotAnImage(
            f"{picture} is no picture by its name.",
            remedy="Name a PNG, JPEG, HEIC or WebP file that is not hidden.",
        )
    return data


def would_be_listed(name: str, data: bytes) -> bool:
    """Tell whether a look at the inbox takes a file of this name and content for a picture."""
    # a copy that a look at the inbox passes over would never teach
    kind = kind_of_name(name)
    return kind is NameKind.PICTURE or (
        kind is NameKind.NAMELESS_TYPE and looks_like_picture(data[:16])
    )


def label_folder(inbox: Path, label: Label) -> Path:
    """Return the folder of a label in the letter case that the user gave it."""
    found = next(_label_folders(inbox, label), None)
    if found is None and (inbox / label.value).is_symlink():
        raise CommandError(
            f"{inbox / label.value} is a link, and links in the inbox are not followed.",
            remedy="Put a folder in its place and the pictures into it.",
        )
    return found or private_folder(inbox / label.value)


def _label_folders(inbox: Path, label: Label) -> Iterator[Path]:
    """Yield every folder that teaches a label: `liked` and `Liked` may both be there."""
    for folder in sorted(inbox.iterdir()):
        if label_of(f"{folder.name}/") is label and folder.is_dir() and not folder.is_symlink():
            yield folder


def sweep_copies(inbox: Path, *, older_than_seconds: float) -> None:
    """Remove what interrupted commands left of copies; other programs' files are not ours to touch.

    Args:
        inbox: the folder; nothing is swept where it is missing.
        older_than_seconds: younger files may be another process's work in progress.

    Raises:
        OSError: when one cannot be removed.
    """
    if not inbox.is_dir():
        return
    labelled = [folder for label in Label for folder in _label_folders(inbox, label)]
    below = (each for folder in labelled for each in folder.iterdir())
    profiles = [each for each in below if each.is_dir() and not each.is_symlink()]
    for folder in (inbox, *labelled, *profiles):
        sweep_temporary(
            folder,
            older_than_seconds=older_than_seconds,
            written_for=tuple(KNOWN_EXTENSIONS),
            is_deep=False,
        )


def copies_of(inbox: Path, label: Label, data: bytes) -> Iterator[Path]:
    """Yield every file of this content that teaches a label."""
    for folder in _label_folders(inbox, label):
        yield from _same_content(folder, data)


def _same_content(folder: Path, data: bytes) -> Iterator[Path]:
    wanted = content_id(data)
    for parent, _folders, names in os.walk(folder):
        for name in names:
            file = Path(parent, name)
            try:
                # the size is asked first: only files of this size are read
                if file.lstat().st_size != len(data):
                    continue
                found, _stamp = read_regular_file(file, max_bytes=len(data))
            except OSError:
                # no readable regular file of this size, or gone since it was listed: another
                # command's temporary file, for instance
                continue
            if content_id(found) == wanted:
                yield file


def _elsewhere(inbox: Path, data: bytes) -> bool:
    return any(
        label_of(file.relative_to(inbox).as_posix()) is None for file in _same_content(inbox, data)
    )


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file under its name, with digits of the content where that is taken."""
    stem, suffix = Path(name).stem, Path(name).suffix
    kept = os.fsencode(stem)[:_NAME_BYTES_MAX].decode("utf-8", "ignore")
    target = folder / name
    for count in itertools.count(1):
        # another command may take the name between a look and the write
        with contextlib.suppress(FileExistsError):
            create_atomically(target, data)
            break
        mark = content_id(data)[:8] if count == 1 else f"{content_id(data)[:8]}-{count}"
        target = folder / f"{kept}~{mark}{suffix}"
    return target
