"""Past answers as evidence, for a challenger that never saw them. Pure.

Both recipes learn what was known before an answer, and guess it: again after every ten events.
Nobody looked at these guesses before, so they count as those of a trial do, and the trial goes on
from there. Only cards count that were drawn by chance: duel cards of an earlier trial were drawn
where two other guesses differed, and say nothing of how these two differ over the pool.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from tasted.feedback.drawn import ChosenPictures
from tasted.feedback.events import Answer, ChosenBy, FeedbackEvent
from tasted.feedback.standing import StandingAnswers
from tasted.judging.recipe_learner import KnownLabel, RecipeLearner
from tasted.plain_dataclass import dataclass
from tasted.trials.differences import CountableAnswers, CountedDifference

EVENTS_AT_ONCE = 10
"""Both recipes learn anew after so many events."""


class Replay:
    """A replay, fit by fit, so that others get their turn between two.

    Args:
        in_force: the recipe that decides.
        challenger: the one that is to be tried.
        events: of the log, from its beginning.
        always: labels that are in no event, by id: they were known all the time.
        known: ids of what both have vectors of; None: of everything.
    """

    def __init__(
        self,
        in_force: RecipeLearner,
        challenger: RecipeLearner,
        events: Sequence[FeedbackEvent],
        *,
        always: Mapping[str, bool] | None = None,
        known: Collection[str] | None = None,
    ) -> None:
        self._sides = (in_force, challenger)
        self._always = dict(always or {})
        self._prefixes = _prefixes(events, known)
        self._done = 0
        self._answers = _LabelsThen()
        self._found: list[CountedDifference] = []

    @property
    def of(self) -> int:
        """How many steps there are."""
        return len(self._prefixes)

    @property
    def done(self) -> int:
        """How many steps are done."""
        return self._done

    @property
    def is_done(self) -> bool:
        """Whether all are."""
        return self._done == self.of

    @property
    def differences(self) -> tuple[CountedDifference, ...]:
        """What was found so far, in the order of the log."""
        return tuple(self._found)

    def step(self) -> None:
        """Learn what was known before some answers, and guess those. Nothing when all are done."""
        if self.is_done:
            return
        prefix = self._prefixes[self._done]
        self._answers.take(prefix.before)
        labels = self._answers.labels(self._always)
        asked = [event for event in prefix.asked if event.content is not None]
        ids = [event.content or "" for event in asked]
        guesses = [side.guesses(labels, ids) for side in self._sides] if ids else []
        self._found += [
            CountedDifference(
                seq=event.seq,
                content=key,
                liked=event.answer is Answer.LIKE,
                is_drawn=True,
                in_force=float(guesses[0][place]),
                challenger=float(guesses[1][place]),
            )
            for place, (event, key) in enumerate(zip(asked, ids, strict=True))
            if np.isfinite(guesses[0][place]) and np.isfinite(guesses[1][place])
        ]
        self._done += 1


def replay(
    in_force: RecipeLearner,
    challenger: RecipeLearner,
    events: Sequence[FeedbackEvent],
    *,
    always: Mapping[str, bool] | None = None,
    known: Collection[str] | None = None,
) -> tuple[CountedDifference, ...]:
    """Replay at once; see `Replay`."""
    replaying = Replay(in_force, challenger, events, always=always, known=known)
    while not replaying.is_done:
        replaying.step()
    return replaying.differences


@dataclass(frozen=True, slots=True)
class _Prefix:
    before: tuple[FeedbackEvent, ...]
    """The events since the last prefix."""
    asked: tuple[FeedbackEvent, ...]
    """The answers after them that count."""


def _prefixes(events: Sequence[FeedbackEvent], known: Collection[str] | None) -> list[_Prefix]:
    """Return the steps in which something is asked; what comes after the last one is left out."""
    counted = {
        event.id
        for event in CountableAnswers(events).events
        if event.chosen_by is ChosenBy.EXPLORE and (known is None or event.content in known)
    }
    found: list[_Prefix] = []
    before: list[FeedbackEvent] = []
    for first in range(0, len(events), EVENTS_AT_ONCE):
        block = events[first : first + EVENTS_AT_ONCE]
        asked = tuple(event for event in block if event.id in counted)
        if asked:
            found.append(_Prefix(tuple(before), asked))
            before = []
        before += block
    return found


class _LabelsThen:
    """The labels after the events that were taken in so far; a profile is one."""

    def __init__(self) -> None:
        self._standing = StandingAnswers()
        self._chosen = ChosenPictures()
        self._photos: dict[str, tuple[str, ...]] = {}

    def take(self, events: Iterable[FeedbackEvent]) -> None:
        for event in events:
            self._standing.take(event)
            self._chosen.take(event)
            if event.photos and event.content is not None:
                self._photos[event.content] = event.photos

    def labels(self, always: Mapping[str, bool]) -> list[KnownLabel]:
        standing = {key: found.answer is Answer.LIKE for key, found in self._standing.all()}
        in_profiles = {
            photo: key
            for key, photos in self._photos.items()
            if key in standing
            for photo in photos
            if standing.get(photo) is standing[key]
        }
        not_by_chance = self._chosen.not_by_chance
        found = {**always, **standing}
        return [
            KnownLabel(key, liked, not_by_chance.isdisjoint(self._photos.get(key, (key,))))
            for key, liked in found.items()
            if key not in in_profiles
        ]
