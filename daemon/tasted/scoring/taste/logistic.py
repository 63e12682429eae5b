"""Logistic regression with a Gaussian prior: the most probable weights, and their evidence. Pure.

The optimum is found with Newton's method. Steps are halved until they improve: undamped steps
diverge under wide priors. Leave-one-out logits come in closed form, from one Newton step towards
the fit without that row (Cawley and Talbot, Efficient approximate leave-one-out cross-validation
for kernel logistic regression, 2008). The evidence is Laplace's approximation.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass

Array = NDArray[np.float64]

STEPS_MAX = 60
_HALVINGS_MAX = 40
_BISECTIONS = 100
# of the Newton decrement: the next step squares the rest
_CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """The most probable weights and what follows from them."""

    weights: Array
    """Shape (p,)."""
    logits: Array
    """Of the rows, shape (n,)."""
    residuals: Array
    """Target less probability, shape (n,)."""
    leave_one_out: Array
    """The logit of each row by a fit without it; shape (n,)."""
    log_evidence: float
    """Of the targets under this prior, in nats."""


def fit_logistic(
    design: Array,
    targets: Array,
    *,
    prior_mean: Array,
    prior_precision: Array,
    start: Array | None = None,
    prior_last_without: Array | None = None,
) -> LogisticFit:
    """Fit P(target) = sigmoid(design @ weights) under independent Gaussian priors.

    Args:
        design: (n, p); n may be 0.
        targets: (n,) in [0, 1].
        prior_mean: (p,).
        prior_precision: (p,), 1 / variance, all above 0.
        start: (p,), a guess at the weights; None: the prior mean.
        prior_last_without: (n,), the prior mean of the last weight without each row; None: the
            same for all.
    """
    weights = prior_mean if start is None else start
    for _step in range(STEPS_MAX):
        logits = design @ weights
        gradient = design.T @ (sigmoid(logits) - targets) + prior_precision * (weights - prior_mean)
        step = np.asarray(np.linalg.solve(hessian_of(design, logits, prior_precision), gradient))
        decrement = float(gradient @ step)
        weights = _improved(design, targets, weights, step, prior_mean, prior_precision)
        if decrement < _CLOSE_ENOUGH:
            break
    logits = design @ weights
    hessian = hessian_of(design, logits, prior_precision)
    residuals = targets - sigmoid(logits)
    solved = np.linalg.solve(hessian, design.T)
    leverages = np.einsum("ij,ji->i", design, solved)
    moves = -leverages * residuals
    if prior_last_without is not None:
        moves += solved[-1] * prior_precision[-1] * (prior_last_without - prior_mean[-1])
    without = logits + moves / (1 - slope(logits) * leverages)
    objective = _objective(logits, targets, weights, prior_mean, prior_precision)
    occam = np.linalg.slogdet(hessian)[1] - np.log(prior_precision).sum()
    return LogisticFit(weights, logits, residuals, without, float(-objective - 0.5 * occam))


def hessian_of(design: Array, logits: Array, prior_precision: Array) -> Array:
    """Return the curvature of the objective at these logits, shape (p, p), positive definite.

    Args:
        design: (n, p); n may be 0.
        logits: (n,) of its rows.
        prior_precision: (p,), all above 0.
    """
    hessian = (design * slope(logits)[:, None]).T @ design
    hessian[np.diag_indices_from(hessian)] += prior_precision
    return np.asarray(hessian)


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + exp(-logits)) without overflow, elementwise."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))


def slope(logits: Array) -> Array:
    """Return p (1 - p) of the logits, elementwise."""
    return np.asarray(0.25 / np.cosh(0.5 * np.clip(logits, -700, 700)) ** 2)


def log_loss(logits: Array, targets: Array) -> Array:
    """Return the negative log-likelihood of each target in nats; targets in [0, 1]."""
    return np.asarray(np.logaddexp(0, logits) - targets * logits)


def logit(probability: float) -> float:
    """Return the log-odds of a probability between 0 and 1."""
    return float(np.log(probability) - np.log1p(-probability))


def shift_to_mean(logits: Array, probability: float) -> float:
    """Return the shift of the logits, (n,), n above 0, that gives them this mean probability."""
    low = logit(probability) - float(logits.max())
    high = logit(probability) - float(logits.min())
    for _bisection in range(_BISECTIONS):
        middle = (low + high) / 2
        if sigmoid(logits + middle).mean() < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _objective(
    logits: Array, targets: Array, weights: Array, prior_mean: Array, prior_precision: Array
) -> float:
    prior = 0.5 * float(prior_precision @ (weights - prior_mean) ** 2)
    return float(log_loss(logits, targets).sum()) + prior


def _improved(
    design: Array,
    targets: Array,
    weights: Array,
    step: Array,
    prior_mean: Array,
    prior_precision: Array,
) -> Array:
    """Take the largest of step, step / 2, step / 4, ... that does not raise the objective."""
    logits, change = design @ weights, design @ step
    before = _objective(logits, targets, weights, prior_mean, prior_precision)
    share = 1.0
    for _halving in range(_HALVINGS_MAX):
        moved = weights - share * step
        after = _objective(logits - share * change, targets, moved, prior_mean, prior_precision)
        # near the optimum both are equal but for rounding
        if after <= before + 1e-12 * abs(before):
            return np.asarray(moved)
        share /= 2
    return weights
