"""The `centroid` scorer: nearer to the mean of the likes, or to that of the rejects? Pure.

    score(x) = x · (mean of the likes - mean of the rejects)       centred; a missing class is 0
    logit(x) = A · (score(x) / spread + prior) + B + offset

The spread is that of the left-out scores, so that a temperature near 1 is a fair guess; A and B are
learnt from them (`calibration`), and the offset leads from curated references to the stream as in
`taste`. Two vectors are all that it knows: a good fallback, blind to fine distinctions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.answering import Answering, expect_lengths, refuse_columns
from tasted.scoring.centring import Rows, Vectors, centred_items, checked
from tasted.scoring.explaining import Explanation
from tasted.scoring.labelled import STREAM_LIKE_RATE, Labelled, gather

CENTROID_VERSION = 1
_USUAL_SPREAD = 0.1
_USUAL_SPREAD_COUNT = 2
"""How many left-out scores the usual spread of one weighs as much as."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class CentroidTaste(Answering):
    """The difference of two means, over n references of d dimensions."""

    KIND: ClassVar[str] = "centroid"
    VERSION: ClassVar[int] = CENTROID_VERSION
    OWN_ARRAYS: ClassVar[Mapping[str, np.dtype[Any]]] = {"coefficients": np.dtype(np.float64)}

    coefficients: Array
    """Shape (n,): the part of each reference in a logit is this times its product with the item."""
    bias: float

    def logit(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the log-odds of a like, shape (m,): always a number, and always an order.

        Args:
            vectors: (m, d) unit rows, or m arrays (k, d) of views.
            columns: None: this scorer weighs pictures alone.

        Raises:
            ValueError: on a wrong shape, a row that is not of length 1 or not finite, or columns.
        """
        refuse_columns(columns, self.KIND)
        items = centred_items(checked(vectors, "vectors", dimensions=len(self.mean)), self.mean)
        return np.asarray(items @ self.weights + self.bias)

    def explain(self, vector: Rows, columns: ArrayLike | None = None) -> Explanation:
        """Return the parts of the logit of one item; they sum to it within 1e-9.

        Args:
            vector: (d,), or (k, d) for an item of k views.
            columns: None.

        Raises:
            ValueError: as `logit`.
        """
        refuse_columns(columns, self.KIND)
        views = [np.atleast_2d(np.asarray(vector))]
        (item,) = centred_items(checked(views, "vector", dimensions=len(self.mean)), self.mean)
        parts = self.coefficients * (self.references.astype(np.float64) @ item)
        return Explanation(float(self.logit(views)[0]), self.bias, parts, np.zeros(0))

    @cached_property
    def weights(self) -> Array:
        """Shape (d,): the direction from the rejects to the likes, scaled."""
        return np.asarray(self.coefficients @ self.references.astype(np.float64))

    def check_arrays(self) -> None:
        """Raise `TasteUnreadable` unless the arrays of its own fit the others."""
        expect_lengths((self.coefficients, len(self.references)))


def fit_centroid(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    shipped_mean: NDArray[np.floating] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> CentroidTaste:
    """Learn the two means. Arguments and errors are those of `fit_taste`."""
    known = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        shipped_mean=shipped_mean,
        stream_like_rate=stream_like_rate,
    )
    own = left_out_scores(known)
    shares = _shares(known)
    clear = own[known.clear]
    spread = float(
        np.sqrt(
            (np.square(clear - clear.mean()).sum() + _USUAL_SPREAD_COUNT * _USUAL_SPREAD**2)
            / (len(clear) + _USUAL_SPREAD_COUNT)
        )
        if len(clear)
        else _USUAL_SPREAD
    )
    rough = own / spread + known.prior
    without = known.own_rates_without
    told = clear / spread + np.log(without / (1 - without))
    calibration, left_out = known.calibrated(rough, told)
    slope = calibration.temperature / spread
    bias = calibration.temperature * known.prior + calibration.shift
    seen = slope * (known.seen @ (shares @ known.items)) + bias
    offset = known.offset(seen)
    return CentroidTaste(
        mean=known.mean,
        references=known.references,
        liked=known.liked,
        pictures=known.groups.astype(np.int64),
        leave_one_out=left_out[known.groups] + offset,
        offset=offset,
        history_logits=np.sort(seen + offset),
        coefficients=slope * known.per_reference(shares),
        bias=bias + offset,
    )


def left_out_scores(known: Labelled) -> Array:
    """Return the score of each picture, (g,), by the means of all other pictures."""
    with_all = known.items @ (_shares(known) @ known.items)
    squares = np.einsum("ij,ij->i", known.items, known.items)
    scores = with_all.copy()
    for label, sign in ((1.0, 1.0), (0.0, -1.0)):
        own = known.clear & (known.shares == label)
        count = int(own.sum())
        part = known.items[own] @ (known.items[own].sum(axis=0) / max(count, 1))
        without = (count * part - squares[own]) / max(count - 1, 1) if count > 1 else 0.0
        scores[own] += sign * (without - part)
    return np.asarray(scores)


def _shares(known: Labelled) -> Array:
    """Return what each picture, (g,), weighs in the difference: they sum to 1 - 1."""
    liked, rejected = known.clear & (known.shares == 1), known.clear & (known.shares == 0)
    return np.asarray(liked / max(liked.sum(), 1) - rejected / max(rejected.sum(), 1))
