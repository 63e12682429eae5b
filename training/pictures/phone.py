"""A phone around a photograph: the screenshot of a dating app that does not exist. Touches no file.

The standard centre crop of a tall screenshot keeps its middle square alone, so the photograph fills
that square unless it is placed elsewhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageOps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.pictures.light import Colour

NAMES = ("Maya", "Jonas", "Aisha", "Noah", "Elena", "Sam", "Priya", "Luca", "Hanna", "Omar", "Ines")
BIOS = (
    "I love hiking and camping.",
    "Sunday means baking bread.",
    "Gym before work, always.",
    "Ask me about my books.",
    "Live music every weekend.",
    "Sea, sand and a good story.",
    "City nights and late coffee.",
    "Looking for someone kind.",
    "Two cats and one old piano.",
    "Fluent in bad jokes.",
)
#: The photograph's height as a share of the screenshot's width: a little more than the centre crop
#: needs.
PHOTO_HEIGHT = 1.12
#: Widths and heights below are in points, of which a phone's screen is this many wide.
POINTS_WIDE = 390


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of an app."""

    paper: Colour
    ink: Colour
    faint: Colour
    accent: Colour


THEMES = (
    Theme((255, 255, 255), (24, 24, 28), (150, 150, 156), (236, 72, 98)),
    Theme((248, 246, 240), (40, 36, 30), (160, 150, 138), (110, 80, 200)),
    Theme((18, 18, 22), (240, 240, 244), (120, 120, 128), (255, 120, 90)),
    Theme((30, 34, 44), (232, 236, 244), (112, 122, 140), (70, 190, 160)),
)


def phone_screenshot(
    photo: Image.Image,
    *,
    seed: int,
    size: tuple[int, int] = (1170, 2532),
    photo_top: int | None = None,
    bio: Sequence[str] | None = None,
) -> Image.Image:
    """Put a photograph into a screenshot of a dating app.

    Args:
        photo: Any picture; it is cropped to the shape of its frame.
        seed: The name, the age, the colours and, unless given, the bio.
        size: Width and height of the screenshot in pixels.
        photo_top: Where the photograph begins, in pixels from the top; by default it fills the
            middle.
        bio: The lines of the bio.

    Returns:
        An RGB picture of the size asked for.
    """
    rng = random.Random(f"phone {seed}")
    theme = rng.choice(THEMES)
    width, height = size
    frame = round(width * PHOTO_HEIGHT)
    top = (height - frame) // 2 if photo_top is None else photo_top
    screen = Image.new("RGB", size, theme.paper)
    draw = ImageDraw.Draw(screen)
    lines = list(bio) if bio is not None else rng.sample(BIOS, 3)
    heading = f"{rng.choice(NAMES)}, {rng.randint(21, 44)}"
    bar = round(width * 0.2)
    above, below = top, height - top - frame - bar
    start = top + frame if below >= above * 0.6 else round(width * 0.28)
    _draw_text(draw, theme, width, start, heading, lines)
    screen.paste(ImageOps.fit(photo.convert("RGB"), (width, frame)), (0, top))
    _draw_status_bar(draw, theme, width, f"{rng.randint(7, 23)}:{rng.randint(10, 59)}", top)
    _draw_bottom_bar(draw, theme, size, bar)
    return screen


def _draw_text(
    draw: ImageDraw.ImageDraw,
    theme: Theme,
    width: int,
    start: int,
    heading: str,
    lines: Sequence[str],
) -> None:
    """Write the name and the bio from `start` pixels downwards."""
    point = width / POINTS_WIDE
    left, down = 20 * point, start + 8 * point
    draw.text((left, down), heading, fill=theme.ink, font=_font(26 * point))
    down += 34 * point
    for line in lines:
        draw.text((left, down), line, fill=theme.ink, font=_font(17 * point))
        down += 24 * point


def _draw_status_bar(
    draw: ImageDraw.ImageDraw, theme: Theme, width: int, clock: str, photo_top: int
) -> None:
    """Draw the clock, the battery and, where the photograph leaves room, the app's header."""
    point = width / POINTS_WIDE
    draw.text((28 * point, 14 * point), clock, fill=theme.ink, font=_font(16 * point))
    left, top = 338 * point, 18 * point
    battery = (left, top, left + 25 * point, top + 12 * point)
    draw.rounded_rectangle(battery, radius=3 * point, outline=theme.ink, width=max(1, round(point)))
    inside = (left + 2 * point, top + 2 * point, left + 18 * point, top + 10 * point)
    draw.rectangle(inside, fill=theme.ink)
    if photo_top > 110 * point:
        draw.text((20 * point, 56 * point), "nearby", fill=theme.accent, font=_font(24 * point))
        for dot in range(3):
            across = (330 + 14 * dot) * point
            draw.ellipse((across, 66 * point, across + 6 * point, 72 * point), fill=theme.faint)


def _draw_bottom_bar(
    draw: ImageDraw.ImageDraw, theme: Theme, size: tuple[int, int], bar: int
) -> None:
    """Draw the buttons at the bottom."""
    width, height = size
    point = width / POINTS_WIDE
    draw.rectangle((0, height - bar, width, height), fill=theme.paper)
    draw.line((0, height - bar, width, height - bar), fill=theme.faint, width=max(1, round(point)))
    for button, colour in enumerate((theme.faint, theme.accent, theme.faint)):
        middle, down = width * (0.2 + 0.3 * button), height - bar * 0.58
        radius = (20 if button == 1 else 15) * point
        box = (middle - radius, down - radius, middle + radius, down + radius)
        draw.ellipse(box, outline=colour, width=max(1, round(3 * point)))
    middle, down = width / 2, height - 8 * point
    handle = (middle - 67 * point, down - 2 * point, middle + 67 * point, down + 2 * point)
    draw.rounded_rectangle(handle, radius=2 * point, fill=theme.ink)


def _font(pixels: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Give Pillow's own typeface in a size."""
    return ImageFont.load_default(max(6, round(pixels)))
