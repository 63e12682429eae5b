"""How well scores and probabilities separate likes from rejects. Pure.

AUC    share of pairs of a like and a reject in which the like scores higher; 0.5 is chance
Brier  mean squared difference of probability and label; always saying p has p (1 - p) at best
ECE    mean distance of probability and share of likes, over ten bins of equal width; a picture
       counts once, so that bins weigh as they are filled
"""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.separation import auc, brier, label_counts, mean_ranks
from tasted.scoring.taste.logistic import log_loss

__all__ = [
    "Bin",
    "auc",
    "base_log_loss",
    "brier",
    "calibration_error",
    "chance_auc",
    "mean_log_loss",
    "mean_ranks",
    "reliability",
]

BINS = 10
_IN_GROUP_MIN = 10
_GROUPS_MAX = 8

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Pictures with neighbouring probabilities."""

    count: int
    probability: float
    """Mean."""
    like_share: float


def chance_auc(scores: Array, liked: Flags, *, share: float = 0.99, shuffles: int = 2000) -> float:
    """Return the quantile of the AUC with shuffled labels, ties included.

    The shuffles use a fixed seed. An AUC above this is hardly luck; with one or two pictures of a
    label nothing is above it. Leave-one-out scores depend on the other labels, so they spread
    further than shuffled ones: hence 99 % here, where 95 % is usual.

    Args:
        scores: (n,).
        liked: (n,), with both labels.
        share: the quantile.
        shuffles: how many.

    Raises:
        ValueError: when a label is missing.
    """
    likes, rejects = label_counts(liked)
    ranks = mean_ranks(scores)
    random = np.random.default_rng(0)
    sums = np.array([random.permutation(ranks)[:likes].sum() for _shuffle in range(shuffles)])
    # the real labels count as one more shuffle, which keeps the quantile right for few labels
    areas = np.sort((sums - likes * (likes + 1) / 2) / (likes * rejects))
    place = min(int(np.ceil(share * (shuffles + 1))) - 1, shuffles - 1)
    return float(areas[place])


def mean_log_loss(logits: Array, liked: Flags) -> float:
    """Return the mean negative log-likelihood of the labels, in nats."""
    return float(log_loss(logits, liked.astype(np.float64)).mean())


def base_log_loss(liked: Flags) -> float:
    """Return the log loss of the constant base-rate predictor, in nats."""
    share = float(liked.mean())
    return float(-sum(rate * np.log(rate) for rate in (share, 1 - share) if rate > 0))


def calibration_error(probabilities: Array, liked: Flags) -> float:
    """Return the ECE; see the top of this file."""
    gaps = np.bincount(_bins(probabilities), weights=probabilities - liked, minlength=BINS)
    return float(np.abs(gaps).sum() / len(liked))


def reliability(probabilities: Array, liked: Flags) -> tuple[Bin, ...]:
    """Return bins of equally many pictures, for a diagram; the ECE has bins of equal width.

    At most eight, of ten pictures or more each: with fewer, a share says nothing. Equal
    probabilities may be split, in the order of the pictures.
    """
    order = np.argsort(probabilities, kind="stable")
    bins = min(_GROUPS_MAX, max(1, len(order) // _IN_GROUP_MIN))
    return tuple(
        Bin(len(part), float(probabilities[part].mean()), float(liked[part].mean()))
        for part in np.array_split(order, bins)
        if len(part)
    )


def _bins(probabilities: Array) -> NDArray[np.intp]:
    return np.minimum((probabilities * BINS).astype(np.intp), BINS - 1)
