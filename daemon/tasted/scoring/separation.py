"""How well scores tell likes from rejects, with the intervals that so few labels leave open. Pure.

AUC    share of pairs of a like and a reject in which the like scores higher; 0.5 is chance
Brier  mean squared difference of probability and label; always saying p has p (1 - p) at best
"""

import numpy as np
from numpy.typing import NDArray

Z_90 = 1.6448536269514722
"""Of the normal distribution: nine times in ten a value is within so many standard deviations."""
_BISECTIONS = 60

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def auc(scores: Array, liked: Flags) -> float:
    """Return how often a liked picture scores above a rejected one; ties count half.

    Args:
        scores: (n,) finite, on any scale, higher is better.
        liked: (n,), with both labels.

    Raises:
        ValueError: when a label is missing.
    """
    likes, rejects = label_counts(liked)
    ranks = mean_ranks(scores)
    return float((ranks[liked].sum() - likes * (likes + 1) / 2) / (likes * rejects))


def auc_interval(area: float, likes: int, rejects: int) -> tuple[float, float]:
    """Return the 90 % interval of the true AUC: Newcombe's method 5 (Stat Med 25, 2006).

    The variance is that of Hanley and McNeil at the bound itself, so that an AUC of 1 among few
    labels has a lower bound as well.

    Args:
        area: as measured.
        likes: how many, 1 or more.
        rejects: how many, 1 or more.
    """

    def is_within(true: float) -> bool:
        others = (likes + rejects) / 2 - 1
        spread = 1 + others * (1 - true) / (2 - true) + others * true / (1 + true)
        variance = true * (1 - true) * spread / (likes * rejects)
        return abs(area - true) <= Z_90 * float(np.sqrt(variance))

    def bound(outside: float) -> float:
        inside = area
        for _step in range(_BISECTIONS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if is_within(middle) else (inside, middle)
        return inside

    return bound(0.0), bound(1.0)


def brier(probabilities: Array, liked: Flags) -> float:
    """Return the mean squared difference between probability and label."""
    return float(np.mean((probabilities - liked) ** 2))


def brier_interval(probabilities: Array, liked: Flags) -> tuple[float, float]:
    """Return the 90 % interval of the Brier score, by the normal approximation.

    Args:
        probabilities: (n,), n is 1 or more.
        liked: (n,).
    """
    squares = (probabilities - liked) ** 2
    spread = float(squares.std(ddof=1)) if len(squares) > 1 else 1.0
    margin = Z_90 * spread / float(np.sqrt(len(squares)))
    middle = float(squares.mean())
    return max(0.0, middle - margin), min(1.0, middle + margin)


def mean_ranks(scores: Array) -> Array:
    """Return the rank of each score from 1 on; equal scores share the mean of their ranks."""
    _values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])


def label_counts(liked: Flags) -> tuple[int, int]:
    """Return how many likes and rejects there are.

    Raises:
        ValueError: when a label is missing.
    """
    likes, rejects = int(liked.sum()), int((~liked).sum())
    if not likes or not rejects:
        raise ValueError("there must be at least one like and one reject")
    return likes, rejects
