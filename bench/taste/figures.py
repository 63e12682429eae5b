"""AUC, Brier score and expected calibration error of probabilities against labels. Pure."""

import numpy as np
from numpy.typing import NDArray

_BINS = 10


def auc(scores: NDArray[np.float64], liked: NDArray[np.bool_]) -> float:
    """Return how often a liked picture scores above a rejected one; ties count half."""
    _values, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    likes, rejects = int(liked.sum()), int((~liked).sum())
    return float((ranks[liked].sum() - likes * (likes + 1) / 2) / (likes * rejects))


def brier(probabilities: NDArray[np.float64], liked: NDArray[np.bool_]) -> float:
    """Return the mean squared difference between probability and label."""
    return float(np.mean((probabilities - liked) ** 2))


def calibration_error(probabilities: NDArray[np.float64], liked: NDArray[np.bool_]) -> float:
    """Return the mean distance of probability and like rate over ten bins of equal width."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=probabilities - liked, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(liked))
