"""Sums of reference vectors, so that a mean cosine is one dot product. Pure numpy.

The mean of the cosines to n references is the dot product with their mean vector, because the dot
product is linear: mean(x · r_i) = x · mean(r_i). The mean vector is not scaled to length 1.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin

Group = tuple[Label, Origin]


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """The sum of the vectors of one group."""

    vector: NDArray[np.float64]
    """Shape (d,)."""
    count: int

    def plus(self, vector: NDArray[np.float64], count: int) -> "Total":
        """Return the total plus `count` vectors with this sum; a negative count takes them away."""
        left = self.count + count
        # an empty group is exactly zero, without rounding errors
        return Total(self.vector + vector if left else np.zeros_like(self.vector), left)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSums:
    """The sums of all references that count, by label and origin."""

    totals: Mapping[Group, Total]
    """For every label and origin."""
    counted: Callable[[str], tuple[Group, NDArray[np.float32]] | None]
    """Returns the group and vector of a content that counts; None: it does not count."""

    def total(self, label: Label, origin: Origin | None = None) -> tuple[NDArray[np.float64], int]:
        """Return the sum, shape (d,), and the count of a label's references; None: any origin."""
        origins = tuple(Origin) if origin is None else (origin,)
        parts = [self.totals[group] for group in product([label], origins)]
        vector: NDArray[np.float64] = np.sum([part.vector for part in parts], axis=0)
        return vector, sum(part.count for part in parts)

    def without(self, content_id: str) -> "ReferenceSums":
        """Return the sums without one content: a picture is never its own neighbour."""
        found = self.counted(content_id)
        if found is None:
            return self
        group, vector = found
        reduced = self.totals[group].plus(-vector.astype(np.float64), -1)
        return replace(
            self,
            totals={**self.totals, group: reduced},
            counted=lambda other: None if other == content_id else self.counted(other),
        )


def sum_up(
    vectors: Iterable[tuple[Group, NDArray[np.float32]]], dimensions: int
) -> dict[Group, Total]:
    """Add vectors of shape (dimensions,) up in float64, group by group."""
    sums = {(label, origin): np.zeros(dimensions) for label in Label for origin in Origin}
    counts = dict.fromkeys(sums, 0)
    for group, vector in vectors:
        sums[group] += vector
        counts[group] += 1
    return {group: Total(sums[group], counts[group]) for group in sums}
