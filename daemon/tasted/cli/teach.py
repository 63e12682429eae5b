"""`tasted like`, `reject` and `undo`: three commands that copy into or remove from two folders.

A folder of several pictures is one profile, and one lesson.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tasted.cli.answering import consequences, others_of, said_of
from tasted.cli.context import Context, printable
from tasted.cli.named_files import file_meant
from tasted.errors import ItemError, SomeFailed
from tasted.home import Home
from tasted.inbox.folder_labels import FolderLesson, forget_folder_label, teach_folder
from tasted.inbox.labels import Lesson, Taught, forget_label, teach
from tasted.lock import lock_owner
from tasted.records import Label

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER..."
)

_WORDS = {
    Taught.COPIED: "{verb}: {name} teaches from {path}.",
    Taught.MOVED: "{verb}: {name} teaches from {path}; the opposite lesson was taken back.",
    Taught.ALREADY: "{verb} before: {name} teaches from {path}.",
    Taught.REMOVED: "Taken back: {name} no longer teaches.",
    Taught.RETURNED: "Taken back: {name} was the only copy and is now {path} in the inbox.",
    Taught.UNTAUGHT: "{name} had taught nothing.",
}


_TEACHES = {Taught.COPIED, Taught.MOVED}
_CHANGES = _TEACHES | {Taught.REMOVED, Taught.RETURNED}


@click.command()
@_FILES
@click.pass_obj
def like(context: Context, files: tuple[Path, ...]) -> None:
    """Teach that you like these pictures.

    Copies each into inbox/liked; the running daemon learns it within seconds. Dropping the file
    there by hand does the same. A folder of 2 to 12 pictures is one profile, and teaches as one.
    """
    _each(context, files, "Liked", lambda inbox, file: _teach(inbox, file, Label.LIKED))


@click.command()
@_FILES
@click.pass_obj
def reject(context: Context, files: tuple[Path, ...]) -> None:
    """Teach that you do not like these pictures.

    Copies each into inbox/rejected; the running daemon learns it within seconds. Dropping the file
    there by hand does the same. A folder of 2 to 12 pictures is one profile, and teaches as one.
    """
    _each(context, files, "Rejected", lambda inbox, file: _teach(inbox, file, Label.REJECTED))


@click.command()
@_FILES
@click.pass_obj
def undo(context: Context, files: tuple[Path, ...]) -> None:
    """Take back what these pictures taught.

    Removes their copies from inbox/liked and inbox/rejected. A picture that lies nowhere else is
    put into the inbox instead of being deleted.
    """
    _each(context, files, "Undone", _forget)


def _teach(inbox: Path, file: Path, label: Label) -> Lesson | FolderLesson:
    return teach_folder(inbox, file, label) if file.is_dir() else teach(inbox, file, label)


def _forget(inbox: Path, file: Path) -> Lesson | FolderLesson:
    return forget_folder_label(inbox, file) if file.is_dir() else forget_label(inbox, file)


def _each(
    context: Context,
    files: tuple[Path, ...],
    verb: str,
    lesson: Callable[[Path, Path], Lesson | FolderLesson],
) -> None:
    home = context.home(near=context.working_folder / files[0])
    done: list[tuple[Taught, int]] = []
    for file in files:
        meant = file_meant(file, home, context.working_folder)
        said, own = said_of(home, meant)
        try:
            learnt = lesson(home.inbox, meant)
        except ItemError as error:
            context.say(f"tasted: {printable(error.message)}\n  → {printable(error.remedy)}")
            context.answer({"file": str(file), "error": error.code, "message": error.message})
            continue
        done.append((learnt.outcome, own))
        others = others_of(home, own) if len(files) == 1 else 0
        _tell(context, verb, meant, learnt, follows=consequences(said, others))
        value = {"file": str(file), "outcome": learnt.outcome.value, "path": learnt.path}
        count = {"pictures": learnt.pictures} if isinstance(learnt, FolderLesson) else {}
        context.answer({**value, **count})
    _tell_what_follows(context, home, done, is_told=len(files) == 1)
    if len(done) < len(files):
        failed = f"{len(files) - len(done)} of {len(files)} files failed; the others are done."
        raise SomeFailed(failed if done else "Nothing was done.")


def _tell(
    context: Context, verb: str, file: Path, learnt: Lesson | FolderLesson, *, follows: str
) -> None:
    name = file.name
    if isinstance(learnt, FolderLesson):
        counted = "1 picture" if learnt.pictures == 1 else f"{learnt.pictures} pictures"
        name = f"{file.resolve().name} ({counted})"
    words = _WORDS[learnt.outcome].format(verb=verb, name=name, path=f"inbox/{learnt.path}")
    context.show(printable(words + (follows if learnt.outcome in _TEACHES else "")))


def _tell_what_follows(
    context: Context, home: Home, done: Sequence[tuple[Taught, int]], *, is_told: bool
) -> None:
    """Say once what follows from all lessons together; one alone has told how many others."""
    taught = [own for outcome, own in done if outcome in _TEACHES]
    follows = consequences(None, others_of(home, sum(taught))).strip()
    if taught and follows and not is_told:
        context.show(follows)
    is_changed = any(outcome in _CHANGES for outcome, _own in done)
    if is_changed and not context.json and lock_owner(home) is None:
        context.say("No daemon runs; it is learnt when one does: tasted run")
