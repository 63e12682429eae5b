"""Readers of pictures for tests: one that reads nothing, one that finds what it is told."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.reading.choosing import Machine, OcrChoice, choose
from tasted.reading.ocr import OcrEngine, TextLine
from tasted.reading.reader import Reader


def unread() -> Reader:
    """Return a reader of text files alone."""

    def opened(_choice: OcrChoice) -> OcrEngine:
        raise AssertionError("nothing was chosen to read with")

    return Reader(choose("companion", ()), (), opened)


class FixedEngine:
    """Finds the same lines in every picture, and counts the pictures."""

    name = "tesseract"

    def __init__(self, *texts: str, raises: Exception | None = None) -> None:
        self.lines = [
            TextLine(text, (0.1, 0.3 + 0.05 * n, 0.1 + 0.01 * len(text), 0.33 + 0.05 * n), 0.9)
            for n, text in enumerate(texts)
        ]
        self.raises = raises
        self.read_count = 0

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Return the lines."""
        assert pixels.dtype == np.uint8
        assert tuple(languages) == ("en",)
        self.read_count += 1
        if self.raises is not None:
            raise self.raises
        return self.lines

    def reader(self, program: str = "/bin/tesseract") -> Reader:
        """Return a reader that chose this engine."""
        machine = Machine("linux", lambda _name: False, lambda _name: "", lambda _name: program)
        return Reader(choose("tesseract", ("en",), machine), ("en",), lambda _choice: self)


def files_with(folder: Path, text: str) -> list[Path]:
    """Return the files below a folder whose bytes hold a text."""
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and text.encode("utf-8") in file.read_bytes()
    ]
