"""The references that count as one matrix in memory, and the exact nearest of them. Pure numpy.

Below some 100,000 rows a dot product with all of them is faster than asking the table on disk, and
exact, which a vector index is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.library.embedded import LearnedReference
from tasted.library.sums import Group, ReferenceSums, sum_up
from tasted.records import Label, Neighbour, Origin


@dataclass(frozen=True, eq=False)
class ReferenceMatrix:
    """The references that count, in the order of learning."""

    learned: tuple[LearnedReference, ...]
    dimensions: int

    @cached_property
    def rows(self) -> NDArray[np.float32]:
        """Shape (n, d): the vector of each."""
        empty = np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([each.vector for each in self.learned]) if self.learned else empty

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each content."""
        return {each.reference.content_id: row for row, each in enumerate(self.learned)}

    @cached_property
    def sums(self) -> ReferenceSums:
        """The sums of the rows by label and origin."""
        grouped = ((self._group(row), each.vector) for row, each in enumerate(self.learned))
        return ReferenceSums(sum_up(grouped, self.dimensions), self._counted)

    def nearest(
        self,
        vector: NDArray[np.float32],
        label: Label,
        *,
        limit: int,
        exclude: str | None,
        origin: Origin | None,
    ) -> list[Neighbour]:
        """Return the `limit` nearest of a label, nearest first; see `Library.nearest`.

        Args:
            vector: shape (d,), float32, unit length.
            label: which references to search.
            limit: the most to return.
            exclude: a content id that is left out.
            origin: only references of this origin; None means any.
        """
        wanted = (
            self._of_label[label]
            if origin is None
            else self._of_label[label] & (self._of_origin[origin])
        )
        places = np.flatnonzero(wanted)
        excluded = self.index.get(exclude) if exclude is not None else None
        if excluded is not None:
            places = places[places != excluded]
        if limit <= 0 or not len(places):
            return []
        # rounding takes the cosine of equal vectors a little above 1
        cosines = np.clip(self.rows @ vector, -1.0, 1.0)[places]
        if len(places) > limit:
            least = np.partition(cosines, len(cosines) - limit)[len(cosines) - limit]
            places, cosines = places[cosines >= least], cosines[cosines >= least]
        found = [
            Neighbour(self.learned[place].reference, float(cosine))
            for place, cosine in zip(places, cosines, strict=True)
        ]
        return sorted(found, key=_nearest_first)[:limit]

    @cached_property
    def _of_label(self) -> dict[Label, NDArray[np.bool_]]:
        return {
            label: np.array([each.reference.label is label for each in self.learned], np.bool_)
            for label in Label
        }

    @cached_property
    def _of_origin(self) -> dict[Origin, NDArray[np.bool_]]:
        return {
            origin: np.array([each.reference.origin is origin for each in self.learned], np.bool_)
            for origin in Origin
        }

    def _group(self, row: int) -> Group:
        reference = self.learned[row].reference
        return reference.label, reference.origin

    def _counted(self, content_id: str) -> tuple[Group, NDArray[np.float32]] | None:
        row = self.index.get(content_id)
        return None if row is None else (self._group(row), self.learned[row].vector)


def _nearest_first(neighbour: Neighbour) -> tuple[float, str]:
    return -neighbour.similarity, neighbour.reference.content_id
