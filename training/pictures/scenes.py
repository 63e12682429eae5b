"""Little drawn photographs: eight places, four times of day, one to three people.

A scene says what is in the picture; the seed says how it is arranged. The same scene, size and seed
always give the same pixels. Touches no file.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

from training.pictures.figures import CLOTHING, draw_figures
from training.pictures.light import SKIES, TIMES, tint
from training.pictures.places import PAINTERS

__all__ = ["CLOTHING", "PLACES", "TIMES", "Scene", "draw_scene", "random_scene"]

PLACES: tuple[str, ...] = tuple(PAINTERS)
#: What a scene may hold at most; more people than this hide the place.
MOST_FIGURES = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What a drawn photograph shows."""

    place: str
    """One of `PLACES`."""

    time_of_day: str
    """One of `TIMES`."""

    clothing: str
    """One of `CLOTHING`: the colour that the people wear."""

    figures: int
    """How many people, 1 to `MOST_FIGURES`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        known = self.place in PAINTERS and self.time_of_day in SKIES and self.clothing in CLOTHING
        if not known or not 1 <= self.figures <= MOST_FIGURES:
            message = f"{self} cannot be drawn"
            raise ValueError(message)


def random_scene(rng: random.Random, place: str | None = None) -> Scene:
    """Choose a scene.

    Args:
        rng: Where the choices come from.
        place: One of `PLACES`; chosen too when absent.
    """
    return Scene(
        place=place or rng.choice(PLACES),
        time_of_day=rng.choice(TIMES),
        clothing=rng.choice(tuple(CLOTHING)),
        figures=rng.choice((1, 1, 2, 3)),
    )


def draw_scene(scene: Scene, *, size: tuple[int, int] = (512, 512), seed: int) -> Image.Image:
    """Draw a scene.

    Args:
        scene: What to show.
        size: Width and height in pixels.
        seed: How it is arranged.

    Returns:
        An RGB picture.
    """
    rng = random.Random(f"{scene.place} {scene.time_of_day} {seed}")
    backdrop = Image.new("RGB", size)
    PAINTERS[scene.place](ImageDraw.Draw(backdrop), size, SKIES[scene.time_of_day], rng)
    picture = tint(backdrop, scene.time_of_day)
    # The people come after the tint: a red shirt stays red at night, as under a flash.
    pen = ImageDraw.Draw(picture)
    draw_figures(pen, size, colour=CLOTHING[scene.clothing], count=scene.figures, rng=rng)
    return picture
