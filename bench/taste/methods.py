"""The scorers that are compared, each as section by section they are used. Pure.

Every method gets the labelled pictures, the history and the test pictures, and returns scores (any
scale, higher is better) and probabilities, NaN where it gives none.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import User
from tasted.scoring.scorer import FittedName, fit_scorer

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


def oracle(user: User, _count: int) -> tuple[Array, Array]:
    """Who knows the utility, and only lacks the noise of the labels."""
    return user.test_probability, user.test_probability


METHODS: Mapping[str, Method] = {
    "seed": seed,
    "knn": knn,
    "centroid": centroid,
    "taste": taste,
    "oracle": oracle,
}


def _fitted(name: FittedName, user: User, count: int) -> tuple[Array, Array]:
    fitted = fit_scorer(name, user.pool[:count], user.liked[:count], history=user.history)
    return fitted.logit(user.test), fitted.probability(user.test)
