"""How well one taste version tells likes from rejects, each picture judged by all others. Pure."""

import numpy as np
from numpy.typing import NDArray

from tasted.home.taste_versions import Estimate, VersionFigures
from tasted.scoring.separation import auc, auc_interval, brier, brier_interval
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.model import Taste
from tasted.scoring.taste.shrinking import constant_brier

_DIGITS = 6

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def taste_figures(taste: Taste) -> VersionFigures:
    """Return the figures of a fit by its own leave-one-out logits.

    Copies of a picture count once, and a picture with both labels not at all. Logits are those
    among the references: without the part that leads from curated ones to the stream.
    """
    shares = group_means(taste.liked.astype(np.float64), taste.pictures)
    first = np.unique(taste.pictures, return_index=True)[1]
    clear = (shares == 0) | (shares == 1)
    logits = (taste.leave_one_out - taste.offset)[first][clear]
    liked = shares[clear] == 1
    return figures_of_answers(
        logits, sigmoid(logits) if taste.is_identified else None, np.asarray(liked, np.bool_)
    )


def figures_of_answers(scores: Array, probabilities: Array | None, liked: Flags) -> VersionFigures:
    """Return the figures of scores that were given without knowing the labels.

    Args:
        scores: (n,), higher is better, on any scale.
        probabilities: (n,); None where there are none.
        liked: (n,).
    """
    count, likes = len(liked), int(liked.sum())
    if not 0 < likes < count:
        return VersionFigures(answers=count)
    area = auc(scores, liked)
    return VersionFigures(
        answers=count,
        auc=_estimate(area, auc_interval(area, likes, count - likes)),
        brier=_estimate(brier(probabilities, liked), brier_interval(probabilities, liked))
        if probabilities is not None
        else None,
        base_brier=round(constant_brier(liked.astype(np.float64)), _DIGITS),
    )


def _estimate(value: float, interval: tuple[float, float]) -> Estimate:
    low, high = interval
    return Estimate(round(value, _DIGITS), round(low, _DIGITS), round(high, _DIGITS))
