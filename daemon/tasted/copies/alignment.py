"""One perceptual hash laid over another: do they show the same, and where? Pure numpy.

Two views of one picture differ by where they begin and how large things are in them: after a scroll
by an offset, after a crop by scale and offset. So each is tried at five sizes, up to 1.6 times the
other's, at every offset that covers enough of the smaller one. How well they fit is the correlation
of local contrast, which is near 0 for unrelated pictures.

With so many tries some fit well by chance, most of all where there is little to compare: a plain
wall or a sky fits anywhere. So the smaller and the emptier the overlap, the better the fit has to
be. Where they fit, the colours have to agree too: two white shirts on beds have the same outline.
"""

import functools
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tasted.copies.perceptual_hash import (
    COLOUR_SIDE,
    SIDE,
    blurred,
    colours_of,
    contrasts_of,
    resizing,
)
from tasted.plain_dataclass import dataclass

_SIZES = (28, 31, 35, 40, 44)
"""Cells each way. The view on top always has the first size."""
_PERIOD = _SIZES[0] + _SIZES[-1]
"""Of the Fourier transforms: long enough that no offset wraps around."""
_AROUND_CELLS = 3
_NOISE = 6.0
"""Levels of brightness: contrast below this is not amplified."""
_CONTRAST_MAX = 2.0
OVERLAP_MIN = 0.4
"""Of the area of the smaller view."""
FIT_MIN = 0.64
"""Where there is enough to compare. None of 946 pairs of different photographs reach it; nearly all
copies that are scrolled by a third or cropped by a fifth do (`python -m bench near_copies`)."""
_COLOUR_DIFFERENCE_MAX = 10.0
"""Mean over the overlap, of 255. Each level above it takes `_PER_LEVEL` off the fit."""
_PER_LEVEL = 0.04
_ENOUGH = 0.4
"""Share of the view that overlaps, times how much is drawn in it."""

Spectra = NDArray[np.complex64]
Maps = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A hash prepared for alignment; made by `Sketch.of`."""

    spectra: Spectra
    """Shape (sizes, p, p / 2 + 1): the local contrast at each size."""
    under: Maps
    """Shape (sizes, p, p): how much is drawn at each size below a view of the first size, at each
    offset."""
    over: Maps
    """Shape (sizes, p, p): how much is drawn at the first size on top of a view of each size."""
    colours: tuple[Maps, ...]
    """Shape (2, size, size) for each size: blue and red."""
    drawn: float
    """Mean square of local contrast: 0 for an empty view, about 1 for a full one."""

    @classmethod
    def of(cls, hashed: NDArray[np.int8]) -> Self:
        """Prepare a hash from `perceptual_hash`."""
        (contrast,) = contrasts_of(hashed[None])
        contrasts = [_local_contrast(contrast, size) for size in _SIZES]
        spectra = np.stack([_spectrum(cells) for cells in contrasts])
        drawn = np.stack([_spectrum(np.square(cells)) for cells in contrasts])
        full = _full_spectra()
        return cls(
            spectra,
            under=_overlaid(drawn, full[:1]),
            over=_overlaid(full, drawn[:1]),
            colours=_coloured(colours_of(hashed)),
            drawn=float(np.square(contrasts[0]).mean()),
        )


def fit(one: Sketch, other: Sketch) -> float:
    """Return by how much two views fit better than needed, whichever is the larger.

    Above 0 they show the same thing; a little below 0 they may.
    """
    return max(_best(one, other), _best(other, one))


def _best(below: Sketch, above: Sketch) -> float:
    products = _overlaid(below.spectra, above.spectra[:1])
    drawn = np.sqrt(np.maximum(below.under, 1e-6) * np.maximum(above.over, 1e-6))
    areas = _areas()
    smallest = _SIZES[0] ** 2
    # local contrast squared is at most 4, and about 1 where something is drawn everywhere
    evidence = np.minimum(below.under, above.over) / smallest
    needed = FIT_MIN + np.maximum(0.0, _ENOUGH - evidence)
    spare = np.where(areas >= OVERLAP_MIN * smallest, products / drawn - needed, -np.inf)
    size, down, across = map(int, np.unravel_index(spare.argmax(), spare.shape))
    difference = _difference(below.colours[size], above.colours[0], down, across)
    penalty = _PER_LEVEL * max(0.0, difference - _COLOUR_DIFFERENCE_MAX)
    return float(spare[size, down, across]) - penalty


def _difference(below: Maps, above: Maps, down: int, across: int) -> float:
    """Return the mean difference of colours where `above` begins at an offset."""
    high, wide = below.shape[1], above.shape[1]
    # an offset above or left of the first cell wraps around from the end
    top, left = (offset if offset < high else offset - _PERIOD for offset in (down, across))
    rows = slice(max(0, top), min(high, top + wide))
    columns = slice(max(0, left), min(high, left + wide))
    over = above[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return float(np.abs(below[:, rows, columns] - over).sum(axis=0).mean())


def _local_contrast(contrast: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the contrast at a size, equally strong wherever anything is drawn: (size, size)."""
    matrix = _resizing(SIDE, size)
    cells = matrix @ contrast @ matrix.T
    local = cells - blurred(cells, _AROUND_CELLS)
    usual = np.sqrt(blurred(np.square(local), _AROUND_CELLS) + _NOISE**2)
    return np.clip(local / usual, -_CONTRAST_MAX, _CONTRAST_MAX)


def _coloured(colours: NDArray[np.float64]) -> tuple[Maps, ...]:
    """Return colours at each size, (2, size, size)."""
    matrices = [_resizing(COLOUR_SIDE, size) for size in _SIZES]
    return tuple((matrix @ colours @ matrix.T).astype(np.float32) for matrix in matrices)


@functools.cache
def _resizing(side: int, size: int) -> NDArray[np.float64]:
    return resizing(side, size)


@functools.cache
def _full_spectra() -> Spectra:
    return np.stack([_spectrum(np.ones((size, size))) for size in _SIZES])


@functools.cache
def _areas() -> Maps:
    full = _full_spectra()
    # rounding of the transforms would take an area just below a whole number of cells
    return np.rint(_overlaid(full, full[:1]))


def _spectrum(cells: NDArray[np.float64]) -> Spectra:
    return np.asarray(np.fft.rfft2(cells.astype(np.float32), (_PERIOD, _PERIOD)), np.complex64)


def _overlaid(below: Spectra, above: Spectra) -> Maps:
    """Return Σ below[x + offset] · above[x] for each size and offset, (sizes, p, p)."""
    period = (_PERIOD, _PERIOD)
    return np.asarray(np.fft.irfft2(below * above.conj(), period), np.float32)
