"""START HERE: which parts of a picture are looked at. Pure numpy.

find_views     photographs of a screen, else tiles, else the whole       photo_regions
crops          the pixels that are embedded, one array per view

Boxes are in upright pixels of the original size; arrays may have been reduced while decoding.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tasted.decoding.photo_regions import find_photos
from tasted.records import Box, View

__all__ = ["MODES", "VIEWS_MAX", "VIEWS_VERSION", "View", "ViewsMode", "crops", "cut", "find_views"]

ViewsMode = Literal["auto", "center", "whole"]
MODES: tuple[ViewsMode, ...] = get_args(ViewsMode)

VIEWS_MAX = 6
"""Of one picture: each costs as much as a picture of its own."""
VIEWS_VERSION = 2
"""Counted up whenever this code finds other views; belongs to an embedder's fingerprint."""

_PHOTO_ASPECT_MAX = 1.8
"""The middle of a photograph up to 16:9 says more than its ends do."""
_PICTURE_ASPECT_MAX = 1.5

_PHONE_ASPECT_MIN = 1.9
# of the width: 47 points of a phone's 390 for the clock, 78 for buttons
_STATUS_BAR = 0.12
_BOTTOM_BAR = 0.2
_NEUTRAL = 127
"""Mid grey is about the mean of photographs: normalised for a model it is nearly 0."""
_WEIGHT_MIN = {"tile": 0.05, "photo": 0.9}
"""A tile of bars and text counts little beside a photograph, and not nothing. What a page shows to
be a photograph is one even where it is plain: a black shirt has as few colours as text."""
_FRAME_SIDE_MAX = 4096
"""A strip of a whole scrolled page is thinned before it is framed: the square of its length would
be gigabytes."""

_SEVERAL_MIN = 3
"""Two squares would leave out the middle, where the subject of most photographs is."""
_LEVELS = 16
"""Of each channel: what JPEG does to paper and ink matters little."""
_COLOURS_OF_TEXT = 5.0
_COLOURS_OF_PHOTOGRAPHS = 8.0
"""99 of a hundred photographs of things have more, and most ten times as many."""
_SAMPLES_ALONG = 256


def find_views(
    mode: ViewsMode, pixels: NDArray[np.uint8], *, width: int, height: int
) -> list[View]:
    """Choose the views of a picture.

    `center` is the middle square, as the standard preparation of CLIP cuts it. `whole` is all of
    it. `auto` is the photographs of a screenshot, each as its middle square, or as squares that
    cover it where it is longer than 16:9; where no photograph is found, squares that cover a
    picture longer than 3:2; else all of it. An ordinary photograph is its middle square.

    There are at most `VIEWS_MAX`. Where squares would be more, each photograph is its middle square
    alone, and of too many photographs the largest are taken. Too many tiles are evenly spaced, with
    gaps.

    Args:
        mode: one of `MODES`.
        pixels: (h, w, 3), the upright picture, possibly reduced.
        width: of the original picture.
        height: of the original picture.

    Returns:
        At least one view, from top to bottom and from left to right. Every box lies within the
        picture; every one but that of `whole` is a square.

    Raises:
        KeyError: for another mode, which the settings do not let through.
    """
    return _FINDERS[mode](pixels, width, height)


def _center(width: int, height: int) -> list[View]:
    return [View("center", _middle_square((0, 0, width, height)))]


def _whole(width: int, height: int) -> list[View]:
    return [View("whole", (0, 0, width, height))]


def _auto(pixels: NDArray[np.uint8], width: int, height: int) -> list[View]:
    size = pixels.shape[1], pixels.shape[0]
    regions = [_to_original(box, size, (width, height)) for box in find_photos(pixels)]
    photos = [region for box in regions if (region := _without_bars(box, width, height))]
    if photos:
        return _weighted(
            [View("photo", box) for box in _squares_of(photos)], pixels, width=width, height=height
        )
    picture = (0, 0, width, height)
    if _aspect_of(picture) > _PICTURE_ASPECT_MAX:
        tiles = _squares_over(picture, most=VIEWS_MAX)
        return _weighted([View("tile", box) for box in tiles], pixels, width=width, height=height)
    return _whole(width, height)


def _weighted(
    views: list[View], pixels: NDArray[np.uint8], *, width: int, height: int
) -> list[View]:
    """Give each view its weight beside the most photographic one, which has 1."""
    if len(views) == 1:
        return views
    likenesses = [
        max(_WEIGHT_MIN[view.kind], _photo_likeness(cut(pixels, view, width=width, height=height)))
        for view in views
    ]
    return [
        replace(view, weight=round(likeness / max(likenesses), 3))
        for view, likeness in zip(views, likenesses, strict=True)
    ]


def _squares_of(photos: list[Box]) -> list[Box]:
    squares = [
        square
        for box in photos
        for square in (
            _squares_over(box, most=VIEWS_MAX)
            if _aspect_of(box) > _PHOTO_ASPECT_MAX
            else [_middle_square(box)]
        )
    ]
    if len(squares) <= VIEWS_MAX:
        return squares
    by_size = sorted(range(len(photos)), key=lambda index: -photos[index][2] * photos[index][3])
    return [_middle_square(photos[index]) for index in sorted(by_size[:VIEWS_MAX])]


def _without_bars(box: Box, width: int, height: int) -> Box | None:
    """Leave out the bars of a phone that lie on a photograph; None where that is all."""
    if height < _PHONE_ASPECT_MIN * width:
        return box
    left, top, box_width, box_height = box
    first = max(top, round(_STATUS_BAR * width))
    past = min(top + box_height, height - round(_BOTTOM_BAR * width))
    return (left, first, box_width, past - first) if past - first >= _BOTTOM_BAR * width else None


def _to_original(box: Box, size: tuple[int, int], original: tuple[int, int]) -> Box:
    left, box_width = _scaled(box[0], box[2], size[0], original[0])
    top, box_height = _scaled(box[1], box[3], size[1], original[1])
    return left, top, box_width, box_height


def _scaled(start: int, length: int, have: int, wanted: int) -> tuple[int, int]:
    extent = min(max(1, round(length * wanted / have)), wanted)
    return min(round(start * wanted / have), wanted - extent), extent


_FINDERS: dict[ViewsMode, Callable[[NDArray[np.uint8], int, int], list[View]]] = {
    "auto": _auto,
    "center": lambda _pixels, width, height: _center(width, height),
    "whole": lambda _pixels, width, height: _whole(width, height),
}


def _middle_square(box: Box) -> Box:
    """Return the largest square in the middle of a box."""
    left, top, width, height = box
    side = min(width, height)
    return left + (width - side) // 2, top + (height - side) // 2, side, side


def _aspect_of(box: Box) -> float:
    """Return long side / short side, 1 or more."""
    return max(box[2:]) / min(box[2:])


def _squares_over(box: Box, *, most: int) -> list[Box]:
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


def _photo_likeness(pixels: NDArray[np.uint8]) -> float:
    """Tell how like a photograph a region is: 0 for bars and text, 1 for photographs.

    Args:
        pixels: (h, w, 3).
    """
    colours = _effective_colours(pixels)
    span = _COLOURS_OF_PHOTOGRAPHS - _COLOURS_OF_TEXT
    return min(1.0, max(0.0, (colours - _COLOURS_OF_TEXT) / span))


def _effective_colours(pixels: NDArray[np.uint8]) -> float:
    """Return how many colours a region has, each by its share: the exponential of their entropy.

    Args:
        pixels: (h, w, 3); it is sampled, not averaged.
    """
    step = max(1, min(pixels.shape[:2]) // _SAMPLES_ALONG)
    samples = pixels[::step, ::step]
    colours = np.zeros(samples.shape[:2], np.uint16)
    # band by band: numpy is slow where neighbours in memory are three at a time
    for band in range(samples.shape[-1]):
        colours = colours * np.uint16(_LEVELS) + samples[..., band] // (256 // _LEVELS)
    shares = np.bincount(colours.ravel()) / colours.size
    present = shares[shares > 0]
    return float(np.exp(-(present * np.log(present)).sum()))


def crops(
    pixels: NDArray[np.uint8], views: Sequence[View], *, width: int, height: int
) -> list[NDArray[np.uint8]]:
    """Take out what the embedder is given, one array for each view.

    Args:
        pixels: (h, w, 3), the picture, possibly reduced.
        views: of it, in original pixels.
        width: of the original picture.
        height: of the original picture.

    Returns:
        Arrays (h', w', 3): views of the same memory, but for a `whole` that is not square: that one
        is framed with grey to a square, because an embedder keeps the middle square alone.
    """
    cuts = [(view.kind, cut(pixels, view, width=width, height=height)) for view in views]
    return [_framed(part) if kind == "whole" else part for kind, part in cuts]


def cut(pixels: NDArray[np.uint8], view: View, *, width: int, height: int) -> NDArray[np.uint8]:
    """Take the pixels of a view out of a picture.

    Args:
        pixels: (h, w, 3), the picture, possibly reduced.
        view: the region, in original pixels.
        width: of the original picture.
        height: of the original picture.

    Returns:
        (h', w', 3), a view of the same memory; at least one pixel each way.
    """
    rows, columns = pixels.shape[:2]
    left, top, box_width, box_height = view.box
    first_column, wide = _scaled(left, box_width, width, columns)
    first_row, high = _scaled(top, box_height, height, rows)
    return pixels[first_row : first_row + high, first_column : first_column + wide]


def _framed(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if part.shape[0] == part.shape[1]:
        return part
    step = -(-max(part.shape) // _FRAME_SIDE_MAX)
    part = part[::step, ::step]
    rows, columns = part.shape[:2]
    side = max(rows, columns)
    framed = np.full((side, side, part.shape[2]), _NEUTRAL, np.uint8)
    top, left = (side - rows) // 2, (side - columns) // 2
    framed[top : top + rows, left : left + columns] = part
    return framed
