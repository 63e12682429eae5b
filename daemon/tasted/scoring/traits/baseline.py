"""The baseline of traits in a history, which one screenshot is compared with. Pure."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.traits.directions import check_rows
from tasted.scoring.unit_rows import Rows, weighted_mean

HISTORY_MIN = 30
"""The least number of pictures, or bios, for a meaningful mean and spread."""
Z_MAX = 3.0
"""Values are clipped to this many standard deviations."""

# below it a spread is rounding
_SD_MIN = 1e-6

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Baseline:
    """Mean and spread of t traits in a history of pictures, or of bios; NaN: not known."""

    mean: Array
    """Shape (t,)."""
    sd: Array
    """Shape (t,), above 0; NaN where the history is too small or uniform."""
    column_sd: float
    """Of the mean over the traits."""

    def z(self, values: Array) -> Array:
        """Return values (..., t) in standard deviations, within 3 of them; NaN: not known."""
        return np.asarray(np.clip((values - self.mean) / self.sd, -Z_MAX, Z_MAX))

    def column(self, z: Array) -> float:
        """Return the mean over the traits, (t,), in standard deviations of it; NaN: missing."""
        # traits that cancel out in the whole history have no column
        if np.isnan(z).all() or np.isnan(self.column_sd):
            return math.nan
        return float(self.shares(z).sum())

    def shares(self, z: Array) -> Array:
        """Return what every trait, z (t,), adds to the column; their sum is clipped to 3, too."""
        known = ~np.isnan(z)
        if not known.any() or np.isnan(self.column_sd):
            return np.zeros(len(z))
        shares = np.where(known, z, 0.0) / (known.sum() * self.column_sd)
        total = abs(float(shares.sum()))
        return np.asarray(shares * (Z_MAX / total if total > Z_MAX else 1.0))


def fit_baseline(values: Array) -> Baseline:
    """Return the baseline of (h, t) values; all NaN while h is below 30."""
    count = values.shape[1]
    if len(values) < HISTORY_MIN or count == 0:
        return Baseline(np.full(count, np.nan), np.full(count, np.nan), math.nan)
    sd = values.std(axis=0)
    sd = np.where(sd > _SD_MIN, sd, np.nan)
    known = ~np.isnan(sd)
    baseline = Baseline(np.where(known, values.mean(axis=0), np.nan), sd, math.nan)
    if not known.any():
        return baseline
    column_sd = float(baseline.z(values)[:, known].mean(axis=1).std())
    return Baseline(baseline.mean, sd, column_sd if column_sd > _SD_MIN else math.nan)


def mean_views(rows: Sequence[Rows] | Rows | None, name: str, dimensions: int) -> Array:
    """Return a row per item, (n, d): the weighted mean of its views."""
    if rows is None or len(rows) == 0:
        return np.zeros((0, dimensions))
    if isinstance(rows, np.ndarray):
        check_rows(rows, name, dimensions)
        return rows.astype(np.float64)
    for index, views in enumerate(rows):
        check_rows(views, f"{name}[{index}]", dimensions)
        if not len(views):
            raise ValueError(f"{name}[{index}] has no view")
    return np.array([weighted_mean(views) for views in rows])
