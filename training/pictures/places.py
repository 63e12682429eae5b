"""The backdrops under the sky (mountain, beach, forest, city) and the table of all painters.

A painter fills the whole picture from a pen, a size, a sky and a source of choices. Touches no
file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from training.pictures.light import draw_sky, mix, vary
from training.pictures.rooms import paint_concert, paint_gym, paint_kitchen, paint_library

if TYPE_CHECKING:
    import random

    from PIL import ImageDraw

    from training.pictures.light import Colour, Sky

DARK_SKY = 150
"""A sky whose upper channels add up to less than this is a night sky."""


class Painter(Protocol):
    """What fills a picture with a place."""

    def __call__(
        self, draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random, /
    ) -> None:
        """Paint over the whole picture of this size (width, height in pixels)."""


def paint_mountain(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """Ridges with snow, one behind the other, and a meadow in front."""
    width, height = size
    horizon = height * rng.uniform(0.6, 0.7)
    draw_sky(draw, (0, 0, width, horizon), sky, rng)
    stone = vary((104, 108, 122), rng)
    for depth in range(3):
        colour = mix(stone, sky.bottom, 0.45 - 0.2 * depth)
        for _ in range(rng.randint(1, 3)):
            _draw_peak(draw, size, colour, (rng.uniform(0.1, 0.24) + 0.1 * depth, horizon), rng)
    meadow = vary((86, 140, 70), rng)
    draw.rectangle((0, horizon, width, height), fill=meadow)
    path = width * rng.uniform(0.3, 0.7)
    draw.polygon(
        [
            (path, horizon),
            (path + width * 0.03, horizon),
            (path + width * 0.2, height),
            (path - width * 0.1, height),
        ],
        fill=(190, 168, 128),
    )
    for _ in range(rng.randint(3, 9)):
        across, down = rng.uniform(0, width), rng.uniform(horizon, height)
        size_of_stone = width * rng.uniform(0.01, 0.035)
        box = (across, down, across + size_of_stone * 1.6, down + size_of_stone)
        draw.ellipse(box, fill=vary((120, 120, 118), rng))


def _draw_peak(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    colour: Colour,
    summit_and_foot: tuple[float, float],
    rng: random.Random,
) -> None:
    """Draw one peak and its snow; the summit is a share of the height, the foot is in pixels."""
    width, height = size
    top, foot = summit_and_foot[0] * height, summit_and_foot[1]
    middle, half = width * rng.uniform(0.05, 0.95), width * rng.uniform(0.25, 0.48)
    draw.polygon([(middle - half, foot), (middle, top), (middle + half, foot)], fill=colour)
    shade = mix(colour, (0, 0, 0), 0.2)
    draw.polygon(
        [(middle + half * 0.2, foot), (middle, top), (middle + half, foot)],
        fill=shade,
    )
    snow = (foot - top) * rng.uniform(0.2, 0.4)
    edge = half * snow / (foot - top)
    draw.polygon(
        [
            (middle, top),
            (middle + edge, top + snow),
            (middle + edge * 0.4, top + snow * 0.75),
            (middle, top + snow * 1.1),
            (middle - edge * 0.5, top + snow * 0.8),
            (middle - edge, top + snow),
        ],
        fill=(246, 248, 252),
    )


def paint_beach(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """The sea with waves, sand, a parasol and sometimes a sail."""
    width, height = size
    horizon, shore = height * rng.uniform(0.36, 0.48), height * rng.uniform(0.6, 0.7)
    draw_sky(draw, (0, 0, width, horizon), sky, rng)
    sea = mix(vary((24, 140, 190), rng), sky.top, 0.25)
    draw.rectangle((0, horizon, width, shore), fill=sea)
    for _ in range(rng.randint(8, 16)):
        across, down = rng.uniform(-0.1, 0.9) * width, rng.uniform(horizon, shore)
        wave = (across, down, across + width * rng.uniform(0.1, 0.3), down)
        draw.line(wave, fill=mix(sea, (255, 255, 255), 0.5), width=max(1, height // 160))
    sand = vary((238, 210, 150), rng)
    edge = [
        (width * step / 12, shore + math.sin(step + rng.random()) * height * 0.02)
        for step in range(13)
    ]
    draw.polygon([*edge, (width, height), (0, height)], fill=sand)
    draw.line(edge, fill=(250, 250, 246), width=max(2, height // 80))
    if rng.random() < 0.6:  # most seas have a boat
        boat = width * rng.uniform(0.1, 0.8)
        sail = [(boat, horizon), (boat, horizon - height * 0.13), (boat + width * 0.07, horizon)]
        draw.polygon(sail, fill=(250, 250, 250))
    pole, top = width * rng.choice((rng.uniform(0.08, 0.25), rng.uniform(0.75, 0.92))), shore * 0.94
    draw.line((pole, top, pole, height * 0.86), fill=(150, 110, 70), width=max(2, width // 90))
    shade, broad = rng.choice(((230, 60, 60), (250, 190, 40), (40, 160, 170))), width * 0.14
    for stripe in range(4):
        colour = shade if stripe % 2 == 0 else (250, 246, 238)
        box = (pole - broad, top - broad * 0.5, pole + broad, top + broad * 0.7)
        draw.pieslice(box, 180 + stripe * 45, 225 + stripe * 45, fill=colour)


def paint_forest(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """Trunks and crowns, near and far, with ferns between them."""
    width, height = size
    horizon = height * rng.uniform(0.62, 0.74)
    draw_sky(draw, (0, 0, width, horizon), sky, rng)
    draw.rectangle((0, horizon, width, height), fill=vary((70, 86, 44), rng))
    green = vary((34, 96, 48), rng)
    for depth in range(3):
        colour = mix(green, sky.bottom, 0.4 - 0.2 * depth)
        needles = rng.random() < 0.5  # firs or broad leaves
        for _ in range(rng.randint(6, 9) - depth):
            foot = (width * rng.uniform(-0.05, 1.05), horizon + height * 0.06 * depth)
            tall = height * rng.uniform(0.5, 0.72) * (0.75 + 0.2 * depth)
            _draw_tree(draw, foot, tall, vary(colour, rng, 12), needles=needles)
    for _ in range(rng.randint(14, 26)):
        across, down = rng.uniform(0, width), rng.uniform(horizon + height * 0.08, height)
        leaf = width * rng.uniform(0.02, 0.05)
        tuft = [(across - leaf, down), (across, down - leaf * 1.4), (across + leaf, down)]
        draw.polygon(tuft, fill=vary((54, 124, 52), rng))


def _draw_tree(
    draw: ImageDraw.ImageDraw,
    foot: tuple[float, float],
    tall: float,
    green: Colour,
    *,
    needles: bool,
) -> None:
    """Draw one tree of `tall` pixels on its foot (x, y)."""
    across, down = foot
    trunk = max(1.0, tall * 0.03)
    draw.rectangle((across - trunk, down - tall * 0.5, across + trunk, down), fill=(86, 60, 40))
    for part in range(3):
        top, broad = down - tall * (1 - 0.23 * part), tall * (0.11 + 0.05 * part)
        if needles:
            base = top + tall * 0.36
            draw.polygon(
                [(across - broad, base), (across, top), (across + broad, base)], fill=green
            )
        else:
            side = (part - 1) * tall * 0.12
            middle, radius = (
                (across + side, down - tall * (0.72 if part == 1 else 0.62)),
                tall * 0.16,
            )
            draw.ellipse(
                (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius),
                fill=green,
            )


def paint_city(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """Towers with rows of windows, a street with its markings, a lamp and a car."""
    width, height = size
    street = height * rng.uniform(0.72, 0.8)
    draw_sky(draw, (0, 0, width, street), sky, rng)
    lit = sum(sky.top) < DARK_SKY
    for depth in range(2):
        left = -width * rng.uniform(0.0, 0.1)
        while left < width:
            broad = width * rng.uniform(0.11, 0.2)
            top = street - height * rng.uniform(0.25, 0.62) * (1 - 0.25 * depth)
            stone = vary(rng.choice(((128, 132, 142), (160, 130, 112), (92, 104, 124))), rng)
            _draw_tower(draw, (left, top, left + broad, street), stone, rng, lit=lit)
            left += broad * rng.uniform(1.0, 1.2 + 0.4 * depth)
    draw.rectangle((0, street, width, height), fill=vary((66, 66, 72), rng))
    draw.rectangle((0, street, width, street + height * 0.03), fill=(150, 150, 150))
    middle = (street + height) / 2
    for dash in range(7):
        across = width * dash / 6
        mark = (across, middle, across + width * 0.08, middle + height * 0.012)
        draw.rectangle(mark, fill=(236, 226, 180))
    across, long = width * rng.uniform(0.05, 0.75), width * 0.2
    body = rng.choice(((220, 180, 30), (180, 30, 40), (60, 70, 90)))
    draw.rounded_rectangle(
        (across, middle - height * 0.06, across + long, middle), radius=width * 0.02, fill=body
    )
    for wheel in (0.22, 0.78):
        hub, radius = across + long * wheel, width * 0.022
        draw.ellipse(
            (hub - radius, middle - radius, hub + radius, middle + radius), fill=(16, 16, 16)
        )


def _draw_tower(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    stone: Colour,
    rng: random.Random,
    *,
    lit: bool,
) -> None:
    """Draw one tower and its windows in a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    draw.rectangle(box, fill=stone)
    columns, pitch = rng.randint(3, 5), (bottom - top) / rng.randint(6, 11)
    pane = (right - left) / (columns * 2 + 1)
    glass = mix(stone, (20, 30, 60), 0.6)
    down = top + pitch * 0.3
    while down < bottom - pitch * 0.6:
        for column in range(columns):
            across = left + pane * (2 * column + 1)
            bright = rng.random() < (0.6 if lit else 0.12)
            fill = (255, 226, 130) if bright else glass
            draw.rectangle((across, down, across + pane, down + pitch * 0.5), fill=fill)
        down += pitch


PAINTERS: dict[str, Painter] = {
    "mountain": paint_mountain,
    "beach": paint_beach,
    "gym": paint_gym,
    "kitchen": paint_kitchen,
    "library": paint_library,
    "concert": paint_concert,
    "city": paint_city,
    "forest": paint_forest,
}
