"""The people in a drawn scene: a head, hair, a coloured top, arms and legs. Touches no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.pictures.light import mix, vary

if TYPE_CHECKING:
    import random

    from PIL import ImageDraw

    from training.pictures.light import Colour

CLOTHING: dict[str, Colour] = {
    "red": (206, 36, 44),
    "blue": (36, 84, 200),
    "green": (40, 150, 70),
    "yellow": (244, 206, 40),
    "black": (28, 28, 32),
    "white": (244, 244, 242),
    "pink": (240, 130, 180),
}
SKIN: tuple[Colour, ...] = ((250, 218, 190), (226, 180, 140), (176, 122, 84), (112, 74, 50))
HAIR: tuple[Colour, ...] = (
    (40, 28, 22),
    (96, 60, 32),
    (214, 176, 96),
    (150, 60, 30),
    (180, 180, 180),
)
TROUSERS: tuple[Colour, ...] = ((44, 56, 92), (60, 60, 64), (150, 130, 100), (90, 70, 60))


def draw_figures(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    *,
    colour: Colour,
    count: int,
    rng: random.Random,
) -> None:
    """Draw people side by side in the lower half.

    Args:
        draw: The picture's pen.
        size: Its width and height in pixels.
        colour: What they wear.
        count: How many.
        rng: Where and how they stand.
    """
    width, height = size
    start = rng.uniform(0.25, 0.75 - 0.13 * (count - 1))
    for place in range(count):
        centre = width * (start + place * rng.uniform(0.15, 0.2))
        tall = height * rng.uniform(0.36, 0.5)
        foot = height * rng.uniform(0.93, 1.02)
        _draw_figure(draw, (centre, foot), tall, vary(colour, rng, 10), rng)


def _draw_figure(
    draw: ImageDraw.ImageDraw,
    foot: tuple[float, float],
    tall: float,
    top: Colour,
    rng: random.Random,
) -> None:
    """Draw one person standing on `foot` (x, y), `tall` pixels high."""
    centre, ground = foot
    skin, hair, trousers = rng.choice(SKIN), rng.choice(HAIR), rng.choice(TROUSERS)
    head = tall * 0.085
    shoulder, hip = ground - tall * 0.81, ground - tall * 0.45
    broad = tall * 0.13
    limb = max(2, round(tall * 0.07))
    for side in (-1, 1):
        draw.line(
            (centre + side * broad * 0.5, hip, centre + side * broad * 0.6, ground),
            fill=trousers,
            width=limb + 2,
        )
        reach, drop = rng.uniform(0.7, 1.7), rng.uniform(-0.16, 0.34)
        hand = (centre + side * broad * (1 + reach * 0.5), shoulder + tall * drop)
        draw.line(
            (centre + side * broad * 0.85, shoulder + limb * 0.5, *hand), fill=top, width=limb
        )
        draw.ellipse(_around(hand, limb * 0.55), fill=skin)
    draw.rounded_rectangle(
        (centre - broad, shoulder, centre + broad, hip + limb),
        radius=broad * 0.4,
        fill=top,
        outline=mix(top, (0, 0, 0), 0.25),
    )
    middle = (centre, shoulder - head * 1.05)
    if rng.random() < 0.5:  # long hair or short
        draw.rounded_rectangle(
            (centre - head * 1.2, middle[1] - head, centre + head * 1.2, shoulder + head),
            radius=head,
            fill=hair,
        )
    draw.ellipse(_around((middle[0], middle[1] - head * 0.2), head * 1.12), fill=hair)
    draw.ellipse(_around((middle[0], middle[1] + head * 0.14), head * 0.92), fill=skin)


def _around(middle: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    """Give the box of a circle."""
    return middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius
