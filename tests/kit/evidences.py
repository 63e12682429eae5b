"""Evidence for tests of scoring: mean cosines are given as numbers instead of references."""

import numpy as np
from numpy.typing import NDArray

from kit.memories import content, unit
from tasted.records import Label, Neighbour, Origin, Reference
from tasted.scoring.seed.evidence import Mean, ReferenceMeans, SeedEvidence


def mean_at(similarity: float | None) -> Mean | None:
    """Return a mean with this mean cosine to `unit(1)`."""
    if similarity is None:
        return None
    vector = np.zeros(8)
    vector[0] = similarity
    return Mean(vector, 2)


def neighbours(label: Label, *similarities: float) -> tuple[Neighbour, ...]:
    """Return neighbours with these cosines."""
    return tuple(
        Neighbour(
            Reference(content(f"{label}{n}"), f"{label.value}/{n}.png", label, Origin.REFERENCE),
            similarity,
        )
        for n, similarity in enumerate(similarities)
    )


def evidence(
    *,
    vector: NDArray[np.float32] | None = None,
    best: float | None = 0.9,
    reference: float | None = None,
    feedback: float | None = None,
    liked: float | None = None,
    rejected: float | None = None,
    means: ReferenceMeans | None = None,
    near_liked: tuple[Neighbour, ...] = (),
    near_rejected: tuple[Neighbour, ...] = (),
    bio: str | None = None,
    bio_vector: NDArray[np.float32] | None = None,
    traits: tuple[str, ...] = (),
    trait_text_vector: NDArray[np.float32] | None = None,
    interests: tuple[str, ...] = (),
    reads_text: bool = True,
) -> SeedEvidence:
    """Return evidence for a picture at `unit(1)`.

    Args:
        vector: of the picture, in place of `unit(1)`.
        best: the best liked similarity.
        reference: mean cosine to likes of that origin; None for none. The next three likewise.
        feedback: to liked feedback.
        liked: to all likes; when it is None, that of `reference`, of `feedback`, or `best`.
        rejected: to all rejects.
        means: all four at once.
        near_liked: nearest likes.
        near_rejected: nearest rejects.
        bio: the bio.
        bio_vector: its vector.
        traits: the wanted traits.
        trait_text_vector: the vector of their sentence.
        interests: the user's interests.
        reads_text: whether the embedder does.
    """
    known = [given for given in (liked, reference, feedback, best) if given is not None]
    return SeedEvidence(
        vector=unit(1) if vector is None else vector,
        liked=near_liked,
        rejected=near_rejected,
        means=means
        or ReferenceMeans(
            reference=mean_at(reference),
            feedback=mean_at(feedback),
            liked=mean_at(known[0] if known and best is not None else None),
            rejected=mean_at(rejected),
        ),
        best_liked_similarity=best,
        bio=bio,
        trait_text_vector=trait_text_vector,
        bio_vector=bio_vector,
        interests=interests,
        traits=traits,
        reads_text=reads_text,
    )
