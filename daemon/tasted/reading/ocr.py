"""The interface of text recognition, which rapidocr, vision and tesseract implement. Pure.

Pixels in, lines with boxes out.

An engine reads, and marks what it doubts, for each has a scale of its own. Order and meaning are
for `tasted.reading.layout` to find, for all alike.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as an engine found it."""

    text: str
    box: tuple[float, float, float, float]
    """(left, top, right, bottom) as shares of the picture's width and height, from its top left."""
    confidence: float
    """In [0, 1], as the engine tells it."""
    is_doubted: bool = False
    """Whether the engine doubts it: no words to go by, and still a sign that some stand there."""


class OcrEngine(Protocol):
    """Finds text in pictures. Used from one thread."""

    @property
    def name(self) -> str:
        """`rapidocr`, `vision` or `tesseract`; goes into the sidecar."""
        ...

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Find the lines of a picture, in any order; those that the engine doubts are marked.

        Args:
            pixels: (h, w, 3), upright sRGB, at least one pixel each way.
            languages: codes such as `en` or `pt-BR`, the likeliest first.

        Raises:
            ReadingFailed: when the engine fails over this picture.
        """
        ...


class ReadingFailed(Exception):
    """The engine could not read this picture; the message says why, in one line."""
