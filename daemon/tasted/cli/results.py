"""`tasted results`: the outbox as a list, best first. Reads the outbox alone."""

import os
import time
from datetime import UTC, datetime

import click

from tasted.cli.context import Context, printable
from tasted.errors import UsageError
from tasted.outbox.results import (
    Selection,
    next_step,
    parse_since,
    percent,
    photo_count,
    photo_paths,
    picture_path,
    read_results,
    told_of,
    verdict_of,
)
from tasted.outbox.sidecar import Sidecar
from tasted.records import FileStamp

_FOLLOW_SECONDS = 0.5
_OPEN_MAX = 10


@click.command()
@click.option("--match", is_flag=True, help="Only matches, but for what you rejected.")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(["match", "no_match", "unsure", "error"]),
    help="Only this verdict; may be given more than once, and adds to --match.",
)
@click.option(
    "--since", metavar="WHEN", help="Only what was scored since: 30m, 2h, 3d, 2026-11-23."
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the N best.")
@click.option("--follow", is_flag=True, help="Go on printing results as they arrive.")
@click.option("--open", "open_", is_flag=True, help=f"Open the pictures, at most {_OPEN_MAX}.")
@click.option(
    "--print0", is_flag=True, help="Print picture paths, separated by NUL (for xargs -0)."
)
@click.pass_obj
def results(
    context: Context,
    *,
    match: bool,
    verdicts: tuple[str, ...],
    since: str | None,
    top: int | None,
    follow: bool,
    open_: bool,
    print0: bool,
) -> None:
    """List what was scored, best first.

    A profile of several photos is one result. Read from the outbox alone, so it works whether or
    not the daemon runs.
    """
    if print0 and context.json:
        raise UsageError("--print0 and --json are two forms of one answer.", remedy="Choose one.")
    chosen = frozenset(verdicts) | ({"match"} if match else frozenset())
    moment = parse_since(since, now=datetime.now(UTC)) if since is not None else None
    view = _View(context, Selection(chosen, moment, top, match), print0=print0)
    shown = view.show_new()
    if open_:
        for sidecar in shown[:_OPEN_MAX]:
            click.launch(str(context.home().inbox / picture_path(sidecar)))
    missing = next_step(shown)
    if missing is not None:
        context.say(f"No verdicts yet. {missing}.")
    if not shown and not follow:
        context.say("No results yet. Drop pictures into the inbox; see: tasted status")
    while follow:
        time.sleep(_FOLLOW_SECONDS)
        view.show_new()


class _View:
    """Prints each result once."""

    def __init__(self, context: Context, selection: Selection, *, print0: bool) -> None:
        self._context = context
        self._home = context.home()
        self._selection = selection
        self._print0 = print0
        self._seen: dict[str, FileStamp] = {}

    def show_new(self) -> list[Sidecar]:
        found = read_results(self._home.outbox, self._selection, seen=self._seen)
        for sidecar in found:
            path = picture_path(sidecar)
            if self._print0:
                for each in photo_paths(sidecar) or [path]:
                    click.echo(os.fsencode(self._home.inbox / each) + b"\0", nl=False)
            elif self._context.json:
                self._context.answer(sidecar.model_dump(mode="json"))
            else:
                click.echo(_line(sidecar, path))
        return found


def _line(sidecar: Sidecar, path: str) -> str:
    notes = [photo_count(sidecar)] if sidecar.parts else []
    if sidecar.judgement is not None:
        notes.append(f"you {sidecar.judgement} this")
    shown = f"{path} ({', '.join(notes)})" if notes else path
    figures = f"{percent(sidecar.confidence_score):>4}  {verdict_of(sidecar):<8}"
    return f"{figures}  {printable(shown)}  {printable(told_of(sidecar))}".rstrip()
