"""Rows of vectors, and what is left of them without their common mean. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.floating]
"""Shape (n, d): the length of each row is the weight of its view, in (0, 1]; 1 for an only view."""
Vectors = Rows | Sequence[Rows]
"""(n, d): one view each; or n arrays of shape (k, d): an item with k views each."""

# what is left of a row that equals the mean is rounding, and its direction would be noise
_ROUNDING = 1e-5


def centred_rows(rows: Rows, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract the mean from each direction and scale the rest to length 1.

    A row that equals the mean becomes 0.
    """
    plain = rows.astype(np.float64)
    left = plain / np.linalg.norm(plain, axis=1, keepdims=True) - mean
    lengths = np.linalg.norm(left, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > _ROUNDING, left / np.maximum(lengths, 1e-300), 0.0))


def view_weights(views: Rows) -> NDArray[np.float64]:
    """Return the weight of each of k views beside the others of its picture, shape (k,)."""
    return np.asarray(np.linalg.norm(views.astype(np.float64), axis=1))


def weighted_mean(views: Rows) -> NDArray[np.float64]:
    """Return the mean of the directions of k views by their weights, shape (d,)."""
    return np.asarray(views.sum(axis=0, dtype=np.float64) / view_weights(views).sum())
