"""Paper, ink and letters for charts. Draws with PIL; touches no file.

Everything is drawn at twice its size and reduced at the end, for Pillow's lines have hard edges.
"""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PAPER = (250, 249, 246)
PANEL = (255, 255, 255)
INK = (31, 36, 48)
QUIET = (107, 114, 128)
GRID = (229, 231, 235)
LIKED = (15, 118, 110)
REJECTED = (194, 65, 12)
"""Teal and orange differ in lightness, too: they can be told apart without seeing colours."""

_TWICE = 2

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Canvas:
    """A sheet of paper of width by height pixels; all arguments are in these pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * _TWICE, height * _TWICE), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self, at: Point, words: str, *, size: float, colour: Colour = INK, anchor: str = "ls"
    ) -> None:
        """Write a line; the anchor is Pillow's: first letter left, middle or right, then height.

        The font that comes with Pillow has Latin letters; others are shown as a question mark.
        """
        shown = "".join(letter if ord(letter) < _LATIN_END else "?" for letter in words)
        self._draw.text(_scaled(at), shown, fill=colour, font=_font(size), anchor=anchor)

    def text_width(self, words: str, *, size: float) -> float:
        """Return how wide a line is."""
        return float(_font(size).getlength(words)) / _TWICE

    def line(self, points: Sequence[Point], *, colour: Colour, width: float = 1) -> None:
        """Draw a line through some points."""
        self._draw.line(
            [_scaled(point) for point in points],
            fill=colour,
            width=max(1, round(width * _TWICE)),
            joint="curve",
        )

    def dashes(
        self, start: Point, end: Point, *, colour: Colour, width: float = 1, length: float = 6
    ) -> None:
        """Draw a dashed line."""
        along = np.subtract(end, start)
        count = max(1, int(np.hypot(*along) / (2 * length)))
        for place in range(count):
            first, last = (
                np.add(start, along * place / count),
                np.add(start, along * (place + 0.5) / count),
            )
            self.line([(first[0], first[1]), (last[0], last[1])], colour=colour, width=width)

    def box(self, box: Box, *, fill: Colour, radius: float = 0, edge: Colour | None = None) -> None:
        """Fill a rectangle."""
        left, top = _scaled((box[0], box[1]))
        right, bottom = _scaled((box[2], box[3]))
        # Pillow counts the last pixel in
        corners = (left, top, max(left, right - 1), max(top, bottom - 1))
        self._draw.rounded_rectangle(
            corners, radius * _TWICE, fill=fill, outline=edge, width=_TWICE
        )

    def dot(self, at: Point, radius: float, *, fill: Colour, edge: Colour = PANEL) -> None:
        """Draw a filled circle with a thin edge."""
        self._draw.circle(_scaled(at), radius * _TWICE, fill=fill, outline=edge, width=3)

    def picture(self, at: Point, pixels: NDArray[np.uint8], side: int) -> None:
        """Put a picture, (h, w, 3), into a square, cut to its middle."""
        height, width = pixels.shape[:2]
        short = min(height, width)
        top, left = (height - short) // 2, (width - short) // 2
        square = Image.fromarray(pixels[top : top + short, left : left + short])
        size = side * _TWICE
        reduced = square.resize((size, size), Image.Resampling.LANCZOS)
        self._image.paste(reduced, (round(at[0] * _TWICE), round(at[1] * _TWICE)))

    def png(self) -> bytes:
        """Return the sheet as the bytes of a PNG, without any metadata."""
        sheet = self._image.resize((self.width, self.height), Image.Resampling.BOX)
        stream = io.BytesIO()
        sheet.save(stream, "PNG", optimize=True)
        return stream.getvalue()


_LATIN_END = 0x250


def percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.0f} %"


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _TWICE)


def _scaled(at: Point) -> Point:
    return at[0] * _TWICE, at[1] * _TWICE
