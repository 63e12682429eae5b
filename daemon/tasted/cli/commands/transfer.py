"""`tasted export` and `tasted import`: take a taste to another home, or back from a copy."""

import shlex
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasted import __version__
from tasted.amounts import counted, file_size
from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.embedding.models.in_force import settings_in_force
from tasted.errors import CommandError
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home

if TYPE_CHECKING:
    from tasted.config import Settings
    from tasted.transfer.importing import Placed
    from tasted.transfer.label_files import PlacementPlan

_DIFFERENCES_NAMED = 6


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def export(context: Context, *, file: Path) -> None:
    """Write your likes, rejects and everything learned from them into one file.

    It holds those pictures with their texts, what tasted found in them, your answers and the taste
    versions; tasted import takes it into another tasted folder. Keep it as private as your
    pictures.
    """
    from tasted.transfer.exporting import write_export  # noqa: PLC0415 - hashlib, zipfile

    home, settings = _ready(context)
    target = context.output_path(file).absolute()
    if target.exists() or target.is_symlink():
        raise CommandError(
            f"{target} exists already.", remedy="Name another file, or move that one away."
        )
    with _staged(home) as staging:
        answer = _owner_does(home, settings, "export", staging)
        facts = {
            "tasted": __version__,
            "embedder": answer["embedder"],
            "embedder_fingerprint": answer["embedder_fingerprint"],
            "settings": settings.acting(),
        }
        with hold_labels(home):
            summary = write_export(
                target,
                home,
                staging,
                facts=facts,
                max_bytes=settings.limits.max_bytes,
                now_ms=time.time_ns() // 1_000_000,
            )
    size = target.stat().st_size
    labels = f"{counted(summary.liked, 'like')} and {counted(summary.rejected, 'reject')}"
    context.show(printable(f"Exported {labels} to {target} ({file_size(size)})."))
    context.show("It holds these pictures and their texts: keep it private.")
    for path in summary.left_out:
        context.say(printable(f"Left out, larger than limits.max_bytes: {path}"))
    context.show(f"  → To use it elsewhere: tasted import {printable(shlex.quote(target.name))}")
    context.answer(
        {
            "file": str(target),
            "bytes": size,
            "liked": summary.liked,
            "rejected": summary.rejected,
            "answers": summary.answers,
            "versions": summary.versions,
            "left_out": list(summary.left_out),
        }
    )


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def import_(context: Context, *, file: Path) -> None:
    """Take in what tasted export wrote.

    In an empty tasted folder with the same settings, pictures get the same scores as before. Your
    own answers stay: a picture that you judged otherwise here is left out. Nothing is overwritten,
    and it is safe to run it again.
    """
    from tasted.transfer.archive import opened_archive  # noqa: PLC0415 - hashlib, zipfile
    from tasted.transfer.importing import (  # noqa: PLC0415 - as above
        check_export,
        place_all,
        plan_import,
        stage_import,
    )

    home, settings = _ready(context)
    settings = settings_in_force(home, settings)
    max_bytes = settings.limits.max_bytes
    source = (context.working_folder / file).absolute()
    with opened_archive(source) as archive:
        checked = check_export(source, archive, max_bytes=max_bytes)
        with hold_labels(home):
            plan = plan_import(checked, home, max_bytes=max_bytes)
        with _staged(home) as staging:
            stage_import(checked, plan, staging, home.inbox)
            answer = _owner_does(home, settings, "import", staging)
        with hold_labels(home):
            placed = place_all(checked, plan, home)
    differing = _differing_settings(archive.facts.get("settings"), settings.acting())
    _tell(context, answer["versions"], plan, placed)
    if answer["is_other_model"]:
        context.say(
            printable(
                f"Note: it was made with the model {archive.facts.get('embedder')}. Yours is "
                f"{settings.embedder.model}, so the pictures are looked at anew and scores differ."
            )
        )
    elif differing:
        named = ", ".join(differing[:_DIFFERENCES_NAMED])
        context.say(printable(f"Note: scores may differ, because these settings do: {named}"))
    context.answer(
        {
            "liked": placed.liked,
            "rejected": placed.rejected,
            "known": len(plan.known),
            "judged_otherwise": len(plan.other_answer),
            "answers": placed.answers,
            "versions": answer["versions"],
            "is_other_model": answer["is_other_model"],
            "differing_settings": differing,
        }
    )


def _tell(context: Context, versions: int, plan: "PlacementPlan", placed: "Placed") -> None:
    labels = f"{counted(placed.liked, 'like')} and {counted(placed.rejected, 'reject')}"
    answers, tastes = counted(placed.answers, "answer"), counted(versions, "taste version")
    context.show(f"Imported {labels}, {answers} and {tastes}.")
    if plan.known:
        context.show(f"Already here: {counted(len(plan.known), 'picture')}")
    if plan.other_answer:
        count = counted(len(plan.other_answer), "picture")
        context.show(f"Left out, because you judged otherwise here: {count}")
    context.show("Scores follow when tasted runs.")


def _ready(context: Context) -> tuple[Home, "Settings"]:
    home = context.home()
    home.make_folders()
    context.start_logs()
    # who works with a home checks that it is still the same one
    return home.taken(), context.settings()


def _staged(home: Home) -> Any:
    from tasted.transfer.staging import staged  # noqa: PLC0415 - when asked

    return staged(home)


def _owner_does(home: Home, settings: "Settings", kind: str, staging: Path) -> dict[str, Any]:
    answer = ask_owner(home, kind, staging_id=staging.name)
    if answer is not None:
        return answer
    from tasted.daemon.one_shot import transfer_now  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.daemon.shared.transfer_order import TransferOrder  # noqa: PLC0415 - as above

    return transfer_now(home, settings, TransferOrder(kind, staging.name))


def _differing_settings(there: object, here: Mapping[str, Any]) -> list[str]:
    """Return the names of settings that an export was made with other values of."""
    if not isinstance(there, dict):
        return []
    return sorted(
        name for name, value in _flat(here) if dict(_flat(there)).get(name, value) != value
    )


def _flat(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, member in value.items():
        name = f"{above}{key}"
        if isinstance(member, dict):
            yield from _flat(member, f"{name}.")
        else:
            yield name, member
