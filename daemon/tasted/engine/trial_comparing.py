"""What labels and past answers say of two recipes, in parts, before a trial. Reads library and log.

Each request does as much as fits into a second or two, so that pictures that arrive come in
between. What was begun is held for the next request; an engine that was started anew begins again,
and says the same.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from tasted.engine.assembly import Assembly
from tasted.engine.scored_pool import viewed_pictures
from tasted.feedback.events import FeedbackEvent
from tasted.home.taste_versions import SEED_METHOD
from tasted.judging.fold_comparison import FoldComparison, fold_verdict
from tasted.judging.learners import FormulaLearner, LabelsNow, labels_now, taste_learner
from tasted.judging.recipe_learner import RecipeLearner
from tasted.judging.replaying import Replay
from tasted.judging.review_taste import Viewed
from tasted.plain_dataclass import dataclass
from tasted.rpc.asking_messages import PoolPicture
from tasted.rpc.trial_messages import RecipesCompared
from tasted.scoring.weighing.user_weights import weight_factors

_PART_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class ComparedRecipe:
    """A recipe of one of the two sides."""

    assembly: Assembly
    """With the library that it is of."""
    method: str


class TrialComparing:
    """One comparison.

    Args:
        in_force: what decides.
        challenger: the other one.
        events: the log, from its beginning.
        path_of: tells by content id where a picture lies in the inbox.
        is_ignored: tells by content id whether a picture is to be left alone.
        clock: monotonic seconds.

    Raises:
        ServiceFault: when a library cannot be read.
    """

    def __init__(
        self,
        in_force: ComparedRecipe,
        challenger: ComparedRecipe,
        events: Sequence[FeedbackEvent],
        *,
        path_of: Callable[[str], str | None],
        is_ignored: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        profiles = {
            frozenset(event.photos): event.content
            for event in events
            if event.photos and event.content is not None
        }
        now = labels_now(in_force.assembly.library, profiles)
        wanted = _pictures(now, events, path_of)
        sides: list[RecipeLearner] = []
        known: set[str] = set(wanted)
        for side in (in_force, challenger):
            viewed = viewed_pictures(side.assembly.library, wanted.values(), is_ignored=is_ignored)
            known &= viewed.keys()
            sides.append(_learner(side, viewed, now))
        labels = [label for label in now.labels if label.id in known]
        kept = [place for place, label in enumerate(now.labels) if label.id in known]
        self._folds = FoldComparison(sides[0], sides[1], labels, now.groups[kept])
        answered = {content for event in events for content in event.contents}
        self._replay = Replay(
            sides[0],
            sides[1],
            events,
            always={label.id: label.liked for label in labels if label.id not in answered},
            known=known,
        )

    def part(self) -> RecipesCompared:
        """Go on for a moment, and return how far it is."""
        end = self._clock() + _PART_SECONDS
        for whole in (self._folds, self._replay):
            # what is refused needs no replay
            while not whole.is_done and not self._is_refused and self._clock() < end:
                whole.step()
        is_done = self._folds.is_done and (self._replay.is_done or self._is_refused)
        return RecipesCompared(
            done=self._folds.done + self._replay.done,
            of=self._folds.of + self._replay.of,
            is_done=is_done,
            folds=self._folds.figures(),
            verdict=fold_verdict(self._folds.figures()).value if self._folds.is_done else "",
            replayed=self._replay.differences if is_done else (),
        )

    @property
    def _is_refused(self) -> bool:
        figures = self._folds.figures()
        return figures is not None and figures.gain <= 0


def _learner(side: ComparedRecipe, pictures: Mapping[str, Viewed], now: LabelsNow) -> RecipeLearner:
    assembly = side.assembly
    if side.method == SEED_METHOD:
        return FormulaLearner(assembly.formula, assembly.library, pictures, now)
    judge = assembly.judge
    review = judge.review() or judge.review_aside()
    return taste_learner(
        assembly.library, review, pictures, now, weight_factors(assembly.preferences.weights)
    )


def _pictures(
    now: LabelsNow, events: Sequence[FeedbackEvent], path_of: Callable[[str], str | None]
) -> dict[str, PoolPicture]:
    """Return everything that is labelled, or was ever answered, by its id."""
    contents = dict(now.contents)
    for event in events:
        if event.content is not None and event.judged:
            contents.setdefault(event.content, event.judged)
    return {
        key: PoolPicture(key, tuple(own), path_of(own[0]) or own[0])
        for key, own in contents.items()
        if own
    }
