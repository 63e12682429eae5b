"""`tasted history`: lists your answers, newest first. Reads the feedback log and the outbox."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from tasted.amounts import counted, percent
from tasted.cli.commands.answer_history import AnswerHistory, names_of, short_id
from tasted.cli.context import Context, printable
from tasted.feedback.events import Answer, EventKind, FeedbackEvent
from tasted.feedback.history import FeedbackSession, guesses, sessions, undone
from tasted.system.clock import from_epoch, local_time
from tasted.trials.telling import event_words

_WORDS = {
    EventKind.UNDO: "took back",
    EventKind.SKIP: "later",
    EventKind.EXCLUDE: "not for judging",
    EventKind.INCLUDE: "for judging again",
    EventKind.ACTIVATE: "version in use",
    EventKind.HOLD: "version held",
    EventKind.FOLLOW: "follows again",
    EventKind.DUEL_OPENED: "trial",
    EventKind.DUEL_CLOSED: "trial",
    EventKind.MODEL_SWITCHED: "model switched",
}
_ANSWERS = {Answer.LIKE: "liked", Answer.REJECT: "rejected"}
_NEVER_SCORED = "-"


@click.command()
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many."
)
@click.option("--session", "by_session", is_flag=True, help="List sessions, not single answers.")
@click.pass_obj
def history(context: Context, *, limit: int, by_session: bool) -> None:
    """List your answers, newest first.

    Each line says what tasted had guessed before you answered, and ends with the id for `tasted
    undo --event`. A session is what you answered without a pause of ten minutes.
    """
    home = context.home()
    events = AnswerHistory.of(home).events
    if by_session:
        _show_sessions(context, sessions(events)[::-1][:limit])
    else:
        shown = events[::-1][:limit]
        _show_events(context, shown, undone(events), names_of(home, shown))
    if not events:
        context.say("No answers yet. Start with: tasted like FILE")
        return
    told = guesses(events)
    if told.of and not context.json:
        context.say(
            f"Guessed {told.right} of your last {told.of} blind answers; always giving the more "
            f"frequent answer: {told.constant_right}."
        )


def _show_events(
    context: Context,
    events: Sequence[FeedbackEvent],
    taken_back: frozenset[str],
    names: Mapping[str, str],
) -> None:
    for event in events:
        name = names.get(event.content or "")
        is_undone = event.id in taken_back
        is_of_trial = event.kind in {EventKind.DUEL_OPENED, EventKind.DUEL_CLOSED}
        note = event_words(event.note) if is_of_trial else event.note
        about = name or note or ("a picture without a result" if event.content else "")
        columns = (
            _at(event.at_ms),
            f"{_what(event):<15}",
            f"{_guess(event):<11}",
            f"{event.via.value:<8}",
            short_id(event.id),
            printable(about) + (" (taken back)" if is_undone else ""),
        )
        context.show("  ".join(columns).rstrip())
        value: dict[str, Any] = event.to_json()
        value["at"] = from_epoch(event.at_ms / 1_000).isoformat(timespec="milliseconds")
        context.answer({**value, "name": name, "undone": is_undone})


def _show_sessions(context: Context, found: Sequence[FeedbackSession]) -> None:
    for session in found:
        seconds = (session.ended_at_ms - session.began_at_ms) // 1_000
        told = guesses(session.standing)
        guessed = f", guessed {told.right} of {told.of}" if told.of else ""
        taken_back = f", {len(session.undone)} taken back" if session.undone else ""
        context.show(
            f"{_at(session.began_at_ms)}  {counted(len(session.standing), 'answer')} in "
            f"{seconds // 60} min {seconds % 60} s: {session.liked} liked, {session.rejected} "
            f"rejected{taken_back}{guessed}  {session.via}"
        )
        context.answer(
            {
                "session": session.id,
                "via": session.via,
                "window": session.window,
                "began_at_ms": session.began_at_ms,
                "ended_at_ms": session.ended_at_ms,
                "liked": session.liked,
                "rejected": session.rejected,
                "skipped": session.skipped,
                "undone": len(session.undone),
                "guessed": {
                    "right": told.right,
                    "of": told.of,
                    "constant_right": told.constant_right,
                },
            }
        )


def _what(event: FeedbackEvent) -> str:
    if event.answer is not None:
        return _ANSWERS[event.answer]
    return _WORDS.get(event.kind, event.kind.value)


def _guess(event: FeedbackEvent) -> str:
    before = event.before
    if event.answer is None or before is None or before.probability is None:
        return _NEVER_SCORED
    return f"was {percent(before.probability)}"


def _at(at_ms: int) -> str:
    return f"{local_time(from_epoch(at_ms / 1_000)):%d %b %Y %H:%M}"
