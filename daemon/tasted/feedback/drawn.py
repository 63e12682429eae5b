"""Which pictures were judged because of what they are, and not because chance chose them. Pure.

The share of likes in the stream can be learnt from pictures that were drawn evenly and judged
blind. What was asked for, or shown as the best, is liked more often, and what a person looks up by
hand is whatever that person looks for.
"""

from collections.abc import Iterable

from tasted.feedback.events import ChosenBy, FeedbackEvent
from tasted.feedback.standing import ANSWERS

DRAWN_ENOUGH = 10
"""With fewer drawn ones, what people named or put into folders themselves tells of the stream."""
_BY_HAND = frozenset({ChosenBy.NAMED, ChosenBy.FOLDER, None})


class ChosenPictures:
    """How each judged picture was chosen, after the events that were taken in so far.

    It does not matter whether an answer stands: how a picture was chosen stays so.
    """

    def __init__(self, events: Iterable[FeedbackEvent] = ()) -> None:
        self._drawn: set[str] = set()
        self._by_hand: set[str] = set()
        self._by_score: set[str] = set()
        for event in events:
            self.take(event)

    def take(self, event: FeedbackEvent) -> None:
        """Take in the next event."""
        if event.kind not in ANSWERS:
            return
        if event.chosen_by is ChosenBy.EXPLORE and event.blind:
            self._drawn.update(event.judged)
        elif event.chosen_by in _BY_HAND:
            self._by_hand.update(event.judged)
        else:
            self._by_score.update(event.judged)

    @property
    def not_by_chance(self) -> frozenset[str]:
        """The pictures and photos whose answers say nothing of the share of likes in the stream."""
        chosen = set(self._by_score)
        if len(self._drawn) >= DRAWN_ENOUGH:
            chosen |= self._by_hand
        return frozenset(chosen - self._drawn)
