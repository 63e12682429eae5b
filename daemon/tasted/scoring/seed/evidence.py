"""What the fixed formula knows about one screenshot. Plain values."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import Label, Neighbour, Origin


class Totals(Protocol):
    """Sums of reference vectors, from the library."""

    def total(self, label: Label, origin: Origin | None = None) -> tuple[NDArray[np.float64], int]:
        """Return the sum, shape (d,), and the count of a label's references; None: any origin."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Mean:
    """The mean of some reference vectors; its dot product with x is the mean cosine to x."""

    vector: NDArray[np.float64]
    """Shape (d,), not of length 1."""
    count: int

    def similarity(self, vector: NDArray[np.float32]) -> float:
        """Return the mean cosine to a unit vector of shape (d,), in [-1, 1]."""
        return cosine(self.vector, vector)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceMeans:
    """The means of the groups in the formula; None for an empty group."""

    reference: Mean | None
    """Of liked pictures that the user chose by hand."""
    feedback: Mean | None
    """Of liked pictures that had been scored before."""
    liked: Mean | None
    """Of all liked pictures."""
    rejected: Mean | None
    """Of all rejected pictures."""

    @classmethod
    def from_sums(cls, sums: Totals) -> "ReferenceMeans":
        """Divide sums by counts."""
        return cls(
            reference=_mean(*sums.total(Label.LIKED, Origin.REFERENCE)),
            feedback=_mean(*sums.total(Label.LIKED, Origin.FEEDBACK)),
            liked=_mean(*sums.total(Label.LIKED)),
            rejected=_mean(*sums.total(Label.REJECTED)),
        )


def _mean(total: NDArray[np.float64], count: int) -> Mean | None:
    return Mean(total / count, count) if count else None


@dataclass(frozen=True, slots=True, eq=False)
class SeedEvidence:
    """What is known about one screenshot; vectors have shape (d,), float32, length 1."""

    vector: NDArray[np.float32]
    liked: tuple[Neighbour, ...]
    """Nearest first; the screenshot itself is never among references."""
    rejected: tuple[Neighbour, ...]
    means: ReferenceMeans
    best_liked_similarity: float | None
    """Largest cosine to a liked reference of origin `reference`, of any origin when there are none;
    None when nothing is liked."""
    bio: str | None
    trait_text_vector: NDArray[np.float32] | None
    """Of "A person who is {traits}"; None without traits or when the embedder reads no text."""
    bio_vector: NDArray[np.float32] | None
    interests: tuple[str, ...]
    traits: tuple[str, ...]
    reads_text: bool
    """Whether the embedder reads text."""


def cosine(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the dot product, shape (d,) each, in float64 and kept in [-1, 1]."""
    product = float(np.dot(one.astype(np.float64), other.astype(np.float64)))
    return min(1.0, max(-1.0, product))
