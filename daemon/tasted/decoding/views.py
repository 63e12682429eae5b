"""Which squares of a picture are looked at. Pure.

Boxes are in upright pixels of the original size; `cut` takes them out of an array that may have
been reduced while it was decoded.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasted.records import View

__all__ = ["View", "ViewsMode", "crops", "cut", "find_views"]

ViewsMode = Literal["auto", "center", "whole"]


def find_views(
    mode: ViewsMode,
    pixels: NDArray[np.uint8],  # noqa: ARG001 - the centre is where it is
    *,
    width: int,
    height: int,
) -> list[View]:
    """Choose the views of a picture.

    Args:
        mode: how they are chosen.
        pixels: (h, w, 3), the picture, possibly reduced.
        width: of the upright picture, original pixels.
        height: of the upright picture, original pixels.

    Returns:
        At least one view; every box lies within the picture.

    Raises:
        KeyError: for another mode, which the settings do not let through.
    """
    return _MODES[mode](width, height)


def crops(
    pixels: NDArray[np.uint8], views: Sequence[View], *, width: int, height: int
) -> list[NDArray[np.uint8]]:
    """Return what is embedded for each view: square pictures, (side, side, 3)."""
    return [cut(pixels, view, width=width, height=height) for view in views]


def _center(width: int, height: int) -> list[View]:
    side = min(width, height)
    return [View("center", ((width - side) // 2, (height - side) // 2, side, side))]


_MODES: dict[str, Callable[[int, int], list[View]]] = {"center": _center}
MODES = frozenset(_MODES)


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
    first_column, past_column = _scaled(left, box_width, columns, width)
    first_row, past_row = _scaled(top, box_height, rows, height)
    return pixels[first_row:past_row, first_column:past_column]


def _scaled(start: int, length: int, have: int, original: int) -> tuple[int, int]:
    extent = max(1, round(length * have / original))
    first = min(round(start * have / original), have - extent)
    return first, first + extent
