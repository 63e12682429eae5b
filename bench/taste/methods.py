"""The scorers that are compared. Pure.

Every method gets the labelled pictures, the history and the test pictures, and returns scores (any
scale, higher is better) and probabilities, NaN where it gives none.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import User
from tasted.evaluation.baselines.registry import FittedName, fit_scorer
from tasted.scoring.taste.shrinking import like_rate

Array = NDArray[np.float64]
Method = Callable[[User, int], tuple[Array, Array]]


def seed(user: User, count: int) -> tuple[Array, Array]:
    """The formula of `scorer = "seed"` with all weight on physical, likes of origin reference."""
    pool, liked = user.pool[:count].astype(np.float64), user.liked[:count]
    cosines = user.test.astype(np.float64) @ pool.T
    if not liked.any():
        return np.zeros(len(cosines)), np.full(len(cosines), 0.0)
    score = 0.7 * cosines[:, liked].max(axis=1) + 0.3 * cosines[:, liked].mean(axis=1)
    if not liked.all():
        score = np.where(cosines[:, ~liked].mean(axis=1) > 0.65, 0.7 * score, score)
    score = np.clip(score, 0, 1)
    return score, score


def knn(user: User, count: int) -> tuple[Array, Array]:
    """`scorer = "knn"`: votes of the seven nearest."""
    return _fitted("knn", user, count)


def centroid(user: User, count: int) -> tuple[Array, Array]:
    """`scorer = "centroid"`: difference of class means."""
    return _fitted("centroid", user, count)


def taste(user: User, count: int) -> tuple[Array, Array]:
    """`scorer = "taste"`."""
    return _fitted("taste", user, count)


def constant(user: User, count: int) -> tuple[Array, Array]:
    """The constant base-rate predictor: the share of likes among the labels, for every picture."""
    rate = like_rate(user.liked[:count].astype(np.float64))
    return np.zeros(len(user.test)), np.full(len(user.test), rate)


def oracle(user: User, _count: int) -> tuple[Array, Array]:
    """The hidden utility itself: only the noise of the labels is unknown."""
    return user.test_probability, user.test_probability


METHODS: Mapping[str, Method] = {
    "seed": seed,
    "knn": knn,
    "centroid": centroid,
    "taste": taste,
    "constant": constant,
    "oracle": oracle,
}


def _fitted(name: FittedName, user: User, count: int) -> tuple[Array, Array]:
    fitted = fit_scorer(name, user.pool[:count], user.liked[:count], history=user.history)
    return fitted.logit(user.test), fitted.probability(user.test)
