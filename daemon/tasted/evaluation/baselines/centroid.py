"""The `centroid` scorer: nearer to the mean of the likes, or to that of the rejects? Pure.

    score(x) = x · (mean of the likes - mean of the rejects)       centred; a missing class is 0
    logit(x) = A · (score(x) / spread + prior) + B + offset

The spread is that of the leave-one-out scores, so that a temperature near 1 is a fair guess. A and
B are learnt from them (`calibration`), and the offset leads from curated references to the stream
as in `taste`. It knows two vectors only, so it cannot make fine distinctions.
"""

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE, Labelled, gather
from tasted.scoring.unit_rows import Vectors

_PRIOR_SPREAD = 0.1
_PRIOR_SPREAD_COUNT = 2
"""The weight of the prior spread, in left-out scores."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class CentroidTaste(FittedScorer):
    """The difference of two means, over n references of d dimensions."""

    coefficients: Array
    """Shape (n,): the part of each reference in a logit is this times its product with the item."""
    bias: float

    def _item_logits(self, items: Array) -> Array:
        return np.asarray(items @ self.weights + self.bias)

    @cached_property
    def weights(self) -> Array:
        """Shape (d,): the direction from the rejects to the likes, scaled."""
        return np.asarray(self.coefficients @ self.references.astype(np.float64))


def fit_centroid(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    copies: NDArray[np.intp] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> CentroidTaste:
    """Learn the two means. Arguments and errors are those of `fit_taste`."""
    labelled = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        copies=copies,
        stream_like_rate=stream_like_rate,
    )
    own = left_out_scores(labelled)
    shares = _shares(labelled)
    clear = own[labelled.clear]
    spread = float(
        np.sqrt(
            (np.square(clear - clear.mean()).sum() + _PRIOR_SPREAD_COUNT * _PRIOR_SPREAD**2)
            / (len(clear) + _PRIOR_SPREAD_COUNT)
        )
        if len(clear)
        else _PRIOR_SPREAD
    )
    rough = own / spread + labelled.prior
    without = labelled.own_rates_without
    left_out = clear / spread + np.log(without / (1 - without))
    calibration, leave_one_out, shrinking = labelled.calibrated(rough, left_out)
    slope = calibration.temperature / spread
    bias = calibration.temperature * labelled.prior + calibration.shift
    seen = slope * (labelled.seen @ (shares @ labelled.items)) + bias
    offset = labelled.offset(seen)
    return CentroidTaste(
        mean=labelled.mean,
        references=labelled.references,
        liked=labelled.liked,
        pictures=labelled.groups.astype(np.int64),
        leave_one_out=leave_one_out[labelled.groups] + offset,
        offset=offset,
        shrinking=shrinking,
        history_logits=np.sort(seen + offset),
        coefficients=slope * labelled.per_reference(shares),
        bias=bias + offset,
    )


def left_out_scores(labelled: Labelled) -> Array:
    """Return the score of each picture, (g,), by the means of all other pictures."""
    with_all = labelled.items @ (_shares(labelled) @ labelled.items)
    squares = np.einsum("ij,ij->i", labelled.items, labelled.items)
    scores = with_all.copy()
    for label, sign in ((1.0, 1.0), (0.0, -1.0)):
        own = labelled.clear & (labelled.shares == label)
        count = int(own.sum())
        part = labelled.items[own] @ (labelled.items[own].sum(axis=0) / max(count, 1))
        without = (count * part - squares[own]) / max(count - 1, 1) if count > 1 else 0.0
        scores[own] += sign * (without - part)
    return np.asarray(scores)


def _shares(labelled: Labelled) -> Array:
    """Return what each picture, (g,), weighs in the difference: they sum to 1 - 1."""
    liked, rejected = (
        labelled.clear & (labelled.shares == 1),
        labelled.clear & (labelled.shares == 0),
    )
    return np.asarray(liked / max(liked.sum(), 1) - rejected / max(rejected.sum(), 1))
