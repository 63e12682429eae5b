"""The `seed` formula on each reference, by all other pictures. Pure.

Looks only, as with the other scorers of an evaluation.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.seed.evidence import Mean, ReferenceMeans, SeedEvidence
from tasted.scoring.seed.formula import MATCH_THRESHOLD, Score, score_seed

_LOOKS_ALONE: Mapping[str, float] = {"physical": 1.0, "personality": 0.0, "interests": 0.0}

Array = NDArray[np.float64]


def seed_leave_one_out(
    whole: NDArray[np.float32],
    liked: NDArray[np.bool_],
    curated: NDArray[np.bool_],
    groups: NDArray[np.intp],
    chosen: NDArray[np.intp],
    *,
    match_threshold: float = MATCH_THRESHOLD,
) -> tuple[Score, ...]:
    """Score some references, each without itself and whatever shows the same picture.

    Args:
        whole: (n, d) unit rows, one for each reference, not centred.
        liked: (n,).
        curated: (n,): of origin `reference`; the others are feedback.
        groups: (n,): equal numbers for references that show the same picture.
        chosen: indices of the references that are scored.
        match_threshold: smallest confidence of a match.
    """
    rows = whole.astype(np.float64)
    return tuple(
        score_seed(
            _evidence(whole[index], rows, liked, curated, groups != groups[index]),
            weights=_LOOKS_ALONE,
            match_threshold=match_threshold,
        )
        for index in chosen
    )


def _evidence(
    vector: NDArray[np.float32],
    rows: Array,
    liked: NDArray[np.bool_],
    curated: NDArray[np.bool_],
    others: NDArray[np.bool_],
) -> SeedEvidence:
    means = ReferenceMeans(
        reference=_mean(rows, others & liked & curated),
        feedback=_mean(rows, others & liked & ~curated),
        liked=_mean(rows, others & liked),
        rejected=_mean(rows, others & ~liked),
    )
    compared = others & liked if means.reference is None else others & liked & curated
    cosines = rows[compared] @ vector.astype(np.float64)
    return SeedEvidence(
        vector=vector,
        liked=(),
        rejected=(),
        means=means,
        best_liked_similarity=min(1.0, float(cosines.max())) if len(cosines) else None,
        bio=None,
        trait_text_vector=None,
        bio_vector=None,
        interests=(),
        traits=(),
        reads_text=True,
    )


def _mean(rows: Array, chosen: NDArray[np.bool_]) -> Mean | None:
    count = int(chosen.sum())
    return Mean(chosen.astype(np.float64) @ rows / count, count) if count else None
