"""Which pictures were judged because of what they are, and not because chance chose them. Pure.

The share of likes in the stream can be learnt from pictures that were drawn evenly and judged
blind. What was asked for, or shown as the best, is liked more often, and what a person looks up by
hand is whatever that person looks for.
"""

from collections.abc import Iterable

from tasted.feedback.events import ChosenBy, EventKind, FeedbackEvent
from tasted.feedback.standing import ANSWERS

DRAWN_ENOUGH = 10
"""With fewer drawn ones, what people named or put into folders themselves tells of the stream."""
_BY_HAND = frozenset({ChosenBy.NAMED, ChosenBy.FOLDER, None})


class ChosenPictures:
    """How each judged picture was chosen, after the events that were taken in so far.

    All answers to a picture count that were not taken back, also those that a later one replaced:
    who once drew it by chance did not choose it. One that was taken back is as if it had never
    been, so that no score remembers it.
    """

    def __init__(self, events: Iterable[FeedbackEvent] = ()) -> None:
        self._answers: dict[str, dict[str, FeedbackEvent]] = {}
        """Of each picture, by their ids, the answers that were not taken back."""
        for event in events:
            self.take(event)

    def take(self, event: FeedbackEvent) -> None:
        """Take in the next event."""
        if event.kind in ANSWERS:
            for picture in event.judged:
                self._answers.setdefault(picture, {})[event.id] = event
        elif event.kind is EventKind.UNDO:
            for picture in event.judged:
                self._take_back(picture, event.undoes)

    def _take_back(self, picture: str, answer_id: str | None) -> None:
        """Leave a picture without one of its answers; None: without any."""
        answers = self._answers.get(picture, {})
        if answer_id is None:
            answers.clear()
        answers.pop(answer_id or "", None)
        if not answers:
            self._answers.pop(picture, None)

    @property
    def not_by_chance(self) -> frozenset[str]:
        """The pictures and photos whose answers say nothing of the share of likes in the stream."""
        drawn, by_hand, by_score = set(), set(), set()
        for picture, answers in self._answers.items():
            for event in answers.values():
                if event.chosen_by is ChosenBy.EXPLORE and event.blind:
                    drawn.add(picture)
                elif event.chosen_by in _BY_HAND:
                    by_hand.add(picture)
                else:
                    by_score.add(picture)
        chosen = by_score | by_hand if len(drawn) >= DRAWN_ENOUGH else by_score
        return frozenset(chosen - drawn)
