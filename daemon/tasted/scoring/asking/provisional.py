"""What answers change before the taste is fitted again. Pure.

An answer is one row more (or less) in a logistic regression. Instead of solving that again, one
Newton step is taken from the present weights, and the inverse of its curvature follows by a
rank-one update (Sherman and Morrison): about a millisecond for 512 dimensions. After a few steps,
or when an answer was taken back, the regression is solved again, as long as that is quick.

The regression is that of the fit in force with one amplitude for its mixture, so only *changes* of
logits are taken from it, on the scale of the fit. Calibration, shrinking and the share of likes
stay those of the fit: cards that were asked say nothing about the stream. All of this is replaced
by the next fit.
"""

from collections.abc import Hashable, Mapping

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE
from tasted.scoring.taste.logistic import fit_logistic, hessian_of, logit, sigmoid, slope
from tasted.scoring.taste.mixture import (
    BIAS_PRIOR_VARIANCE,
    COLUMN_PRIOR_MEAN,
    COLUMN_PRIOR_VARIANCE,
)
from tasted.scoring.taste.model import Taste
from tasted.scoring.taste.shrinking import like_rate

SOLVED_AFTER_STEPS = 10
"""So many steps are taken at most before the regression is solved again."""
SOLVED_UP_TO = 1_000
"""With more labels it is not solved again: that takes long, and a few answers change little."""
_SCALE_MIN, _SCALE_MAX = 0.01, 2.0
_DEFAULT_AMPLITUDE = 4.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelRow:
    """A labelled picture: its features, as in the fit, and what the user says of it."""

    features: Array
    """Shape (d + c + 1,), see `ProvisionalFit.features`."""
    liked: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Entered:
    """A row in the regression, with the slope by which it is part of the curvature."""

    row: LabelRow
    slope: float


class ProvisionalFit:
    """A fit in force and the answers since.

    Args:
        taste: the fit in force, over n references of g pictures, d dimensions and c columns.
        columns: (n, c), the evidence it was fitted with; NaN where missing.
    """

    def __init__(self, taste: Taste, columns: Array) -> None:
        self._kept = taste.column_weights != 0
        self._dimensions = len(taste.mean)
        shares = group_means(taste.liked.astype(np.float64), taste.pictures)
        items = group_means(taste.references.astype(np.float64), taste.pictures)
        evidence = group_means(np.nan_to_num(columns), taste.pictures)
        features = self.features(items, evidence)
        self._features = features
        clear = np.flatnonzero(np.isin(shares, (0.0, 1.0)))
        self._precision = self._prior_precision(taste)
        self._prior_bias = _prior_bias(shares[clear])
        self._fitted: dict[Hashable, LabelRow] = {
            int(picture): LabelRow(features[picture], bool(shares[picture])) for picture in clear
        }
        start = np.concatenate([taste.weights, taste.column_weights, [taste.bias - taste.offset]])
        self._labels: dict[Hashable, _Entered] = {}
        self._weights = start
        self._inverse: Array = np.zeros((0, 0))
        self._solve(self._fitted)
        self._base = (self._weights, self._inverse, dict(self._labels))
        self._changed: dict[Hashable, LabelRow | None] = {}
        self._steps = 0
        self._scale = self._scale_of(start)

    def features(self, items: Array, columns: Array) -> Array:
        """Return what the regression knows of m pictures, shape (m, d + c + 1).

        Args:
            items: (m, d), centred by the mean of the fit.
            columns: (m, c) evidence; NaN, and what the fit dropped: counts nothing.
        """
        used = np.where(self._kept, np.nan_to_num(columns), 0.0)
        return np.concatenate([items, used, np.ones((len(items), 1))], axis=1)

    def row(self, picture: int, *, liked: bool) -> LabelRow:
        """Return a picture of the fit with this label."""
        return LabelRow(self._features[picture], liked)

    def label(self, picture: int) -> bool | None:
        """Return whether the fit takes a picture for liked; None: for neither."""
        row = self._fitted.get(picture)
        return row.liked if row is not None else None

    @property
    def counts(self) -> tuple[int, int]:
        """How many pictures are liked and rejected now."""
        liked = sum(entered.row.liked for entered in self._labels.values())
        return liked, len(self._labels) - liked

    def follow(self, changes: Mapping[Hashable, LabelRow | None]) -> None:
        """Let the labels be those of the fit but for these.

        Args:
            changes: by key, which for a picture of the fit is its number there: what is said of
                it now; None: nothing. Everything that is to differ from the fit: what was changed
                before and is not here is as in the fit again.
        """
        if not changes:
            self._weights, self._inverse, labels = self._base
            self._labels = dict(labels)
            self._changed, self._steps = {}, 0
            return
        is_growing = True
        for key in {**self._changed, **changes}:
            wanted = changes[key] if key in changes else self._fitted.get(key)
            entered = self._labels.get(key)
            if entered is not None and (wanted is None or wanted.liked != entered.row.liked):
                self._step(entered.row, sign=-1, slope_of_row=entered.slope)
                del self._labels[key]
                is_growing, entered = False, None
            if entered is None and wanted is not None:
                self._labels[key] = _Entered(wanted, self._step(wanted, sign=1))
        self._changed = dict(changes)
        if (not is_growing or self._steps >= SOLVED_AFTER_STEPS) and self._is_small:
            self._solve({key: entered.row for key, entered in self._labels.items()})
            self._steps = 0

    def logit_changes(
        self, items: Array, columns: Array, *, factors: Array, temperature: float = 1.0
    ) -> Array:
        """Return by how much the logits of m pictures differ from those of the fit, shape (m,).

        Args:
            items: (m, d), centred by the mean of the fit.
            columns: (m, c), NaN where missing.
            factors: (1 + c,), by which the user weighs looks and columns.
            temperature: of the user's weights, see `LeaveOneOutLogits.calibration`.
        """
        if not self._changed:
            return np.zeros(len(items))
        moved = self._weights - self._base[0]
        # without the matrix of all features, which takes longer to make than all the rest
        looks = items @ (factors[0] * moved[: self._dimensions])
        evidence = np.nan_to_num(columns) @ np.where(
            self._kept, factors[1:] * moved[self._dimensions : -1], 0.0
        )
        return np.asarray(temperature * self._scale * (looks + evidence + moved[-1]))

    @property
    def _is_small(self) -> bool:
        return len(self._labels) <= SOLVED_UP_TO

    def _prior_precision(self, taste: Taste) -> Array:
        amplitude = _DEFAULT_AMPLITUDE
        if len(taste.shares):
            amplitude = float(np.exp(taste.shares @ np.log(taste.amplitudes)))
        return np.concatenate(
            [
                np.full(self._dimensions, amplitude**-2),
                np.full(len(self._kept), 1 / COLUMN_PRIOR_VARIANCE),
                [1 / BIAS_PRIOR_VARIANCE],
            ]
        )

    def _solve(self, rows: Mapping[Hashable, LabelRow]) -> None:
        design = np.array([row.features for row in rows.values()]).reshape(
            len(rows), len(self._weights)
        )
        targets = np.array([float(row.liked) for row in rows.values()])
        self._labels = {key: _Entered(row, 0.0) for key, row in rows.items()}
        mean = np.concatenate(
            [
                np.zeros(self._dimensions),
                np.where(self._kept, COLUMN_PRIOR_MEAN, 0.0),
                [self._prior_bias],
            ]
        )
        fit = fit_logistic(
            design, targets, prior_mean=mean, prior_precision=self._precision, start=self._weights
        )
        self._weights = fit.weights
        curvature = hessian_of(design, fit.logits, self._precision)
        self._inverse = np.asarray(np.linalg.inv(curvature), np.float64)
        self._labels = {
            key: _Entered(row, float(of_row))
            for (key, row), of_row in zip(rows.items(), slope(fit.logits), strict=True)
        }

    def _step(self, row: LabelRow, *, sign: int, slope_of_row: float | None = None) -> float:
        """Enter a row (1), or take one out (-1), by one Newton step; return its slope."""
        logits = np.array([row.features @ self._weights])
        curved = float(slope(logits)[0]) if slope_of_row is None else slope_of_row
        pulled = self._inverse @ row.features
        leverage = float(row.features @ pulled)
        residual = float(sigmoid(logits)[0]) - row.liked
        left = 1 + sign * curved * leverage
        self._weights = self._weights - sign * residual / left * pulled
        self._inverse = self._inverse - np.outer(pulled * (sign * curved / left), pulled)
        self._steps += 1
        return curved

    def _scale_of(self, outer: Array) -> float:
        """Return how much larger logits of the fit are than those of the regression."""
        liked, rejected = self.counts
        if not (liked and rejected):
            return 1.0
        rows = np.array([row.features for row in self._fitted.values()])
        ours, theirs = (rows[:, :-1] @ weights[:-1] for weights in (self._weights, outer))
        ours, theirs = ours - ours.mean(), theirs - theirs.mean()
        spread = float(ours @ ours)
        if not spread > 0:
            return 1.0
        return float(np.clip(ours @ theirs / spread, _SCALE_MIN, _SCALE_MAX))


def _prior_bias(targets: Array) -> float:
    """Return the log-odds of a like before any evidence, by the labels of a fit."""
    has_both = 0 < targets.sum() < len(targets)
    return logit(like_rate(targets) if has_both else STREAM_LIKE_RATE)
