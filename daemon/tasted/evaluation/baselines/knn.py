"""The `knn` scorer: the seven nearest references vote. Pure.

    nearest     7 pictures by product with the centred item; all that tie for the last place
    weight      w = exp(10 · (product - largest product)): the nearest has 1
    for         S+ = Σ w of the liked                against   S- = Σ w of the rejected
    vote        log((S+ + r) / (S- + 1 - r))         r: share of likes, a prior worth one vote
    logit(x)    A · vote + B + offset

A and B are learnt from leave-one-out votes (`calibration`), and the offset leads from curated
references to the stream as in `taste`. This scorer finds tastes of several kinds at once, but
improves little with more labels.
"""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE, gather
from tasted.scoring.taste.logistic import logit
from tasted.scoring.unit_rows import Vectors

NEIGHBOURS = 7
SHARPNESS = 10.0
_ROWS_AT_ONCE = 512
"""So that products with many voters fit into memory."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class KnnTaste(FittedScorer):
    """A vote of the nearest, over n references of d dimensions."""

    rate: float
    """Share of likes in the prior vote."""
    temperature: float
    shift: float

    def _item_logits(self, items: Array) -> Array:
        voters, targets = self._voters
        vote = votes(items, voters, targets, self.rate)
        return self.temperature * vote + (self.shift + self.offset)

    @cached_property
    def _voters(self) -> tuple[Array, Array]:
        """Return items and targets of the pictures that have one label."""
        items = group_means(self.references.astype(np.float64), self.pictures)
        places = np.flatnonzero(np.isin(self._targets, (0.0, 1.0)))
        return items[places], self._targets[places]


def fit_knn(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    copies: NDArray[np.intp] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> KnnTaste:
    """Keep the references and calibrate their votes. Arguments and errors: as `fit_taste`."""
    labelled = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        copies=copies,
        stream_like_rate=stream_like_rate,
    )
    voters, targets = labelled.items[labelled.clear], labelled.targets
    rate = labelled.own_rate if labelled.has_both else labelled.like_rate
    left_out = left_out_votes(
        voters, targets, labelled.own_rates_without if labelled.has_both else rate
    )
    rough = votes(labelled.items, voters, targets, rate)
    rough[labelled.clear] = left_out
    calibration, leave_one_out, shrinking = labelled.calibrated(rough, left_out)
    seen = votes(labelled.seen, voters, targets, rate)
    seen = calibration.temperature * seen + calibration.shift
    offset = labelled.offset(seen)
    return KnnTaste(
        mean=labelled.mean,
        references=labelled.references,
        liked=labelled.liked,
        pictures=labelled.groups.astype(np.int64),
        leave_one_out=leave_one_out[labelled.groups] + offset,
        offset=offset,
        shrinking=shrinking,
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
        rates: of likes without each voter, (g,), or one for all.
    """
    own_rates = np.broadcast_to(np.asarray(rates, dtype=np.float64), len(voters))
    found = np.empty(len(voters))
    for first in range(0, len(voters), _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        products = voters[block] @ voters.T
        rows = np.arange(len(products))
        products[rows, first + rows] = -np.inf
        found[block] = _counted(vote_weights(products), targets, own_rates[block])
    return found


def vote_weights(products: Array) -> Array:
    """Return the weight of each voter, (m, g), 0 for all but the nearest; -inf: may not vote."""
    if products.shape[1] > NEIGHBOURS:
        line = np.partition(products, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
        products = np.where(products >= line, products, -np.inf)
    nearest = products.max(axis=1, initial=-np.inf, keepdims=True)
    # where nobody may vote, the difference of two infinities would be NaN
    return np.asarray(np.exp(SHARPNESS * (products - np.where(np.isfinite(nearest), nearest, 0.0))))


def _counted(weights: Array, targets: Array, rate: Array | float) -> Array:
    liked, rejected = weights @ targets, weights @ (1 - targets)
    return np.asarray(np.log(liked + rate) - np.log(rejected + 1 - rate))
