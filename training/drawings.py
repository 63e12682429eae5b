"""The drawn scenes of the training, rendered once, small. Touches no file."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.photographs import stack, to_canvas
from training.pictures.scenes import PLACES, draw_scene, random_scene

if TYPE_CHECKING:
    import torch

    from training.pictures.scenes import Scene

#: Seeds of the drawings that are trained on begin here; tests and evaluation draw from below.
FIRST_SEED = 1_000_000
#: Shapes of the drawn photographs, width and height in pixels.
SHAPES = ((240, 240), (240, 300), (300, 240), (216, 242))


@dataclass(frozen=True, slots=True)
class Drawings:
    """Rendered scenes."""

    pixels: torch.Tensor
    """Shape (n, 3, CANVAS, CANVAS), uint8."""

    scenes: list[Scene]


def render_drawings(count: int, seed: int) -> Drawings:
    """Draw `count` scenes, each place equally often."""
    rng = random.Random(f"drawings {seed}")
    scenes = [random_scene(rng, PLACES[number % len(PLACES)]) for number in range(count)]
    canvases = [
        to_canvas(draw_scene(scene, size=rng.choice(SHAPES), seed=FIRST_SEED + number))
        for number, scene in enumerate(scenes)
    ]
    return Drawings(stack(canvases), scenes)
