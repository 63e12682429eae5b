"""From embedded views to centred items. Pure.

Raw vectors of one encoder share a large mean: any two photographs have a cosine of 0.5 to 0.9. What
tells pictures apart is left when a background mean is taken off and the rest is scaled to length 1.

An item is the mean of its centred views, weighted by how much each agrees with the others. It is
not scaled to length 1 again: so every score stays a sum over views and over references.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating]
"""Shape (n, d), each row of length 1."""
Vectors = Rows | Sequence[Rows]
"""(n, d): one view each; or n arrays of shape (k, d): an item with k views each."""

SHIPPED_MEAN_COUNT = 50
"""How many pictures of history the shipped mean of an encoder weighs as much as."""
BACKGROUND_MIN = 10
"""Fewer pictures than this say nothing of the background: their mean is mostly themselves."""
CONSENSUS = 6.0
_LENGTH_TOLERANCE = 0.01
# what is left of a row that equals the mean is rounding, and its direction would be noise
_NOTHING_LEFT = 1e-5
_ROWS_AND_DIMENSIONS = 2


def checked(vectors: Vectors, name: str, *, dimensions: int | None = None) -> list[Rows] | Rows:
    """Return the vectors as they are, once every row is known to be usable.

    Args:
        vectors: (n, d), or n arrays of shape (k, d).
        name: of the argument, for the message.
        dimensions: the d that is expected; None: any.

    Raises:
        ValueError: on a wrong shape, an item without views, a number that is not finite, or a row
            whose length is not 1. The message names the argument and the row.
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
    references: Vectors,
    history: Vectors | None,
    shipped_mean: NDArray[np.floating] | None,
    *,
    dimensions: int,
) -> NDArray[np.float64]:
    """Return what pictures of this encoder have in common, shape (d,), not of length 1.

    History and the shipped mean, by their weight; either alone where the other is missing. Where
    there is neither, the mean of the references, and 0 where they too are fewer than 10.
    """
    # one view after another would let an item with many views count more than once
    items = _plain_means(history if history is not None else (), dimensions)
    count, seen = len(items), items.sum(axis=0)
    if shipped_mean is not None:
        shipped = shipped_mean.astype(np.float64)
        return np.asarray((seen + SHIPPED_MEAN_COUNT * shipped) / (count + SHIPPED_MEAN_COUNT))
    if count < BACKGROUND_MIN:
        means = _plain_means(references, dimensions)
        count, seen = count + len(means), seen + means.sum(axis=0)
    return np.asarray(seen / count) if count >= BACKGROUND_MIN else np.zeros(dimensions)


def centred_rows(rows: Rows, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the mean off each row and scale the rest to length 1; 0 where nothing is left."""
    left = rows.astype(np.float64) - mean
    lengths = np.linalg.norm(left, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > _NOTHING_LEFT, left / np.maximum(lengths, 1e-300), 0.0))


def centred_items(vectors: Vectors, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one row per item, shape (n, d); of length 1 where an item has one view."""
    if isinstance(vectors, np.ndarray):
        return centred_rows(vectors, mean)
    if not vectors:
        return np.zeros((0, len(mean)))
    rows = centred_rows(np.concatenate(vectors), mean)
    items = np.empty((len(vectors), len(mean)))
    first = 0
    for index, views in enumerate(vectors):
        items[index] = _consensus_mean(rows[first : first + len(views)])
        first += len(views)
    return items


def _consensus_mean(views: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(views) == 1:
        return np.asarray(views[0])
    cosines = views @ views.T
    agreement = (cosines.sum(axis=1) - np.diag(cosines)) / (len(views) - 1)
    weights = np.exp(CONSENSUS * (agreement - agreement.max()))
    return np.asarray(weights @ views / weights.sum())


def _plain_means(vectors: Vectors, dimensions: int) -> NDArray[np.float64]:
    if isinstance(vectors, np.ndarray):
        return vectors.astype(np.float64)
    means = [views.mean(axis=0, dtype=np.float64) for views in vectors]
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
    wrong = np.flatnonzero(~(np.abs(lengths - 1) <= _LENGTH_TOLERANCE))
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(f"{name}: row {row} must have length 1, and has {lengths[row]:.3g}")
