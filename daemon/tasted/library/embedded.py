"""A picture as its embedder sees it: one vector for each of its views. Pure numpy.

The direction of a vector is what the embedder found; its length is the weight of the view, in
(0, 1]. So a sum of views is weighted, and a picture with one view has one vector of length 1.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import PictureFacts, Reference

_UNIT_TOLERANCE = 1e-4
_VIEWS_AND_DIMENSIONS = 2


@dataclass(frozen=True, slots=True, eq=False)
class ViewHashes:
    """The perceptual hashes of a picture and its k views, see `copies.perceptual_hash`."""

    cells: NDArray[np.int8]
    """Shape (k, length), each from -7 to 7."""
    are_photos: NDArray[np.bool_]
    """Shape (k,): whether a view is a photograph and not part of a page."""
    wholes: NDArray[np.int8]
    """Shape (p, length): of the whole picture; for a profile, of each of its p photos."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """What is kept about a content: the vectors of its views, and facts from decoding."""

    views: NDArray[np.float32]
    """Shape (k, d), k ≥ 1, rows as long as their weights, in the order of `facts.views`."""
    facts: PictureFacts
    hashes: ViewHashes | None = None
    """Of the same views; known when they were just made, see `Library.hashes`."""

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """One unit vector for the whole picture; see `mean_view`."""
        return mean_view(self.views)


@dataclass(frozen=True, eq=False)
class LearnedReference:
    """A labelled picture with its vectors."""

    reference: Reference
    views: NDArray[np.float32]
    """Shape (k, d), k ≥ 1, rows as long as their weights."""

    @cached_property
    def vector(self) -> NDArray[np.float32]:
        """One unit vector for the whole picture; see `mean_view`."""
        return mean_view(self.views)


def mean_view(views: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction of the sum of k views, shape (d,), float32, of length 1.

    A single view is returned unchanged. Views that cancel each other out have no mean direction;
    the first one is used instead.
    """
    first: NDArray[np.float32] = views[0]
    mean = views.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    if len(views) == 1:
        return first
    if length < _UNIT_TOLERANCE:
        return np.asarray(first / np.linalg.norm(first), dtype=np.float32)
    return np.asarray(mean / length, dtype=np.float32)


def unit_views(views: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Return the views as contiguous float32, shape (k, dimensions).

    Raises:
        ValueError: when they have another shape, are not finite, or are not of length 1: a row of
            another length would count more or less than its picture.
    """
    plain, lengths = _checked_shape(views, dimensions)
    # written so that NaN fails as well
    if not (np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all():
        raise ValueError(f"expected vectors of length 1, got {lengths}")
    return plain


def weighted_views(views: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Return the views of a picture as contiguous float32, shape (k, dimensions).

    Raises:
        ValueError: when they have another shape, are not finite, or their lengths are not weights:
            in (0, 1], and 1 for one of them.
    """
    plain, lengths = _checked_shape(views, dimensions)
    if not ((lengths > 0) & (lengths <= 1.0 + _UNIT_TOLERANCE)).all():
        raise ValueError(f"expected vectors of lengths up to 1, got {lengths}")
    if lengths.max() < 1.0 - _UNIT_TOLERANCE:
        raise ValueError(f"expected a vector of length 1, got {lengths}")
    return plain


def _checked_shape(
    views: NDArray[np.float32], dimensions: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    plain = np.ascontiguousarray(views, dtype=np.float32)
    if plain.ndim != _VIEWS_AND_DIMENSIONS or plain.shape[1] != dimensions or not len(plain):
        raise ValueError(f"expected vectors of shape (k, {dimensions}), got {plain.shape}")
    return plain, np.linalg.norm(plain.astype(np.float64), axis=1)
