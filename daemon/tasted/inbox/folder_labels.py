"""Liking and rejecting a profile: copies of its photos in one folder below a label folder.

Touches the inbox. What a command that was killed left half done, the same command completes.
"""

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import CommandError, NotAnImage, UnreadableFile
from tasted.files import content_id, private_folder
from tasted.inbox.labels import (
    Taught,
    copies_of,
    forget_label,
    label_folder,
    opposite_of,
    put,
    read_picture,
    remove_copy,
    would_be_listed,
)
from tasted.inbox.naming import is_walked_folder, label_of
from tasted.inbox.profiles import PHOTOS_MAX, PHOTOS_MIN, is_text_of_folder, profile_content_id
from tasted.records import Label

_NAME_BYTES_MAX = 235
_SNIFF_BYTES = 16


@dataclass(frozen=True, slots=True)
class FolderLesson:
    """The outcome of one command on one profile."""

    outcome: Taught
    path: str | None
    """Relative to the inbox: the folder in which its photos lie now, or lay."""
    pictures: int


def teach_folder(inbox: Path, folder: Path, label: Label) -> FolderLesson:
    """Make the photos of a folder teach a label together: copy them into one folder of the label.

    Copies of them in the other label folder are removed, so that the last word counts.

    Raises:
        ItemError: when the folder is no profile, or one of its photos cannot be read.
        CommandError: when a copy cannot be written.
    """
    photos = _photos(folder)
    if not PHOTOS_MIN <= len(photos) <= PHOTOS_MAX:
        raise NotAnImage(
            f"{folder} holds {_counted(len(photos))}; a profile has {PHOTOS_MIN} to {PHOTOS_MAX}.",
            remedy=f"Name the pictures that you mean: {folder}/*",
        )
    contents = {content_id(read_picture(photo)): photo for photo in photos}
    try:
        target, there = _target(label_folder(inbox, label), _name_of(folder, contents), contents)
        missing = contents.keys() - there
        for content in sorted(missing):
            put(private_folder(target), contents[content].name, read_picture(contents[content]))
        opposed = [
            copy
            for photo in contents.values()
            for copy in copies_of(inbox, opposite_of(label), read_picture(photo))
        ]
        for copy in opposed:
            remove_copy(copy)
    except OSError as error:
        raise CommandError(
            f"{folder.name} cannot be copied into {inbox / label}: {error.strerror}.",
            remedy="Check the folder and the free space, and try again.",
        ) from error
    outcome = Taught.MOVED if opposed else Taught.COPIED if missing else Taught.ALREADY
    return FolderLesson(outcome, target.relative_to(inbox).as_posix(), len(contents))


def forget_folder_label(inbox: Path, folder: Path) -> FolderLesson:
    """Take back what the photos of a folder taught: remove their copies from both label folders.

    Photos of which no other copy is known are put into one folder of the inbox, with its text.

    Raises:
        ItemError: when the folder holds no picture, or one cannot be read.
        CommandError: when a copy cannot be removed.
    """
    photos = _photos(folder)
    if not photos:
        raise NotAnImage(f"{folder} holds no picture.", remedy="Name a folder with pictures.")
    real = folder.resolve()
    name = _name_of(real, {})
    # one that lay there twice goes with its twin
    lessons = [forget_label(inbox, photo, folder=name) for photo in photos if photo.exists()]
    outcomes = {lesson.outcome for lesson in lessons}
    told = (Taught.RETURNED, Taught.REMOVED, Taught.UNTAUGHT)
    outcome = next(each for each in told if each in outcomes)
    if outcome is Taught.RETURNED:
        _return_text(inbox, real, inbox / name)
    paths = [lesson.path for lesson in lessons if lesson.outcome is outcome and lesson.path]
    path = paths[0].rpartition("/")[0] if paths else None
    return FolderLesson(outcome, path, len(photos))


def _photos(folder: Path) -> list[Path]:
    """Return the pictures that lie directly in a folder, as a look at the inbox would see them."""
    try:
        return [
            entry
            for entry in sorted(folder.iterdir())
            if entry.is_file() and not entry.is_symlink() and _is_picture(entry)
        ]
    except OSError as error:
        raise UnreadableFile(
            f"{error.filename or folder} cannot be read: {error.strerror}.",
            remedy="See who may read it: ls -l",
        ) from error


def _is_picture(file: Path) -> bool:
    with file.open("rb") as stream:
        return would_be_listed(file.name, stream.read(_SNIFF_BYTES))


def _counted(count: int) -> str:
    return {0: "no picture", 1: "one picture"}.get(count, f"{count} pictures")


def _name_of(folder: Path, contents: Mapping[str, Path]) -> str:
    name = folder.resolve().name
    if not is_walked_folder(name) or label_of(f"{name}/") is not None:
        # a look would pass the copies over, or take them for lessons of their own
        return f"profile~{profile_content_id(contents)[:8]}"
    return name


def _target(parent: Path, name: str, contents: Mapping[str, Path]) -> tuple[Path, frozenset[str]]:
    """Return the folder in which a profile teaches, or may, and the contents that it has there.

    A folder of its name that shares a photo with it is its own; another of this name is somebody
    else's.
    """
    kept = os.fsencode(name)[:_NAME_BYTES_MAX].decode("utf-8", "ignore")
    mark = profile_content_id(contents)[:8]
    marked = (f"{kept}~{mark}" + (f"-{count}" if count > 1 else "") for count in itertools.count(1))
    for each in itertools.chain([name], marked):
        target = parent / each
        if not os.path.lexists(target):
            return target, frozenset()
        if target.is_symlink() or not target.is_dir():
            continue
        there = frozenset(content_id(read_picture(photo)) for photo in _photos(target))
        is_own = not there or not there.isdisjoint(contents)
        if is_own and len(there | contents.keys()) <= PHOTOS_MAX:
            return target, there
    raise AssertionError("names never end")


def _return_text(inbox: Path, folder: Path, target: Path) -> None:
    """Put the text of a label's folder beside its photos, which lie in the inbox now."""
    if not folder.is_dir() or not folder.is_relative_to(inbox):
        return
    for file in list(folder.iterdir()):
        path = file.relative_to(inbox).as_posix()
        if is_text_of_folder(path) and label_of(path) is not None and not file.is_symlink():
            put(target, file.name, file.read_bytes())
            remove_copy(file)
