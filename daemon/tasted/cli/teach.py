"""`tasted like`, `reject` and `undo`: three commands that copy into or remove from two folders.

A folder of several pictures is one profile, and one lesson.
"""

from collections.abc import Callable
from pathlib import Path

import click

from tasted.cli.answering import consequences
from tasted.cli.context import Context, printable
from tasted.errors import ItemError, SomeFailed
from tasted.inbox.folder_labels import FolderLesson, forget_folder_label, teach_folder
from tasted.inbox.labels import Lesson, Taught, forget_label, teach
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


_CHANGES = {Taught.COPIED, Taught.MOVED}


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
    failed = 0
    for file in files:
        follows = consequences(home, context.working_folder / file)
        try:
            done = lesson(home.inbox, context.working_folder / file)
        except ItemError as error:
            failed += 1
            context.say(f"tasted: {printable(error.message)}\n  → {printable(error.remedy)}")
            context.answer({"file": str(file), "error": error.code, "message": error.message})
            continue
        name, count = file.name, {}
        if isinstance(done, FolderLesson):
            name = f"{file.resolve().name} ({done.pictures} pictures)"
            count = {"pictures": done.pictures}
        words = _WORDS[done.outcome].format(verb=verb, name=name, path=f"inbox/{done.path}")
        context.show(printable(words + (follows if done.outcome in _CHANGES else "")))
        told = {"file": str(file), "outcome": done.outcome.value, "path": done.path}
        context.answer({**told, **count})
    if failed:
        raise SomeFailed(f"{failed} of {len(files)} files failed; the others are done.")
