"""A perceptual hash: a rough sketch of one view, in brightness and colour. Pure numpy.

A picture that is saved again has other bytes but nearly the same hash: re-encoding and scaling
hardly change it, and a crop has the matching part of the hash. So hashes are compared by laying one
over the other (`alignment`); counting the bits that differ would miss a scroll.

A hash is as private as its picture: it is kept in the library beside the vectors and forgotten with
them. A change to this formula needs a higher `library.schema.HASHES_VERSION`.
"""

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
    samples = _by_rows_of_bands(pixels[::rows, ::columns])
    brightness = _resized(samples, SIDE)[0]
    contrast = brightness - blurred(brightness, _AROUND_CELLS)
    blue_and_red = _resized(samples, COLOUR_SIDE)[1:]
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


def _by_rows_of_bands(samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Lay (h, w, 3) out as (h, 3, w): band by band, which numpy takes apart three times as fast."""
    rows, columns, bands = samples.shape
    laid_out = np.empty((rows, bands, columns), np.float32)
    for band in range(bands):
        laid_out[:, band] = samples[..., band]
    return laid_out


def _resized(samples: NDArray[np.float32], side: int) -> Array:
    """Return brightness, blue and red of cells: (h, 3, w), RGB, to (3, side, side)."""
    rows, bands, columns = samples.shape
    down, across = (resizing(length, side).astype(np.float32) for length in (rows, columns))
    # the colours last: they are those of a few cells then, not of every sample
    lines = (down @ samples.reshape(rows, bands * columns)).reshape(side * bands, columns)
    rgb = (lines @ across.T).reshape(side, bands, side)
    return np.asarray(np.einsum("cb,ybx->cyx", _CHANNELS, rgb), np.float64)


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
