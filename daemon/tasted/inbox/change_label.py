"""Liking and rejecting: copies in the label folders, nothing else. Touches the inbox.

The folders are the labels, so these functions work with or without a daemon, and dropping a picture
into a label folder by hand does the same. A label change is one step under the label lock: first
the label's folder gets the picture (by rename if it had the opposite label), and only then are
other copies removed.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from tasted.errors import CommandError, ItemError, UnreadableFile
from tasted.feedback.intents import Recording
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.find_copies import (
    copy_among,
    copy_elsewhere,
    copy_outside,
    label_folder,
    labelled_copies,
)
from tasted.inbox.moving import ChangedMeanwhileError, Copy, Mover, put, read_copy
from tasted.inbox.named_pictures import PICTURE_BYTES_MAX, read_picture, refuse_broken
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.system.files import content_id, private_folder

_TRIES = 3


class LabelOutcome(StrEnum):
    """What a label change did with a picture."""

    COPIED = "copied"
    MOVED = "moved"
    ALREADY = "already"
    REMOVED = "removed"
    RETURNED = "returned"
    """Moved from the label folder into the inbox: it was the only copy."""
    UNLABELLED = "untaught"
    """It was neither liked nor rejected."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What one command did to the label of one picture."""

    outcome: LabelOutcome
    path: str | None
    """Relative to the inbox: where the picture is now, or was."""


def set_label(
    home: Home,
    picture: Path,
    label: Label,
    *,
    mover: Mover | None = None,
    recording: Recording | None = None,
) -> LabelChange:
    """Give a picture a label: copy it into the label's folder.

    A copy of the same content in the other folder is moved instead: the latest label counts.

    Args:
        home: whose inbox it is.
        picture: any file.
        label: the label to give it.
        mover: moves and removes files.
        recording: writes the answer down before anything is copied.

    Raises:
        ItemError: when the file cannot be read, cannot be a picture, or keeps changing.
        CommandError: when the copy cannot be written, or another command holds the lock too long.
        InboxUnavailable: when the inbox cannot be listed.
    """
    mover = mover or Mover()
    with in_one_step(home, mover, recording):
        begin = recording.begin if recording is not None else None
        change = set_label_locked(home.inbox, picture, label, mover, begin=begin)
        if recording is not None:
            recording.end(is_changed=change.outcome is not LabelOutcome.ALREADY)
        return change


def remove_label(
    home: Home, picture: Path, *, mover: Mover | None = None, recording: Recording | None = None
) -> LabelChange:
    """Remove the label of a picture: remove its copies from both label folders.

    If no other copy is known, the picture is not deleted but moved into the inbox.

    Args:
        home: whose inbox it is.
        picture: a copy, or the picture itself.
        mover: moves and removes files.
        recording: writes down what is taken back before anything is removed.

    Raises:
        ItemError: when the file cannot be read, is not a picture, or keeps changing.
        CommandError: when a copy cannot be removed, or another command holds the lock too long.
        InboxUnavailable: when the inbox cannot be listed.
    """
    mover = mover or Mover()
    with in_one_step(home, mover, recording):
        begin = recording.begin if recording is not None else None
        change = remove_label_locked(home.inbox, picture, mover, begin=begin)
        if recording is not None:
            recording.end(is_changed=change.outcome is not LabelOutcome.UNLABELLED)
        return change


@contextlib.contextmanager
def in_one_step(home: Home, mover: Mover, recording: Recording | None = None) -> Iterator[None]:
    """Hold the label lock while the block changes labels.

    Args:
        home: whose labels they are.
        mover: moves and removes files.
        recording: of the answer; it leaves nothing behind when the block fails.

    Raises:
        CommandError: when there is no inbox, or another command holds the lock too long.
    """
    if not home.inbox.is_dir():
        raise CommandError(
            f"There is no inbox at {home.inbox}.",
            remedy="Connect its disk, or create it with: tasted init",
        )
    kept = recording.kept() if recording is not None else contextlib.nullcontext()
    with hold_labels(home), kept:
        mover.reach("label.locked")
        yield
        mover.reach("label.done")


def set_label_locked(
    inbox: Path,
    picture: Path,
    label: Label,
    mover: Mover,
    *,
    folder: Path | None = None,
    meant: str | None = None,
    begin: Callable[[str], None] | None = None,
) -> LabelChange:
    """Do what `set_label` does; the caller holds the label lock.

    Args:
        inbox: the folder.
        picture: any file.
        label: the label to give it.
        mover: moves and removes files.
        folder: of a profile, below the label's own; the picture goes there instead.
        meant: the content that it must have; None: whatever it has.
        begin: called with its content before anything is changed.
    """
    data = read_picture(picture)
    if folder is None:
        # a profile may hold a photo that cannot be decoded, as long as others can
        refuse_broken(picture.name, data)
    content = _begun(picture, data, meant, begin)
    is_known = False

    def step() -> LabelChange:
        nonlocal is_known
        target = label_folder(inbox, label) if folder is None else private_folder(folder)
        copies = labelled_copies(inbox, data, content)
        opposed, own = copies[opposite_of(label)], copies[label]
        if folder is not None:
            own = [copy for copy in own if copy.path.parent == folder]
        is_known = is_known or bool(own or opposed)
        outcome = (
            LabelOutcome.MOVED if opposed else LabelOutcome.ALREADY if own else LabelOutcome.COPIED
        )
        opposed = _named_last(opposed, picture)
        if own:
            keeper = own[0]
            for copy in opposed:
                mover.remove(copy, keeper=keeper)
        elif opposed:
            keeper = _moved(opposed, target, picture.name, mover)
        elif is_known and not _holds(picture, data):
            # what the user has deleted or replaced in the meantime must not come back
            raise ChangedMeanwhileError(picture)
        else:
            keeper = put(target, picture.name, data, alike=Path(os.path.realpath(picture)))
            mover.reach("label.copied")
        return LabelChange(outcome, keeper.path.relative_to(inbox).as_posix())

    return _repeated(step, f"{picture.name} cannot be copied into {inbox / label}")


def remove_label_locked(
    inbox: Path,
    picture: Path,
    mover: Mover,
    *,
    folder: str = "",
    meant: str | None = None,
    begin: Callable[[str], None] | None = None,
    likely: Sequence[Path] = (),
) -> LabelChange:
    """Do what `remove_label` does; the caller holds the label lock.

    Args:
        inbox: the folder.
        picture: a copy, or the picture itself.
        mover: moves and removes files.
        folder: relative to the inbox: where a picture goes that is the only copy.
        meant: the content that it must have; None: whatever it has.
        begin: called with its content before anything is changed.
        likely: files outside the label folders that should hold the same content: they are looked
            at before the whole inbox is.
    """
    data = read_picture(picture)
    content = _begun(picture, data, meant, begin)
    is_known = False
    done: LabelChange | None = None

    def step() -> LabelChange:
        nonlocal is_known, done
        found = labelled_copies(inbox, data, content)
        copies = [copy for label in Label for copy in found[label]]
        if not copies:
            if is_known and done is None:
                # another program has removed it, or put another picture in its place
                raise ChangedMeanwhileError(picture)
            return done or LabelChange(LabelOutcome.UNLABELLED, None)
        is_known = True
        keeper = (
            copy_outside(picture, inbox, data, copies)
            or copy_among(inbox, likely, data, content)
            or copy_elsewhere(inbox, data, content)
        )
        removed = LabelChange(LabelOutcome.REMOVED, copies[0].path.relative_to(inbox).as_posix())
        copies = _named_last(copies, picture)
        if keeper is None:
            there = _moved(copies, private_folder(inbox / folder), picture.name, mover)
            return LabelChange(LabelOutcome.RETURNED, there.path.relative_to(inbox).as_posix())
        for copy in copies:
            mover.remove(copy, keeper=keeper)
            done = removed
        return removed

    return _repeated(step, f"The copy of {picture.name} cannot be removed")


def _begun(
    picture: Path, data: bytes, meant: str | None, begin: Callable[[str], None] | None
) -> str:
    """Return the content of a picture, once it was written down what is about to be done."""
    content = content_id(data)
    if meant not in {None, content}:
        raise UnreadableFile(
            f"{picture.name} is another picture now.",
            remedy="Look at what is there now, then answer again.",
        )
    if begin is not None:
        begin(content)
    return content


def _repeated(step: Callable[[], LabelChange], failure: str) -> LabelChange:
    """Carry out a step, and repeat it if the files that it looked at were changed meanwhile.

    Each try finds what the one before has done: nothing is done twice.
    """
    for _try in range(_TRIES):
        try:
            return step()
        except (ChangedMeanwhileError, FileNotFoundError):
            # the next look finds what is there now
            continue
        except OSError as error:
            raise CommandError(
                f"{failure}: {error.strerror}.",
                remedy="Check the folders inbox/liked and inbox/rejected and the free space, then "
                "try again.",
            ) from error
    raise UnreadableFile(
        f"{failure}: it was moved, replaced or removed meanwhile. What is there now was left "
        "alone.",
        remedy="Check what is there now, then run the command again.",
    )


def _moved(copies: list[Copy], folder: Path, name: str, mover: Mover) -> Copy:
    """Keep only the last of several copies, and move it into a folder; return where it is now."""
    *others, last = copies
    for copy in others:
        mover.remove(copy, keeper=last)
    there = mover.move(last, folder, name)
    if last.text is not None:
        _take_along(last.text, last.path.name, there.path, mover)
    return there


def _take_along(text: Path, name: str, picture: Path, mover: Mover) -> None:
    """Move the text of a picture that was called `name` to where the picture is now."""
    stem = os.path.splitext(name)[0]  # noqa: PTH122 - a name is not a path
    stem_now = os.path.splitext(picture.name)[0]  # noqa: PTH122 - a name is not a path
    if name == picture.name:
        name_now = text.name
    elif text.name.startswith(stem):
        name_now = stem_now + text.name.removeprefix(stem)
    else:
        return
    if os.path.lexists(picture.with_name(name_now)):
        # the user's own text for this very picture
        return
    # a text that changes or disappears right now stays where it is
    with contextlib.suppress(ChangedMeanwhileError, FileNotFoundError):
        _data, copy = read_copy(text, max_bytes=PICTURE_BYTES_MAX)
        mover.move(copy, picture.parent, name_now)


def _named_last(copies: list[Copy], picture: Path) -> list[Copy]:
    """Sort the copy that was named last: after a kill the same command must still find it."""
    real = Path(os.path.realpath(picture))
    return sorted(copies, key=lambda copy: Path(os.path.realpath(copy.path)) == real)


def _holds(picture: Path, data: bytes) -> bool:
    try:
        return read_picture(picture) == data
    except ItemError:
        return False


def opposite_of(label: Label) -> Label:
    """Return the other label."""
    return Label.REJECTED if label is Label.LIKED else Label.LIKED
