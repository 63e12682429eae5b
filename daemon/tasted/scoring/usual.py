"""What is usual of traits in a history, so that one screenshot can be told beside it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.traits import check_rows

HISTORY_MIN = 30
"""Pictures, or bios, from which their mean and spread say something."""
Z_MAX = 3.0
"""No trait says more than this many standard deviations."""

# below it a spread is rounding
_SD_MIN = 1e-6

Array = NDArray[np.float64]
Rows = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual of t traits in a history of pictures, or of bios; NaN where it is not known."""

    mean: Array
    """Shape (t,)."""
    sd: Array
    """Shape (t,), above 0; NaN where the history is too small, or all alike."""
    column_sd: float
    """Of the mean over the traits."""

    def z(self, values: Array) -> Array:
        """Return values (..., t) in standard deviations, within 3 of them; NaN: not known."""
        return np.asarray(np.clip((values - self.mean) / self.sd, -Z_MAX, Z_MAX))

    def column(self, z: Array) -> float:
        """Return the mean over the traits, (t,), in standard deviations of it; NaN: missing."""
        # traits that cancel each other in all of the history leave no column
        if np.isnan(z).all() or np.isnan(self.column_sd):
            return math.nan
        return float(self.shares(z).sum())

    def shares(self, z: Array) -> Array:
        """Return what each trait, z (t,), adds to the column; their sum is within 3, too."""
        known = ~np.isnan(z)
        if not known.any() or np.isnan(self.column_sd):
            return np.zeros(len(z))
        shares = np.where(known, z, 0.0) / (known.sum() * self.column_sd)
        total = abs(float(shares.sum()))
        return np.asarray(shares * (Z_MAX / total if total > Z_MAX else 1.0))


def what_is_usual(values: Array) -> Usual:
    """Return what is usual among (h, t) values: nothing is while h is below 30."""
    count = values.shape[1]
    if len(values) < HISTORY_MIN or count == 0:
        return Usual(np.full(count, np.nan), np.full(count, np.nan), math.nan)
    sd = values.std(axis=0)
    sd = np.where(sd > _SD_MIN, sd, np.nan)
    known = ~np.isnan(sd)
    usual = Usual(np.where(known, values.mean(axis=0), np.nan), sd, math.nan)
    if not known.any():
        return usual
    column_sd = float(usual.z(values)[:, known].mean(axis=1).std())
    return Usual(usual.mean, sd, column_sd if column_sd > _SD_MIN else math.nan)


def mean_views(rows: Sequence[Rows] | Rows | None, name: str, dimensions: int) -> Array:
    """Return one row each, (n, d): the mean of the views."""
    if rows is None or len(rows) == 0:
        return np.zeros((0, dimensions))
    if isinstance(rows, np.ndarray):
        check_rows(rows, name, dimensions)
        return rows.astype(np.float64)
    for index, views in enumerate(rows):
        check_rows(views, f"{name}[{index}]", dimensions)
        if not len(views):
            raise ValueError(f"{name}[{index}] has no view")
    return np.array([views.mean(axis=0, dtype=np.float64) for views in rows])
