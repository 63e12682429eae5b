"""A fitted taste: what `fit_taste` returns, and how it is kept as bytes. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.array_file import TasteUnreadable, pack, unpack
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.mixture import WarmStart
from tasted.scoring.unit_rows import Vectors

TASTE_VERSION = 4
"""Part of the taste fingerprint: a change of the mathematics makes every score stale."""

_KIND = "taste"
_ROWS_AND_COLUMNS = 2

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Taste(FittedScorer):
    """A fitted taste over n references of d dimensions, with c columns of extra evidence."""

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
        items = self._centred(vectors)
        evidence = evidence_columns(columns, len(items), len(self.column_weights))
        return self._item_logits(items) + evidence @ self.column_weights

    def _item_logits(self, items: Array) -> Array:
        return np.asarray(items @ self.weights + self.bias)

    @cached_property
    def weights(self) -> Array:
        """Shape (d,): the direction that the user likes."""
        return np.asarray(self.coefficients @ self.references.astype(np.float64))

    @property
    def start(self) -> WarmStart:
        """Where a later fit can begin."""
        heaviest = float(self.amplitudes[int(np.argmax(self.shares))])
        return WarmStart(self.weights, self.column_weights, self.bias - self.offset, heaviest)

    def to_bytes(self) -> bytes:
        """Return the taste as the bytes of an .npz file without pickles."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        facts = {name: value for name, value in values.items() if isinstance(value, float)}
        arrays = {name: value for name, value in values.items() if name not in facts}
        return pack({**facts, "kind": _KIND, "taste_version": TASTE_VERSION}, arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the taste that `to_bytes` wrote, bit by bit.

        Raises:
            TasteUnreadable: when the bytes are not a taste, are damaged, or of another version.
        """
        facts, arrays = unpack(data, _ARRAYS)
        if facts.pop("kind", None) != _KIND:
            raise TasteUnreadable("the file holds another kind of scorer")
        if facts.pop("taste_version", None) != TASTE_VERSION:
            raise TasteUnreadable("the taste was fitted by another version of the mathematics")
        numbers = {field.name for field in fields(cls) if field.type is float}
        if set(facts) != numbers or not all(
            isinstance(value, float) and np.isfinite(value) for value in facts.values()
        ):
            raise TasteUnreadable(f"the taste lacks one of {', '.join(sorted(numbers))}")
        if not 0 < facts["shrinking"] <= 1:
            raise TasteUnreadable("the numbers of the taste are out of range")
        _check_arrays(arrays)
        values: dict[str, Any] = {**arrays, **facts}
        return cls(**values)


_ARRAYS: Mapping[str, np.dtype[Any]] = {
    "mean": np.dtype(np.float64),
    "references": np.dtype(np.float32),
    "liked": np.dtype(np.bool_),
    "pictures": np.dtype(np.int64),
    "leave_one_out": np.dtype(np.float64),
    "history_logits": np.dtype(np.float64),
    "coefficients": np.dtype(np.float64),
    "column_weights": np.dtype(np.float64),
    "amplitudes": np.dtype(np.float64),
    "shares": np.dtype(np.float64),
}


def _check_arrays(arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.ndim != (2 if name == "references" else 1):
            raise TasteUnreadable("the taste has an array of another shape")
        if not np.isfinite(array).all():
            raise TasteUnreadable("the arrays of the taste do not fit together")
    count, dimensions = arrays["references"].shape
    lengths = {
        "mean": dimensions,
        **dict.fromkeys(("liked", "pictures", "leave_one_out", "coefficients"), count),
        "shares": len(arrays["amplitudes"]),
    }
    if any(len(arrays[name]) != length for name, length in lengths.items()):
        raise TasteUnreadable("the arrays of the taste do not fit together")
    numbers = np.unique(arrays["pictures"])
    if not np.array_equal(numbers, np.arange(len(numbers))):
        raise TasteUnreadable("the pictures of the taste are not numbered from 0 on")


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
