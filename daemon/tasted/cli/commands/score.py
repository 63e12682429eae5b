"""`tasted score`: scores any picture now. Stores nothing for files outside the inbox."""

import os
from pathlib import Path
from typing import Any

import click

from tasted.amounts import counted
from tasted.cli.context import Context, printable
from tasted.cli.named_files import NamedPath, find_named, is_folder, not_found
from tasted.cli.owner import ask_owner
from tasted.embedding.models.in_force import settings_in_force
from tasted.errors import ConfigError, NotFound, SomeFailed, TastedError, recreated_error
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.inbox.listing import list_inbox
from tasted.system.files import real_path


@click.command()
@click.argument("files", nargs=-1, required=True, type=NamedPath(), metavar="FILE|FOLDER...")
@click.pass_obj
def score(context: Context, files: tuple[Path, ...]) -> None:
    """Score pictures now and print the results.

    For a folder, scores all pictures in it. If tasted is running, it scores them before anything
    else; if not, this command loads the model itself. Nothing is stored for pictures outside the
    inbox.
    """
    home = context.home(near=context.working_folder / files[0])
    missing: dict[str, TastedError] = {}
    named: dict[str, Path] = {}
    for file in files:
        try:
            for picture in _pictures(file, find_named(file, home, context.working_folder)):
                named.setdefault(_address(home, context.working_folder / picture), picture)
        except TastedError as fault:
            missing[str(file)] = fault
    inside = [path for path in named if not path.startswith("/")]
    outside = [path for path in named if path.startswith("/")]
    documents = _documents(context, home, inside=inside, outside=outside)
    failed = [path for path in named if not _show(context, named[path], documents.get(path))]
    for folder in files:
        _show_profile(context, home, folder, documents)
    for word, error in missing.items():
        context.show_error(error, file=word)
    if failed or missing:
        count, all_of_them = len(failed) + len(missing), len(named) + len(missing)
        some = f"{count} of {counted(all_of_them, 'file')} could not be scored."
        raise SomeFailed("Nothing was scored." if count == all_of_them else some)


def _pictures(file: Path, meant: Path) -> list[Path]:
    """Return the pictures of a name: the file itself, or those in the folder and below.

    Args:
        file: as it was typed.
        meant: where it is.

    Raises:
        NotFound: when nothing is there, or no picture in the folder.
        InboxUnavailable: when the folder cannot be listed.
    """
    if not os.path.lexists(meant):
        raise not_found(file)
    if not is_folder(meant):
        return [meant]
    found = [meant / path for path in sorted(list_inbox(meant).files)]
    if not found:
        raise NotFound(
            f"There is no picture in {file}.", remedy="Name a picture, or a folder with pictures."
        )
    return found


def _address(home: Home, file: Path) -> str:
    """Return the path below the inbox, or an absolute one."""
    # the folder is resolved, but not the file: a picture that is a link is refused, not followed
    absolute = real_path(file.parent) / file.name
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
        # a daemon of an older version does not send them
        used = answer.get("settings", used) if answer is not None else used
    if used is not None:
        _show_other_settings(context, home, used)
    return documents | _score_here(context, home, **left) if any(left.values()) else documents


def _show_other_settings(context: Context, home: Home, used: dict[str, str]) -> None:
    """Say so if the daemon that answered uses other settings than this command would."""
    try:
        own = settings_in_force(home, context.settings())
    except ConfigError:
        # the daemon uses the last valid ones, and `tasted status` shows the error
        return
    if own.config_digest() == used["acting"]:
        return
    context.say(
        f"tasted is running (pid {lock_owner(home)}), with other settings and the model "
        f"{printable(used['model'])}. These are its scores."
    )
    context.say(
        f"  → To score with your settings (model {printable(own.embedder.model)}), stop it first."
    )


def _score_here(
    context: Context, home: Home, *, inside: list[str], outside: list[str]
) -> dict[str, Any]:
    from tasted.daemon.one_shot import score_now  # noqa: PLC0415 - pydantic takes 0.2 s to import

    home.make_folders()
    context.start_logs()
    return score_now(home, context.settings(), inside=inside, outside=outside)


def _show(context: Context, file: Path, document: dict[str, Any] | None) -> bool:
    """Print one document; return whether it has a score."""
    if document is None:
        context.show_error(
            NotFound(
                f"{_shown(context, file)} was not found, or is still being written.",
                remedy="Try again when it is complete.",
            ),
            file=str(file),
        )
        return False
    if document["error"]:
        context.show_error(
            recreated_error(
                **{name: document["error"][name] for name in ("code", "message", "remedy")}
            ),
            file=str(file),
        )
        return False
    context.answer(document)
    judged = document["judgement"]
    own = f"You {judged} this. Without your label: " if judged else ""
    context.show(f"{printable(_shown(context, file))}: {own}{printable(document['summary'])}")
    for reason in _further_reasons(document):
        context.show(f"  · {printable(reason)}")
    step = document["next"]
    # without a reason, the summary has it
    if step and step.casefold() not in document["summary"].casefold():
        context.show(f"  → {printable(step)}")
    return True


def _show_profile(context: Context, home: Home, folder: Path, documents: dict[str, Any]) -> None:
    """Show the result of a profile, if the folder is one and was made from these photos."""
    meant = find_named(folder, home, context.working_folder)
    if not is_folder(meant) or not real_path(meant).is_relative_to(home.inbox):
        return
    meant = real_path(meant)
    from tasted.outbox.places import sidecar_places  # noqa: PLC0415 - as above
    from tasted.outbox.results import photo_count  # noqa: PLC0415 - as above
    from tasted.outbox.sidecar_files import read_sidecar  # noqa: PLC0415 - pydantic takes 0.2 s to import

    scored = [found for found in documents.values() if found is not None and found["model"]]
    tastes = {(found["source"]["sha256"], found["model"]["taste_fingerprint"]) for found in scored}
    for place in sidecar_places(f"{meant.relative_to(home.inbox).as_posix()}/"):
        profile = read_sidecar(home.outbox, str(place))
        if profile is None or profile.model is None:
            continue
        taste = profile.model.taste_fingerprint
        if all((part.sha256, taste) in tastes for part in profile.parts):
            context.show(printable(f"{folder} ({photo_count(profile)}): {profile.summary}"))
            context.answer(profile.model_dump(mode="json"))
            return


def _further_reasons(document: dict[str, Any]) -> list[str]:
    from tasted.outbox.results import further_reasons  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.outbox.sidecar import Sidecar  # noqa: PLC0415 - as above

    return further_reasons(Sidecar.model_validate(document))


def _shown(context: Context, file: Path) -> str:
    """Return the shortest name of a file that works in the working folder."""
    folder = context.working_folder
    return str(file.relative_to(folder) if file.is_relative_to(folder) else file)
