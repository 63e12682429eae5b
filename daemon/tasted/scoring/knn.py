"""The `knn` scorer: the seven nearest references vote. Pure.

    nearest     7 pictures by product with the centred item; all that tie for the last place
    weight      w = exp(10 · (product - largest product)): the nearest has 1
    for         S+ = Σ w of the liked                against   S- = Σ w of the rejected
    vote        log((S+ + r) / (S- + 1 - r))         r: share of likes, one vote for what is usual
    logit(x)    A · vote + B + offset

A and B are learnt from left-out votes (`calibration`), and the offset leads from curated references
to the stream as in `taste`. Its reasons are easy to see, and it finds tastes of many kinds at once;
it learns little from more labels.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.answering import Answering, refuse_columns
from tasted.scoring.centring import Rows, Vectors, centred_items, checked
from tasted.scoring.duplicates import group_means
from tasted.scoring.explaining import Explanation
from tasted.scoring.labelled import STREAM_LIKE_RATE, gather
from tasted.scoring.logistic import logit
from tasted.scoring.taste_file import TasteUnreadable

KNN_VERSION = 1
NEIGHBOURS = 7
SHARPNESS = 10.0
_ROWS_AT_ONCE = 512
"""So that products with many voters fit into memory."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class KnnTaste(Answering):
    """A vote of the nearest, over n references of d dimensions."""

    KIND: ClassVar[str] = "knn"
    VERSION: ClassVar[int] = KNN_VERSION

    rate: float
    """Share of likes that the vote for what is usual has."""
    temperature: float
    shift: float

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
        voters, targets, _places = self._voters
        return self.temperature * votes(items, voters, targets, self.rate) + self._after

    def explain(self, vector: Rows, columns: ArrayLike | None = None) -> Explanation:
        """Return the parts of the logit of one item; they sum to it within 1e-9.

        The sides add up exactly: log(1 + S+ / r) is what the liked neighbours do together, and
        log(1 + S- / (1 - r)) what the rejected do. Within a side the part of each is its share of
        the weight. So a part is not what would change without that reference: another neighbour
        would take its place. References that are no neighbours have the part 0.

        Args:
            vector: (d,), or (k, d) for an item of k views.
            columns: None.

        Raises:
            ValueError: as `logit`.
        """
        refuse_columns(columns, self.KIND)
        views = [np.atleast_2d(np.asarray(vector))]
        items = centred_items(checked(views, "vector", dimensions=len(self.mean)), self.mean)
        voters, targets, places = self._voters
        (weights,) = vote_weights(items @ voters.T)
        by_picture = np.zeros(len(self._targets))
        for label, sign, usual in ((1.0, 1.0, self.rate), (0.0, -1.0, 1 - self.rate)):
            side = np.where(targets == label, weights, 0.0)
            total = float(side.sum())
            if total > 0:
                by_picture[places] += sign * np.log1p(total / usual) * side / total
        sizes = np.bincount(self.pictures, minlength=len(by_picture))
        parts = self.temperature * (by_picture / np.maximum(sizes, 1))[self.pictures]
        bias = self.temperature * logit(self.rate) + self._after
        return Explanation(float(self.logit(views)[0]), bias, parts, np.zeros(0))

    @cached_property
    def _voters(self) -> tuple[Array, Array, NDArray[np.intp]]:
        """Return items and targets of the pictures that have one label, and their numbers."""
        items = group_means(self.references.astype(np.float64), self.pictures)
        places = np.flatnonzero(np.isin(self._targets, (0.0, 1.0)))
        return items[places], self._targets[places], places

    @property
    def _after(self) -> float:
        return self.shift + self.offset

    def check_arrays(self) -> None:
        """Raise `TasteUnreadable` unless the numbers can have come from a fit."""
        if not 0 < self.rate < 1 or self.temperature <= 0:
            raise TasteUnreadable("the numbers of the taste are out of range")


def fit_knn(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    shipped_mean: NDArray[np.floating] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> KnnTaste:
    """Keep the references and calibrate their votes. Arguments and errors: as `fit_taste`."""
    known = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        shipped_mean=shipped_mean,
        stream_like_rate=stream_like_rate,
    )
    voters, targets = known.items[known.clear], known.targets
    rate = known.own_rate if known.has_both else known.like_rate
    told = left_out_votes(voters, targets, known.own_rates_without if known.has_both else rate)
    rough = votes(known.items, voters, targets, rate)
    rough[known.clear] = told
    calibration, left_out = known.calibrated(rough, told)
    seen = votes(known.seen, voters, targets, rate)
    seen = calibration.temperature * seen + calibration.shift
    offset = known.offset(seen)
    return KnnTaste(
        mean=known.mean,
        references=known.references,
        liked=known.liked,
        pictures=known.groups.astype(np.int64),
        leave_one_out=left_out[known.groups] + offset,
        offset=offset,
        history_logits=np.sort(seen + offset),
        rate=rate,
        temperature=calibration.temperature,
        shift=calibration.shift,
    )


def votes(items: Array, voters: Array, targets: Array, rate: float) -> Array:
    """Return the vote on each item, shape (m,), in log-odds.

    Args:
        items: (m, d) centred.
        voters: (g, d) centred; g may be 0.
        targets: (g,) 1 liked, 0 rejected.
        rate: of likes, in (0, 1).
    """
    found = np.full(len(items), logit(rate))
    for first in range(0, len(items) if len(voters) else 0, _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        weights = vote_weights(items[block] @ voters.T)
        found[block] = _counted(weights, targets, rate)
    return found


def left_out_votes(voters: Array, targets: Array, rates: Array | float) -> Array:
    """Return the vote of all others on each voter, shape (g,).

    Args:
        voters: (g, d) centred.
        targets: (g,) 1 liked, 0 rejected.
        rates: of likes, (g,) as they are without each, or one for all.
    """
    each = np.broadcast_to(np.asarray(rates, dtype=np.float64), len(voters))
    found = np.empty(len(voters))
    for first in range(0, len(voters), _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        products = voters[block] @ voters.T
        rows = np.arange(len(products))
        products[rows, first + rows] = -np.inf
        found[block] = _counted(vote_weights(products), targets, each[block])
    return found


def vote_weights(products: Array) -> Array:
    """Return the weight of each voter, (m, g), 0 for all but the nearest; -inf: may not vote."""
    if products.shape[1] > NEIGHBOURS:
        line = np.partition(products, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
        products = np.where(products >= line, products, -np.inf)
    nearest = products.max(axis=1, initial=-np.inf, keepdims=True)
    # where nobody may vote, the difference of two infinities would be no number
    return np.asarray(np.exp(SHARPNESS * (products - np.where(np.isfinite(nearest), nearest, 0.0))))


def _counted(weights: Array, targets: Array, rate: Array | float) -> Array:
    liked, rejected = weights @ targets, weights @ (1 - targets)
    return np.asarray(np.log(liked + rate) - np.log(rejected + 1 - rate))
