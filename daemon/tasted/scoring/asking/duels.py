"""Draws a card on which two recipes differ. Pure.

The more two recipes differ on a picture, the more an answer to it says which of them is better. It
is drawn in proportion to how much they differ, so that what the answer says (`trials.differences`)
has on average the sign of the gain over the whole pool.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnDuel:
    """A card that was drawn."""

    place: int
    """In the pool."""
    propensity: float
    """The probability of the draw, in (0, 1]."""


def draw_duel(
    in_force: Array, challenger: Array, *, free: NDArray[np.bool_], random: np.random.Generator
) -> DrawnDuel | None:
    """Draw a free picture with a probability proportional to the distance of both guesses.

    Args:
        in_force: (m,), probabilities of a like by the recipe in force.
        challenger: (m,), as `in_force`; NaN where it has no guess: those are not drawn.
        free: (m,), which may be drawn.
        random: draws once.

    Returns:
        None when both agree on everything that is free.
    """
    distances = np.where(free, np.nan_to_num(np.abs(in_force - challenger)), 0.0)
    total = float(distances.sum())
    if not total:
        return None
    shares = distances / total
    place = int(random.choice(len(shares), p=shares))
    return DrawnDuel(place, float(shares[place]))
