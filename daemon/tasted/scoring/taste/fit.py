"""START HERE: a calibrated taste from a handful of likes. Pure numpy.

labelled       references → labelled pictures          duplicates     one picture counts once
centring       views → centred items                   counting       how many labels there are
mixture        logistic fits, weighed by evidence      logistic       one of them
calibration    what leave-one-out says of the logits   shrinking      no worse than the base rate
model          the fitted taste, and its bytes         array_file     arrays as bytes
fitted_scorer  what follows from logits                conformal      verdicts and their errors
label_stages   what so many labels allow               doubts         labels to look at again

logit(x) = bias + Σ over references coefficient · (reference · x) + Σ column weight · column

taste = fit_taste(vectors, liked, history=history)
taste.probability(new), taste.verdict(new)
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.taste.array_file import TasteUnreadable
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE, gather
from tasted.scoring.taste.mixture import WarmStart, fit_mixture
from tasted.scoring.taste.model import TASTE_VERSION, Taste, evidence_columns
from tasted.scoring.taste.shrinking import NO_SHRINKING, fit_shrinking
from tasted.scoring.unit_rows import Vectors

__all__ = ["STREAM_LIKE_RATE", "TASTE_VERSION", "Taste", "TasteUnreadable", "fit_taste"]


def fit_taste(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    copies: NDArray[np.intp] | None = None,
    columns: ArrayLike | None = None,
    drawn: ArrayLike | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
    previous: WarmStart | None = None,
) -> Taste:
    """Learn what the user likes.

    Args:
        vectors: (n, d) float32 unit rows, one reference each; or n arrays (k, d) of views, whose
            item is the mean of its centred views weighted by consensus. n may be 0 in the first
            form. References that show the same picture count once, and not at all when they have
            both labels.
        liked: (n,) bool: liked, or rejected.
        history: (h, d) unit rows of pictures that were scored, or h arrays (k, d) of views, at
            most 2,000 and in a stable order: used for centring, for ranks, and to anchor labels of
            one class.
        curated: (n,) bool: chosen by hand, so that the share of likes among them says nothing
            about the stream. None: every label is feedback on the stream.
        copies: (n,), equal numbers for references that are copies of one picture, see
            `copies.finding`; None: only those whose vectors are equal.
        columns: (n, c) extra evidence about each reference, about N(0, 1), such as z-scores of
            texts; NaN where it is missing. From 20 pictures with a value on, columns that make
            leave-one-out worse are dropped.
        drawn: (n,) bool: chosen by chance from the stream, and not for its score. Only from these
            the share of likes in the stream is learnt. None: all that are not curated.
        stream_like_rate: share of the stream that the user would like, as assumed before any
            feedback: it has the weight of 6 labels, and is used alone with labels of one class.
        previous: `start` of an earlier taste of this user, for the search above 2,000 pictures.

    Raises:
        ValueError: on shapes that do not fit together, rows that are not finite or not of length
            1, or a like rate that is not between 0 and 1. The message names argument and row.
    """
    labelled = gather(
        vectors,
        liked,
        history=history,
        curated=curated,
        copies=copies,
        drawn=drawn,
        stream_like_rate=stream_like_rate,
    )
    evidence = evidence_columns(columns, len(labelled.liked), None)
    picture_columns = group_means(evidence, labelled.groups)
    clear, has_both = labelled.clear, labelled.has_both
    without = labelled.own_rates_without
    mixture = fit_mixture(
        labelled.items[clear],
        picture_columns[clear],
        labelled.targets,
        prior_bias=labelled.prior,
        prior_bias_without=np.log(without / (1 - without)) if has_both else None,
        is_calibrated=has_both,
        start=previous if _fits(previous, len(labelled.mean), evidence.shape[1]) else None,
    )
    shrinking = fit_shrinking(mixture.leave_one_out, labelled.targets) if has_both else NO_SHRINKING
    by_picture = np.zeros(len(labelled.shares))
    by_picture[clear] = shrinking.factor * mixture.coefficients
    column_weights = shrinking.factor * mixture.column_weights
    inner_bias = shrinking.factor * mixture.bias + shrinking.shift
    leave_one_out = (
        labelled.items @ (by_picture @ labelled.items)
        + picture_columns @ column_weights
        + inner_bias
    )
    leave_one_out[clear] = shrinking.shrunk(mixture.leave_one_out)
    coefficients = labelled.per_reference(by_picture)
    seen = labelled.seen @ (coefficients @ labelled.references.astype(np.float64))
    offset = labelled.offset(seen + inner_bias)
    bias = inner_bias + offset
    return Taste(
        mean=labelled.mean,
        references=labelled.references,
        liked=labelled.liked,
        pictures=labelled.groups.astype(np.int64),
        coefficients=coefficients,
        leave_one_out=leave_one_out[labelled.groups] + offset,
        column_weights=column_weights,
        bias=bias,
        offset=offset,
        shrinking=shrinking.factor,
        amplitudes=mixture.amplitudes,
        shares=mixture.shares,
        history_logits=np.sort(seen + bias),
    )


def _fits(start: WarmStart | None, dimensions: int, width: int) -> bool:
    return start is not None and (len(start.weights), len(start.column_weights)) == (
        dimensions,
        width,
    )
