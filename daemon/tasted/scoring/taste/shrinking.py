"""Keeps probabilities at least as good as the constant base rate. Pure.

A fit to few labels of a hard taste is overconfident, calibrated or not. So all its logits are
drawn towards the logit of the share of likes, by one factor, until their leave-one-out Brier score
is no worse than that of the constant predictor, which always says the share of likes. The order of
pictures stays the same.

Both are compared on labels that they did not know: the constant predictor says, for each picture,
the share of likes among the others.

This is the last step of a fit: leave-one-out logits and labels in, one factor out.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.taste.logistic import logit, sigmoid

PSEUDO_LABELS = 6
"""How many labels, half likes and half rejects, are added to a share: with few it is luck."""
_FACTORS = (*np.arange(20, 0, -1) / 20, 0.02, 0.01, 0.005, 0.002, 0.001)

Array = NDArray[np.float64]


class Shrinking(NamedTuple):
    """base + factor · (logit - base)."""

    base: float
    factor: float
    """In (0, 1]."""

    def shrunk(self, logits: Array) -> Array:
        """Return logits, of any shape, drawn towards the base, in the same order."""
        return np.asarray(self.factor * logits + self.shift)

    @property
    def shift(self) -> float:
        """What is added to a logit times the factor."""
        return (1 - self.factor) * self.base


NO_SHRINKING = Shrinking(0.0, 1.0)


def like_rate(targets: Array) -> float:
    """Return the share of likes among labels, (n,) of 1 and 0, drawn towards one half."""
    return float((targets.sum() + PSEUDO_LABELS / 2) / (len(targets) + PSEUDO_LABELS))


def like_rates_without(targets: Array) -> Array:
    """Return the same without each of the labels, (n,)."""
    likes = targets.sum() + PSEUDO_LABELS / 2
    return np.asarray((likes - targets) / (len(targets) + PSEUDO_LABELS - 1))


def constant_brier(targets: Array) -> float:
    """Return the Brier score of the constant predictor for each label, n above 0."""
    return float(np.mean((like_rates_without(targets) - targets) ** 2))


def fit_shrinking(left_out: Array, targets: Array) -> Shrinking:
    """Return the least shrinking that makes the logits as good as the constant predictor.

    Args:
        left_out: (n,) leave-one-out logits; n above 0.
        targets: (n,) 1 liked, 0 rejected.
    """
    base, constant = logit(like_rate(targets)), constant_brier(targets)
    enough = (
        factor
        for factor in _FACTORS
        if _brier(Shrinking(base, factor).shrunk(left_out), targets) <= constant
    )
    return Shrinking(base, float(next(enough, _FACTORS[-1])))


def _brier(logits: Array, targets: Array) -> float:
    return float(np.mean((sigmoid(logits) - targets) ** 2))
