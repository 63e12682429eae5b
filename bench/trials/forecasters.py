"""Pairs of simulated recipes. Pure.

A recipe sees a signal of each picture, which is normal around one mean for what is liked and around
another for what is rejected; so it knows the exact probability of a like, and its AUC says how far
the means are apart. The noise of two recipes is correlated by one half. An overconfident recipe
multiplies its logits by 1.8.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LIKE_RATE = 0.3
POOL = 2_500
"""As many pictures as a queue of `tasted review` chooses from."""
OVERCONFIDENCE = 1.8
_CORRELATION = 0.5
_INTEGRAL_STEPS = 4_001
_INTEGRAL_WIDTH = 8.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecaster:
    """How good a simulated recipe is."""

    auc: float
    confidence: float = 1.0
    """What its logits are multiplied by."""

    @property
    def distance(self) -> float:
        """Between the means of its signal, in standard deviations."""
        return NormalDist().inv_cdf(self.auc) * float(np.sqrt(2))

    def probability(self, signal: Array) -> Array:
        """Return the probability of a like that it says."""
        logit = np.log(LIKE_RATE / (1 - LIKE_RATE)) + self.distance * signal
        return np.asarray(1 / (1 + np.exp(-self.confidence * logit)))

    @property
    def brier(self) -> float:
        """Its expected Brier score."""
        steps = np.linspace(-_INTEGRAL_WIDTH, _INTEGRAL_WIDTH, _INTEGRAL_STEPS)
        weights = np.exp(-(steps**2) / 2)
        weights /= weights.sum()
        half = self.distance / 2
        of_likes = weights @ (self.probability(steps + half) - 1) ** 2
        of_rejects = weights @ self.probability(steps - half) ** 2
        return float(LIKE_RATE * of_likes + (1 - LIKE_RATE) * of_rejects)


def worse_by(better: Forecaster, gain: float) -> Forecaster:
    """Return the forecaster whose Brier score is higher by so much.

    Raises:
        ValueError: when even one that knows nothing is better than that.
    """
    low, high = 0.5, better.auc
    if Forecaster(low, better.confidence).brier - better.brier < gain:
        raise ValueError(f"no forecaster is worse by {gain}")
    for _bisection in range(50):
        middle = (low + high) / 2
        if Forecaster(middle, better.confidence).brier - better.brier > gain:
            low = middle
        else:
            high = middle
    return Forecaster(middle, better.confidence)


@dataclass(frozen=True, slots=True, eq=False)
class Cards:
    """m cards in the order in which they were drawn."""

    liked: NDArray[np.bool_]
    in_force: Array
    challenger: Array
    is_drawn: NDArray[np.bool_]
    """Drawn evenly; the others are duel cards."""


def draw_cards(
    in_force: Forecaster,
    challenger: Forecaster,
    count: int,
    *,
    duels: float,
    random: np.random.Generator,
) -> Cards:
    """Draw a pool, and cards from it without putting any back.

    Args:
        in_force: decides.
        challenger: predicts silently.
        count: of cards; at most that of the pool.
        duels: the share of duel cards among them, in [0, 1].
        random: draws everything.
    """
    liked = random.random(POOL) < LIKE_RATE
    noise = random.normal(size=(3, POOL))
    own, common = np.sqrt(1 - _CORRELATION), np.sqrt(_CORRELATION)
    guesses = [
        side.probability(
            np.where(liked, 0.5, -0.5) * side.distance + common * noise[2] + own * noise[number]
        )
        for number, side in enumerate((in_force, challenger))
    ]
    is_drawn = random.random(count) >= duels
    drawn = random.choice(POOL, int(is_drawn.sum()), replace=False)
    # one draw after another in proportion to weights, none put back, orders by waiting times
    distances = np.abs(guesses[0] - guesses[1])
    waiting = random.exponential(size=POOL) / np.maximum(distances, 1e-300)
    waiting[drawn] = np.inf
    places = np.empty(count, np.intp)
    places[is_drawn] = drawn
    places[~is_drawn] = np.argsort(waiting)[: count - len(drawn)]
    return Cards(liked[places], guesses[0][places], guesses[1][places], is_drawn)
