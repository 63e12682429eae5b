"""The pictures that may be asked about, by their likeness to one another. Pure."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.taste.centring import centred_items
from tasted.scoring.unit_rows import Vectors

NEAREST = 20
"""So many neighbours tell how typical a picture is of the pool."""
_ROWS_AT_ONCE = 512
_ROUNDING = 1e-9

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class AskPool:
    """m pictures or profiles as directions in d dimensions; one whose direction is lost is 0."""

    directions: Single
    """Shape (m, d): centred items of length 1, or 0."""

    @classmethod
    def of(cls, items: Array) -> "AskPool":
        """Return the pool of centred items, (m, d), of any length."""
        lengths = np.linalg.norm(items, axis=1, keepdims=True)
        scaled = np.where(lengths > _ROUNDING, items / np.maximum(lengths, _ROUNDING), 0.0)
        return cls(scaled.astype(np.float32))

    @classmethod
    def of_vectors(cls, vectors: Vectors, mean: Array) -> "AskPool":
        """Return the pool of m pictures with k views each; see `centred_items`."""
        return cls.of(centred_items(vectors, mean))

    def __len__(self) -> int:
        return len(self.directions)

    @cached_property
    def density(self) -> Array:
        """Shape (m,), in [-1, 1]: the mean cosine of each to its 20 nearest in the pool; 0 alone.

        With a smaller pool it is the mean cosine to all others.
        """
        count = len(self)
        nearest = min(NEAREST, count - 1)
        density = np.zeros(count)
        if nearest < 1:
            return density
        for first in range(0, count, _ROWS_AT_ONCE):
            block = slice(first, min(first + _ROWS_AT_ONCE, count))
            cosines = self.directions[block] @ self.directions.T
            # nobody is its own neighbour
            cosines[np.arange(len(cosines)), np.arange(block.start, block.stop)] = -np.inf
            top = np.partition(cosines, count - nearest, axis=1)[:, count - nearest :]
            density[block] = top.mean(axis=1)
        return density

    def cosines(self, place: int) -> Array:
        """Return the cosines of all to one of them, shape (m,)."""
        return np.asarray(self.directions @ self.directions[place], np.float64)
