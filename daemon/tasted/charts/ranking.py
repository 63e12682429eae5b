"""The ranking strip: the user's references, best first, with their labels."""

import math
from collections.abc import Sequence

from tasted.amounts import percent
from tasted.charts.canvas import GRID, LIKED, PANEL, QUIET, REJECTED, Canvas
from tasted.plain_dataclass import dataclass

SHOWN_MAX = 100
"""Pictures; with more, the best and the worst are shown."""
THUMBNAIL = 100
_WIDTH = 1200
_MARGIN = 48
_IN_ROW = 10
_STEP = (_WIDTH - 2 * _MARGIN - THUMBNAIL) / (_IN_ROW - 1)
_ROW = 138
_HEAD = 196
_BAND = 30


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """One picture; the order of the list is the rank."""

    liked: bool
    probability: float | None
    thumbnail: bytes | None
    """A square JPEG; None when it is not shown, or cannot be."""


def shown_places(count: int) -> list[int]:
    """Return the ranks whose pictures are shown."""
    if count <= SHOWN_MAX:
        return list(range(count))
    half = SHOWN_MAX // 2
    return [*range(half), *range(count - half, count)]


def draw_ranking(ranked: Sequence[Ranked], *, subtitle: str) -> bytes:
    """Draw a band of all pictures, and thumbnails of the best and the worst; return an SVG.

    Args:
        ranked: best first, at least one.
        subtitle: which scorer, and how good it is.
    """
    places = shown_places(len(ranked))
    blocks = _blocks(places)
    rows = sum(math.ceil(len(block) / _IN_ROW) for block in blocks)
    height = _HEAD + rows * _ROW + (len(blocks) - 1) * 44 + _MARGIN // 2
    canvas = Canvas(_WIDTH, height)
    canvas.text((_MARGIN, 56), "Your references, best first", size=27)
    canvas.text((_MARGIN, 86), subtitle, size=15, colour=QUIET)
    _legend(canvas)
    _band(canvas, ranked)
    top = float(_HEAD)
    for number, block in enumerate(blocks):
        if number:
            between = block[0] - blocks[number - 1][-1] - 1
            words = f"{between:,} more between"
            canvas.text((_WIDTH / 2, top + 18), words, size=14, colour=QUIET, anchor="middle")
            top += 44
        for place, rank in enumerate(block):
            left = _MARGIN + place % _IN_ROW * _STEP
            _thumbnail(canvas, ranked[rank], left, top + place // _IN_ROW * _ROW)
        top += math.ceil(len(block) / _IN_ROW) * _ROW
    return canvas.svg()


def _blocks(places: list[int]) -> list[list[int]]:
    cut = next(
        (index for index in range(1, len(places)) if places[index] != places[index - 1] + 1),
        len(places),
    )
    return [block for block in (places[:cut], places[cut:]) if block]


def _legend(canvas: Canvas) -> None:
    for left, words, is_liked in (
        (_WIDTH - 268, "you liked", True),
        (_WIDTH - 154, "you rejected", False),
    ):
        _badge(canvas, left, 51, is_liked=is_liked)
        canvas.text((left + 16, 56), words, size=14)


def _band(canvas: Canvas, ranked: Sequence[Ranked]) -> None:
    # cells of a few pixels touch; larger ones have a gap
    gap = 2 if len(ranked) < (_WIDTH - 2 * _MARGIN) / 8 else 0
    wide = (_WIDTH - 2 * _MARGIN + gap) / len(ranked)
    for place, picture in enumerate(ranked):
        left = _MARGIN + place * wide
        box = (left, 118, left + wide - gap, 118 + _BAND)
        canvas.box(box, fill=LIKED if picture.liked else REJECTED)
    canvas.text((_MARGIN, 168), "best", size=12, colour=QUIET)
    canvas.text((_WIDTH - _MARGIN, 168), "worst", size=12, colour=QUIET, anchor="end")


def _thumbnail(canvas: Canvas, picture: Ranked, left: float, top: float) -> None:
    colour = LIKED if picture.liked else REJECTED
    if picture.thumbnail is None:
        canvas.box((left, top, left + THUMBNAIL, top + THUMBNAIL), fill=GRID)
    else:
        canvas.picture((left, top), picture.thumbnail, THUMBNAIL)
    canvas.box((left, top + THUMBNAIL, left + THUMBNAIL, top + THUMBNAIL + 5), fill=colour)
    _badge(canvas, left + THUMBNAIL - 13, top + 13, is_liked=picture.liked)
    if picture.probability is not None:
        below = (left + THUMBNAIL / 2, top + THUMBNAIL + 23)
        canvas.text(below, percent(picture.probability), size=13, anchor="middle")


def _badge(canvas: Canvas, x: float, y: float, *, is_liked: bool) -> None:
    """Draw a tick or a cross, which can be read without seeing colours."""
    canvas.dot((x, y), 9, fill=LIKED if is_liked else REJECTED)
    if is_liked:
        canvas.line([(x - 4, y), (x - 1, y + 3), (x + 4, y - 3)], colour=PANEL, width=1.8)
        return
    canvas.line([(x - 3, y - 3), (x + 3, y + 3)], colour=PANEL, width=1.8)
    canvas.line([(x - 3, y + 3), (x + 3, y - 3)], colour=PANEL, width=1.8)
