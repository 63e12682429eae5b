"""The fit behind a taste: logistic regressions under several priors, weighed by evidence. Pure.

    features   the items in min(g, d) dimensions, the extra columns, a constant
    prior      feature weights ~ N(0, a²) for a in 1.5, 3, 6, 12; column weights ~ N(0.5, 0.5²);
               bias ~ N(prior_bias, 0.3²)
    each a     most probable weights → leave-one-out logits → calibration A, B
    mixture    share of a ∝ evidence · N(ln a; ln 4, 0.5²); logits are averaged by share

A rotation of the dimensions does not change the fit, so the weights need not be rotated back: at
the optimum they are a² · Σ (target - probability) · item, a sum over references.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.calibration import IDENTITY, Calibration, fit_calibration
from tasted.scoring.taste.logistic import LogisticFit, fit_logistic, log_loss

AMPLITUDES = (1.5, 3.0, 6.0, 12.0)
SINGLE_AMPLITUDE_ABOVE = 2000
"""With more pictures one amplitude has all the evidence, and the others only cost time."""
DROP_COLUMNS_FROM = 20
"""The least number of pictures with a value to judge whether a column helps."""
COLUMN_PRIOR_MEAN = 0.5
COLUMN_PRIOR_VARIANCE = 0.25
BIAS_PRIOR_VARIANCE = 0.09
_LOG_AMPLITUDE_PRIOR = (np.log(4.0), 0.5)
_SAMPLE = 800

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """The result of an earlier fit, as a start with many pictures."""

    weights: Array
    """Shape (d,)."""
    column_weights: Array
    bias: float
    amplitude: float


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The averaged fit of g pictures with c columns."""

    coefficients: Array
    """Shape (g,): a picture's part in a logit is its coefficient times its product with the item.
    """
    column_weights: Array
    """Shape (c,); 0 for a dropped column."""
    bias: float
    leave_one_out: Array
    """Shape (g,)."""
    amplitudes: Array
    shares: Array
    """Of the amplitudes; they sum to 1."""
    calibrations: tuple[Calibration, ...]


def fit_mixture(
    items: Array,
    columns: Array,
    targets: Array,
    *,
    prior_bias: float,
    prior_bias_without: Array | None,
    is_calibrated: bool,
    start: WarmStart | None = None,
) -> Mixture:
    """Fit, and drop columns that make leave-one-out worse.

    Args:
        items: (g, d) centred, one per picture.
        columns: (g, c) extra evidence, 0 where it is missing.
        targets: (g,) in [0, 1]: 1 liked, 0 rejected.
        prior_bias: log-odds of a like before any evidence.
        prior_bias_without: (g,), the same without each label; None: it does not depend on them.
        is_calibrated: whether there are labels of both classes to calibrate on.
        start: used above `SINGLE_AMPLITUDE_ABOVE` pictures only.
    """
    amplitudes: Sequence[float] = AMPLITUDES
    if len(items) > SINGLE_AMPLITUDE_ABOVE:
        amplitudes = (
            (start.amplitude,) if start is not None else _heaviest(items, targets, prior_bias)
        )
    else:
        start = None
    features = _features(items)

    def fitted(kept: NDArray[np.bool_]) -> Mixture:
        used = np.where(kept, columns, 0.0)
        return _fit(
            features,
            used,
            kept,
            targets,
            prior_bias=prior_bias,
            prior_bias_without=prior_bias_without,
            amplitudes=amplitudes,
            is_calibrated=is_calibrated,
            start=start,
        )

    kept = np.ones(columns.shape[1], dtype=np.bool_)
    mixture = fitted(kept)
    # with few values, leave-one-out would decide by chance
    common = np.count_nonzero(columns, axis=0) >= DROP_COLUMNS_FROM
    while is_calibrated and (kept & common).any():
        trials = []
        for column in np.flatnonzero(kept & common):
            fewer = kept.copy()
            fewer[column] = False
            trials.append((fewer, fitted(fewer)))
        best = min(trials, key=lambda trial: _loss(trial[1], targets))
        if _loss(best[1], targets) >= _loss(mixture, targets):
            break
        kept, mixture = best
    return mixture


def _fit(
    features: Array,
    columns: Array,
    kept: NDArray[np.bool_],
    targets: Array,
    *,
    prior_bias: float,
    prior_bias_without: Array | None,
    amplitudes: Sequence[float],
    is_calibrated: bool,
    start: WarmStart | None,
) -> Mixture:
    count, dimensions = features.shape
    design = np.concatenate([features, columns, np.ones((count, 1))], axis=1)
    prior_mean = np.concatenate(
        [np.zeros(dimensions), np.where(kept, COLUMN_PRIOR_MEAN, 0.0), [prior_bias]]
    )
    weights = None if start is None else _starting_weights(start, kept)
    fits: list[LogisticFit] = []
    for amplitude in amplitudes:
        precision = np.concatenate(
            [
                np.full(dimensions, amplitude**-2),
                np.full(len(kept), 1 / COLUMN_PRIOR_VARIANCE),
                [1 / BIAS_PRIOR_VARIANCE],
            ]
        )
        fits.append(
            fit_logistic(
                design,
                targets,
                prior_mean=prior_mean,
                prior_precision=precision,
                start=weights,
                prior_last_without=prior_bias_without,
            )
        )
        # the optimum under one prior is near that under the next
        weights = fits[-1].weights
    calibrations = tuple(
        fit_calibration(fit.leave_one_out, targets) if is_calibrated else IDENTITY for fit in fits
    )
    shares = _shares(amplitudes, [fit.log_evidence for fit in fits])
    scales = shares * [calibration.temperature for calibration in calibrations]
    shift = float(shares @ [calibration.shift for calibration in calibrations])
    inner = scales * np.square(amplitudes)
    return Mixture(
        coefficients=inner @ np.array([fit.residuals for fit in fits]),
        column_weights=np.where(
            kept, scales @ np.array([fit.weights[dimensions:-1] for fit in fits]), 0.0
        ),
        bias=float(scales @ [fit.weights[-1] for fit in fits]) + shift,
        leave_one_out=_left_out(fits, calibrations, shares, targets, is_calibrated=is_calibrated),
        amplitudes=np.array(amplitudes),
        shares=shares,
        calibrations=calibrations,
    )


def _features(items: Array) -> Array:
    """Return the items in as few dimensions as they span: their products stay the same."""
    count, dimensions = items.shape
    if count == 0 or count >= dimensions:
        return items
    left, sizes, _right = np.linalg.svd(items, full_matrices=False)
    return np.asarray(left * sizes)


def _shares(amplitudes: Sequence[float], evidence: list[float]) -> Array:
    middle, sd = _LOG_AMPLITUDE_PRIOR
    weighed = np.array(evidence) - 0.5 * ((np.log(amplitudes) - middle) / sd) ** 2
    shares = np.exp(weighed - weighed.max())
    return np.asarray(shares / shares.sum())


def _left_out(
    fits: Sequence[LogisticFit],
    calibrations: Sequence[Calibration],
    shares: Array,
    targets: Array,
    *,
    is_calibrated: bool,
) -> Array:
    """Return the logit of each picture without its own label.

    Without a label the evidence of each prior is larger by the loss of that label, and the
    calibration is that of the other labels.
    """
    logits = np.array([fit.leave_one_out for fit in fits])
    weighed = np.log(np.maximum(shares, 1e-300))[:, None] + log_loss(logits, targets)
    own_shares = np.exp(weighed - weighed.max(axis=0))
    calibrated = [
        calibration.leave_one_out(fit.leave_one_out, targets)
        if is_calibrated
        else fit.leave_one_out
        for calibration, fit in zip(calibrations, fits, strict=True)
    ]
    return np.asarray((own_shares * np.array(calibrated)).sum(axis=0) / own_shares.sum(axis=0))


def _starting_weights(start: WarmStart, kept: NDArray[np.bool_]) -> Array:
    return np.concatenate([start.weights, np.where(kept, start.column_weights, 0.0), [start.bias]])


def _heaviest(items: Array, targets: Array, prior_bias: float) -> tuple[float]:
    """Return the amplitude with the most evidence on an even sample of the pictures."""
    sample = np.linspace(0, len(items) - 1, _SAMPLE).astype(int)
    chosen = items[sample]
    mixture = _fit(
        _features(chosen),
        np.zeros((_SAMPLE, 0)),
        np.ones(0, dtype=np.bool_),
        targets[sample],
        prior_bias=prior_bias,
        prior_bias_without=None,
        amplitudes=AMPLITUDES,
        is_calibrated=False,
        start=None,
    )
    return (float(mixture.amplitudes[int(np.argmax(mixture.shares))]),)


def _loss(mixture: Mixture, targets: Array) -> float:
    return float(log_loss(mixture.leave_one_out, targets).sum())
