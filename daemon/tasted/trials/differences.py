"""Which answers count in a trial, and what each says. Pure.

Counted are answers that were given blind, to a card that was on the screen for 200 ms or longer and
was drawn by chance (`explore`), or in proportion to how much the two recipes differ (`duel`), as
the first ever to that picture, and not taken back within their session. How any other card was
chosen depends on the score of one side, and nothing bounds what that does to the mean.
"""

from collections.abc import Iterable

from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent
from tasted.feedback.history import SEEN_MS_MIN, SESSION_PAUSE_MS
from tasted.feedback.standing import ANSWERS
from tasted.plain_dataclass import dataclass

COUNTED_CARDS = frozenset({ChosenBy.EXPLORE, ChosenBy.DUEL})


@dataclass(frozen=True, slots=True)
class CountedDifference:
    """What one answer says about two recipes."""

    seq: int
    """Of its event."""
    content: str
    """Of the picture or profile."""
    liked: bool
    is_drawn: bool
    """Drawn by chance alone, as `explore` cards are."""
    in_force: float
    """The probability of a like by the recipe in force, before the answer."""
    challenger: float
    """As `in_force`."""

    @property
    def value(self) -> float:
        """In [-1, 1]; positive where the challenger was nearer to the answer."""
        return difference(
            self.in_force, self.challenger, liked=self.liked, is_duel=not self.is_drawn
        )


def difference(in_force: float, challenger: float, *, liked: bool, is_duel: bool) -> float:
    """Return how much nearer the challenger was to an answer, in [-1, 1].

    Of a drawn card it is the difference of the Brier scores; of a duel card that divided by twice
    the distance of the two probabilities, since it was drawn in proportion to that distance. Both
    have the same sign on average over a pool.

    Args:
        in_force: probability of a like by the recipe in force, in [0, 1].
        challenger: as `in_force`.
        liked: the answer.
        is_duel: whether the card was a duel card.
    """
    outcome = 1.0 if liked else 0.0
    if not is_duel:
        return (in_force - outcome) ** 2 - (challenger - outcome) ** 2
    if in_force == challenger:
        return 0.0
    side = 1.0 if in_force > challenger else -1.0
    return side * (in_force + challenger - 2 * outcome) / 2


class CountableAnswers:
    """The answers that may count in a trial, after the events that were taken in so far.

    Args:
        events: in the order of the log, from its beginning: after an answer its score was shown.
    """

    def __init__(self, events: Iterable[FeedbackEvent] = ()) -> None:
        self._answered: set[str] = set()
        """Every content that was ever answered."""
        self._counted: dict[str, FeedbackEvent] = {}
        """By the id of the event."""
        self._last_at_ms: dict[object, int] = {}
        """Of each session, when something was last answered in it."""
        for event in events:
            self.take(event)

    @property
    def events(self) -> tuple[FeedbackEvent, ...]:
        """What may count, in the order of the log."""
        return tuple(self._counted.values())

    def take(self, event: FeedbackEvent) -> None:
        """Take in the next event."""
        if event.kind in ANSWERS:
            self._last_at_ms[_session(event)] = event.at_ms
            is_first = self._answered.isdisjoint(event.contents)
            self._answered.update(event.contents)
            if is_first and may_count(event):
                self._counted[event.id] = event
        elif event.kind is EventKind.UNDO:
            for undone in self._undone_by(event):
                if self._is_within_session(undone, event):
                    del self._counted[undone.id]

    def _undone_by(self, undo: FeedbackEvent) -> list[FeedbackEvent]:
        if undo.undoes is not None:
            undone = self._counted.get(undo.undoes)
            return [undone] if undone is not None else []
        return [event for event in self._counted.values() if event.content in undo.contents]

    def _is_within_session(self, answer: FeedbackEvent, undo: FeedbackEvent) -> bool:
        """Tell whether an answer is taken back in the session in which it was given.

        Who takes back one answer by its id names no session: then the pause tells.
        """
        session = _session(answer)
        if undo.session is not None:
            return _session(undo) == session
        return undo.at_ms - self._last_at_ms[session] < SESSION_PAUSE_MS


class CountedAnswers:
    """The counted answers of a trial, after the events that were taken in so far.

    Args:
        challenger: the id of the recipe that predicts silently.
        in_force: of the recipe that decides.
        after_seq: the trial began after this event; the ones before tell what was answered already.
        events: in the order of the log, from its beginning.
    """

    def __init__(
        self,
        challenger: str,
        in_force: str,
        *,
        after_seq: int = 0,
        events: Iterable[FeedbackEvent] = (),
    ) -> None:
        self._recipes = (in_force, challenger)
        self._after_seq = after_seq
        self._answers = CountableAnswers(events)

    @property
    def counted(self) -> tuple[CountedDifference, ...]:
        """What counts, in the order of the log."""
        found = (self._difference(event) for event in self._answers.events)
        return tuple(difference for difference in found if difference is not None)

    def take(self, event: FeedbackEvent) -> None:
        """Take in the next event."""
        self._answers.take(event)

    def _difference(self, event: FeedbackEvent) -> CountedDifference | None:
        before, trial = event.before, event.trial
        if event.seq <= self._after_seq or before is None or trial is None:
            return None
        if (before.recipe, trial.recipe) != self._recipes or before.probability is None:
            return None
        return CountedDifference(
            seq=event.seq,
            content=event.content or "",
            liked=event.answer is Answer.LIKE,
            is_drawn=event.chosen_by is ChosenBy.EXPLORE,
            in_force=before.probability,
            challenger=trial.probability,
        )


def may_count(event: FeedbackEvent) -> bool:
    """Tell whether an answer was given in a way that may be evidence, whatever was guessed."""
    return (
        event.kind is EventKind.JUDGE
        and event.chosen_by in COUNTED_CARDS
        and event.blind is True
        and event.shown_ms is not None
        and event.shown_ms >= SEEN_MS_MIN
    )


def _session(event: FeedbackEvent) -> object:
    return event.session if event.session is not None else (event.via.value, event.window)
