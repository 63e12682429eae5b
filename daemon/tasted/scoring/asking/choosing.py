"""Fills a queue of cards from a pool. Pure.

    ask = (1 - |2p - 1|) · (.5 + mean cosine to its 20 nearest) - .5 · max(0, cosine to the queue)

How much such cards gain over a random draw is measured by `python -m bench.taste`: little. What
would cost a lot is to show the best alone, so those are one in ten.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.asking.composition import CardKind
from tasted.scoring.asking.duels import draw_duel
from tasted.scoring.asking.pool import AskPool, Indices
from tasted.scoring.asking.typical import Coverage

LABELS_MIN = 4
"""With fewer of either label the probabilities say nothing yet, and typical pictures are asked."""
NO_LIKE_IN = 20
"""After so many rejects without a like the next cards are those that score best."""
_DENSITY_BASE = 0.5
_QUEUED_WEIGHT = 0.5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """One card: a picture of the pool, and how it was chosen."""

    place: int
    """In the pool."""
    kind: CardKind
    propensity: float | None
    """The probability of the draw, of `explore` and `duel`; None where there was no draw."""


@dataclass(frozen=True, slots=True, eq=False)
class PoolScores:
    """What the taste says of m pictures of a pool."""

    logits: Array | None
    """Shape (m,): an order; None where the scorer in use gives none."""
    probabilities: Array | None
    """Shape (m,), in [0, 1]; None where the labels do not identify them."""


def choose(
    pool: AskPool,
    scores: PoolScores,
    kinds: Sequence[CardKind],
    *,
    free: NDArray[np.bool_],
    queued: Indices,
    judged: NDArray[np.float32],
    liked: int,
    rejected: int,
    seeds: Sequence[int],
    in_force: Array | None = None,
    challenger: Array | None = None,
) -> tuple[ChosenPlace, ...]:
    """Choose a card for each slot, as long as there is any: nothing but answers empties a pool.

    Args:
        pool: of m pictures.
        scores: of them.
        kinds: of the slots, see `slots.slots`; a `recheck` is not for this pool and is passed over.
        free: (m,), which may be chosen; the others only tell how typical those are.
        queued: places of the pool that wait in the queue already and are not chosen again.
        judged: (k, d) directions of labelled pictures, which typical ones are to differ from.
        liked: how many labels there are.
        rejected: as `liked`.
        seeds: of the draws; equal ones give equal draws.
        in_force: (m,), the probabilities of the recipe that decides, where no card but a `duel` is
            chosen by them: those of the formula. None: those of `scores`.
        challenger: (m,), the probabilities of the recipe on trial, NaN where it has none; None:
            nothing is on trial. Where both recipes agree on all that is left, a `duel` slot asks.

    Returns:
        Fewer cards than slots when the pool is at its end.
    """
    queue = _Filling(pool, scores, free, queued)
    is_typical = min(liked, rejected) < LABELS_MIN or scores.probabilities is None
    wants_likes = liked == 0 and rejected >= NO_LIKE_IN
    order = scores.logits
    guesses = scores.probabilities if in_force is None else in_force, challenger
    coverage: Coverage | None = None
    for number, kind in enumerate(kinds):
        if kind == "recheck" or not queue.left:
            continue
        if queue.draw(kind, *guesses, np.random.default_rng([*seeds, number])):
            # chance has chosen
            pass
        elif order is not None and (kind == "best" or wants_likes):
            queue.take(order, "best")
        elif is_typical:
            if coverage is None:
                coverage = Coverage(pool, seed=seeds[0])
                coverage.cover_by(judged)
                coverage.cover(queue.places)
            queue.take(coverage.gains(), "typical")
        else:
            queue.take(queue.ask_scores(), "ask")
        if coverage is not None:
            coverage.cover(queue.places[-1:])
    return tuple(queue.chosen)


class _Filling:
    """A queue while it is filled."""

    def __init__(
        self,
        pool: AskPool,
        scores: PoolScores,
        free: NDArray[np.bool_],
        queued: Indices,
    ) -> None:
        self._pool = pool
        self._scores = scores
        self._is_free = free.copy()
        self._is_free[queued] = False
        self._nearest_queued = np.zeros(len(pool))
        self._places = queued.tolist()
        self.chosen: list[ChosenPlace] = []
        for place in self._places:
            self._push_away(place)

    @property
    def left(self) -> int:
        """How many pictures may still be chosen."""
        return int(self._is_free.sum())

    @property
    def places(self) -> Indices:
        """Everything in the queue, in its order."""
        return np.array(self._places, np.intp)

    def ask_scores(self) -> Array:
        """Return how much an answer to each would tell, shape (m,)."""
        probabilities = self._scores.probabilities
        if probabilities is None:
            raise ValueError("without probabilities there is nothing to be unsure about")
        unsure = 1 - np.abs(2 * probabilities - 1)
        worth = unsure * (_DENSITY_BASE + self._pool.density)
        return np.asarray(worth - _QUEUED_WEIGHT * self._nearest_queued)

    def take(self, scores: Array, kind: CardKind) -> None:
        """Take the free picture with the highest score, the first of equals."""
        self._put(int(np.argmax(np.where(self._is_free, scores, -np.inf))), kind, None)

    def draw(
        self,
        kind: CardKind,
        in_force: Array | None,
        challenger: Array | None,
        random: np.random.Generator,
    ) -> bool:
        """Draw a free picture for a slot that chance fills; tell whether it is filled."""
        if kind == "explore":
            free = np.flatnonzero(self._is_free)
            self._put(int(free[random.integers(len(free))]), kind, 1 / len(free))
            return True
        if kind != "duel" or in_force is None or challenger is None:
            return False
        drawn = draw_duel(in_force, challenger, free=self._is_free, random=random)
        if drawn is not None:
            self._put(drawn.place, kind, drawn.propensity)
        return drawn is not None

    def _put(self, place: int, kind: CardKind, propensity: float | None) -> None:
        self._is_free[place] = False
        self._places.append(place)
        self._push_away(place)
        self.chosen.append(ChosenPlace(place, kind, propensity))

    def _push_away(self, place: int) -> None:
        self._nearest_queued = np.maximum(self._nearest_queued, self._pool.cosines(place))
