"""Which squares of a picture are looked at. Pure.

Boxes are in upright pixels of the original size; `cut` takes them out of an array that may have
been reduced while it was decoded.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class View:
    """One square region of a picture that is embedded."""

    kind: str
    """Why it was chosen: `center`."""
    box: tuple[int, int, int, int]
    """(left, top, width, height) in upright pixels of the original size."""


def view_boxes(mode: str, width: int, height: int) -> list[View]:
    """Choose the views of a picture.

    Args:
        mode: a name of `MODES`.
        width: of the upright picture, original pixels.
        height: of the upright picture, original pixels.

    Returns:
        At least one view; every box lies within the picture.

    Raises:
        KeyError: for another mode, which the settings do not let through.
    """
    return _MODES[mode](width, height)


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
