"""The page on which one card after the other is judged, from the bodies of the API. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from tasted.plain_dataclass import dataclass
from tasted.review.api.schemas import QueueAnswer, QueuedCard, RecordedEvent, ReviewProgress
from tasted.review.page import words
from tasted.review.page.rendering import json_text

_STRIP_MAX = 10
_GROUP = 5
_GROUPS_MAX = 10
_HEIGHT = 24


class AnswerKey(NamedTuple):
    """The key on a button, and its name for `aria-keyshortcuts`."""

    shown: str
    shortcut: str


ANSWERS = (
    ("reject", "✕", "Reject", AnswerKey("←", "ArrowLeft X")),
    ("later", "", "Later", AnswerKey("↓", "ArrowDown Space")),
    ("like", "✓", "Like", AnswerKey("→", "ArrowRight L")),
)


class StripEvent(NamedTuple):
    """One of the last answers, as a small picture."""

    id: str
    href: str
    label: str
    how: str
    glyph: str
    thumbnail: str | None


class LastAnswer(NamedTuple):
    """What was answered last, in words."""

    how: str
    glyph: str
    text: str
    href: str


class TrendBar(NamedTuple):
    """How many of five answers were guessed."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class GuessTrend:
    """Guesses that came true, in groups of five answers, oldest first."""

    bars: tuple[TrendBar, ...]
    words: str
    caption: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """What the template `review.html.j2` asks for."""

    queue: QueueAnswer
    recent: Sequence[RecordedEvent]
    """The last answers, newest first."""
    event: str
    """A fresh id for the answer that a form carries."""
    kinds: str = ""
    """Which kinds of cards were asked for; empty for the usual ones."""
    inbox: str = "~/Tasted/inbox"
    """Where pictures are put, as people write it."""
    answers: tuple[tuple[str, str, str, AnswerKey], ...] = ANSWERS

    @property
    def card(self) -> QueuedCard | None:
        """The card on screen."""
        return self.queue.cards[0] if self.queue.cards else None

    @property
    def progress(self) -> ReviewProgress:
        """How far judging has come."""
        return self.queue.progress

    @property
    def total(self) -> int:
        """What was judged, and what waits for it."""
        return self.progress.judged + self.progress.pool

    @property
    def cards_json(self) -> str:
        """All cards, for the script."""
        return json_text([card.model_dump(mode="json") for card in self.queue.cards])

    @property
    def progress_json(self) -> str:
        """The same progress, for the script."""
        return json_text(self.progress)

    @property
    def skipped(self) -> str:
        """How many cards were put off."""
        return words.skipped_words(self.progress.skipped, self.progress.judged)

    @property
    def needs(self) -> str | None:
        """What is missing for verdicts, or for likes."""
        progress = self.progress
        if not progress.liked and not progress.rejected:
            return words.NO_LABELS
        if not progress.liked and progress.rejected >= words.LIKELESS_FROM:
            return words.NO_LIKES
        # a new taste waits until answers pause; what was said before them is no longer true
        return None if words.has_enough(progress.liked, progress.rejected) else progress.needs

    @property
    def usual(self) -> str:
        """The answer that was given more often."""
        return words.usual_answer(self.progress.liked, self.progress.rejected)

    @property
    def empty(self) -> str:
        """Which of `empties` is true when there is no card."""
        if not self.progress.judged and not self.progress.pool:
            return "none"
        return "later" if self.progress.pool else "all"

    @property
    def empties(self) -> tuple[tuple[str, str, str], ...]:
        """Everything that may be said instead of a card."""
        return (
            ("none", *words.no_pictures(self.inbox)),
            ("later", *words.waiting_for_later(self.progress.pool)),
            ("all", *words.all_judged(self.progress.judged)),
        )

    @property
    def strip(self) -> list[StripEvent]:
        """The last ten answers that stand."""
        return [_strip_event(event) for event in self._standing[:_STRIP_MAX]]

    @property
    def last(self) -> LastAnswer | None:
        """What was answered last."""
        if not self._standing:
            return None
        event = self._standing[0]
        how = words.how_of(event)
        return LastAnswer(
            how, words.SIGNS[how], words.last_words(event), f"/results/{event.content}"
        )

    @property
    def _standing(self) -> list[RecordedEvent]:
        return [event for event in self.recent if words.how_of(event) and not event.undone]

    @property
    def trend(self) -> GuessTrend | None:
        """Guesses that came true, once there are two groups of them."""
        guessed = [
            (event, right)
            for event in self.recent
            if not event.undone and (right := words.was_guessed(event)) is not None
        ]
        groups = [
            guessed[start : start + _GROUP] for start in range(0, len(guessed) - _GROUP + 1, _GROUP)
        ][:_GROUPS_MAX][::-1]
        if len(groups) < 2:  # noqa: PLR2004 - one bar is no trend
            return None
        rights = [sum(right for _event, right in group) for group in groups]
        width = 100 / len(rights)
        bars = tuple(
            TrendBar(
                round(at * width + 0.8, 2),
                round(_HEIGHT - max(right / _GROUP * _HEIGHT, 0.8), 2),
                round(width - 1.6, 2),
                round(max(right / _GROUP * _HEIGHT, 0.8), 2),
            )
            for at, right in enumerate(rights)
        )
        since = words.day(groups[0][-1][0].at)
        return GuessTrend(
            bars,
            f"Of each five, oldest first, guessed right: {', '.join(map(str, rights))}",
            f"guessed right of each five, since {since}",
        )


def _strip_event(event: RecordedEvent) -> StripEvent:
    how = words.how_of(event)
    return StripEvent(
        event.id,
        f"/results/{event.content}",
        f"{event.name or 'a picture'}: {words.DONE[how]}",
        how,
        words.SIGNS[how],
        f"/api/pictures/{event.content}/whole?size=320" if event.name else None,
    )


def card_alt(card: QueuedCard, number: int) -> str:
    """Return what a picture of a card is, from its name and date, never from a guess."""
    added = f", added {words.day(card.added_at)}" if card.added_at is not None else ""
    count = len(card.pictures)
    which = f", photo {number} of {count}" if count > 1 else ""
    return card.name + added + which
