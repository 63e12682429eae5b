"""Which answers stand, kept up to date event by event. Pure.

An answer stands until it is taken back; of two on one picture the later counts. An answer that is
taken back by its id is as if it had never been: the one before it counts again. Taking back without
an id (`tasted undo FILE`, a copy deleted by hand) leaves the picture without any answer.
"""

from collections.abc import Iterable, Iterator

from tasted.feedback.events import Answer, EventKind, FeedbackEvent
from tasted.plain_dataclass import dataclass

ANSWERS = frozenset({EventKind.JUDGE, EventKind.IMPORTED})


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer that stands."""

    answer: Answer
    event_id: str
    seq: int


class StandingAnswers:
    """The answers that stand after the events that were taken in so far, in their order."""

    def __init__(self, events: Iterable[FeedbackEvent] = ()) -> None:
        self._answers: dict[str, list[Judgement]] = {}
        """Of each content, the answers that were not taken back, the latest last."""
        self._photos: dict[str, tuple[str, ...]] = {}
        """Of each profile."""
        self._excluded: dict[str, list[str]] = {}
        self._undone: set[str] = set()
        self.last_seq = 0
        for event in events:
            self.take(event)

    def take(self, event: FeedbackEvent) -> None:
        """Take in the next event."""
        self.last_seq = max(self.last_seq, event.seq)
        kind, content = event.kind, event.content
        if kind in ANSWERS and event.answer is not None:
            judgement = Judgement(event.answer, event.id, event.seq)
            for judged in event.contents:
                self._answers.setdefault(judged, []).append(judgement)
            if event.photos and content is not None:
                self._photos[content] = event.photos
        elif kind is EventKind.EXCLUDE and content is not None:
            self._excluded.setdefault(content, []).append(event.id)
        elif kind is EventKind.INCLUDE and content is not None:
            self._undone.update(self._excluded.pop(content, ()))
        elif kind is EventKind.UNDO:
            self._take_back(event)

    def _take_back(self, event: FeedbackEvent) -> None:
        for content in event.contents:
            standing = self._answers.get(content, [])
            going = [
                judgement for judgement in standing if event.undoes in {None, judgement.event_id}
            ]
            self._undone.update(judgement.event_id for judgement in going)
            left = [judgement for judgement in standing if judgement not in going]
            if left:
                self._answers[content] = left
            else:
                self._answers.pop(content, None)
            excluding = self._excluded.get(content, [])
            if event.undoes in excluding:
                excluding.remove(event.undoes)
                if not excluding:
                    del self._excluded[content]
        if event.undoes is not None:
            self._undone.add(event.undoes)

    def of(self, content: str) -> Judgement | None:
        """Return the answer that stands for a picture or a profile; None without one.

        That of a profile stands as long as it stands for one of its photos.
        """
        standing = self._answers.get(content)
        if not standing:
            return None
        latest = standing[-1]
        photos = self._photos.get(content, ())
        if photos and all(self._differs(photo, latest) for photo in photos):
            return None
        return latest

    def _differs(self, photo: str, judgement: Judgement) -> bool:
        standing = self._answers.get(photo)
        return not standing or standing[-1].answer is not judgement.answer

    def all(self) -> Iterator[tuple[str, Judgement]]:
        """Yield each content with the answer that stands for it."""
        for content in self._answers:
            judgement = self.of(content)
            if judgement is not None:
                yield content, judgement

    def pictures(self) -> Iterator[tuple[str, Judgement]]:
        """Yield each picture with the answer that stands for it; profiles by their photos."""
        return ((content, found) for content, found in self.all() if content not in self._photos)

    def is_undone(self, event_id: str) -> bool:
        """Return whether an event was taken back."""
        return event_id in self._undone

    @property
    def undone(self) -> frozenset[str]:
        """The ids of all events that were taken back."""
        return frozenset(self._undone)

    def is_excluded(self, content: str) -> bool:
        """Return whether a content is not for judging."""
        return content in self._excluded

    @property
    def excluded(self) -> frozenset[str]:
        """The contents that are not for judging."""
        return frozenset(self._excluded)
