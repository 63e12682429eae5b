"""Temperature and shift of logits, learnt from leave-one-out logits. Pure.

p = sigmoid(A · logit + B) with log A ~ N(-0.1, 0.25²) and B ~ N(0, 0.3²): about the identity until
the labels say otherwise, and slightly less confident, because leave-one-out logits are a little too
confident and a temperature fitted to few labels is mostly noise. A stays above 0: leaving a label
out moves its own logit against it, so without a signal the order looks reversed, and a free slope
would reverse it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.taste.logistic import log_loss, sigmoid, slope
from tasted.scoring.taste.shrinking import Shrinking

LOG_TEMPERATURE_MEAN = -0.1
LOG_TEMPERATURE_SD = 0.25
SHIFT_SD = 0.3
_MEAN = np.array([LOG_TEMPERATURE_MEAN, 0.0])
_PRECISION = np.array([LOG_TEMPERATURE_SD**-2, SHIFT_SD**-2])
_STEPS_MAX = 50
_HALVINGS_MAX = 30
_CLOSE_ENOUGH = 1e-14


class Calibration(NamedTuple):
    """A · logit + B."""

    temperature: float
    """A, above 0."""
    shift: float
    """B."""

    def shrunk(self, shrinking: Shrinking) -> "Calibration":
        """Return this calibration followed by the shrinking, as one."""
        shift = shrinking.factor * self.shift + shrinking.shift
        return Calibration(shrinking.factor * self.temperature, shift)

    def leave_one_out(
        self, logits: NDArray[np.float64], targets: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return every logit, (n,), calibrated without its own label: one step towards that fit."""
        scaled = self.temperature * logits
        moves = np.stack([scaled, np.ones_like(scaled)], axis=1)
        slopes = slope(scaled + self.shift)
        residuals = sigmoid(scaled + self.shift) - targets
        hessian = (moves * slopes[:, None]).T @ moves + np.diag(_PRECISION)
        leverages = np.einsum("ij,ji->i", moves, np.linalg.solve(hessian, moves.T))
        pulls = np.linalg.solve(hessian, (moves * residuals[:, None]).T).T
        steps = pulls / (1 - slopes * leverages)[:, None]
        temperatures = self.temperature * np.exp(np.clip(steps[:, 0], -1, 1))
        return np.asarray(temperatures * logits + self.shift + steps[:, 1])


IDENTITY = Calibration(1.0, 0.0)


def fit_calibration(logits: NDArray[np.float64], targets: NDArray[np.float64]) -> Calibration:
    """Return the most probable temperature and shift.

    Args:
        logits: (n,), leave-one-out.
        targets: (n,) in [0, 1].
    """
    point = _MEAN
    for _step in range(_STEPS_MAX):
        scaled = np.exp(point[0]) * logits
        moves = np.stack([scaled, np.ones_like(scaled)], axis=1)
        residuals = sigmoid(scaled + point[1]) - targets
        gradient = moves.T @ residuals + _PRECISION * (point - _MEAN)
        # without the curvature of exp: positive definite everywhere
        hessian = (moves * slope(scaled + point[1])[:, None]).T @ moves + np.diag(_PRECISION)
        step = np.linalg.solve(hessian, gradient)
        before = _objective(point, logits, targets)
        share = 1.0
        for _halving in range(_HALVINGS_MAX):
            if _objective(point - share * step, logits, targets) <= before:
                break
            share /= 2
        else:
            break
        point = point - share * step
        if float(gradient @ step) < _CLOSE_ENOUGH:
            break
    return Calibration(float(np.exp(point[0])), float(point[1]))


def _objective(
    point: NDArray[np.float64],
    logits: NDArray[np.float64],
    targets: NDArray[np.float64],
) -> float:
    # far out exp would overflow; the comparison that follows rejects such a point
    scaled = np.exp(min(point[0], 30.0)) * logits + point[1]
    return float(log_loss(scaled, targets).sum() + 0.5 * _PRECISION @ (point - _MEAN) ** 2)
