"""START HERE: a calibrated, explained taste from a handful of likes. Pure numpy.

labelled     references → labelled pictures           duplicates   one picture counts once
centring     views → centred items                    answering    what follows from logits
mixture      logistic fits, weighed by evidence       logistic     one of them
calibration  what leave-one-out says of the logits    conformal    verdicts with a promised error
ladder       what so many labels allow                explaining   why, and doubtful labels
taste_file   as bytes

logit(x) = bias + Σ over references coefficient · (reference · x) + Σ column weight · column

taste = fit_taste(vectors, liked, history=history)
taste.probability(new), taste.verdict(new), taste.explain(new[0])
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.centring import Vectors
from tasted.scoring.duplicates import group_means
from tasted.scoring.fitted import TASTE_VERSION, Taste, evidence_columns
from tasted.scoring.labelled import STREAM_LIKE_RATE, gather
from tasted.scoring.mixture import Start, fit_mixture
from tasted.scoring.taste_file import TasteUnreadable

__all__ = ["STREAM_LIKE_RATE", "TASTE_VERSION", "Taste", "TasteUnreadable", "fit_taste"]


def fit_taste(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    shipped_mean: NDArray[np.floating] | None = None,
    columns: ArrayLike | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
    previous: Taste | None = None,
) -> Taste:
    """Learn what the user likes.

    Args:
        vectors: (n, d) float32 unit rows, one reference each; or n arrays (k, d) of views, whose
            item is the mean of its centred views weighted by consensus. n may be 0 in the first
            form. References that show the same picture count once, and
            not at all when they have both labels.
        liked: (n,) bool: liked, or rejected.
        history: (h, d) unit rows of pictures that were scored, or h arrays (k, d) of views, at
            most 2,000 and in a stable order: what is centred on, what ranks are told against, and
            what labels of one class are anchored on.
        curated: (n,) bool: brought by the user, so that the share of likes among them says nothing
            of the stream. None: every label is feedback on the stream.
        shipped_mean: (d,) mean vector of ordinary pictures for this encoder, as heavy as 50 of
            history.
        columns: (n, c) extra evidence about each reference, about N(0, 1), such as z-scores of
            texts; NaN where it is missing. Columns without which leave-one-out does better are
            dropped, from 20 pictures with a value on.
        stream_like_rate: share of the stream that the user would like, as assumed before any
            feedback: as heavy as 6 labels, and alone where there are labels of one class only.
        previous: an earlier taste of this user, a start for the search above 2,000 pictures.

    Raises:
        ValueError: on shapes that do not fit together, rows that are not finite or not of length
            1, or a like rate that is not between 0 and 1. The message names argument and row.
    """
    known = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        shipped_mean=shipped_mean,
        stream_like_rate=stream_like_rate,
    )
    evidence = evidence_columns(columns, len(known.liked), None)
    told = group_means(evidence, known.groups)
    clear, has_both = known.clear, known.has_both
    without = known.own_rates_without
    mixture = fit_mixture(
        known.items[clear],
        told[clear],
        known.targets,
        prior_bias=known.prior,
        prior_bias_without=np.log(without / (1 - without)) if has_both else None,
        is_calibrated=has_both,
        start=_start(previous, len(known.mean), evidence.shape[1]),
    )
    by_picture = np.zeros(len(known.shares))
    by_picture[clear] = mixture.coefficients
    left_out = known.items @ (by_picture @ known.items)
    left_out += told @ mixture.column_weights + mixture.bias
    left_out[clear] = mixture.leave_one_out
    coefficients = known.per_reference(by_picture)
    seen = known.seen @ (coefficients @ known.references.astype(np.float64))
    offset = known.offset(seen + mixture.bias)
    bias = mixture.bias + offset
    return Taste(
        mean=known.mean,
        references=known.references,
        liked=known.liked,
        pictures=known.groups.astype(np.int64),
        coefficients=coefficients,
        leave_one_out=left_out[known.groups] + offset,
        column_weights=mixture.column_weights,
        bias=bias,
        offset=offset,
        amplitudes=mixture.amplitudes,
        shares=mixture.shares,
        history_logits=np.sort(seen + bias),
    )


def _start(previous: Taste | None, dimensions: int, width: int) -> Start | None:
    if previous is None or (len(previous.mean), len(previous.column_weights)) != (
        dimensions,
        width,
    ):
        return None
    heaviest = float(previous.amplitudes[int(np.argmax(previous.shares))])
    bias = previous.bias - previous.offset
    return Start(previous.weights, previous.column_weights, bias, heaviest)
