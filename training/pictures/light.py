"""The light of a time of day: the sky behind a scene, the tint over it. Touches no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image

if TYPE_CHECKING:
    import random

    from PIL import ImageDraw

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Sky:
    """What is seen above the horizon, or through a window."""

    top: Colour
    bottom: Colour
    sun: Colour
    height: float
    """Of the sun or moon, as a share of the picture's height from its top."""


SKIES: dict[str, Sky] = {
    "morning": Sky((150, 190, 225), (250, 226, 205), (255, 236, 190), 0.26),
    "noon": Sky((70, 150, 235), (185, 222, 250), (255, 250, 220), 0.09),
    "sunset": Sky((95, 70, 140), (255, 140, 70), (255, 200, 90), 0.36),
    "night": Sky((8, 12, 38), (30, 38, 84), (232, 234, 245), 0.14),
}
TIMES: tuple[str, ...] = tuple(SKIES)

#: The tint over the whole picture and its strength, 0 to 1.
TINTS: dict[str, tuple[Colour, float]] = {
    "morning": ((255, 235, 205), 0.13),
    "noon": ((255, 255, 255), 0.0),
    "sunset": ((255, 120, 40), 0.24),
    "night": ((10, 14, 60), 0.45),
}


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` is how much of the second there is, 0 to 1."""
    red, green, blue = (
        round(one + (other - one) * share) for one, other in zip(first, second, strict=True)
    )
    return red, green, blue


def vary(colour: Colour, rng: random.Random, amount: int = 18) -> Colour:
    """Move each channel of a colour by at most `amount` steps."""
    red, green, blue = (
        min(255, max(0, channel + rng.randint(-amount, amount))) for channel in colour
    )
    return red, green, blue


def draw_sky(
    draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], sky: Sky, rng: random.Random
) -> None:
    """Fill a box (left, top, right, bottom, in pixels) with sky and the sun or moon."""
    left, top, right, bottom = box
    bands = 24
    step = (bottom - top) / bands
    for band in range(bands):
        upper = top + band * step
        colour = mix(sky.top, sky.bottom, band / (bands - 1))
        draw.rectangle((left, upper, right, upper + step + 1), fill=colour)
    radius = (right - left) * rng.uniform(0.035, 0.06)
    across = left + (right - left) * rng.uniform(0.12, 0.88)
    down = top + (bottom - top) * sky.height * rng.uniform(1.0, 1.6)
    draw.ellipse((across - radius, down - radius, across + radius, down + radius), fill=sky.sun)


def tint(picture: Image.Image, time_of_day: str) -> Image.Image:
    """Lay the light of a time of day over a whole RGB picture."""
    colour, strength = TINTS[time_of_day]
    if not strength:
        return picture
    return Image.blend(picture, Image.new("RGB", picture.size, colour), strength)
