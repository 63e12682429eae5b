"""The scorers that are compared, each as section by section they are used. Pure.

Every method gets the labelled pictures, the history and the test pictures, and returns scores (any
scale, higher is better) and probabilities.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import User
from tasted.scoring.calibration import fit_calibration
from tasted.scoring.logistic import logit, sigmoid
from tasted.scoring.taste import fit_taste

Array = NDArray[np.float64]
Method = Callable[[User, int], tuple[Array, Array]]
_PSEUDO_LABELS = 6
_KNN = 7
_KNN_SHARPNESS = 10.0


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
    """Votes of the seven nearest, weighed by raw cosine, and one vote for the like rate."""
    pool, liked = user.pool[:count].astype(np.float64), user.liked[:count]
    cosines = user.test.astype(np.float64) @ pool.T
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :_KNN]
    near = np.take_along_axis(cosines, nearest, axis=1)
    weights = np.exp(_KNN_SHARPNESS * (near - near[:, :1]))
    votes = (weights * liked[nearest]).sum(axis=1) + _rate(liked)
    probability = votes / (weights.sum(axis=1) + 1)
    return probability, probability


def centroid(user: User, count: int) -> tuple[Array, Array]:
    """Difference of centred class means, calibrated on its leave-one-out scores."""
    mean = user.history.mean(axis=0, dtype=np.float64)
    pool, test = _centred(user.pool[:count], mean), _centred(user.test, mean)
    liked = user.liked[:count]
    products = pool @ pool.T
    own = np.empty(count)
    for index in range(count):
        others = np.arange(count) != index
        own[index] = _difference(products[index], liked, others)
    scores = test @ (_class_mean(pool, liked) - _class_mean(pool, ~liked))
    scale = max(float(own.std()), 1e-3)
    prior = logit(_rate(liked))
    temperature, shift = fit_calibration(own / scale + prior, liked.astype(np.float64))
    return scores, sigmoid(temperature * (scores / scale + prior) + shift)


def taste(user: User, count: int) -> tuple[Array, Array]:
    """`scorer = "taste"`; where it gives no probability, the like rate is taken for the figures."""
    fitted = fit_taste(user.pool[:count], user.liked[:count], history=user.history)
    return fitted.logit(user.test), fitted.probability(user.test)


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


def _rate(liked: NDArray[np.bool_]) -> float:
    return float((liked.sum() + _PSEUDO_LABELS / 2) / (len(liked) + _PSEUDO_LABELS))


def _centred(rows: NDArray[np.float32], mean: Array) -> Array:
    left = rows - mean
    return np.asarray(left / np.linalg.norm(left, axis=1, keepdims=True))


def _class_mean(rows: Array, chosen: NDArray[np.bool_]) -> Array:
    return rows[chosen].mean(axis=0) if chosen.any() else np.zeros(rows.shape[1])


def _difference(products: Array, liked: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    likes, rejects = products[liked & others], products[~liked & others]
    return float((likes.mean() if len(likes) else 0) - (rejects.mean() if len(rejects) else 0))
