"""The pictures that may be asked about, by their likeness to one another. Pure."""

import numpy as np
from numpy.typing import NDArray

NEAREST = 20
"""So many neighbours tell how typical a picture is of the pool."""
_ROWS_AT_ONCE = 512
_ROUNDING = 1e-9

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Indices = NDArray[np.intp]


class AskPool:
    """m pictures or profiles as directions in d dimensions.

    Args:
        directions: shape (m, d), of length 1, or 0 for what has no direction.
        density: shape (m,), of the first pictures as far as it is known; None: not yet.
    """

    def __init__(self, directions: Single, density: Array | None = None) -> None:
        self.directions = directions
        self._density = density if density is not None else np.zeros(0)

    @classmethod
    def of(cls, items: Array) -> "AskPool":
        """Return the pool of centred items, (m, d), of any length."""
        return cls(_directions(items))

    def extended(self, items: Array) -> "AskPool":
        """Return a pool with more pictures, (n, d); how typical the others are stays as it was."""
        directions = np.concatenate([self.directions, _directions(items)])
        return AskPool(directions, self._density)

    def __len__(self) -> int:
        return len(self.directions)

    @property
    def density(self) -> Array:
        """Shape (m,), in [-1, 1]: the mean cosine of each to its 20 nearest in the pool; 0 alone.

        With a smaller pool it is the mean cosine to all others.
        """
        count, known = len(self), len(self._density)
        if known < count:
            new = [self._of_block(first) for first in range(known, count, _ROWS_AT_ONCE)]
            self._density = np.concatenate([self._density, *new])
        return self._density

    def _of_block(self, first: int) -> Array:
        count = len(self)
        block = np.arange(first, min(first + _ROWS_AT_ONCE, count))
        nearest = min(NEAREST, count - 1)
        if nearest < 1:
            return np.zeros(len(block))
        cosines = self.directions[block] @ self.directions.T
        # nobody is its own neighbour
        cosines[np.arange(len(block)), block] = -np.inf
        top = np.partition(cosines, count - nearest, axis=1)[:, count - nearest :]
        return np.asarray(top.mean(axis=1), np.float64)

    def cosines(self, place: int) -> Array:
        """Return the cosines of all to one of them, shape (m,)."""
        return np.asarray(self.directions @ self.directions[place], np.float64)


def _directions(items: Array) -> Single:
    lengths = np.linalg.norm(items, axis=1, keepdims=True)
    scaled = np.where(lengths > _ROUNDING, items / np.maximum(lengths, _ROUNDING), 0.0)
    return np.asarray(scaled, np.float32)
