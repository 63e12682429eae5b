"""`tasted like`, `reject` and `undo`: copy pictures into the label folders, or remove the copies.

A folder of several pictures is one profile, and one label.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath

import click

from tasted.amounts import counted
from tasted.cli.commands.consequences import (
    TasteBefore,
    consequences,
    scored_others,
    verdict_before,
    words_after,
)
from tasted.cli.commands.recording import recording_of
from tasted.cli.context import Context, printable
from tasted.cli.named_files import NamedPath, find_named, is_folder, not_found
from tasted.errors import (
    DecodeFailed,
    EmptyFile,
    ImageTooLarge,
    ItemError,
    NotAnImage,
    NotFound,
    SomeFailed,
    TruncatedImage,
    UnsupportedFormat,
    UsageError,
    recreated_error,
)
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.inbox.change_label import LabelChange, LabelOutcome, remove_label, set_label
from tasted.inbox.change_profile_label import (
    FolderLabelChange,
    photos_in,
    remove_folder_label,
    set_folder_label,
)
from tasted.inbox.find_copies import sweep_copies
from tasted.inbox.naming import NOT_A_PROFILE_NAME
from tasted.inbox.people import PersonDetails
from tasted.inbox.profiles import (
    PHOTOS_MIN,
    NotAProfile,
    details_of_entry,
    is_bio,
    why_not_one_person,
)
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.records import Label
from tasted.system.files import real_path, stamp_of

_FILES = click.argument(
    "files", nargs=-1, required=True, type=NamedPath(), metavar="FILE|FOLDER..."
)

_SEPARATELY = click.option(
    "--each",
    "separately",
    is_flag=True,
    help="Label each picture of a folder separately, not as one profile.",
)

RETURNED = "{name} is no longer a like or a reject. It was the only copy, so it is now {path}."
_WORDS = {
    LabelOutcome.COPIED: "{verb} {name} (copied to {place}).",
    LabelOutcome.MOVED: "{verb} {name} (copied to {place}); it no longer counts as {opposite}.",
    LabelOutcome.ALREADY: "{name} is already {label} ({place}).",
    LabelOutcome.REMOVED: "{name} is no longer a like or a reject.",
    LabelOutcome.RETURNED: RETURNED,
    LabelOutcome.UNLABELLED: "{name} was not a like or a reject.",
}
_OPPOSITES = {"Liked": "rejected", "Rejected": "liked"}
_WHY_APART = {
    NotAProfile.NAMES: "names several people",
    NotAProfile.AGES: "mentions several ages",
    NotAProfile.LOOKS: "has photos that do not look alike and texts that differ",
    NotAProfile.MARKED: "has a file .not-a-profile",
}
_LABELLED = {LabelOutcome.COPIED, LabelOutcome.MOVED}
_CHANGED = _LABELLED | {LabelOutcome.REMOVED, LabelOutcome.RETURNED}
_BROKEN_CONTENT = frozenset(
    kind.code
    for kind in (
        DecodeFailed,
        EmptyFile,
        ImageTooLarge,
        NotAnImage,
        TruncatedImage,
        UnsupportedFormat,
    )
)


@click.command()
@_FILES
@_SEPARATELY
@click.pass_obj
def like(context: Context, *, files: tuple[Path, ...], separately: bool) -> None:
    """Mark pictures as liked.

    Copies them to inbox/liked, as you can do by hand. If tasted is running, it learns them within
    seconds. A folder of 2 to 12 pictures counts as one profile, unless it shows several people (see
    `tasted status`) or you add --each.
    """
    wanted = _wanted(context, files, separately=separately)
    _change_labels(context, wanted, "Liked", partial(_set_label, label=Label.LIKED))


@click.command()
@_FILES
@_SEPARATELY
@click.pass_obj
def reject(context: Context, *, files: tuple[Path, ...], separately: bool) -> None:
    """Mark pictures as rejected.

    Copies them to inbox/rejected, as you can do by hand. If tasted is running, it learns them
    within seconds. A folder of 2 to 12 pictures counts as one profile, unless it shows several
    people (see `tasted status`) or you add --each.
    """
    wanted = _wanted(context, files, separately=separately)
    _change_labels(context, wanted, "Rejected", partial(_set_label, label=Label.REJECTED))


@click.command()
@click.argument("files", nargs=-1, type=NamedPath(), metavar="[FILE|FOLDER]...")
@click.option("--event", metavar="ID", help="Take back this answer; ids: `tasted history`.")
@click.option(
    "--last", type=click.IntRange(1, 1_000), metavar="N", help="Take back your last N answers."
)
@click.option(
    "--session", is_flag=True, help="Take back all answers of your last session (see history)."
)
@click.pass_obj
def undo(
    context: Context,
    *,
    files: tuple[Path, ...],
    event: str | None,
    last: int | None,
    session: bool,
) -> None:
    """Remove your like or reject from pictures.

    Deletes their copies in inbox/liked and inbox/rejected. If a copy is the only one, it is moved
    to the inbox instead. With --event, --last or --session, an earlier answer to the same picture
    counts again.
    """
    ways = [bool(files), event is not None, last is not None, session]
    if sum(ways) != 1:
        raise UsageError(
            "Name files, or one of --event, --last and --session.",
            remedy="List your answers: tasted history",
        )
    if files:
        _change_labels(context, list(files), "Undone", _remove_label)
        return
    from tasted.cli.commands.undo_answers import undo_answers  # noqa: PLC0415 - 0.2 s

    undo_answers(context, event=event, last=last)


def _wanted(context: Context, files: Sequence[Path], *, separately: bool) -> list[Path]:
    """Return what gets a label: a folder as a profile, or else the pictures in it."""
    home = context.home(near=context.working_folder / files[0])
    wanted: list[Path] = []
    for file in files:
        folder = find_named(file, home, context.working_folder)
        try:
            why = _why_separately(home, folder) if is_folder(folder) and not separately else None
            is_apart = is_folder(folder) and (separately or why is not None)
            wanted += photos_in(folder) if is_apart else [file]
        except (ItemError, OSError):
            # labelling it reports the error
            wanted.append(file)
            continue
        if why is not None:
            name = printable(file.name)
            context.say(f"{name} {_WHY_APART[why]}, so each picture is labelled separately.")
    return wanted


def _set_label(home: Home, file: Path, label: Label) -> LabelChange | FolderLabelChange:
    recording = recording_of(home, label)
    if file.is_dir():
        return set_folder_label(home, file, label, recording=recording)
    _refuse_known_broken(home, file)
    return set_label(home, file, label, recording=recording)


def _remove_label(home: Home, file: Path) -> LabelChange | FolderLabelChange:
    recording = recording_of(home, None)
    if file.is_dir():
        return remove_folder_label(home, file, recording=recording)
    return remove_label(home, file, recording=recording)


def _change_labels(
    context: Context,
    files: Sequence[Path],
    verb: str,
    label_change: Callable[[Home, Path], LabelChange | FolderLabelChange],
) -> None:
    home = context.home(near=context.working_folder / files[0])
    # an error here also stops the label change, which reports it
    with contextlib.suppress(OSError):
        sweep_copies(home)
    done: list[tuple[LabelOutcome, int]] = []
    before = TasteBefore.of(home)
    for file in files:
        try:
            meant = find_named(file, home, context.working_folder)
            verdict, own = verdict_before(home, meant)
            if not os.path.lexists(meant):
                raise not_found(file)
            change = label_change(home, meant)
        except (ItemError, NotFound) as error:
            context.show_error(error, file=str(file))
            continue
        done.append((change.outcome, own))
        others = scored_others(home, own) if len(files) == 1 else 0
        _show_change(context, verb, meant, change, follows=consequences(home, verdict, others))
        value = {"file": str(file), "outcome": change.outcome.value, "path": change.path}
        count = {"pictures": change.pictures} if isinstance(change, FolderLabelChange) else {}
        context.answer({**value, **count})
    if len(files) > 1:
        _show_rescores(context, home, done)
    if not context.json and any(outcome in _CHANGED for outcome, _own in done):
        undo = (str(files[0]) if len(files) == 1 else "FILE") if verb != "Undone" else None
        _show_changed_verdicts(context, home, before, undo=undo)
    if len(done) < len(files):
        failed = f"{len(files) - len(done)} of {len(files)} files failed; the others are done."
        raise SomeFailed(failed if done else "Nothing was done.")


def _show_change(
    context: Context,
    verb: str,
    file: Path,
    change: LabelChange | FolderLabelChange,
    *,
    follows: str,
) -> None:
    name = real_path(file).name if isinstance(change, FolderLabelChange) else file.name
    path = PurePath("inbox", change.path) if change.path is not None else None
    place = path.parent if path is not None and path.name == name else path
    if isinstance(change, FolderLabelChange):
        photos = counted(change.pictures, "photo")
        is_new = change.outcome in _LABELLED
        name = f"{name} as one profile of {photos}" if is_new else f"{name} ({photos})"
    words = _WORDS[change.outcome].format(
        verb=verb,
        label=verb.lower(),
        name=name,
        path=path,
        place=place,
        opposite=_OPPOSITES.get(verb),
    )
    context.show(printable(words + (follows if change.outcome in _LABELLED else "")))


def _show_rescores(context: Context, home: Home, done: Sequence[tuple[LabelOutcome, int]]) -> None:
    """Say once how many pictures are re-scored because of several labels."""
    labelled = [own for outcome, own in done if outcome in _LABELLED]
    follows = consequences(home, None, scored_others(home, sum(labelled))).strip()
    if labelled and follows:
        context.show(follows)


def _show_changed_verdicts(
    context: Context, home: Home, before: TasteBefore, *, undo: str | None
) -> None:
    """Say what the labels did to other verdicts; in a terminal, wait a moment for that."""
    if lock_owner(home) is None:
        context.say("tasted is not running. It learns this when you start it: tasted run")
    elif scored_others(home, 0) > 0 and context.columns is not None:
        words = words_after(home, before, undo=undo)
        if words:
            context.say(printable(words))


def _refuse_known_broken(home: Home, file: Path) -> None:
    """Refuse a picture of the inbox whose sidecar says that it cannot be decoded.

    Args:
        home: whose inbox and outbox they are.
        file: any file; one outside the inbox, or changed since its sidecar, is not refused.

    Raises:
        ItemError: the error in its sidecar.
    """
    real, inbox = Path(os.path.realpath(file)), Path(os.path.realpath(home.inbox))
    if not real.is_relative_to(inbox):
        return
    try:
        stamp = stamp_of(os.lstat(real))
    except OSError:
        # reading it reports the error
        return
    # a quarter of a second to import, and most pictures that get a label have no sidecar
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415
    from tasted.outbox.sidecar_files import read_sidecar  # noqa: PLC0415

    for place in sidecar_places(real.relative_to(inbox).as_posix()):
        sidecar = read_sidecar(home.outbox, str(place))
        if sidecar is None or sidecar.error is None or sidecar.error.code not in _BROKEN_CONTENT:
            continue
        if sidecar.ledger_entry().stamp.agrees(stamp):
            error = sidecar.error
            raise recreated_error(error.code, error.message, error.remedy)


def _why_separately(home: Home, folder: Path) -> NotAProfile | None:
    """Return why the pictures of a folder get separate labels; None if it is one profile.

    The rule is that of the inbox, `why_not_one_person`; a folder elsewhere has no sidecars.

    Args:
        home: whose inbox the folder may be in.
        folder: that was named.

    Raises:
        ItemError: when the folder cannot be read.
    """
    photos = photos_in(folder)
    if len(photos) < PHOTOS_MIN:
        return None
    names = [entry.name for entry in folder.iterdir()]
    here = "here/"
    return why_not_one_person(
        here,
        [str(photo) for photo in photos],
        details_of=lambda path: _details_in_sidecar(home, Path(path)),
        texts={here} if any(is_bio(f"{here}{name}") for name in names) else set(),
        marked={here} if NOT_A_PROFILE_NAME in names else set(),
        unlike=UnlikePhotos(home.unlike_file).current,
    )


def _details_in_sidecar(home: Home, photo: Path) -> PersonDetails | None:
    inbox, real = real_path(home.inbox), real_path(photo.parent) / photo.name
    if not real.is_relative_to(inbox):
        return None
    # a quarter of a second to import, and most folders that get a label are elsewhere
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415
    from tasted.outbox.sidecar_files import read_sidecar  # noqa: PLC0415

    for place in sidecar_places(real.relative_to(inbox).as_posix()):
        sidecar = read_sidecar(home.outbox, str(place))
        if sidecar is not None:
            return details_of_entry(sidecar.ledger_entry())
    return None
