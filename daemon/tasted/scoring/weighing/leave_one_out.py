"""Leave-one-out logits under the user's weights, and what is learnt from them again. Pure.

Like the logit of a new picture, a leave-one-out logit is the sum of bias, looks and columns; its
looks are the rest once bias and columns are subtracted. (The parts of a fit that knew the label
would let every label vouch for itself.) Weights scale looks and columns alike.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.calibration import IDENTITY, Calibration, fit_calibration
from tasted.scoring.taste.conformal import Conformal
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.logistic import shift_to_mean, sigmoid
from tasted.scoring.taste.model import Taste
from tasted.scoring.taste.shrinking import fit_shrinking

_RATE_MIN = 1e-6

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOutLogits:
    """The references of a taste, scored by all others and weighed."""

    offset: float
    """From curated references to the stream; not part of the calibration."""
    calibration: Calibration
    looks: Array
    """Shape (n,): the part of looks in every leave-one-out logit, before weights."""
    logits: Array
    """Shape (n,): weighed, and calibrated without the own label: what a reference shows."""
    pictures: NDArray[np.int64]
    """Shape (n,), as in the taste."""
    targets: Array
    """Shape (n,): 1 where the picture of a reference is liked, 0 rejected, between: both."""

    @classmethod
    def of(cls, taste: Taste, factors: Array, columns: Array, history: Array) -> Self:
        """Weigh the leave-one-out logits of a taste.

        Args:
            taste: with n references.
            factors: (4,), for looks and three columns, see `weight_factors`.
            columns: (n, 3), of the references in log-odds, before weights; 0: missing.
            history: (h,), weighed logits of the history, without calibration; h may be 0.
        """
        pictures = taste.pictures
        count = len(pictures)
        targets, by_picture = np.zeros(0), np.zeros((0, columns.shape[1]))
        if count:
            targets = group_means(taste.liked.astype(np.float64), pictures)[pictures]
            by_picture = group_means(columns, pictures)[pictures]
        looks = taste.leave_one_out - taste.bias - by_picture.sum(axis=1)
        if (factors == 1).all():
            # the taste already includes all this
            logits = taste.leave_one_out
            return cls(taste.offset, IDENTITY, looks, logits, pictures, targets)
        raw = taste.bias - taste.offset + factors[0] * looks + by_picture @ factors[1:]
        first = np.unique(pictures, return_index=True)[1]
        first = first[np.isin(targets[first], (0.0, 1.0))]
        own_targets = targets[first]
        calibration = IDENTITY
        logits = raw.copy()
        if 0 < own_targets.sum() < len(own_targets):
            calibration = fit_calibration(raw[first], own_targets)
            logits = calibration.temperature * raw + calibration.shift
            by_number = np.full(count, np.nan)
            by_number[pictures[first]] = calibration.leave_one_out(raw[first], own_targets)
            known = ~np.isnan(by_number[pictures])
            logits[known] = by_number[pictures][known]
            shrinking = fit_shrinking(by_number[pictures[first]], own_targets)
            calibration, logits = calibration.shrunk(shrinking), shrinking.shrunk(logits)
        elif len(history):
            rate = float(sigmoid(taste.history_logits).mean()) if len(taste.history_logits) else 0.5
            shift = shift_to_mean(history, min(max(rate, _RATE_MIN), 1 - _RATE_MIN))
            calibration = Calibration(1.0, shift)
            logits = raw + shift
        return cls(taste.offset, calibration, looks, logits + taste.offset, pictures, targets)

    def calibrated(self, logits: Array) -> Array:
        """Return calibrated logits, (m,), in the stream."""
        calibration = self.calibration
        if calibration == IDENTITY:
            return logits
        inner = calibration.temperature * (logits - self.offset) + calibration.shift
        return np.asarray(inner + self.offset)

    def conformal(self, reference: int | None = None) -> Conformal:
        """Return what verdicts are read from; for a reference, without its own picture."""
        first = np.unique(self.pictures, return_index=True)[1]
        if reference is not None:
            first = first[self.pictures[first] != self.pictures[reference]]
        targets, logits = self.targets[first], self.logits[first]
        return Conformal(np.sort(logits[targets == 1]), np.sort(logits[targets == 0]))
