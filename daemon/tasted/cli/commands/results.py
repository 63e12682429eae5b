"""`tasted results`: lists the outbox, best first. Only reads the home."""

import os
import time
from datetime import UTC, datetime

import click

from tasted.amounts import counted
from tasted.cli.commands.backfill_lists import backfill_line
from tasted.cli.commands.open import open_on_desktop
from tasted.cli.commands.result_rows import rows
from tasted.cli.commands.result_source import ResultSource, named_source
from tasted.cli.context import Context, printable
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.errors import ServiceFault, UsageError
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import QueueReport, read_current, read_status
from tasted.home.switch_words import former_sentence
from tasted.inbox.listing import list_inbox
from tasted.inbox.packed_files import stamp_in
from tasted.outbox.results import (
    Selection,
    news_at,
    next_step,
    parse_since,
    photo_paths,
    picture_path,
    select_paths,
)
from tasted.outbox.sidecar import Sidecar
from tasted.packing.entries import Entries, count_of_another
from tasted.packing.entry_rows import is_of_same_size_and_time
from tasted.plain_dataclass import dataclass

_FOLLOW_SECONDS = 0.5
_OPEN_MAX = 10
_SHOWN_SECONDS_MIN = 2


@dataclass(frozen=True, slots=True)
class _Note:
    """A sentence for a person, and what to do about it, which may be empty."""

    text: str
    remedy: str = ""


@click.command()
@click.option("--match", is_flag=True, help="Only matches that you did not reject.")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(["match", "no_match", "unsure", "error"]),
    help="Only this verdict; repeat it for several. Adds to --match.",
)
@click.option(
    "--since",
    metavar="WHEN",
    help="Only results since then: 30m, 2h, 3d, 2026-11-23.",
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the N best.")
@click.option("--changes", is_flag=True, help="Only verdicts that changed.")
@click.option("--gone", is_flag=True, help="Only pictures that are gone from the inbox.")
@click.option("--in", "in_", metavar="@NAME", help="Those of a backfill, not of the inbox.")
@click.option("--former", is_flag=True, help="Only what a former model scored, see `models use`.")
@click.option("--follow", is_flag=True, help="Keep printing new results.")
@click.option("--open", "open_", is_flag=True, help=f"Open the pictures, at most {_OPEN_MAX}.")
@click.option(
    "--print0", is_flag=True, help="Print only picture paths, separated by NUL, for xargs -0."
)
@click.pass_obj
def results(
    context: Context,
    *,
    match: bool,
    verdicts: tuple[str, ...],
    since: str | None,
    top: int | None,
    changes: bool,
    gone: bool,
    in_: str | None,
    former: bool,
    follow: bool,
    open_: bool,
    print0: bool,
) -> None:
    """List results, best first.

    A profile of several photos is one result. This works even if tasted is not running, and says
    what is still waiting. In a pipe, every result is one line.
    """
    if print0 and context.json:
        raise UsageError("--print0 and --json cannot be used together.")
    chosen = frozenset(verdicts) | ({"match"} if match else frozenset())
    moment = parse_since(since, now=datetime.now(UTC)) if since is not None else None
    source = named_source(context.home(), in_)
    current = read_current(context.home().current_file) if in_ is None else None
    embedder = current.embedder_fingerprint if current is not None else None
    wanted = Selection(chosen, moment, top, match, gone, changes, embedder, is_former=former)
    printer = _ResultPrinter(context, source, wanted, print0=print0)
    shown = printer.show_new()
    if open_:
        for sidecar in shown[:_OPEN_MAX]:
            place = source.file_of(picture_path(sidecar))
            open_on_desktop(place, environment=context.environment, system=context.system)
    if not shown and (gone or changes or former):
        context.say(_none_words(changes=changes, gone=gone))
    elif not print0 and not gone and not changes and not former:
        note = _former_note(printer.entries, embedder)
        if note is not None:
            context.say(note)
        _say_what_is_missing(context, source, shown, printer.entries, follow=follow)
    while follow:
        time.sleep(_FOLLOW_SECONDS)
        printer.show_new()


def _none_words(*, changes: bool, gone: bool) -> str:
    if changes:
        return "No verdict has changed."
    return "No picture is gone." if gone else "No result is of a former model."


def _former_note(known: Entries, embedder: str | None) -> str | None:
    """Return how many results another model scored, which are of no one order with these."""
    note = former_sentence(count_of_another(known, embedder)) if embedder is not None else None
    return f"{note} To list them: tasted results --former" if note is not None else None


def _say_what_is_missing(
    context: Context,
    source: ResultSource,
    shown: list[Sidecar],
    known: Entries,
    *,
    follow: bool,
) -> None:
    """Say why there are no more results or verdicts."""
    missing = next_step(shown)
    if missing is not None:
        context.say(f"No verdicts yet. {missing}.")
    others = len(select_paths(known, Selection())) if not shown else 0
    if others:
        all_of_them = counted(others, "result")
        context.say(f"None of {all_of_them} fits. To list all: tasted results")
    elif not shown and not follow and source.state is None:
        context.say("No results yet. Drop pictures into the inbox, then see: tasted status")
    if source.state is not None:
        context.say(printable(backfill_line(source.state)))
        return
    for note in _notes_on_waiting(context.home(), known):
        context.say(printable(note.text))
        if note.remedy:
            context.say(f"  → {printable(note.remedy)}")


class _ResultPrinter:
    """Prints every result once, and reads only the sidecars that it prints."""

    def __init__(
        self, context: Context, source: ResultSource, selection: Selection, *, print0: bool
    ) -> None:
        self._context = context
        self._source = source
        self._selection = selection
        self._print0 = print0
        self._ledger = source.ledger
        self._followed = self._ledger.follow()
        self._news_at: dict[str, datetime] = {}

    @property
    def entries(self) -> Entries:
        """What the outbox held when it was read last."""
        return self._ledger.entries

    def show_new(self) -> list[Sidecar]:
        self._ledger.refresh()
        changed = self._followed.take()
        paths = select_paths(self.entries, self._selection, among=changed) if changed else []
        read = (self._ledger.sidecar_of(path) for path in paths)
        found = [sidecar for sidecar in read if sidecar is not None and self._is_news(sidecar)]
        if self._print0:
            for sidecar in found:
                for path in photo_paths(sidecar) or [picture_path(sidecar)]:
                    click.echo(os.fsencode(self._source.file_of(path)) + b"\0", nl=False)
        elif self._context.json:
            for sidecar in found:
                self._context.answer(sidecar.model_dump(mode="json"))
        else:
            columns, has_colour = self._context.columns, self._context.has_colour
            for line in rows(
                found,
                columns=columns,
                has_colour=has_colour,
                shows_changes=self._selection.changes,
            ):
                click.echo(line, color=has_colour)
        return found

    def _is_news(self, sidecar: Sidecar) -> bool:
        """Tell whether it was not shown before; a new score of a known picture is not news."""
        path, at = picture_path(sidecar), news_at(sidecar, self._selection)
        known, self._news_at[path] = self._news_at.get(path), at
        return known != at


def _notes_on_waiting(home: Home, known: Entries) -> list[_Note]:
    """Return what is waiting to be scored, and whether anything scores it.

    Args:
        home: whose inbox, lock and status are read.
        known: what every sidecar of the outbox proves.
    """
    owner = lock_owner(home)
    snapshot = read_status(home.status_file)
    if owner is not None and snapshot is not None and snapshot.pid == owner:
        if snapshot.fault is not None:
            message = " ".join(snapshot.fault.message.split())
            return [_Note(f"Scoring is stopped: {message}", snapshot.fault.remedy)]
        waiting = _queued(snapshot.queue)
        return [_Note(waiting)] if waiting else []
    try:
        count = _unscored(home, known)
    except ServiceFault as error:
        return [_Note(error.message, error.remedy)]
    if owner is not None:
        # another command owns the home, or a daemon that has just started
        return [_Note(f"{counted(count, 'picture')} {_waiting(count)}.")] if count else []
    running = "tasted is not running"
    if count == 0:
        return [_Note(f"{running}, so new pictures are not scored.", "Start it: tasted run")]
    return [
        _Note(
            f"{counted(count, 'picture')} {_waiting(count)}, but {running}.", "Start it: tasted run"
        )
    ]


def _queued(queue: QueueReport) -> str:
    """Return what waits, and of how many pictures the text is still being read; "" for nothing."""
    reading = f"The text of {counted(queue.texts, 'picture')} is still being read."
    sentences = [_queued_scores(queue), reading if queue.texts else ""]
    return " ".join(filter(None, sentences))


def _queued_scores(queue: QueueReport) -> str:
    pictures = queue.references + queue.new + queue.backlog + queue.retries + queue.settling
    parts = [
        *([f"{counted(pictures, 'picture')}"] if pictures else []),
        *([f"{counted(queue.rescores, 're-score')}"] if queue.rescores else []),
    ]
    if not parts:
        return ""
    left = queue.seconds_left
    soon = left is None or left < _SHOWN_SECONDS_MIN
    about = "" if soon else f", about {counted(round(left or 0), 'second')} left"
    return f"{' and '.join(parts)} {_waiting(pictures + queue.rescores)}{about}."


def _unscored(home: Home, known: Entries) -> int:
    """Count the pictures of the inbox without a sidecar, or with one of other content.

    Pictures that are ignored after `tasted forget` do not count.
    """
    listing = IgnoredFiles(home.ignored_file).passed_over(list_inbox(home.inbox))
    return sum(
        (row := known.rows.get(path)) is None or not is_of_same_size_and_time(row, stamp_in(sight))
        for path, sight in listing.files.sights.items()
    )


def _waiting(count: int) -> str:
    return "is waiting" if count == 1 else "are waiting"
