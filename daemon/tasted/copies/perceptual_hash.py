"""A perceptual hash: a rough sketch of one view, in brightness and colour. Pure numpy.

A picture that is saved again has other bytes but nearly the same hash: re-encoding and scaling
hardly change it, and a crop has the matching part of the hash. So hashes are compared by laying one
over the other (`alignment`); counting the bits that differ would miss a scroll.

A hash is as private as its picture: it is kept in the library beside the vectors and forgotten with
them. A change to this formula needs a higher `library.schema.HASHES_VERSION`.
"""

import functools

import numpy as np
from numpy.typing import NDArray

SIDE = 40
"""Cells of brightness each way."""
COLOUR_SIDE = 6
"""Cells of each of two colours each way."""
LENGTH = SIDE**2 + 2 * COLOUR_SIDE**2
LEVELS = 7
"""A cell is from -7 to 7: how much darker or brighter it is than its surroundings, or how far from
grey."""
_AROUND_CELLS = 6
_ENOUGH_PIXELS = 400
"""Each way. Of more rows or columns some are skipped, which hardly changes a cell."""
_BANDS = 3
_CONVERTED_WHOLE = 2
_SIZES_KEPT = 64
# ITU-R BT.601: brightness, blue and red
_CHANNELS = np.array(
    [[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32
)
# small differences get finer levels; 64 of 255 and above is level 7
_OF_LEVEL_1 = 64 / LEVELS**2

Array = NDArray[np.float64]


def perceptual_hash(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the hash of one view.

    Args:
        pixels: (h, w, 3), one pixel each way at least; scaled to a square.

    Returns:
        Shape (LENGTH,), from -LEVELS to LEVELS; see `contrasts_of` and `colours_of`.
    """
    rows, columns = (max(1, length // _ENOUGH_PIXELS) for length in pixels.shape[:2])
    samples = _Samples(pixels[::rows], columns)
    brightness = samples.cells(SIDE)[0]
    contrast = brightness - blurred(brightness, _AROUND_CELLS)
    blue_and_red = samples.cells(COLOUR_SIDE)[1:]
    cells = np.concatenate([contrast.ravel(), blue_and_red.ravel()])
    levels = np.sign(cells) * np.sqrt(np.abs(cells) / _OF_LEVEL_1)
    return np.asarray(np.clip(np.rint(levels), -LEVELS, LEVELS), np.int8)


def contrasts_of(hashes: NDArray[np.int8]) -> Array:
    """Return the contrast that each hash stands for: (n, LENGTH) to (n, SIDE, SIDE)."""
    return _values(hashes[:, : SIDE**2]).reshape(-1, SIDE, SIDE)


def colours_of(hashed: NDArray[np.int8]) -> Array:
    """Return the colours that a hash stands for, (2, COLOUR_SIDE, COLOUR_SIDE): blue and red."""
    return _values(hashed[SIDE**2 :]).reshape(2, COLOUR_SIDE, COLOUR_SIDE)


def _values(levels: NDArray[np.int8]) -> Array:
    return np.asarray(np.sign(levels) * np.square(levels.astype(np.float64)) * _OF_LEVEL_1)


class _Samples:
    """The rows of a picture that count, as numbers, to be made cells of.

    Of every second column, or of all, whole rows are converted at once, and columns are left out
    when few rows are left: numpy takes bytes out of a row three times as slowly as it converts it.
    Where most columns are left out, they are left out first, band by band.

    Args:
        pixels: (h, w, 3), the rows.
        columns: every how many of its columns one counts.
    """

    def __init__(self, pixels: NDArray[np.uint8], columns: int) -> None:
        self._columns, self._are_bands = columns, columns > _CONVERTED_WHOLE
        samples = pixels
        if self._are_bands:
            samples = np.moveaxis(pixels[:, ::columns], 2, 1)
        self._shape = samples.shape
        # in the order of the rows, whatever the order of what is taken from
        self._numbers = np.empty(samples.shape, np.float32)
        for band in range(_BANDS if self._are_bands else 0):
            self._numbers[:, band] = samples[:, band]
        if not self._are_bands:
            self._numbers[...] = samples

    def cells(self, side: int) -> Array:
        """Return brightness, blue and red of side cells each way: (3, side, side)."""
        rows = len(self._numbers)
        flat = self._numbers.reshape(rows, -1)
        lines = np.empty((side, flat.shape[1]), np.float32)
        for line, (first, weights) in zip(lines, _windows(rows, side), strict=True):
            np.dot(weights, flat[first : first + len(weights)], out=line)
        shaped = lines.reshape(side, *self._shape[1:])
        bands = shaped if self._are_bands else np.moveaxis(shaped[:, :: self._columns], 2, 1)
        across = _across(bands.shape[2], side)
        # the colours last: they are those of a few cells then, not of every sample
        rgb = (bands.reshape(side * _BANDS, -1) @ across.T).reshape(side, _BANDS, side)
        return np.asarray(np.einsum("cb,ybx->cyx", _CHANNELS, rgb), np.float64)


@functools.lru_cache(maxsize=_SIZES_KEPT)
def _across(have: int, want: int) -> NDArray[np.float32]:
    return resizing(have, want).astype(np.float32)


@functools.lru_cache(maxsize=_SIZES_KEPT)
def _windows(have: int, want: int) -> tuple[tuple[int, NDArray[np.float32]], ...]:
    """Return of each row of `resizing` where it begins not to be zero, and what it is there."""
    windows = []
    for row in resizing(have, want).astype(np.float32):
        counted = np.flatnonzero(row)
        first, end = int(counted[0]), int(counted[-1]) + 1
        windows.append((first, row[first:end].copy()))
    return tuple(windows)


def resizing(have: int, want: int) -> Array:
    """Return the matrix, (want, have), that resizes by linear interpolation, without aliasing."""
    scale = have / want
    centres = (np.arange(want) + 0.5) * scale
    distances = np.abs(np.arange(have) + 0.5 - centres[:, None])
    weights = np.maximum(0.0, 1 - distances / max(scale, 1.0))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def blurred(cells: Array, radius: int) -> Array:
    """Return the mean around each cell, over a square of 2 · radius + 1 with edges repeated."""
    side = 2 * radius + 1
    sums = np.pad(np.pad(cells, radius, mode="edge").cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return np.asarray(total / side**2)
