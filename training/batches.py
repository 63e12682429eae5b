"""One step's pictures and captions, put together from the material. Touches no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from training.augment import FOR_DRAWINGS, FOR_PHOTOGRAPHS, augment, frame_some
from training.captions import Caption, garment_caption, scene_caption
from training.likeness import place_shares
from training.student import normalise
from training.words import GARMENTS, SUBJECTS

if TYPE_CHECKING:
    import random

    from training.drawings import Drawings
    from training.photographs import Photographs
    from training.pictures.scenes import Scene
    from training.teacher import Teacher

#: Photographs of a batch, some of them seen twice, blends of two photographs, and drawings.
SINGLE, TWICE, BLENDED, DRAWN = 32, 12, 20, 56
#: Share of the pictures that have a phone's edges.
FRAMED = 0.2


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on."""

    photographs: Photographs
    drawings: Drawings
    teacher: Teacher


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures and captions; the photographs come first."""

    pixels: torch.Tensor
    """Shape (n, 3, SIDE, SIDE), normalised as the image processor does."""

    shares: torch.Tensor
    """What each picture is about, shape (n, 11)."""

    scenes: list[Scene | None]
    identities: torch.Tensor
    """Shape (n,), int64: equal for views of one picture."""

    captions: list[Caption]
    teacher_features: torch.Tensor
    """What the teacher sees in the photographs, shape (photographs, 160)."""

    teacher_shares: torch.Tensor
    """What it takes them for, shape (photographs, 3)."""


def make_batch(material: Material, rng: random.Random, generator: torch.Generator) -> Batch:
    """Put together one step's pictures and captions."""
    photographs, identities, features, opinions = _photographs(material, generator)
    chosen = torch.randint(0, len(material.drawings.scenes), (DRAWN,), generator=generator)
    drawn = augment(material.drawings.pixels[chosen], FOR_DRAWINGS, generator)
    drawn_scenes = [material.drawings.scenes[int(number)] for number in chosen]
    shares = torch.zeros(len(photographs), len(SUBJECTS))
    shares[:, -len(GARMENTS) :] = opinions
    captions = [
        garment_caption(rng, rng.choices(GARMENTS, opinion.tolist())[0]) for opinion in opinions
    ] + [scene_caption(rng, scene) for scene in drawn_scenes]
    scenes: list[Scene | None] = [*([None] * len(photographs)), *drawn_scenes]
    pictures = frame_some(torch.cat([photographs, drawn]), FRAMED, generator)
    return Batch(
        pixels=normalise(pictures),
        shares=torch.cat([shares, place_shares(drawn_scenes)]),
        scenes=scenes,
        identities=torch.cat([identities, chosen + 2_000_000]),
        captions=captions,
        teacher_features=features,
        teacher_shares=opinions,
    )


def _photographs(
    material: Material, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Choose and augment photographs, and ask the teacher about them.

    Returns:
        Pictures, identities (blends have one each), the teacher's features and opinions.
    """
    garments = material.photographs.garments
    evenly = 1 / torch.bincount(garments).float()[garments]
    first = torch.multinomial(evenly, SINGLE, generator=generator)
    pairs = torch.multinomial(evenly, BLENDED * 2, replacement=True, generator=generator)
    chosen = torch.cat([first, first[:TWICE], pairs])
    pictures = augment(material.photographs.pixels[chosen], FOR_PHOTOGRAPHS, generator)
    plain = pictures[: SINGLE + TWICE]
    one, other = pictures[SINGLE + TWICE :].chunk(2)
    share = torch.rand(BLENDED, 1, 1, 1, generator=generator)
    pictures = torch.cat([plain, share * one + (1 - share) * other])
    identities = torch.cat([chosen[: SINGLE + TWICE], torch.arange(BLENDED) + 1_000_000])
    with torch.no_grad():
        features = material.teacher.features(pictures)
        opinions = material.teacher.head(features).softmax(1)
    # The photographer knows better than the teacher, except where the crop has missed the thing.
    known = functional.one_hot(garments[chosen[: SINGLE + TWICE]], len(GARMENTS)).float()
    opinions[: SINGLE + TWICE] = (opinions[: SINGLE + TWICE] + known) / 2
    # Every picture's features have the same spread, so that none weighs more than another.
    features = functional.layer_norm(features, features.shape[1:])
    return pictures, identities, features, opinions
