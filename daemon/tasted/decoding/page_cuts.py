"""Cuts a page along its rows and columns of paper, and judges the parts. Pure numpy.

This is the recursive X-Y cut of scanned pages (Nagy and Seth, 1984) with levels of grey for ink.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.decoding.samples import Rectangle, Samples
from tasted.plain_dataclass import dataclass

_SIDE_MIN = 0.18
"""Of the picture's short side: more than bars, buttons and headings have, less than the pictures
of a grid of three columns."""
_CUTS_DEEP = 12
_PAPER_LINE = 0.97
"""A row or column with this share of paper is a gap: what is left is the scroll bar."""
_PAPER_EDGE = 0.7
"""A row or column at the edge with more paper belongs to a button that overlaps the edge."""
_STRAIGHT_MIN = 0.6
_STRAIGHT_SAMPLES = 3
_STRAIGHT_SIDES = 3
"""A photograph's fourth side may fade into the paper, as a white sky does."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One colour that a page or a card is made of."""

    marked: NDArray[np.bool_]
    """(rows, columns) of the whole picture: which samples have it."""
    same_min: float
    """The share of samples that must equal the next one along a gap."""


@dataclass(frozen=True, slots=True)
class PageCuts:
    """Cuts one picture."""

    samples: Samples

    @property
    def side_min(self) -> float:
        """The least side of a photograph, in samples."""
        return _SIDE_MIN * self.samples.whole.short_side

    def parts(self, region: Rectangle, paper: Paper) -> list[Rectangle]:
        """Return the parts between gaps that are large enough for a photograph.

        The region itself, unchanged, is the only part where nothing can be cut off.
        """
        return self._parts(region, paper, _CUTS_DEEP)

    def _parts(self, region: Rectangle, paper: Paper, cuts: int) -> list[Rectangle]:
        if region.short_side < self.side_min:
            return []
        parts = self._bands(region, paper)
        if parts == [region]:
            parts = self._columns(region, paper)
        if parts == [region] or cuts == 0:
            return [region]
        return [inner for part in parts for inner in self._parts(part, paper, cuts - 1)]

    def _bands(self, region: Rectangle, paper: Paper) -> list[Rectangle]:
        gaps = _gaps(region.of(paper.marked), region.of(self.samples.same_across), paper, axis=1)
        return [
            Rectangle(region.top + first, region.left, region.top + past, region.right)
            for first, past in _runs(~gaps)
        ]

    def _columns(self, region: Rectangle, paper: Paper) -> list[Rectangle]:
        gaps = _gaps(region.of(paper.marked), region.of(self.samples.same_down), paper, axis=0)
        return [
            Rectangle(region.top, region.left + first, region.bottom, region.left + past)
            for first, past in _runs(~gaps)
        ]

    def trimmed(self, part: Rectangle, paper: Paper) -> Rectangle | None:
        """Leave out what overlaps the edges; None where no photograph is left."""
        marked = part.of(paper.marked)
        rows = np.flatnonzero(marked.mean(axis=1) <= _PAPER_EDGE)
        columns = np.flatnonzero(marked.mean(axis=0) <= _PAPER_EDGE)
        if not len(rows) or not len(columns):
            return None
        trimmed = Rectangle(
            part.top + int(rows[0]),
            part.left + int(columns[0]),
            part.top + int(rows[-1]) + 1,
            part.left + int(columns[-1]) + 1,
        )
        return trimmed if trimmed.short_side >= self.side_min else None


def is_straight(part: Rectangle, region: Rectangle, paper: Paper) -> bool:
    """Tell whether a part fills its rectangle up to the edges, as a photograph does.

    An edge that is the edge of the region too may be a photograph cut off by it.
    """
    ink = ~part.of(paper.marked)
    deep = _STRAIGHT_SAMPLES
    sides = (
        (part.top == region.top, ink[:deep].any(axis=0)),
        (part.bottom == region.bottom, ink[-deep:].any(axis=0)),
        (part.left == region.left, ink[:, :deep].any(axis=1)),
        (part.right == region.right, ink[:, -deep:].any(axis=1)),
    )
    straight = [is_outer or bool(side.mean() >= _STRAIGHT_MIN) for is_outer, side in sides]
    return sum(straight) >= _STRAIGHT_SIDES


def _gaps(
    marked: NDArray[np.bool_], same: NDArray[np.bool_], paper: Paper, *, axis: int
) -> NDArray[np.bool_]:
    """Tell which rows (axis 1) or columns (axis 0) are nothing but paper."""
    shares, evenness = _shares(marked, axis=axis), _shares(same, axis=axis)
    return np.asarray((shares >= _PAPER_LINE) & (evenness >= paper.same_min))


def _shares(marked: NDArray[np.bool_], *, axis: int) -> NDArray[np.float64]:
    """Return the share of True along an axis: `mean`, but it counts in small numbers."""
    counts = marked.view(np.uint8).sum(axis=axis, dtype=np.uint32)
    return np.asarray(counts / marked.shape[axis])


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and past-the-end index of each run of True."""
    steps = np.diff(np.concatenate(([False], marked, [False])).astype(np.int8))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
