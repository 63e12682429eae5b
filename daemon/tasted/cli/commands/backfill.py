"""`tasted backfill`: scores a tree of pictures where it lies, lists such trees, forgets them.

Runs beside a daemon or without one. What it writes is in the outbox and in `.tasted/backfills`.
"""

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasted.amounts import counted, duration, rate
from tasted.cli.commands.backfill_lists import list_backfills, passed_over_words, state_value
from tasted.cli.context import Context, printable
from tasted.cli.named_files import NamedPath
from tasted.embedding.models.in_force import settings_in_force
from tasted.errors import HomeLocked, TasteUnusable, UsageError
from tasted.home.backfill_files import BackfillPlace
from tasted.home.layout import Home
from tasted.home.lock import lock_owner

if TYPE_CHECKING:
    from types import FrameType

    from tasted.backfill.progress import BackfillProgress
    from tasted.backfill.ray_run import RayCluster
    from tasted.backfill.run import BackfillOutcome, BackfillRun
    from tasted.backfill.shipped_taste import ShippedTaste

_STOPPED = 130
_TOLD_EVERY_SECONDS = 30.0
_WORKERS_MAX = 64
_UNREADABLE_NAMED = 3


@click.command()
@click.argument("folders", nargs=-1, type=NamedPath(), metavar="FOLDER...")
@click.option("--name", metavar="NAME", help="What to call it; else as the first folder.")
@click.option(
    "--workers",
    type=click.IntRange(1, _WORKERS_MAX),
    metavar="N",
    help="How many engines score at a time; each holds the model.  [default: 1, or with --ray one "
    "a machine]",
)
@click.option(
    "--ray", metavar="ADDRESS", help="Score by the machines of this Ray cluster, HOST:PORT."
)
@click.option("--pause-on-battery", is_flag=True, help="Wait while the computer has no charger.")
@click.option("--again", is_flag=True, help="Score by the taste of now, and try again what failed.")
@click.option("--forget", metavar="NAME", help="Remove the results of a backfill.")
@click.pass_obj
def backfill(
    context: Context,
    *,
    folders: tuple[Path, ...],
    name: str | None,
    workers: int | None,
    ray: str | None,
    pause_on_battery: bool,
    again: bool,
    forget: str | None,
) -> None:
    """Score all pictures in folders, however many, where they are.

    With --ray a FOLDER is one that all machines see, or s3://BUCKET/FOLDER.

    Nothing is copied, and nothing is written into the folders: results go to outbox/@NAME and are
    listed by `tasted results --in @NAME`. Stop it with Ctrl-C whenever you like; the same command
    continues. Without a folder, lists what there is.
    """
    home = context.home()
    home.make_folders()
    if forget is not None:
        if folders or name is not None or again:
            raise UsageError("--forget NAME cannot be used with anything else.")
        _forget(context, home, forget.removeprefix("@"))
        return
    name = name.removeprefix("@") if name is not None else None
    if not folders and name is None:
        if again:
            raise UsageError("Say which: tasted backfill --name NAME --again")
        list_backfills(context, home)
        return
    from tasted.backfill.object_store import store_url  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.backfill.starting import find_backfill  # noqa: PLC0415 - as above

    if ray is not None and pause_on_battery:
        raise UsageError("--pause-on-battery is for engines of this computer, not for --ray.")
    stored = [url for folder in folders if (url := store_url(folder)) is not None]
    _check_machines(stored, ray)
    absolute = [
        folder if store_url(folder) is not None else context.working_folder / folder
        for folder in folders
    ]
    with _cluster(ray, workers) as cluster:
        place = find_backfill(home.taken(), absolute, name)
        with place.held(), _named_remedy(place.name):
            outcome, was_stopped = _run(
                context,
                place,
                workers=workers or 1,
                cluster=cluster,
                pauses=pause_on_battery,
                is_again=again,
            )
    _show_outcome(context, outcome)
    if was_stopped and not outcome.is_complete:
        click.get_current_context().exit(_STOPPED)


@contextlib.contextmanager
def _named_remedy(name: str) -> Iterator[None]:
    """Name the backfill in what to do about its taste: engines do not know what it is called."""
    from tasted.rpc.shipped_facts import SCORE_BY_NOW  # noqa: PLC0415 - pydantic takes 0.2 s

    try:
        yield
    except TasteUnusable as fault:
        raise TasteUnusable(fault.message, remedy=SCORE_BY_NOW.format(name=name)) from fault


def _check_machines(places: Iterable[str], ray: str | None) -> None:
    """Refuse places in an object store where no machine of a cluster fetches from there."""
    from tasted.backfill.object_store import is_object_store  # noqa: PLC0415 - as above

    stored = [place for place in places if is_object_store(place)]
    if stored and ray is None:
        raise UsageError(
            f"{stored[0]} lies in an object store, which is read by --ray alone.",
            remedy="Name a cluster: --ray HOST:PORT; one machine is enough for it.",
        )


@contextlib.contextmanager
def _cluster(address: str | None, workers: int | None) -> "Iterator[RayCluster | None]":
    """Be connected to the cluster that was named, if one was."""
    if address is None:
        yield None
        return
    from tasted.backfill.ray_run import connected  # noqa: PLC0415 - an extra

    with connected(address, workers=workers) as cluster:
        yield cluster


def _run(
    context: Context,
    place: BackfillPlace,
    *,
    workers: int,
    cluster: "RayCluster | None",
    pauses: bool,
    is_again: bool,
) -> "tuple[BackfillOutcome, bool]":
    from tasted.backfill.run import BackfillRun  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.backfill.starting import taste_of_backfill  # noqa: PLC0415 - as above
    from tasted.system.logs import set_up_logs  # noqa: PLC0415 - 0.1 s
    from tasted.system.power import battery_reason  # noqa: PLC0415 - only here

    settings = settings_in_force(context.home(), context.settings())
    taste = taste_of_backfill(
        place,
        settings,
        is_again=is_again,
        is_for_others=cluster is not None,
        publish=lambda: _publish(context, place.home),
    )
    set_up_logs(
        place.logs / "backfill.log",
        level=settings.log.level,
        max_bytes=int(settings.log.max_mb * 1_000_000),
        keep=settings.log.keep,
    )
    state = place.read()
    if state is None:
        raise UsageError(f"{place.state_file} was removed meanwhile.")
    _check_machines((root.path for root in state.roots), "" if cluster is not None else None)
    _say_what_begins(context, place, taste)
    if cluster is not None:
        shape = cluster.shape
        context.say(
            f"{counted(shape.workers, 'engine')} of {counted(shape.cores, 'core')} each, on "
            f"{counted(shape.machines, 'machine')} of the cluster."
        )
    run = BackfillRun(
        place,
        state,
        taste,
        settings,
        workers=workers,
        retries=is_again,
        waits_because=battery_reason if pauses else None,
        cluster=cluster,
    )
    stop = threading.Event()
    with _stopping(stop, run), _shown_progress(context) as show:
        outcome = run.run(stop, show)
    return outcome, stop.is_set()


def _publish(context: Context, home: Home) -> None:
    """Have the labels of now count, where no daemon does that."""
    if lock_owner(home) is not None:
        return
    from tasted.daemon.one_shot import publish_now  # noqa: PLC0415 - pydantic takes 0.2 s

    context.start_logs()
    # a daemon that came up this instant does the same
    with contextlib.suppress(HomeLocked):
        publish_now(home, context.settings())


@contextlib.contextmanager
def _stopping(stop: threading.Event, run: "BackfillRun") -> Iterator[None]:
    """Let the first signal end the run in order, and a second one at once."""

    def handle(_number: int, _frame: "FrameType | None") -> None:
        if stop.is_set():
            run.interrupt()
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_what_begins(context: Context, place: BackfillPlace, taste: "ShippedTaste") -> None:
    from tasted.backfill.starting import newer_taste  # noqa: PLC0415 - pydantic takes 0.2 s

    facts = taste.facts
    context.say(
        f"Backfill {place.name}: scored by {facts.taste}, with {printable(facts.embedder)}."
    )
    newer = newer_taste(place.home, taste)
    if newer is not None:
        context.say(
            f"  It began with {facts.taste}; {newer} decides now. To score all of it by that: "
            f"tasted backfill --name {place.name} --again"
        )


@contextlib.contextmanager
def _shown_progress(context: Context) -> "Iterator[Any]":
    """Yield what shows how far it is: in one line of a terminal, or now and then."""
    is_terminal = not context.json and sys.stderr is not None and sys.stderr.isatty()
    told_at = time.monotonic()

    def show(progress: "BackfillProgress") -> None:
        nonlocal told_at
        line = progress_line(progress)
        if is_terminal:
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        elif time.monotonic() - told_at >= _TOLD_EVERY_SECONDS:
            told_at = time.monotonic()
            context.say(line)

    try:
        yield show
    finally:
        if is_terminal:
            click.echo("", err=True)


def progress_line(progress: "BackfillProgress") -> str:
    """Return how far it is: `1,240 of 2,000 · 12 a second · 1 min left`."""
    parts = [f"{progress.done + progress.failed:,} of {counted(progress.total, 'picture')}"]
    if progress.failed:
        parts.append(f"{progress.failed:,} not scored")
    if progress.waits is not None:
        parts.append(f"waiting: {progress.waits}")
    elif progress.per_second is not None:
        parts.append(rate(progress.per_second))
        if progress.seconds_left:
            parts.append(f"{duration(progress.seconds_left)} left")
    return " · ".join(parts)


def _show_outcome(context: Context, outcome: "BackfillOutcome") -> None:
    state = outcome.state
    left = state.left
    done = f"{counted(state.scored, 'picture')} scored"
    failed = f", {state.failed:,} could not be" if state.failed else ""
    if outcome.is_complete and not state.found:
        folders = ", ".join(root.path for root in state.roots)
        context.show(printable(f"There are no pictures in {folders}."))
    elif outcome.is_complete:
        context.show(f"Done: {done}{failed}. List them: tasted results --in @{state.name}")
    else:
        still = f" {counted(left, 'picture')} {'is' if left == 1 else 'are'} left." if left else ""
        context.show(f"Stopped: {done}{failed}.{still}")
        context.show(f"  → Continue: tasted backfill --name {state.name}")
    if outcome.scored and outcome.seconds:
        speed = rate(outcome.scored / outcome.seconds)
        context.say(
            f"{counted(outcome.scored, 'picture')} in {duration(outcome.seconds)}: {speed}."
        )
    words = passed_over_words(state.passed_over)
    if words:
        context.say(f"Passed over: {words}.")
    for folder in outcome.unreadable[:_UNREADABLE_NAMED]:
        context.say(printable(f"The folder {folder} could not be read; its pictures are missing."))
    if state.failed:
        context.say(f"  Why they failed: tasted results --in @{state.name} --verdict error")
    context.answer(
        {
            **state_value(state),
            "answered": outcome.scored,
            "seconds": round(outcome.seconds, 1),
            "unreadable": list(outcome.unreadable),
        }
    )


def _forget(context: Context, home: Home, name: str) -> None:
    from tasted.backfill.starting import forget_backfill  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.outbox.places import backfill_folder  # noqa: PLC0415 - as above

    count = forget_backfill(home.taken(), name, home.outbox / backfill_folder(name))
    context.show(
        f"Removed {counted(count, 'result')} of {name}. Your pictures stay where they are."
    )
    context.answer({"forgotten": name, "sidecars": count})
