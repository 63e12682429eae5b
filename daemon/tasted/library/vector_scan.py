"""All vectors of a neighbour table in memory, for many searches in a row. Pure numpy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.records import Label, Origin

Indices = NDArray[np.intp]


class VectorScan:
    """Compares a query with every vector.

    Args:
        vectors: shape (n, d), of any length.
        labels: of each vector.
        origins: of each vector; empty when not searched by origin.
    """

    def __init__(
        self, vectors: NDArray[np.float32], labels: Sequence[str], origins: Sequence[str]
    ) -> None:
        self.vectors = vectors
        self._lengths = np.linalg.norm(vectors, axis=1)
        self._labels = np.array(labels)
        self._origins = np.array(origins)

    def nearest(
        self,
        vector: NDArray[np.float32],
        label: Label,
        *,
        at_least: int,
        cosine_min: float | None,
        without: int | None,
        origin: Origin | None,
    ) -> tuple[Indices, NDArray[np.float64]]:
        """Return rows and cosines; see `NeighbourTable.nearest`."""
        # a matrix product would start the threads of BLAS, which on a busy machine wait for each
        # other ten times as long as one of them computes
        products = np.vecdot(self.vectors, vector)
        wanted = (self._labels == label.value) & (self._lengths > 0)
        if origin is not None:
            wanted &= self._origins == origin.value
        rows = np.flatnonzero(wanted)
        if without is not None:
            rows = rows[rows != without]
        lengths = self._lengths[rows] * np.linalg.norm(vector)
        # rounding can take the cosine of equal vectors a little above 1
        cosines = np.clip(products[rows].astype(np.float64) / lengths, -1.0, 1.0)
        if len(rows) > at_least:
            # first all that may be among the nearest, ties included: sorting thousands is slower
            last = np.partition(cosines, len(rows) - at_least)[len(rows) - at_least]
            near = cosines >= (last if cosine_min is None else min(last, cosine_min))
            rows, cosines = rows[near], cosines[near]
        return nearest_first(rows, cosines, at_least=at_least, cosine_min=cosine_min)


def nearest_first(
    rows: Indices, cosines: NDArray[np.float64], *, at_least: int, cosine_min: float | None
) -> tuple[Indices, NDArray[np.float64]]:
    """Return the nearest rows, nearest first, and all with `cosine_min` or more."""
    close = 0 if cosine_min is None else int((cosines >= cosine_min).sum())
    kept = np.lexsort((rows, -cosines))[: max(at_least, close)]
    return rows[kept], cosines[kept]
