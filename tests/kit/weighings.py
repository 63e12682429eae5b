"""Weighed scores for tests: drawn tastes with columns, and evidence given as numbers."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kit.tastes import DIMENSIONS, drawn
from tasted.scoring.interests import (
    InterestEvidence,
    InterestShare,
    Mention,
)
from tasted.scoring.personality import PersonalityEvidence, Trait, TraitMeasure
from tasted.scoring.taste import Taste, fit_taste
from tasted.scoring.weighing import DEFAULT_WEIGHTS, Weigher, scales

HISTORY = drawn(60, seed=98).vectors


def personality(
    picture: Mapping[str, float], bio: Mapping[str, float] | None = None
) -> PersonalityEvidence:
    """Return evidence with these standard scores of traits; each column is the mean of its own."""
    said = bio or {}
    names = [*picture, *(name for name in said if name not in picture)]
    return PersonalityEvidence(
        traits=tuple(
            TraitMeasure(
                trait=Trait(name),
                picture=picture.get(name),
                bio=said.get(name),
                picture_share=picture.get(name, 0.0) / max(1, len(picture)),
                bio_share=said.get(name, 0.0) / max(1, len(said)),
            )
            for name in names
        ),
        picture_column=sum(picture.values()) / len(picture) if picture else math.nan,
        bio_column=sum(said.values()) / len(said) if said else math.nan,
        score=0.5,
    )


def interests(
    shares: Mapping[str, float], *, dealbreakers: tuple[str, ...] = ()
) -> InterestEvidence:
    """Return evidence of interests that add these shares; above 0: the bio names them."""
    return InterestEvidence(
        shares=tuple(
            InterestShare(name, Mention(name, "named", name) if share > 0 else None, share)
            for name, share in shares.items()
        ),
        column=sum(shares.values()) if shares else math.nan,
        score=0.5 if shares else None,
        dealbreakers=tuple(Mention(name, "named", name) for name in dealbreakers),
    )


def drawn_columns(liked: NDArray[np.bool_], *, seed: int) -> NDArray[np.float64]:
    """Return (n, 3) columns that tell a little of the labels, with holes."""
    random = np.random.default_rng(seed)
    columns = 0.6 * (2.0 * liked[:, None] - 1) + 0.8 * random.normal(size=(len(liked), 3))
    columns[random.random(columns.shape) < 0.2] = np.nan
    return np.asarray(columns)


def drawn_weigher(
    count: int,
    *,
    seed: int,
    weights: Mapping[str, float] = DEFAULT_WEIGHTS,
    with_history: bool = True,
    label: bool | None = None,
) -> Weigher:
    """Return a weigher over `count` drawn references.

    Args:
        count: of references; 0: text alone.
        seed: of the references and their columns.
        weights: of the user.
        with_history: whether there are 60 pictures of history.
        label: of all references; None: as drawn.
    """
    known = drawn(count, seed=seed)
    liked = known.liked if label is None else np.full(count, label)
    columns = drawn_columns(known.liked, seed=seed)
    taste: Taste = fit_taste(
        known.vectors.reshape(count, DIMENSIONS),
        liked,
        history=HISTORY if with_history else None,
        columns=columns,
    )
    return Weigher(taste, scales(weights), reference_columns=columns)
