"""Cuts a long capture of several screens into pieces that overlap, and joins their lines. Pure."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasted.reading.ocr import TextLine

# of the width: a phone's screen is 2.2 high, and no line of text is as high as half an overlap
_WHOLE_UP_TO = 3.0
_PIECE_HEIGHT = 2.2
_OVERLAP = 0.3
PIECES_MAX = 24
"""A picture of more is read as far as they reach: some fifty screens' heights of text."""


def read_in_pieces(
    pixels: NDArray[np.uint8], read: Callable[[NDArray[np.uint8]], list[TextLine]]
) -> list[TextLine]:
    """Read a picture piece by piece, so that its print stays large enough.

    Where two pieces overlap, each answers for the lines whose middle is on its own side of the
    overlap: what an edge cuts through there is whole in the other piece.

    Args:
        pixels: (h, w, 3); one of ordinary shape is read at once.
        read: finds the lines of a picture.
    """
    height, width = pixels.shape[:2]
    if height <= _WHOLE_UP_TO * width:
        return read(pixels)
    piece, overlap = round(_PIECE_HEIGHT * width), max(1, round(_OVERLAP * width))
    lines: list[TextLine] = []
    for start in list(range(0, height - overlap, piece - overlap))[:PIECES_MAX]:
        end = min(height, start + piece)
        first = start + overlap / 2 if start else 0.0
        past = end - overlap / 2 if end < height else float(height)
        for line in read(pixels[start:end]):
            moved = _moved(line, start, end - start, height)
            if first <= (moved.box[1] + moved.box[3]) / 2 * height < past:
                lines.append(moved)
    return lines


def _moved(line: TextLine, start: int, rows: int, height: int) -> TextLine:
    left, top, right, bottom = line.box
    box = (left, (start + top * rows) / height, right, (start + bottom * rows) / height)
    return replace(line, box=box)
