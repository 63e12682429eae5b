"""START HERE: a calibrated, explained taste from a handful of likes. Pure numpy.

centring     views → centred items                    duplicates   one picture counts once
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

from tasted.scoring.centring import (
    Rows,
    Vectors,
    background_mean,
    centred_items,
    checked,
)
from tasted.scoring.duplicates import group_means, same_picture_groups
from tasted.scoring.fitted import TASTE_VERSION, Taste, evidence_columns
from tasted.scoring.logistic import logit, shift_to_mean
from tasted.scoring.mixture import Start, fit_mixture
from tasted.scoring.taste_file import TasteUnreadable

__all__ = ["STREAM_LIKE_RATE", "TASTE_VERSION", "Taste", "TasteUnreadable", "fit_taste"]

STREAM_LIKE_RATE = 0.40
_PSEUDO_LABELS = 6
"""How many labels the assumed like rate weighs as much as."""

Array = NDArray[np.float64]


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
    if not 0 < stream_like_rate < 1:
        raise ValueError(f"stream_like_rate must be between 0 and 1, not {stream_like_rate}")
    given = checked(vectors, "vectors")
    dimensions = _dimensions(given, shipped_mean)
    if history is not None:
        checked(history, "history", dimensions=dimensions)
    count = len(given)
    labels = _flags(liked, count, "liked")
    brought = np.zeros(count, np.bool_) if curated is None else _flags(curated, count, "curated")
    evidence = evidence_columns(columns, count, None)

    mean = background_mean(given, history, shipped_mean, dimensions=dimensions)
    references = centred_items(given, mean).astype(np.float32)
    groups = same_picture_groups(references.astype(np.float64))
    items = group_means(references.astype(np.float64), groups)
    told = group_means(evidence, groups)
    shares = group_means(labels.astype(np.float64), groups)
    # a picture with both labels says nothing
    clear = np.isin(shares, (0.0, 1.0))
    targets = shares[clear]
    has_both = 0 < targets.sum() < len(targets)
    feedback = group_means((~brought).astype(np.float64), groups)[clear]
    # who only ever likes has not said that the whole stream is liked
    like_rate = _like_rate(targets, feedback, stream_like_rate) if has_both else stream_like_rate
    likes, total = targets.sum() + _PSEUDO_LABELS / 2, len(targets) + _PSEUDO_LABELS
    own_rate = float(likes / total)
    without = (likes - targets) / (total - 1)
    mixture = fit_mixture(
        items[clear],
        told[clear],
        targets,
        prior_bias=logit(own_rate if has_both else like_rate),
        prior_bias_without=np.log(without / (1 - without)) if has_both else None,
        is_calibrated=has_both,
        start=_start(previous, dimensions, evidence.shape[1]),
    )
    by_picture = np.zeros(len(shares))
    by_picture[clear] = mixture.coefficients
    left_out = items @ (by_picture @ items) + told @ mixture.column_weights + mixture.bias
    left_out[clear] = mixture.leave_one_out
    coefficients = (by_picture / np.bincount(groups, minlength=len(shares)))[groups]
    seen = np.zeros(0)
    if history is not None:
        seen = centred_items(history, mean) @ (coefficients @ references.astype(np.float64))
    offset = 0.0
    if has_both and brought.any():
        offset = logit(like_rate) - logit(own_rate)
    elif not has_both and len(seen):
        offset = shift_to_mean(seen + mixture.bias, like_rate)
    bias = mixture.bias + offset
    return Taste(
        mean=mean,
        references=references,
        liked=labels,
        pictures=groups.astype(np.int64),
        coefficients=coefficients,
        leave_one_out=left_out[groups] + offset,
        column_weights=mixture.column_weights,
        bias=bias,
        offset=offset,
        amplitudes=mixture.amplitudes,
        shares=mixture.shares,
        history_logits=np.sort(seen + bias),
    )


def _dimensions(given: list[Rows] | Rows, shipped_mean: NDArray[np.floating] | None) -> int:
    if isinstance(given, np.ndarray):
        dimensions = given.shape[1]
    elif given:
        dimensions = given[0].shape[1]
    else:
        raise ValueError("vectors has no item: pass an array of shape (0, d)")
    if shipped_mean is not None and (
        shipped_mean.shape != (dimensions,) or not np.isfinite(shipped_mean).all()
    ):
        raise ValueError(f"shipped_mean must be {dimensions} finite numbers")
    return int(dimensions)


def _flags(values: ArrayLike, count: int, name: str) -> NDArray[np.bool_]:
    flags = np.asarray(values)
    if flags.shape != (count,) or (count and flags.dtype != np.bool_):
        raise ValueError(f"{name} must be {count} booleans, not {flags.dtype} {flags.shape}")
    return flags.astype(np.bool_)


def _like_rate(targets: Array, feedback: Array, assumed: float) -> float:
    """Return the share of likes in the stream, from feedback and what is assumed."""
    likes = float(targets @ feedback) + _PSEUDO_LABELS * assumed
    return likes / (float(feedback.sum()) + _PSEUDO_LABELS)


def _start(previous: Taste | None, dimensions: int, width: int) -> Start | None:
    if previous is None or (len(previous.mean), len(previous.column_weights)) != (
        dimensions,
        width,
    ):
        return None
    heaviest = float(previous.amplitudes[int(np.argmax(previous.shares))])
    bias = previous.bias - previous.offset
    return Start(previous.weights, previous.column_weights, bias, heaviest)
