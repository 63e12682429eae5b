"""Boxes of lines and the rows that they stand in. Pure.

Never fails, whatever the boxes: an engine may find a line outside the picture, or nowhere.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from tasted.reading.ocr import TextLine

_ROW_SHARE = 0.5


def rows_of(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Sort lines into rows from top to bottom, each from left to right.

    The order of the lines does not matter. A line joins a row when their middles differ by less
    than half the height of the lower of the two; comparing two lines at a time while sorting would
    be no order at all, for "about as high as" is not transitive.
    """
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (middle(line), *_order(line))):
        if rows and _is_level(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: (tidy(line).box[0], *_order(line))) for row in rows]


def _is_level(first: TextLine, line: TextLine) -> bool:
    least = min(height(first), height(line))
    return abs(middle(first) - middle(line)) < _ROW_SHARE * least


def tidied(row: Sequence[TextLine]) -> list[TextLine]:
    """Return the lines with finite boxes whose edges are in order."""
    return [tidy(line) for line in row]


def tidy(line: TextLine) -> TextLine:
    """Return the line with a finite box whose edges are in order."""
    left, top, right, bottom = map(finite, line.box)
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return replace(line, box=box)


def length(line: TextLine, aspect: float) -> float:
    """Return the length of a line in its own heights.

    Args:
        line: with any box.
        aspect: width of the picture through its height, in pixels.
    """
    left, top, right, bottom = tidy(line).box
    return (right - left) * finite(aspect) / (bottom - top) if bottom > top else 0.0


def finite(value: float) -> float:
    """Return a number that sums may be made of."""
    # far enough for any picture, near enough for sums
    return max(-1e6, min(1e6, value)) if not math.isnan(value) else 0.0


def height(line: TextLine) -> float:
    """Return the height of a line, as a share of the picture's."""
    box = tidy(line).box
    return box[3] - box[1]


def middle(line: TextLine) -> float:
    """Return where the middle of a line is, from the top, as a share of the picture's height."""
    box = tidy(line).box
    return (box[1] + box[3]) / 2


def _order(line: TextLine) -> tuple[float, float, float, float, str, float]:
    return (*tidy(line).box, line.text, line.confidence)
