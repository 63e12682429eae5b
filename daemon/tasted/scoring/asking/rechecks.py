"""Which answers to ask once more. Pure.

Rechecks that are drawn evenly tell how often a user agrees with himself, which no taste can beat.
Every other recheck asks about the label that all others contradict most, if there is one.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass

DOUBT_MIN = 0.8
"""A label is doubted when all others say the opposite with this probability, or a higher one."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """An answer to ask again."""

    place: int
    """Among the answers that may be."""
    propensity: float | None
    """The probability of the draw; None for a doubted one."""


def choose_recheck(
    liked: NDArray[np.bool_], probabilities: NDArray[np.float64], *, seed: int, number: int
) -> Recheck | None:
    """Return which of n answers to ask again; None when there is none.

    Args:
        liked: (n,), what was answered.
        probabilities: (n,), of a like, by all other labels; NaN where unknown.
        seed: of the queue; 0 or more.
        number: of the recheck in it, from 0 on; odd ones ask what is doubted.
    """
    count = len(liked)
    if not count:
        return None
    doubts = np.where(liked, 1 - probabilities, probabilities)
    doubts = np.where(np.isnan(doubts), 0.0, doubts)
    if number % 2 and doubts.max() >= DOUBT_MIN:
        return Recheck(int(np.argmax(doubts)), None)
    return Recheck(int(np.random.default_rng([seed, number]).integers(count)), 1 / count)
