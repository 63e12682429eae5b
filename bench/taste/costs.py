"""The time of a fit, and how close its leave-one-out logits are to true refits. Prints nothing."""

import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench.taste.world import Kind, World, draw_user
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.logistic import logit
from tasted.scoring.taste.shrinking import Shrinking, like_rate

_RUNS = 5


def fit_seconds(count: int) -> float:
    """Return the median CPU time of a fit of that many references of 512 dimensions."""
    pictures, liked = _labelled(count)
    return _median_seconds(lambda: fit_taste(pictures, liked), 1 if count > 1000 else _RUNS)


def refit_seconds(count: int) -> float:
    """Return the CPU time of another fit that starts from the last one."""
    pictures, liked = _labelled(count)
    last = fit_taste(pictures[:-1], liked[:-1])
    return _median_seconds(lambda: fit_taste(pictures, liked, previous=last.start), 1)


def score_seconds(count: int) -> float:
    """Return the median wall time of one probability against that many references."""
    pictures, liked = _labelled(count)
    taste = fit_taste(pictures, liked)
    times = []
    for index in range(50):
        started = time.perf_counter()
        taste.probability(pictures[index : index + 1])
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def refit_agreement(count: int, users: int) -> tuple[float, float]:
    """Return the correlation of left-out logits with refits, over users, and the largest gap."""
    closed: list[NDArray[np.float64]] = []
    true: list[float] = []
    for seed in range(users):
        user = draw_user(list(Kind)[seed % 3], 0.4, 10_000 + seed)
        pictures, liked = user.pool[:count], user.liked[:count]
        taste = fit_taste(pictures, liked, history=user.history)
        closed.append(before_shrinking(taste, taste.leave_one_out))
        for left_out in range(count):
            others = np.arange(count) != left_out
            without = fit_taste(pictures[others], liked[others], history=user.history)
            logit_of = without.logit(pictures[left_out : left_out + 1])
            true.append(float(before_shrinking(without, logit_of)[0]))
    left, right = np.concatenate(closed), np.array(true)
    return float(np.corrcoef(left, right)[0, 1]), float(np.abs(left - right).max())


def before_shrinking(scorer: FittedScorer, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logits of a scorer with labels of both kinds as they were before `shrinking`.

    The factor is learnt from all labels together, so a closed form cannot leave a label out of it.
    """
    shares = group_means(scorer.liked.astype(np.float64), scorer.pictures)
    base = logit(like_rate(shares[np.isin(shares, (0.0, 1.0))]))
    shrinking = Shrinking(base, scorer.shrinking)
    return (logits - scorer.offset - shrinking.shift) / shrinking.factor


def _labelled(count: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    random = np.random.default_rng(count)
    latent = World.drawn(random).latent(random, count)
    pictures = World.drawn(np.random.default_rng(count)).pictures(latent)
    noise = random.normal(size=count) * latent[:, :10].sum(axis=1).std()
    return pictures, latent[:, :10].sum(axis=1) + noise > 0


def _median_seconds(work: Callable[[], object], runs: int) -> float:
    times = []
    for _run in range(runs):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)
