"""From embedded views to centred items. Pure.

Raw vectors of one encoder share a large mean: any two photographs have a cosine of 0.5 to 0.9. The
differences show once a background mean is subtracted and the rest is scaled to length 1.

An item is the mean of its centred views, weighted by how photographic each view is (the length of
its vector) and by how much it agrees with the others. It is not scaled to length 1 again, so every
score stays a sum over views and over references.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.unit_rows import Rows, Vectors, centred_rows, view_weights, weighted_mean

BACKGROUND_MIN = 10
"""The mean of fewer pictures is mostly themselves, not the background."""
CONSENSUS = 6.0
_LENGTH_TOLERANCE = 0.01
_ROWS_AND_DIMENSIONS = 2


def checked(vectors: Vectors, name: str, *, dimensions: int | None = None) -> list[Rows] | Rows:
    """Return the vectors unchanged, after checking that every row is usable.

    Args:
        vectors: (n, d), or n arrays of shape (k, d).
        name: of the argument, for the message.
        dimensions: the d that is expected; None: any.

    Raises:
        ValueError: on a wrong shape, an item without views, a number that is not finite, or a row
            whose length is not in (0, 1]. The message names the argument and the row.
    """
    if isinstance(vectors, np.ndarray):
        _check(vectors, name, dimensions)
        return vectors
    items = [np.asarray(views) for views in vectors]
    for index, views in enumerate(items):
        _check(views, f"{name}[{index}]", dimensions)
        if len(views) == 0:
            raise ValueError(f"{name}[{index}] has no view")
        dimensions = views.shape[1]
    return items


def background_mean(
    references: Vectors, history: Vectors | None, *, dimensions: int
) -> NDArray[np.float64]:
    """Return what pictures of this encoder have in common, shape (d,), not of length 1.

    The mean of the history; of history and references if the history has fewer than 10 pictures;
    and 0 if both together have fewer.
    """
    # by item, since a mean over views would count an item with many views more than once
    items = _plain_means(history if history is not None else (), dimensions)
    count, seen = len(items), items.sum(axis=0)
    if count < BACKGROUND_MIN:
        means = _plain_means(references, dimensions)
        count, seen = count + len(means), seen + means.sum(axis=0)
    return np.asarray(seen / count) if count >= BACKGROUND_MIN else np.zeros(dimensions)


def centred_items(vectors: Vectors, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one row per item, shape (n, d); of length 1 where an item has one view."""
    if isinstance(vectors, np.ndarray):
        return centred_rows(vectors, mean)
    if not vectors:
        return np.zeros((0, len(mean)))
    stacked = np.concatenate(vectors)
    rows, weights = centred_rows(stacked, mean), view_weights(stacked)
    items = np.empty((len(vectors), len(mean)))
    first = 0
    for index, views in enumerate(vectors):
        own = slice(first, first + len(views))
        items[index] = _consensus_mean(rows[own], weights[own])
        first += len(views)
    return items


def _consensus_mean(
    views: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    if len(views) == 1:
        return np.asarray(views[0])
    cosines = views @ views.T
    np.fill_diagonal(cosines, 0.0)
    agreement = cosines @ weights / (weights.sum() - weights)
    shares = weights * np.exp(CONSENSUS * (agreement - agreement.max()))
    return np.asarray(shares @ views / shares.sum())


def _plain_means(vectors: Vectors, dimensions: int) -> NDArray[np.float64]:
    if isinstance(vectors, np.ndarray):
        return vectors.astype(np.float64)
    means = [weighted_mean(views) for views in vectors]
    return np.array(means).reshape(len(means), dimensions)


def _check(rows: Rows, name: str, dimensions: int | None) -> None:
    if (
        rows.ndim != _ROWS_AND_DIMENSIONS
        or rows.shape[1] == 0
        or not np.issubdtype(rows.dtype, np.floating)
    ):
        raise ValueError(f"{name} must be floats of shape (n, d), not {rows.dtype} {rows.shape}")
    if dimensions is not None and rows.shape[1] != dimensions:
        raise ValueError(f"{name} has {rows.shape[1]} dimensions where {dimensions} are expected")
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    # a comparison with NaN is false, so this finds rows that are not finite too
    wrong = np.flatnonzero(~((lengths > 0) & (lengths <= 1 + _LENGTH_TOLERANCE)))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"{name}: row {row} must have a length above 0 and up to 1, and has {lengths[row]:.3g}"
        )
