"""A thin grid of grey samples of a picture, and rectangles in it. Pure numpy."""

from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import Box

# a phone's screen is about 390 points wide: with one sample a point a gap of one point is seen
_SAMPLES_ACROSS = 390
_SAMPLES_MAX = 3_000_000

# ITU-R BT.601, of 256
_LUMA = np.array([77, 150, 29], np.uint16)

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a grid, in samples; `bottom` and `right` are past its end."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def short_side(self) -> int:
        """The shorter of height and width."""
        return min(self.bottom - self.top, self.right - self.left)

    @property
    def area(self) -> int:
        """How many samples it holds."""
        return (self.bottom - self.top) * (self.right - self.left)

    def of(self, grid: NDArray[Kind]) -> NDArray[Kind]:
        """Return its part of a grid, as a view of the same memory."""
        return grid[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, slots=True)
class Samples:
    """Every so many-th pixel of a picture, not averaged: what is even in it stays so exactly."""

    step: int
    """How many pixels lie from one sample to the next."""
    size: tuple[int, int]
    """Height and width of the picture, in pixels."""
    grey: NDArray[np.uint8]
    """(rows, columns), BT.601 luma."""
    same_across: NDArray[np.bool_]
    """Whether a sample equals the one to its right."""
    same_down: NDArray[np.bool_]
    """Whether a sample equals the one below it."""
    flat: NDArray[np.bool_]
    """Whether it equals both."""

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> Self:
        """Take the samples of a picture of shape (h, w, 3)."""
        step = _step(*pixels.shape[:2])
        grey = _grey(pixels[::step, ::step])
        same_across, same_down = np.ones((2, *grey.shape), np.bool_)
        same_across[:, :-1] = grey[:, 1:] == grey[:, :-1]
        same_down[:-1] = grey[1:] == grey[:-1]
        return cls(step, pixels.shape[:2], grey, same_across, same_down, same_across & same_down)

    @property
    def whole(self) -> Rectangle:
        """The rectangle of the whole picture."""
        rows, columns = self.grey.shape
        return Rectangle(0, 0, rows, columns)

    def in_pixels(self, rectangle: Rectangle) -> Box:
        """Return a rectangle as a box in pixels of the picture, from sample to sample."""
        (height, width), (rows, columns) = self.size, self.grey.shape
        left, top = rectangle.left * self.step, rectangle.top * self.step
        # beyond the last sample may be something else already, but for the picture's end
        right = width if rectangle.right == columns else (rectangle.right - 1) * self.step + 1
        bottom = height if rectangle.bottom == rows else (rectangle.bottom - 1) * self.step + 1
        return left, top, right - left, bottom - top

    def near(self, level: int, distance: int) -> NDArray[np.bool_]:
        """Tell which samples differ from a level of grey by no more than `distance`."""
        low, high = max(0, level - distance), min(255, level + distance)
        return (self.grey >= low) & (self.grey <= high)


def _grey(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # band by band: numpy is slow where neighbours in memory are three at a time
    luma = np.zeros(samples.shape[:2], np.uint16)
    for band, weight in enumerate(_LUMA):
        luma += samples[..., band] * weight
    return (luma >> 8).astype(np.uint8)


def _step(height: int, width: int) -> int:
    step = max(1, min(height, width) // _SAMPLES_ACROSS)
    while (height // step) * (width // step) > _SAMPLES_MAX:
        step += 1
    return step
