"""A picture as its embedder sees it: one unit vector for each of its views. Pure numpy."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.records import PictureFacts, Reference

_UNIT_TOLERANCE = 1e-4
_VIEWS_AND_DIMENSIONS = 2


@dataclass(frozen=True, eq=False)
class Embedded:
    """What is kept of a content: the vectors of its views, and what decoding found out."""

    views: NDArray[np.float32]
    """Shape (k, d), rows of unit length, k ≥ 1; in the order of `facts.views`."""
    facts: PictureFacts

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """One unit vector for the whole picture; see `mean_view`."""
        return mean_view(self.views)


@dataclass(frozen=True, eq=False)
class LearnedReference:
    """A picture that teaches, with its vectors."""

    reference: Reference
    views: NDArray[np.float32]
    """Shape (k, d), rows of unit length, k ≥ 1."""

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """One unit vector for the whole picture; see `mean_view`."""
        return mean_view(self.views)


def mean_view(views: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of k unit vectors scaled to length 1, shape (d,), float32.

    A single view comes back bit by bit. Views that cancel each other out have no mean direction;
    the first one stands for them.
    """
    first: NDArray[np.float32] = views[0]
    mean = views.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    if len(views) == 1 or length < _UNIT_TOLERANCE:
        return first
    return np.asarray(mean / length, dtype=np.float32)


def unit_views(views: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Return the views as contiguous float32, shape (k, dimensions).

    Raises:
        ValueError: when they have another shape, are not finite, or are not of length 1: a row of
            another length would count for more or less than its picture.
    """
    plain = np.ascontiguousarray(views, dtype=np.float32)
    if plain.ndim != _VIEWS_AND_DIMENSIONS or plain.shape[1] != dimensions or not len(plain):
        raise ValueError(f"expected vectors of shape (k, {dimensions}), got {plain.shape}")
    lengths = np.linalg.norm(plain.astype(np.float64), axis=1)
    # written so that NaN fails as well
    if not (np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all():
        raise ValueError(f"expected vectors of length 1, got {lengths}")
    return plain
