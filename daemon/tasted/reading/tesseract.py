"""Tesseract, where its program is installed: started once for each picture, fed through a pipe.

Starts a process; touches no file. It reads dark screens badly, so those are turned to negatives.
"""

import csv
import io
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.reading.bitmaps import bitmap
from tasted.reading.languages import tesseract_name
from tasted.reading.ocr import ReadingFailed, TextLine
from tasted.system.machine_faults import shortage_of

_DEADLINE_SECONDS = 60
_DARK_MEAN = 110
_CONFIDENCE_MIN = 0.5
_WORD_LEVEL = "5"
# sparse text: whatever there is, wherever it stands
_SPARSE = "11"
_REASON_CHARACTERS_MAX = 200


class Tesseract:
    """The program `tesseract`, 4 or 5.

    Args:
        program: its path.
    """

    name = "tesseract"

    def __init__(self, program: Path) -> None:
        self._program = program

    def read(self, pixels: NDArray[np.uint8], languages: Sequence[str]) -> list[TextLine]:
        """Find the lines of a picture.

        Raises:
            ReadingFailed: when the program fails, hangs, or lacks the data of a language.
        """
        height, width = pixels.shape[:2]
        plain = 255 - pixels if pixels.mean() < _DARK_MEAN else pixels
        codes = "+".join(map(tesseract_name, languages))
        command = [
            str(self._program),
            "stdin",
            "stdout",
            *(["-l", codes] if codes else []),
            "--psm",
            _SPARSE,
            "tsv",
        ]
        try:
            ended = subprocess.run(
                command,
                input=bitmap(plain),
                capture_output=True,
                timeout=_DEADLINE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            if shortage_of(error) is not None:
                raise
            raise ReadingFailed(f"Tesseract failed: {type(error).__name__}: {error}") from error
        if ended.returncode:
            said = " ".join(ended.stderr.decode("utf-8", "replace").split())
            raise ReadingFailed(f"Tesseract failed: {said[:_REASON_CHARACTERS_MAX]}")
        lines = parse_tsv(ended.stdout.decode("utf-8", "replace"), width=width, height=height)
        return [replace(line, is_doubted=line.confidence < _CONFIDENCE_MIN) for line in lines]


def parse_tsv(text: str, *, width: int, height: int) -> list[TextLine]:
    """Join the words of Tesseract's table to lines. Pure.

    Args:
        text: what `tesseract ... tsv` printed.
        width: of the picture, pixels.
        height: of the picture, pixels.
    """
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("level") == _WORD_LEVEL and (row.get("text") or "").strip():
            key = tuple(row[name] for name in ("page_num", "block_num", "par_num", "line_num"))
            lines.setdefault(key, []).append(row)
    return [_line(words, width, height) for words in lines.values()]


def _line(words: list[dict[str, str]], width: int, height: int) -> TextLine:
    left = min(int(word["left"]) for word in words)
    top = min(int(word["top"]) for word in words)
    right = max(int(word["left"]) + int(word["width"]) for word in words)
    bottom = max(int(word["top"]) + int(word["height"]) for word in words)
    return TextLine(
        " ".join(word["text"].strip() for word in words),
        (left / width, top / height, right / width, bottom / height),
        sum(float(word["conf"]) for word in words) / len(words) / 100,
    )
