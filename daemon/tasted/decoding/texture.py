"""Finds photographs by their texture, whatever is behind them. Pure numpy.

In a small block bars, buttons and text have one or two levels of grey, paper and ink; a photograph
has many. Smooth parts of a photograph look like paper here, so rectangles are told by shares of
their blocks, and no single block is judged.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.decoding.samples import Kind, Rectangle, Samples
from tasted.plain_dataclass import dataclass

_BLOCK = 8
"""Samples along the side of a block."""
_LEVELS_IN_BIN = 4
_BINS = 256 // _LEVELS_IN_BIN
_RICH_MIN = 0.25
"""A block is rich when this share of its samples has neither of its two most common levels."""
_FLAT_MAX = 0.5
"""A block with more flat samples is page."""
_DENSE_MIN = 0.7
"""The share of busy blocks in a line of the rectangle of a photograph."""
_RICH_SHARE_MIN = 0.05
"""Photographs have a larger share of rich blocks, and lines of text a tenth of it."""


@dataclass(frozen=True)
class Texture:
    """The blocks of one picture, told from its samples."""

    samples: Samples

    def photos(self, region: Rectangle, side_min: float) -> list[Rectangle]:
        """Return the rectangles of photographs in a region, whatever they stand on.

        Args:
            region: where to look.
            side_min: the least side, in samples.
        """
        found = []
        left = np.zeros_like(self.busy)
        within = self._blocks_of(region)
        within.of(left)[:] = within.of(self.busy)
        while (blocks := _densest(left)) is not None:
            blocks.of(left)[:] = False
            photo = Rectangle(*(_BLOCK * edge for edge in _edges(blocks)))
            if photo.short_side < side_min:
                break
            if float(blocks.of(self.rich).mean()) >= _RICH_SHARE_MIN:
                found.append(photo)
        return found

    @cached_property
    def rich(self) -> NDArray[np.bool_]:
        """(rows, columns) of blocks: which have many levels of grey and are no page."""
        bins = self._in_blocks(self.samples.grey) // _LEVELS_IN_BIN
        rows, columns, size = bins.shape
        count = rows * columns
        places = np.arange(count)
        levels = (places[:, None] * _BINS + bins.reshape(count, size)).ravel()
        counts = np.bincount(levels, minlength=count * _BINS).reshape(count, _BINS)
        common = np.zeros(count, counts.dtype)
        for _paper_and_ink in range(2):
            # a level near the end of its bin spills into the next one
            pairs = counts[:, :-1] + counts[:, 1:]
            most = pairs.argmax(axis=1)
            common += pairs[places, most]
            counts[places, most] = counts[places, most + 1] = 0
        is_rich = 1 - common / size >= _RICH_MIN
        return np.asarray(is_rich.reshape(rows, columns) & self.busy)

    @cached_property
    def busy(self) -> NDArray[np.bool_]:
        """(rows, columns) of blocks: which are not mostly of one even colour."""
        return np.asarray(self._in_blocks(self.samples.flat).mean(axis=2) <= _FLAT_MAX)

    def _in_blocks(self, grid: NDArray[Kind]) -> NDArray[Kind]:
        rows, columns = (size // _BLOCK for size in grid.shape)
        cut = grid[: rows * _BLOCK, : columns * _BLOCK].reshape(rows, _BLOCK, columns, _BLOCK)
        return cut.swapaxes(1, 2).reshape(rows, columns, _BLOCK * _BLOCK)

    @staticmethod
    def _blocks_of(region: Rectangle) -> Rectangle:
        top, left, bottom, right = (edge // _BLOCK for edge in _edges(region))
        return Rectangle(top, left, max(bottom, top + 1), max(right, left + 1))


def _edges(rectangle: Rectangle) -> tuple[int, int, int, int]:
    return rectangle.top, rectangle.left, rectangle.bottom, rectangle.right


def _densest(busy: NDArray[np.bool_]) -> Rectangle | None:
    """Return the rectangle with the most blocks for its density; None where nothing is dense.

    It has the largest sum when a busy block adds what it is more than the density asked for, and
    another one takes away that density (Kadane's scan, over all pairs of columns at once).
    """
    if busy.shape[0] < busy.shape[1]:
        turned = _densest(busy.T)
        return None if turned is None else Rectangle(*_transposed(turned))
    rows, columns = busy.shape
    first, past = np.triu_indices(columns + 1, k=1)
    sums = np.zeros((rows, columns + 1))
    np.cumsum(np.where(busy, 1 - _DENSE_MIN, -_DENSE_MIN), axis=1, out=sums[:, 1:])
    best, rectangle = 0.0, None
    running = np.zeros(len(first))
    since = np.zeros(len(first), np.intp)
    for row in range(rows):
        since[running <= 0] = row
        running = np.maximum(running, 0.0) + sums[row, past] - sums[row, first]
        most = int(running.argmax())
        if running[most] > best:
            best = float(running[most])
            rectangle = Rectangle(int(since[most]), int(first[most]), row + 1, int(past[most]))
    return rectangle


def _transposed(rectangle: Rectangle) -> tuple[int, int, int, int]:
    return rectangle.left, rectangle.top, rectangle.right, rectangle.bottom
