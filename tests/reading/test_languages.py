"""Which languages an engine reads."""

from pathlib import Path

import pytest

from tasted.reading.choosing import Machine, Wanted, choose
from tasted.reading.languages import script_of_language, tesseract_data, tesseract_name

ALL = ("en", "de", "pl", "tr", "ru", "uk", "el", "he", "ar", "zh-Hans", "ja", "ko", "vi")


@pytest.mark.parametrize(
    ("wanted", "lacking"),
    [
        ("rapidocr", ("ru", "uk", "el", "he", "ar", "ko", "vi")),
        ("vision", ("el", "he")),
        ("tesseract", ("pl", "tr", "ru", "el", "he", "ar", "zh-Hans", "ja", "ko", "vi")),
    ],
)
def test_what_an_engine_cannot_read_is_known(wanted: Wanted, lacking: tuple[str, ...]) -> None:
    """RapidOCR by its one model, Vision by what Apple says, Tesseract by its data."""
    machine = Machine(
        "darwin",
        lambda _name: True,
        lambda _name: "1",
        lambda _name: "/bin/tesseract",
        lambda _program: frozenset({"eng", "deu", "ukr", "osd"}),
    )
    assert choose(wanted, ALL, machine).lacking == lacking
    assert choose(wanted, ("en",), machine).lacking == ()


def test_data_that_are_not_found_are_not_missed(tmp_path: Path) -> None:
    """Where Tesseract keeps its data elsewhere, nothing is said of them."""
    program = tmp_path / "bin" / "tesseract"
    assert tesseract_data(program) is None
    machine = Machine("linux", lambda _name: False, program=lambda _name: str(program))
    assert choose("tesseract", ALL, machine).lacking == ()


def test_data_are_found_beside_the_program_or_where_a_variable_says(tmp_path: Path) -> None:
    """As packages put them, and TESSDATA_PREFIX before all."""
    data = tmp_path / "share" / "tessdata"
    data.mkdir(parents=True)
    for name in ("eng.traineddata", "chi_sim.traineddata", "pdf.ttf"):
        (data / name).touch()
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    assert tesseract_data(program) == {"eng", "chi_sim"}
    (tmp_path / "rus.traineddata").touch()
    assert tesseract_data(program, {"TESSDATA_PREFIX": str(tmp_path)}.get) == {"rus"}


@pytest.mark.parametrize(
    ("language", "script", "name"),
    [
        ("pt-BR", "Latin", "por"),
        ("RU", "Cyrillic", "rus"),
        ("zh-Hans", "Chinese", "chi_sim"),
        ("zh-Hant", "Chinese", "chi_tra"),
        ("lat", "Latin", "lat"),
    ],
)
def test_a_language_has_a_script_and_a_name(language: str, script: str, name: str) -> None:
    """Codes with a region as well; what is not known has Latin letters and its own name."""
    assert (script_of_language(language), tesseract_name(language)) == (script, name)
