"""From trained adapters to the five gates. Computes no vector of a picture anew."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.embedder import Embedder
from tasted.home.training_file import GateTold
from tasted.scoring.traits.personality import Trait, TraitScales, direction, trait_texts
from tasted.scoring.unit_rows import Rows
from tasted.training.cross_fitting import CrossFitted, TrainingMaterial
from tasted.training.gates import (
    PairedLogits,
    drift_gate,
    forward_gate,
    gain_gate,
    spread_gate,
    traits_gate,
)

_ROUNDING = 1e-9
_PICTURES_MIN = 10
"""With fewer pictures no z-score says anything."""


def prove(
    material: TrainingMaterial, found: CrossFitted, traits: Sequence[Trait], embedder: Embedder
) -> tuple[GateTold, ...]:
    """Return what each gate says.

    Args:
        material: what was learnt from.
        found: what became of it.
        traits: of the settings.
        embedder: reads their words; its text half was never changed.
    """
    views, liked = material.views, material.liked
    older, newest = material.sides.older, material.sides.newest
    targets = liked.astype(np.float64)
    before, calibrated = (
        taste.leave_one_out - taste.offset for taste in (found.frozen_taste, found.taste)
    )
    unknown = np.concatenate([newest, np.arange(len(liked), len(views.offsets) - 1)])
    places = views.places(unknown)
    cosines = np.sum(views.frozen[places] * found.vectors[places], axis=1)
    tuned = material.logits(found.taste, found.vectors, unknown)
    frozen = material.logits(found.frozen_taste, views.frozen, unknown)
    return (
        gain_gate(
            PairedLogits(before, calibrated, targets[older]),
            material.sides.groups[older],
            steps=found.steps,
        ),
        forward_gate(
            PairedLogits(frozen[: len(newest)], tuned[: len(newest)], targets[newest]),
        ),
        drift_gate(cosines.astype(np.float64)),
        traits_gate(
            trait_correlations(
                traits,
                embedder,
                views.rows(views.frozen, unknown),
                views.rows(found.vectors, unknown),
            )
        ),
        spread_gate(tuned, frozen=frozen, held_out=calibrated),
    )


def trait_correlations(
    traits: Sequence[Trait],
    embedder: Embedder,
    before: Sequence[Rows],
    after: Sequence[Rows],
) -> dict[str, float]:
    """Return how the z-scores of pictures agree with those before, by trait.

    Args:
        traits: any number.
        embedder: reads their words.
        before: the views of pictures, (k, d) each.
        after: the same pictures.
    """
    if not traits or not embedder.reads_text or len(before) < _PICTURES_MIN:
        return {}
    sides = [trait_texts(trait) for trait in traits]
    directions = np.array(
        [
            direction(embedder.embed_texts(wanted), embedder.embed_texts(opposite))
            for wanted, opposite in sides
        ]
    )
    one, other = (_z_scores(traits, directions, pictures) for pictures in (before, after))
    return {
        trait.name: _correlation(one[:, index], other[:, index])
        for index, trait in enumerate(traits)
    }


def _z_scores(
    traits: Sequence[Trait], directions: NDArray[np.float64], pictures: Sequence[Rows]
) -> NDArray[np.float64]:
    scales = TraitScales.fit(traits, directions, pictures=list(pictures))
    measured = [scales.measure(views) for views in pictures]
    return np.array(
        [[trait.picture or 0.0 for trait in picture.traits] for picture in measured], np.float64
    )


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if min(float(one.std()), float(other.std())) < _ROUNDING:
        # words that mean nothing to the model tell pictures apart neither before nor after
        return 1.0 if np.allclose(one, other) else 0.0
    return float(np.corrcoef(one, other)[0, 1])
