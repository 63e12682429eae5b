"""Sentences of the pages: counts, spans, answers, guesses. Pure."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from tasted.amounts import counted
from tasted.outbox.page.templates import percent
from tasted.review.api.schemas import GuessTally, RecordedEvent
from tasted.system.clock import local_time
from tasted.trials.telling import event_words

NO_LABELS = "Judge twelve and it starts to rank. Verdicts need 4 likes and 4 rejects."
NO_LIKES = "None liked yet. The next ones are those nearest to your traits."
GONE = "The file is gone; the answer stands, for its content was learnt."
EXPIRED = ("This page has expired.", "Type: tasted review")
LIKELESS_FROM = 20
"""From how many answers on it is told that none of them was a like."""

DASH = "\N{EN DASH}"
SIGNS = {"like": "✓", "reject": "✕", "later": "·", "exclude": DASH}
DONE = {
    "like": "liked",
    "reject": "rejected",
    "later": "left for later",
    "exclude": "taken out",
}
_ANSWERED = {"like": "liked", "reject": "rejected"}
_PHRASES = {
    "skip": ("", " left for later"),
    "exclude": ("", " taken out: not for judging"),
    "include": ("", " is for judging again"),
    "undo": ("Answer taken back: ", ""),
    "activate": ("Another version put in force", ""),
    "hold": ("A version held", ""),
    "follow": ("The newest version followed again", ""),
}
_WAYS = {
    "terminal": "in the terminal",
    "cli": "by a command",
    "api": "by a script",
    "folder": "in a folder",
}
_HALF = 0.5
_EACH_MIN = 4
_ALL_MIN = 10
_SKIPPED_MUCH = 0.3
_EPSILON = 1e-9


def no_pictures(inbox: str) -> tuple[str, str]:
    """Return what is said before there is anything to judge."""
    return (
        "Nothing to judge yet.",
        f"Drop screenshots into {inbox}; each is here a moment after it was scored.",
    )


def all_judged(count: int) -> tuple[str, str]:
    """Return what is said when nothing is left to judge."""
    return f"You have judged all {count:,}.", "New ones come by themselves."


def waiting_for_later(count: int) -> tuple[str, str]:
    """Return what is said when only cards are left that were put off."""
    return (
        "Nothing else to judge now.",
        f"{counted(count, 'picture')} that you left for later {_come(count)} back.",
    )


def _come(count: int) -> str:
    return "comes" if count == 1 else "come"


def skipped_words(skipped: int, judged: int) -> str:
    """Return how many cards were put off; empty when none was."""
    if not skipped:
        return ""
    much = skipped > _SKIPPED_MUCH * (skipped + judged)
    return f"{skipped:,} left for later" + (
        ", which is much: nothing is learnt from those" if much else ""
    )


def of_100(share: float) -> int:
    """Return a share in [0, 1] as a number of 100, rounded down."""
    return math.floor(100 * share + _EPSILON)


def span(length: timedelta) -> str:
    """Return a length of time as `38 s`, `4 min 38 s`, `2 h 5 min` or `4 days`."""
    seconds = max(0, round(length.total_seconds()))
    minutes, rest = divmod(seconds, 60)
    hours, minutes_left = divmod(minutes, 60)
    days = length.days
    if days:
        return counted(days, "day")
    if hours:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def day_and_time(moment: datetime, now: datetime) -> str:
    """Return a time as the clock of this machine shows it: `today 14:10`, `28 Nov, 09:02`."""
    local, today = local_time(moment), local_time(now)
    if local.date() == today.date():
        return f"today {local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def day(moment: datetime) -> str:
    """Return a day as the clock of this machine shows it: `28 Nov`."""
    local = local_time(moment)
    return f"{local.day} {local:%b}"


def how_of(event: RecordedEvent) -> str:
    """Return what a person did to a card: `like`, `reject`, `later`, `exclude`; else empty."""
    if event.kind in {"judge", "imported"}:
        return event.answer or ""
    return {"skip": "later", "exclude": "exclude"}.get(event.kind, "")


class EventPhrase(NamedTuple):
    """One event as a sentence around the name of its picture."""

    before: str
    name: str
    after: str
    notes: str
    """How it was given, and what had been guessed, in brackets."""

    def __str__(self) -> str:
        return f"{self.before}{self.name}{self.after} {self.notes}".strip()


def event_phrase(event: RecordedEvent) -> EventPhrase:
    """Return one event in words: who did what, to which, and what had been guessed."""
    name = event.name or (event.content or "")[:8]
    if event.kind in {"duel_opened", "duel_closed"}:
        return EventPhrase(event_words(event.note), "", "", "")
    before, after = _PHRASES.get(event.kind, (event.kind.replace("_", " ").capitalize(), ""))
    how = how_of(event)
    if how in _ANSWERED:
        before = f"You {_ANSWERED[how]} "
    notes = [_WAYS[event.via]] if event.via in _WAYS else []
    if event.kind == "imported":
        notes.append("imported")
    if event.blind is False:
        notes.append("after seeing the score")
    if how in _ANSWERED and event.guess is not None and event.guess.probability is not None:
        notes.append(f"guessed {percent(event.guess.probability)}")
    return EventPhrase(before, name, after, f"({', '.join(notes)})" if notes else "")


def last_words(event: RecordedEvent) -> str:
    """Return the line about the last answer: `you liked it; it had guessed 34 %`."""
    how = how_of(event)
    said = f"you {DONE[how]} it" if how in _ANSWERED else DONE[how]
    guess = event.guess.probability if event.guess is not None and event.answer else None
    return said if guess is None else f"{said}; it had guessed {percent(guess)}"


def was_guessed(event: RecordedEvent) -> bool | None:
    """Return whether a blind answer came as the taste had said; None where that cannot be told."""
    if event.answer is None or event.guess is None or not event.blind:
        return None
    if event.guess.probability is None:
        return None
    return (event.guess.probability >= _HALF) == (event.answer == "like")


def has_enough(liked: int, rejected: int) -> bool:
    """Return whether so many answers are enough for verdicts, whatever else counts beside them."""
    return min(liked, rejected) >= _EACH_MIN and liked + rejected >= _ALL_MIN


def usual_answer(liked: int, rejected: int) -> str:
    """Return the answer that was given more often."""
    return "yes" if liked > rejected else "no"


def tally_words(tally: GuessTally | None) -> str:
    """Return how many were guessed: `38 of 50`; a dash when nothing is known."""
    return f"{tally.right} of {tally.of}" if tally is not None and tally.of else DASH
