"""Squares over a box: what a model that looks at squares is shown of it. Pure, stdlib only."""

import math

from tasted.records import Box

_SEVERAL_MIN = 3
"""Two squares would leave out the middle, where the subject of most photographs is."""


def middle_square(box: Box) -> Box:
    """Return the largest square in the middle of a box."""
    left, top, width, height = box
    side = min(width, height)
    return left + (width - side) // 2, top + (height - side) // 2, side, side


def aspect_of(box: Box) -> float:
    """Return long side / short side, 1 or more."""
    return max(box[2:]) / min(box[2:])


def squares_over(box: Box, *, most: int) -> list[Box]:
    """Cover a box with squares as wide as its short side.

    Args:
        box: of any shape; a square is given back.
        most: how many squares at most, 3 or more.

    Returns:
        As few squares as cover the box but no less than 3, evenly spaced from one end to the other;
        they overlap. Where more than `most` were needed, `most` with gaps.
    """
    left, top, width, height = box
    if width == height:
        return [box]
    side, long_side = min(width, height), max(width, height)
    count = min(most, max(_SEVERAL_MIN, math.ceil(long_side / side)))
    offsets = [index * (long_side - side) // (count - 1) for index in range(count)]
    if height > width:
        return [(left, top + offset, side, side) for offset in offsets]
    return [(left + offset, top, side, side) for offset in offsets]
