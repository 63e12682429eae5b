"""A fitted taste: what `fit_taste` returns, and all that can be asked of it. Pure."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Rows, Vectors, centred_items, checked
from tasted.scoring.conformal import MAX_ERROR_RATE, Conformal
from tasted.scoring.duplicates import group_means
from tasted.scoring.explaining import Doubt, Explanation, find_doubts
from tasted.scoring.ladder import Stage, is_identified, next_step, stage
from tasted.scoring.logistic import sigmoid
from tasted.scoring.taste_file import TasteUnreadable, pack, unpack

TASTE_VERSION = 1
"""Part of the taste fingerprint: a change of the mathematics makes every score stale."""

_ROWS_AND_COLUMNS = 2

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Taste:
    """A fitted taste over n references of d dimensions, with c columns of extra evidence.

    It is frozen: equal input gives equal output for as long as it is kept. Vectors that are scored
    come in the same two shapes as those that it was fitted to, see `fit_taste`.
    """

    mean: Array
    """Shape (d,): the background that is taken off every vector."""
    references: NDArray[np.float32]
    """Shape (n, d): the centred items."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    pictures: NDArray[np.int64]
    """Shape (n,): equal numbers, from 0 on, for references that show the same picture."""
    coefficients: Array
    """Shape (n,): the part of each reference in a logit is this times its product with the item."""
    leave_one_out: Array
    """Shape (n,): the logit of each reference by all other pictures. It is the one to show for a
    picture that is itself a reference."""
    column_weights: Array
    """Shape (c,); 0 for a column that was dropped."""
    bias: float
    offset: float
    """The part of the bias that leads from curated references to the stream."""
    amplitudes: Array
    """Prior standard deviations of the weights, and their shares below."""
    shares: Array
    history_logits: Array
    """Shape (h,), sorted upwards: what ranks are told against."""

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

    def probability(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the probability of a like, shape (m,), NaN where the labels do not identify it.

        They do from 3 pictures on, of both labels or with 30 pictures of history.

        Raises:
            ValueError: as `logit`.
        """
        logits = self.logit(vectors, columns)
        return sigmoid(logits) if self.is_identified else np.full(len(logits), np.nan)

    def verdict(
        self,
        vectors: Vectors,
        max_error_rate: float = MAX_ERROR_RATE,
        *,
        columns: ArrayLike | None = None,
    ) -> tuple[Verdict, ...]:
        """Return m verdicts; of either class at most the stated share gets the wrong one.

        Raises:
            ValueError: as `logit`, and when the error rate is not between 0 and 1.
        """
        logits = self.logit(vectors, columns)
        return self.conformal.verdicts(logits, max_error_rate=max_error_rate)

    def percentile(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the share of the history that ranks lower, shape (m,); NaN without history.

        Raises:
            ValueError: as `logit`.
        """
        logits = self.logit(vectors, columns)
        if not len(self.history_logits):
            return np.full(len(logits), np.nan)
        return np.searchsorted(self.history_logits, logits) / len(self.history_logits)

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

    @cached_property
    def conformal(self) -> Conformal:
        """What verdicts are read from; pictures with both labels are in neither class."""
        targets, first = self._targets, self._firsts
        logits = self.leave_one_out[first]
        return Conformal(np.sort(logits[targets == 1]), np.sort(logits[targets == 0]))

    @property
    def liked_count(self) -> int:
        """How many different pictures are liked."""
        return int((self._targets == 1).sum())

    @property
    def rejected_count(self) -> int:
        """How many different pictures are rejected."""
        return int((self._targets == 0).sum())

    @property
    def stage(self) -> Stage:
        """What so many labels allow."""
        return stage(self.liked_count, self.rejected_count)

    @property
    def is_calibrated(self) -> bool:
        """Whether probabilities can be taken at their word."""
        return self.stage is Stage.CALIBRATED

    @property
    def is_identified(self) -> bool:
        """Whether there are probabilities at all."""
        return is_identified(self.liked_count, self.rejected_count, len(self.history_logits))

    def next_step(self, max_error_rate: float = MAX_ERROR_RATE) -> str | None:
        """Return what the user can do for verdicts; None when there are verdicts."""
        return next_step(self.liked_count, self.rejected_count, max_error_rate=max_error_rate)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """References whose label all others contradict; none before there are verdicts."""
        if self.stage not in {Stage.VERDICTS, Stage.CALIBRATED}:
            return ()
        items = self.references[self._firsts].astype(np.float64)
        # among the references, whose like rate is not that of the stream
        logits = self.leave_one_out[self._firsts] - self.offset
        return find_doubts(items, self._targets, logits, self.pictures)

    @cached_property
    def _targets(self) -> Array:
        return group_means(self.liked.astype(np.float64), self.pictures)

    @cached_property
    def _firsts(self) -> NDArray[np.intp]:
        return np.unique(self.pictures, return_index=True)[1]

    def to_bytes(self) -> bytes:
        """Return the taste as the bytes of an .npz file without pickles."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        facts = {name: value for name, value in values.items() if isinstance(value, float)}
        arrays = {name: value for name, value in values.items() if name not in facts}
        return pack({**facts, "taste_version": TASTE_VERSION}, arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the taste that these bytes are, bit by bit.

        Raises:
            TasteUnreadable: when they are none, are damaged, or are of another version.
        """
        facts, arrays = unpack(data, _DTYPES)
        if facts.pop("taste_version", None) != TASTE_VERSION:
            raise TasteUnreadable("the taste was fitted by another version of the mathematics")
        if set(facts) != {"bias", "offset"} or not all(
            isinstance(value, float) and np.isfinite(value) for value in facts.values()
        ):
            raise TasteUnreadable("the taste lacks its bias")
        _check_arrays(arrays)
        values: dict[str, Any] = {**arrays, **facts}
        return cls(**values)


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


_DTYPES: dict[str, np.dtype[Any]] = {
    "mean": np.dtype(np.float64),
    "references": np.dtype(np.float32),
    "liked": np.dtype(np.bool_),
    "pictures": np.dtype(np.int64),
    "coefficients": np.dtype(np.float64),
    "leave_one_out": np.dtype(np.float64),
    "column_weights": np.dtype(np.float64),
    "amplitudes": np.dtype(np.float64),
    "shares": np.dtype(np.float64),
    "history_logits": np.dtype(np.float64),
}


def _check_arrays(arrays: dict[str, NDArray[Any]]) -> None:
    """Raise `TasteUnreadable` unless the arrays fit together."""
    if any(arrays[name].ndim != (2 if name == "references" else 1) for name in _DTYPES):
        raise TasteUnreadable("the taste has an array of another shape")
    count, dimensions = arrays["references"].shape
    lengths = (
        ("mean", dimensions),
        ("liked", count),
        ("pictures", count),
        ("coefficients", count),
        ("leave_one_out", count),
        ("shares", len(arrays["amplitudes"])),
    )
    if any(len(arrays[name]) != length for name, length in lengths) or not all(
        np.isfinite(array).all() for array in arrays.values()
    ):
        raise TasteUnreadable("the arrays of the taste do not fit together")
    numbers = np.unique(arrays["pictures"])
    if not np.array_equal(numbers, np.arange(len(numbers))):
        raise TasteUnreadable("the pictures of the taste are not numbered from 0 on")
