"""Long captures are read in pieces, and every line of them once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasted.reading.layout import read_layout
from tasted.reading.ocr import TextLine
from tasted.reading.tiles import PIECES_MAX, read_in_pieces

WIDTH = 20
INK = 200
LETTER_HEIGHT = 2


def _read(piece: NDArray[np.uint8]) -> list[TextLine]:
    """Find the blocks of rows that have ink; the ink is the name of the line."""
    marks = piece[:, 0, 0].tolist()
    lines, row = [], 0
    while row < len(marks):
        past = row
        while past < len(marks) and marks[past] == marks[row]:
            past += 1
        if marks[row]:
            box = (0.0, row / len(marks), 1.0, past / len(marks))
            lines.append(TextLine(str(marks[row]), box, 1.0))
        row = past
    return lines


@given(st.integers(1, 900), st.integers(0, 40), st.integers(4, 12))
def test_every_line_of_a_long_capture_is_read_once(height: int, first: int, step: int) -> None:
    """Wherever the cuts go through: each line comes back whole, at its place."""
    pixels = np.zeros((height, WIDTH, 3), dtype=np.uint8)
    tops = range(first, height - LETTER_HEIGHT, step)
    for number, top in enumerate(tops):
        pixels[top : top + LETTER_HEIGHT] = 1 + number % INK
    found = sorted(read_in_pieces(pixels, _read), key=lambda line: line.box[1])
    assert [round(line.box[1] * height) for line in found] == list(tops)
    assert [round(line.box[3] * height) for line in found] == [top + 2 for top in tops]


def test_what_is_too_long_is_read_as_far_as_it_may() -> None:
    """A picture of one pixel's width costs no more than the pieces that are allowed."""
    calls: list[int] = []

    def count(piece: NDArray[np.uint8]) -> list[TextLine]:
        calls.append(len(piece))
        return []

    assert read_in_pieces(np.zeros((100_000, 1, 3), dtype=np.uint8), count) == []
    assert len(calls) == PIECES_MAX


def test_the_bars_of_a_long_capture_are_those_of_one_screen() -> None:
    """A name that stands below the first status bar is no part of it, however long the rest."""
    lines = [TextLine("9:41", (0.1, 0.003, 0.2, 0.005), 1.0)]
    lines += [TextLine("Tea and maps", (0.1, 0.03, 0.2, 0.034), 1.0)]
    lines += [TextLine("Home", (0.1, 0.9, 0.2, 0.904), 1.0)]
    profile = read_layout(lines, aspect=0.05)
    assert profile.bio == "Tea and maps\nHome"
