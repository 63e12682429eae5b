"""Liking and rejecting a profile: copies of its photos in one folder below a label folder.

Touches the inbox. If a command is killed halfway, running it again completes it.
"""

import contextlib
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from tasted.errors import CommandError, NotAnImage, UnreadableFile
from tasted.feedback.events import PHOTOS_MAX as EVENT_PHOTOS_MAX
from tasted.feedback.intents import Recording
from tasted.home.layout import Home
from tasted.inbox.change_label import (
    LabelChange,
    LabelOutcome,
    in_one_step,
    opposite_of,
    remove_label_locked,
    set_label_locked,
)
from tasted.inbox.find_copies import label_folder, label_folders
from tasted.inbox.moving import ChangedMeanwhileError, Mover, read_copy
from tasted.inbox.named_pictures import PICTURE_BYTES_MAX, read_picture, would_be_listed
from tasted.inbox.naming import is_walked_folder, label_of
from tasted.inbox.profiles import PHOTOS_MAX, PHOTOS_MIN, is_text_of_folder, profile_content_id
from tasted.picture_formats import HEAD_BYTES
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.system.files import content_id, real_path

_NAME_BYTES_MAX = 235

BeginsChange = Callable[[str, tuple[str, ...]], None]
"""Gets the content of a profile and those of its photos."""


@dataclass(frozen=True, slots=True)
class FolderLabelChange:
    """What one command did to the label of one profile."""

    outcome: LabelOutcome
    path: str | None
    """Relative to the inbox: the folder in which its photos are now, or were."""
    pictures: int


def set_folder_label(
    home: Home,
    folder: Path,
    label: Label,
    *,
    mover: Mover | None = None,
    recording: Recording | None = None,
) -> FolderLabelChange:
    """Give the photos of a folder one label: copy them into one folder below the label's own.

    Copies of them in the other label folder are moved instead: the latest label counts. A folder
    that is itself in the other label folder is moved as a whole, with its text.

    Raises:
        ItemError: when the folder is not a profile, or one of its photos cannot be read.
        CommandError: when a copy cannot be written, or another command holds the lock too long.
        InboxUnavailable: when the inbox cannot be listed.
    """
    mover = mover or Mover()
    with in_one_step(home, mover, recording):
        begin = recording.begin if recording is not None else None
        change = set_folder_label_locked(home.inbox, folder, label, mover, begin=begin)
        if recording is not None:
            recording.end(is_changed=change.outcome is not LabelOutcome.ALREADY)
        return change


def set_folder_label_locked(
    inbox: Path,
    folder: Path,
    label: Label,
    mover: Mover,
    *,
    meant: AbstractSet[str] = frozenset(),
    begin: BeginsChange | None = None,
) -> FolderLabelChange:
    """Do what `set_folder_label` does; the caller holds the label lock.

    Args:
        inbox: the folder.
        folder: with the photos.
        label: the label to give them.
        mover: moves and removes files.
        meant: contents that its photos must have, among them.
        begin: called with its content and those of its photos before anything is changed.
    """
    try:
        return _set_label(inbox, folder, label, mover, meant, begin)
    except FileNotFoundError as error:
        raise _gone_meanwhile(folder) from error
    except OSError as error:
        raise CommandError(
            f"{folder.name} cannot be copied into {inbox / label}: {error.strerror}.",
            remedy="Check the folder and the free space, then try again.",
        ) from error


def _set_label(
    inbox: Path,
    folder: Path,
    label: Label,
    mover: Mover,
    meant: AbstractSet[str],
    begin: BeginsChange | None,
) -> FolderLabelChange:
    contents = _contents(photos_in(folder))
    if not PHOTOS_MIN <= len(contents) <= PHOTOS_MAX:
        count = _counted(len(contents))
        raise NotAnImage(
            f"{folder} holds {count}; a profile has {PHOTOS_MIN} to {PHOTOS_MAX}.",
            remedy="Label each picture by itself with --each, or name the ones you mean.",
        )
    if not meant <= contents.keys():
        raise UnreadableFile(
            f"{folder.name} holds other photos now.",
            remedy="Look at what is there now, then answer again.",
        )
    if begin is not None:
        begin(profile_content_id(contents), tuple(sorted(contents)))
    parent = label_folder(inbox, label)
    target = _target(parent, _name_of(folder, contents), contents)
    outcomes: set[LabelOutcome] = set()
    named = real_path(folder)
    if _has_opposite_label(inbox, named, label) and not os.path.lexists(target):
        # in one step: half of a profile could not be recognised as one
        mover.move_folder(named, target)
        contents = {content: target / photo.name for content, photo in contents.items()}
        outcomes.add(LabelOutcome.MOVED)
    for photo in contents.values():
        outcomes.add(set_label_locked(inbox, photo, label, mover, folder=target).outcome)
    by_weight = (LabelOutcome.MOVED, LabelOutcome.COPIED, LabelOutcome.ALREADY)
    outcome = next(outcome for outcome in by_weight if outcome in outcomes)
    return FolderLabelChange(outcome, target.relative_to(inbox).as_posix(), len(contents))


def _has_opposite_label(inbox: Path, folder: Path, label: Label) -> bool:
    """Tell whether a folder, with all links resolved, lies directly in that of the other label."""
    others = label_folders(inbox, opposite_of(label))
    return folder.parent in {real_path(other) for other in others}


def remove_folder_label(
    home: Home,
    folder: Path,
    *,
    mover: Mover | None = None,
    recording: Recording | None = None,
) -> FolderLabelChange:
    """Remove the label of the photos of a folder: remove their copies from both label folders.

    Photos without another known copy are moved into one folder of the inbox, with its text.

    Raises:
        ItemError: when the folder holds no picture, or one cannot be read.
        CommandError: when a copy cannot be removed, or another command holds the lock too long.
        InboxUnavailable: when the inbox cannot be listed.
    """
    mover = mover or Mover()
    with in_one_step(home, mover, recording):
        begin = recording.begin if recording is not None else None
        change = remove_folder_label_locked(home.inbox, folder, mover, begin=begin)
        if recording is not None:
            recording.end(is_changed=change.outcome is not LabelOutcome.UNLABELLED)
        return change


def remove_folder_label_locked(
    inbox: Path, folder: Path, mover: Mover, *, begin: BeginsChange | None = None
) -> FolderLabelChange:
    """Do what `remove_folder_label` does; the caller holds the label lock.

    Args:
        inbox: the folder.
        folder: with the photos.
        mover: moves and removes files.
        begin: called with the profile's content and those of its photos before anything is changed.
    """
    try:
        return _remove_label(inbox, folder, mover, begin)
    except FileNotFoundError as error:
        raise _gone_meanwhile(folder) from error
    except OSError as error:
        raise CommandError(
            f"The label of {folder.name} cannot be removed: {error.strerror}.",
            remedy="Check the folders inbox/liked and inbox/rejected, then try again.",
        ) from error


def _remove_label(
    inbox: Path, folder: Path, mover: Mover, begin: BeginsChange | None
) -> FolderLabelChange:
    photos = photos_in(folder)
    if not photos:
        raise NotAnImage(f"{folder} holds no picture.", remedy="Name a folder with pictures.")
    if begin is not None:
        contents = sorted({content_id(read_picture(photo)) for photo in photos})
        # more than a profile has are one event all the same, or as few as can name them
        for first in range(0, len(contents), EVENT_PHOTOS_MAX):
            some = contents[first : first + EVENT_PHOTOS_MAX]
            begin(profile_content_id(some), tuple(some))
    real = real_path(folder)
    name = _name_of(real, {})
    changes: list[LabelChange] = []
    for photo in photos:
        # a photo that was there twice has gone with its copy
        if not photo.exists():
            continue
        change = remove_label_locked(inbox, photo, mover, folder=name)
        if change.outcome is LabelOutcome.RETURNED:
            # before the next photo: once the last is gone, the folder cannot be named again
            _return_text(inbox, real, inbox / name, mover)
        changes.append(change)
    outcomes = {change.outcome for change in changes}
    by_weight = (LabelOutcome.RETURNED, LabelOutcome.REMOVED, LabelOutcome.UNLABELLED)
    outcome = next((outcome for outcome in by_weight if outcome in outcomes), None)
    if outcome is None:
        raise _gone_meanwhile(folder)
    paths = [change.path for change in changes if change.outcome is outcome and change.path]
    path = paths[0].rpartition("/")[0] if paths else None
    return FolderLabelChange(outcome, path, len(photos))


def _gone_meanwhile(folder: Path) -> UnreadableFile:
    return UnreadableFile(
        f"Pictures of {folder} were moved or removed meanwhile.",
        remedy="Check what is there now, then run the command again.",
    )


def photos_in(folder: Path) -> list[Path]:
    """Return the pictures directly in a folder, as a look at the inbox would see them."""
    try:
        return [
            entry
            for entry in sorted(folder.iterdir())
            if entry.is_file() and not entry.is_symlink() and _is_picture(entry)
        ]
    except OSError as error:
        raise UnreadableFile(
            f"{error.filename or folder} cannot be read: {error.strerror}.",
            remedy="Check who may read it: ls -l",
        ) from error


def _contents(photos: Sequence[Path]) -> dict[str, Path]:
    """Return the photos by content id; copies count once."""
    if len({photo.stat().st_size for photo in photos}) > PHOTOS_MAX:
        # too many different sizes to be a profile: nothing has to be read
        return {str(photo): photo for photo in photos}
    # of several copies the one with the shortest name: programs add to the name of a copy
    longest_first = sorted(photos, key=lambda photo: (-len(photo.name), photo.name))
    return {content_id(read_picture(photo)): photo for photo in longest_first}


def _is_picture(file: Path) -> bool:
    with file.open("rb") as stream:
        return would_be_listed(file.name, stream.read(HEAD_BYTES))


def _counted(count: int) -> str:
    return {0: "no picture", 1: "one picture"}.get(count, f"{count} pictures")


def _name_of(folder: Path, contents: Mapping[str, Path]) -> str:
    name = real_path(folder).name
    if not is_walked_folder(name) or label_of(f"{name}/") is not None:
        # a look would skip the copies, or take each for a label of its own
        return f"profile~{profile_content_id(contents)[:8]}"
    return name


def _target(parent: Path, name: str, contents: Mapping[str, Path]) -> Path:
    """Return the label folder's subfolder for a profile; it may not exist yet.

    A folder of its name that shares a photo with it is its own; another of this name belongs to
    another profile.
    """
    kept = os.fsencode(name)[:_NAME_BYTES_MAX].decode("utf-8", "ignore")
    mark = profile_content_id(contents)[:8]
    marked = (f"{kept}~{mark}" + (f"-{count}" if count > 1 else "") for count in itertools.count(1))
    for free_name in itertools.chain([name], marked):
        target = parent / free_name
        if not os.path.lexists(target):
            return target
        if target.is_symlink() or not target.is_dir():
            continue
        there = frozenset(content_id(read_picture(photo)) for photo in photos_in(target))
        is_own = not there or not there.isdisjoint(contents)
        if is_own and len(there | contents.keys()) <= PHOTOS_MAX:
            return target
    raise AssertionError("names never end")


def _return_text(inbox: Path, folder: Path, target: Path, mover: Mover) -> None:
    """Move the text of a label's folder to its photos, which are in the inbox now."""
    top = real_path(inbox)
    if not folder.is_dir() or not folder.is_relative_to(top):
        return
    for file in list(folder.iterdir()):
        path = file.relative_to(top).as_posix()
        if is_text_of_folder(path) and label_of(path) is not None and not file.is_symlink():
            # a text that changes right now stays where it is
            with contextlib.suppress(ChangedMeanwhileError, FileNotFoundError):
                _data, text = read_copy(file, max_bytes=PICTURE_BYTES_MAX)
                mover.move(text, target, file.name)
