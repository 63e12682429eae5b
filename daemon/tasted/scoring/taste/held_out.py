"""A taste whose embedder has seen the labels, judged by logits that have not. Pure.

Leaving a label out of a fit is no test where the vectors themselves were learnt from that label:
its picture lies where its label wants it. Left-out logits would be far too sure, and with them the
temperature, the shift, the verdicts and their error rates. So for those pictures the logits come
from embedders and fits that knew neither (cross-fitting), and everything that is learnt from
left-out logits is learnt again from them.

Pictures that the embedder has not seen keep their leave-one-out logits, which are honest for them.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.taste.calibration import fit_calibration
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.model import Taste
from tasted.scoring.taste.shrinking import fit_shrinking

Array = NDArray[np.float64]


def with_held_out(taste: Taste, held_out: Array) -> Taste:
    """Return the taste, calibrated by logits that knew nothing of the labels.

    Args:
        taste: as fitted to the vectors of an embedder that was trained on some of its labels.
        held_out: (n,), of each reference the log-odds of a like among the references (so without
            the offset) that an embedder and a taste without it gave; NaN: the embedder has not seen
            it. Copies count as their mean, and one that was seen makes all of them seen.

    Raises:
        ValueError: when there are not as many as references, or one is infinite.
    """
    if held_out.shape != taste.liked.shape:
        raise ValueError(f"held_out must be {len(taste.liked)} numbers, not {held_out.shape}")
    if np.isinf(held_out).any():
        raise ValueError("held_out must be finite, or NaN where the embedder has not seen a label")
    pictures = taste.pictures.astype(np.intp)
    shares = group_means(taste.liked.astype(np.float64), pictures)
    clear = (shares == 0) | (shares == 1)
    targets = shares[clear]
    if np.isnan(held_out).all() or not 0 < targets.sum() < len(targets):
        return taste
    logits = group_means(taste.leave_one_out - taste.offset, pictures)
    seen = ~np.isnan(held_out)
    count = np.bincount(pictures[seen], minlength=len(shares))
    sums = np.bincount(pictures[seen], weights=held_out[seen], minlength=len(shares))
    logits[count > 0] = sums[count > 0] / count[count > 0]
    calibration = fit_calibration(logits[clear], targets)
    without = calibration.leave_one_out(logits[clear], targets)
    shrinking = fit_shrinking(without, targets)
    final = calibration.shrunk(shrinking)
    left_out = final.temperature * logits + final.shift
    left_out[clear] = shrinking.shrunk(without)

    def led(inner: Array) -> Array:
        """Return logits as this calibration has them, in the stream."""
        return np.asarray(final.temperature * (inner - taste.offset) + final.shift + taste.offset)

    return replace(
        taste,
        coefficients=final.temperature * taste.coefficients,
        column_weights=final.temperature * taste.column_weights,
        bias=float(led(np.array([taste.bias]))[0]),
        leave_one_out=left_out[pictures] + taste.offset,
        shrinking=taste.shrinking * shrinking.factor,
        history_logits=led(taste.history_logits),
    )
