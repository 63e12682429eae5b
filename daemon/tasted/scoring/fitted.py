"""A fitted taste: what `fit_taste` returns, and all that can be asked of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.answering import Answering, expect_lengths
from tasted.scoring.centring import Rows, Vectors, centred_items, checked
from tasted.scoring.explaining import Explanation

TASTE_VERSION = 3
"""Part of the taste fingerprint: a change of the mathematics makes every score stale."""

_ROWS_AND_COLUMNS = 2

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Taste(Answering):
    """A fitted taste over n references of d dimensions, with c columns of extra evidence."""

    KIND: ClassVar[str] = "taste"
    VERSION: ClassVar[int] = TASTE_VERSION
    OWN_ARRAYS: ClassVar[Mapping[str, np.dtype[Any]]] = dict.fromkeys(
        ("coefficients", "column_weights", "amplitudes", "shares"), np.dtype(np.float64)
    )

    coefficients: Array
    """Shape (n,): the part of each reference in a logit is this times its product with the item."""
    column_weights: Array
    """Shape (c,); 0 for a column that was dropped."""
    bias: float
    amplitudes: Array
    """Prior standard deviations of the weights, and their shares below."""
    shares: Array

    def logit(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the log-odds of a like, shape (m,): always a number, and always an order.

        Args:
            vectors: (m, d) unit rows, or m arrays (k, d) of views.
            columns: (m, c) extra evidence; NaN, and None for all of it: missing, counts nothing.

        Raises:
            ValueError: on a wrong shape, a row that is not of length 1 or not finite.
        """
        items = centred_items(checked(vectors, "vectors", dimensions=len(self.mean)), self.mean)
        evidence = evidence_columns(columns, len(items), len(self.column_weights))
        return np.asarray(items @ self.weights + evidence @ self.column_weights + self.bias)

    def explain(self, vector: Rows, columns: ArrayLike | None = None) -> Explanation:
        """Return the parts of the logit of one item; they sum to it within 1e-9.

        Args:
            vector: (d,), or (k, d) for an item of k views.
            columns: (c,) extra evidence.

        Raises:
            ValueError: as `logit`.
        """
        views = [np.atleast_2d(np.asarray(vector))]
        (item,) = centred_items(checked(views, "vector", dimensions=len(self.mean)), self.mean)
        one = None if columns is None else np.atleast_2d(np.asarray(columns, dtype=np.float64))
        (evidence,) = evidence_columns(one, 1, len(self.column_weights)) * self.column_weights
        parts = self.coefficients * (self.references.astype(np.float64) @ item)
        return Explanation(float(self.logit(views, one)[0]), self.bias, parts, evidence)

    @cached_property
    def weights(self) -> Array:
        """Shape (d,): the direction that the user likes."""
        return np.asarray(self.coefficients @ self.references.astype(np.float64))

    def check_arrays(self) -> None:
        """Raise `TasteUnreadable` unless the arrays of its own fit the others."""
        expect_lengths(
            (self.coefficients, len(self.references)), (self.shares, len(self.amplitudes))
        )


def evidence_columns(values: ArrayLike | None, count: int, width: int | None) -> Array:
    """Return (count, width) finite numbers, 0 for what is missing."""
    if values is None:
        return np.zeros((count, width or 0))
    columns = np.asarray(values, dtype=np.float64)
    if (
        columns.ndim != _ROWS_AND_COLUMNS
        or len(columns) != count
        or width not in {None, columns.shape[1]}
    ):
        expected = "c" if width is None else width
        raise ValueError(f"columns must have shape ({count}, {expected}), not {columns.shape}")
    if np.isinf(columns).any():
        raise ValueError("columns must be finite, or NaN where evidence is missing")
    return np.nan_to_num(columns)
