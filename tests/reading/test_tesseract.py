"""Tesseract: its table on fixed texts, the program where it is installed, and forged failures."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from kit.profiles import HEIGHT, WIDTH, Mode, Spoken, draw_profile
from tasted.reading.layout import read_layout
from tasted.reading.ocr import ReadingFailed, TextLine
from tasted.reading.tesseract import Tesseract, parse_tsv

HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
PAGE = np.full((40, 60, 3), 255, dtype=np.uint8)
PROGRAM = shutil.which("tesseract")
needs_tesseract = pytest.mark.skipif(PROGRAM is None, reason="tesseract is not installed here")


def test_words_become_lines() -> None:
    """Words of one line are joined, boxes and confidence with them; quotes are letters."""
    rows = [
        "4\t1\t1\t1\t1\t0\t10\t20\t60\t12\t-1\t",
        '5\t1\t1\t1\t1\t1\t10\t20\t20\t10\t96\t"Tea',
        '5\t1\t1\t1\t1\t2\t35\t22\t35\t10\t90\tmaps"',
        "5\t1\t2\t1\t1\t1\t10\t60\t20\t10\t50\tJazz",
        "5\t1\t2\t1\t1\t2\t10\t60\t20\t10\t95\t ",
    ]
    lines = parse_tsv("\n".join([HEAD, *rows]), width=100, height=200)
    assert lines == [
        TextLine('"Tea maps"', (0.1, 0.1, 0.7, 0.16), pytest.approx(0.93)),
        TextLine("Jazz", (0.1, 0.3, 0.3, 0.35), 0.5),
    ]
    assert parse_tsv("", width=1, height=1) == []


def _forged(folder: Path, script: str) -> Tesseract:
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Tesseract(program)


def test_languages_have_the_names_of_its_data(tmp_path: Path) -> None:
    """`de` and `pt-BR` are deu and por; a code that is its own is passed on."""
    engine = _forged(tmp_path, f'cat > /dev/null; echo "$@" > "{tmp_path}/words"')
    assert engine.read(PAGE, ("de", "pt-BR", "lat")) == []
    assert (tmp_path / "words").read_text() == "stdin stdout -l deu+por+lat --psm 11 tsv\n"


def test_failures_are_told(tmp_path: Path) -> None:
    """What the program says, or that it is gone."""
    engine = _forged(tmp_path, "cat > /dev/null; echo 'Error opening data file' >&2; exit 1")
    with pytest.raises(ReadingFailed, match="Error opening data file"):
        engine.read(PAGE, ("xx",))
    with pytest.raises(ReadingFailed, match="FileNotFoundError"):
        Tesseract(tmp_path / "gone").read(PAGE, ())


@needs_tesseract
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_page_is_read(mode: Mode) -> None:
    """Plain print is read, dark or light; it is the last choice and held to no more."""
    spoken = Spoken("Maya", 29, ("Tea and maps in the morning", "Jazz at night"))
    drawn = draw_profile(spoken, "list", mode)
    lines = Tesseract(Path(PROGRAM or "")).read(drawn.pixels, ("en",))
    profile = read_layout(lines, aspect=WIDTH / HEIGHT)
    assert set(spoken.bio) <= set((profile.bio or "").split("\n"))
