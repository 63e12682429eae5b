"""Paper, ink and shapes for charts, as the text of an SVG file. Touches no file.

An SVG is exact at every size and uses the fonts of whoever looks at it, so any script can be shown.
"""

import base64
from collections.abc import Sequence
from xml.sax.saxutils import escape

PAPER = "#faf9f6"
PANEL = "#ffffff"
INK = "#1f2430"
QUIET = "#6b7280"
GRID = "#e5e7eb"
LIKED = "#0f766e"
REJECTED = "#c2410c"
"""Teal and orange also differ in lightness, so they can be told apart without seeing colours."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Canvas:
    """A sheet of paper of width by height pixels; all arguments are in these pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._elements: list[str] = []
        self.box((0, 0, width, height), fill=PAPER)

    def text(
        self, at: Point, words: str, *, size: float, colour: str = INK, anchor: str = "start"
    ) -> None:
        """Write a line from, around or up to a point; the anchor is `start`, `middle` or `end`."""
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in words)
        self._elements.append(
            f'<text x="{at[0]:g}" y="{at[1]:g}" font-size="{size:g}" fill="{colour}" '
            f'text-anchor="{anchor}">{escape(shown)}</text>'
        )

    def line(
        self, points: Sequence[Point], *, colour: str, width: float = 1, dash: float | None = None
    ) -> None:
        """Draw a line through some points, with dashes of a length or without."""
        joined = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashes = "" if dash is None else f' stroke-dasharray="{dash:g}"'
        self._elements.append(
            f'<polyline points="{joined}" fill="none" stroke="{colour}" '
            f'stroke-width="{width:g}" stroke-linejoin="round"{dashes}/>'
        )

    def box(self, box: Box, *, fill: str, radius: float = 0, edge: str = "none") -> None:
        """Fill a rectangle."""
        left, top, right, bottom = box
        self._elements.append(
            f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" '
            f'rx="{radius:g}" fill="{fill}" stroke="{edge}"/>'
        )

    def dot(self, at: Point, radius: float, *, fill: str, edge: str = PANEL) -> None:
        """Draw a filled circle with a thin edge."""
        self._elements.append(
            f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{radius:g}" fill="{fill}" '
            f'stroke="{edge}" stroke-width="1.5"/>'
        )

    def picture(self, at: Point, jpeg: bytes, side: int) -> None:
        """Put a square picture, the bytes of a JPEG, into a square."""
        data = base64.b64encode(jpeg).decode("ascii")
        self._elements.append(
            f'<image x="{at[0]:g}" y="{at[1]:g}" width="{side}" height="{side}" '
            f'href="data:image/jpeg;base64,{data}"/>'
        )

    def svg(self) -> bytes:
        """Return the sheet as the bytes of an SVG file."""
        width, height = self._size
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="system-ui, sans-serif">'
        )
        return "\n".join([opening, *self._elements, "</svg>\n"]).encode()
