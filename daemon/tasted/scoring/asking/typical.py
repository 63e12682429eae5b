"""Typical pictures first, spread over the pool: what to ask while scores say nothing. Pure.

A picture speaks for those that look like it. The next one asked is the one that adds most to what
is spoken for, as in k-means with pictures as centres: the largest group first, then the next.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.asking.pool import AskPool, Indices, Single

SPOKEN_FOR_MAX = 1_000
"""So many pictures of a larger pool stand for all of it."""


class Coverage:
    """How well each picture of a pool is spoken for.

    Args:
        pool: of m pictures.
        seed: chooses which pictures stand for a large pool.
    """

    def __init__(self, pool: AskPool, *, seed: int) -> None:
        self._directions = pool.directions
        count = len(pool)
        sample = np.arange(count)
        if count > SPOKEN_FOR_MAX:
            sample = np.random.default_rng(seed).choice(count, SPOKEN_FOR_MAX, replace=False)
        # a direction on the other side speaks for nothing
        self._likeness = np.maximum(pool.directions @ pool.directions[sample].T, 0.0)
        self._sample = sample
        self._covered: Single = np.zeros(len(sample), np.float32)

    def cover_by(self, directions: Single) -> None:
        """Take in what other pictures, (k, d) of length 1, speak for: those judged before."""
        if len(directions):
            likeness = directions @ self._directions[self._sample].T
            self._covered = np.maximum(self._covered, likeness.max(axis=0))

    def cover(self, places: Indices) -> None:
        """Take in what pictures of the pool speak for."""
        if len(places):
            self._covered = np.maximum(self._covered, self._likeness[places].max(axis=0))

    def gains(self) -> NDArray[np.float64]:
        """Return how much each picture would add, shape (m,), 0 or more."""
        gains = np.empty(len(self._likeness))
        # row by row: no second matrix of this size
        for place, likeness in enumerate(self._likeness):
            gains[place] = np.maximum(likeness - self._covered, 0.0).sum()
        return gains
