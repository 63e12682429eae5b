"""`tasted score`: what a sidecar says, now, for any picture. Stores nothing for files outside."""

import os
from pathlib import Path
from typing import Any

import click

from tasted.cli.asking import ask_owner
from tasted.cli.context import Context, printable
from tasted.cli.named_files import file_meant
from tasted.errors import ConfigError, SomeFailed
from tasted.home import Home
from tasted.lock import lock_owner


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.pass_obj
def score(context: Context, files: tuple[Path, ...]) -> None:
    """Score pictures now and print what their sidecars say.

    A running daemon is asked, before everything else it has to do; without one the model is loaded
    for this command alone. Nothing is stored for pictures outside the inbox.
    """
    home = context.home(near=context.working_folder / files[0])
    meant = {file: file_meant(file, home, context.working_folder) for file in files}
    folders = [file for file in files if meant[file].is_dir()]
    named = {_address(home, meant[file]): file for file in files if file not in folders}
    inside = [path for path in named if not path.startswith("/")]
    outside = [path for path in named if path.startswith("/")]
    documents = _documents(context, home, inside=inside, outside=outside)
    failed = [path for path in named if not _show(context, named[path], documents.get(path))]
    for folder in folders:
        context.say(f"tasted: {printable(str(folder))} is a folder; name the pictures in it.")
        context.answer({"file": str(folder), "error": "folder"})
    if failed or folders:
        count = len(failed) + len(folders)
        has = "has" if count == 1 else "have"
        some = f"{count} of {len(files)} files {has} no score."
        raise SomeFailed("Nothing was scored." if count == len(files) else some)


def _address(home: Home, file: Path) -> str:
    """Return the path below the inbox, or an absolute one."""
    # the folder is resolved and the file is not: a link as a picture is refused, not followed
    absolute = file.parent.resolve() / file.name
    if absolute.is_relative_to(home.inbox):
        return absolute.relative_to(home.inbox).as_posix()
    return str(absolute)


def _documents(context: Context, home: Home, **named: list[str]) -> dict[str, Any]:
    documents: dict[str, Any] = {}
    left: dict[str, list[str]] = {}
    used: dict[str, str] | None = None
    for kind, paths in named.items():
        answer = ask_owner(home, "score", **{kind: paths}) if paths else None
        documents |= answer["documents"] if answer is not None else {}
        left[kind] = paths if answer is None else []
        # a daemon that runs since an older version says nothing of them
        used = answer.get("settings", used) if answer is not None else used
    if used is not None:
        _tell_of_settings(context, home, used)
    return documents | _score_here(context, home, **left) if any(left.values()) else documents


def _tell_of_settings(context: Context, home: Home, used: dict[str, str]) -> None:
    """Say so when a daemon answered that judges by other settings than this command has."""
    try:
        own = context.settings()
    except ConfigError:
        # the daemon keeps to the last good ones, and `tasted status` tells of the others
        return
    if own.acting_digest() == used["acting"]:
        return
    context.say(
        f"The running daemon (pid {lock_owner(home)}) answered, with its own settings and the "
        f"model {printable(used['model'])}."
    )
    context.say(
        f"  → Yours differ (model {printable(own.embedder.model)}); stop it to score with them."
    )


def _score_here(
    context: Context, home: Home, *, inside: list[str], outside: list[str]
) -> dict[str, Any]:
    from tasted.daemon.one_shot import score_now  # noqa: PLC0415 - pydantic takes 0.2 s to import

    home.make_folders()
    context.start_logs()
    return score_now(home, context.settings(), inside=inside, outside=outside)


def _show(context: Context, file: Path, document: dict[str, Any] | None) -> bool:
    """Print one document; tell whether it holds a score."""
    if document is None:
        context.say(
            f"tasted: {printable(os.fspath(file))} is not there, here or in the inbox, or changing."
        )
        context.answer({"file": str(file), "error": "gone"})
        return False
    if context.json:
        context.answer(document)
    else:
        click.echo(f"{printable(str(file))}: {printable(document['summary'])}")
        for reason in document["reasons"]:
            click.echo(f"  · {printable(reason)}")
        step = document["next"]
        # a score without a reason has it in the summary
        if step and step.casefold() not in document["summary"].casefold():
            click.echo(f"  → {printable(step)}")
        if document["error"]:
            click.echo(f"  → {printable(document['error']['remedy'])}")
    return bool(document["status"] != "error")
