"""Letters that an engine does not know: nothing is invented from them, and it is said."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tasted.reading.choosing import EngineName, OcrChoice
from tasted.reading.layout import ProfileText, read_layout
from tasted.reading.ocr import OcrEngine, TextLine
from tasted.reading.picture_text import PictureText
from tasted.reading.rapidocr import RapidOcr
from tasted.reading.reader import Reader, ScreenText
from tasted.reading.tesseract import Tesseract
from tasted.reading.unread import script_of
from tasted.records import PictureFacts

WIDTH, HEIGHT = 720, 1560
FONT = "DejaVuSans.ttf"
PROGRAM = shutil.which("tesseract")
HAS_RAPIDOCR = importlib.util.find_spec("rapidocr") is not None
try:
    ImageFont.truetype(FONT, 30)
    HAS_FONT = True
except OSError:
    HAS_FONT = False
needs_font = pytest.mark.skipif(not HAS_FONT, reason="no typeface with all these letters is here")

KNOWN = {
    "de": ("J\u00fcrgen, 34", "Wandern, K\u00e4se und alte Stra\u00dfenbahnen."),
    "pl": ("\u017baneta, 26", "G\u00f3ry, \u0142\u00f3d\u017a i \u017ceglarstwo."),
    "tr": ("\u00c7a\u011fla, 30", "\u015eiir ve kahve, denizde y\u00fczmek."),
    "en": ("McKenzie, 27", "Love mountains, books and jazz."),
}
UNKNOWN = {
    "ru": (
        "\u0410\u043d\u043d\u0430, 27",
        (
            "\u041b\u044e\u0431\u043b\u044e \u0433\u043e\u0440\u044b, "
            "\u043a\u043d\u0438\u0433\u0438 \u0438 \u0434\u0436\u0430\u0437."
        ),
    ),
    "uk": (
        "\u041e\u043a\u0441\u0430\u043d\u0430, 31",
        (
            "\u0407\u0436\u0434\u0436\u0443 \u043d\u0430 "
            "\u0432\u0435\u043b\u043e\u0441\u0438\u043f\u0435\u0434\u0456."
        ),
    ),
    "el": (
        "\u039c\u03b1\u03c1\u03af\u03b1, 29",
        (
            "\u03a8\u03ac\u03c7\u03bd\u03c9 \u03c0\u03b1\u03c1\u03ad\u03b1 "
            "\u03b3\u03b9\u03b1 \u03c4\u03b1\u03be\u03af\u03b4\u03b9\u03b1."
        ),
    ),
    "he": (
        "\u05ea\u05de\u05e8, 28",
        ("\u05d0\u05d5\u05d4\u05d1\u05ea \u05d9\u05dd \u05d5\u05de\u05d5\u05d6\u05d9\u05e7\u05d4."),
    ),
    "ar": (
        "\u0644\u064a\u0644\u0649, 25",
        (
            "\u0623\u062d\u0628 \u0627\u0644\u0628\u062d\u0631 "
            "\u0648\u0627\u0644\u0645\u0648\u0633\u064a\u0642\u0649."
        ),
    ),
}


def _page(name: str, bio: str, *, is_dark: bool) -> NDArray[np.uint8]:
    paper, ink = ((18, 18, 20), (235, 235, 235)) if is_dark else ((255, 255, 255), (20, 20, 20))
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    draw = ImageDraw.Draw(image)
    for at, words, size in (((30, 20), "9:41", 26), ((40, 520), name, 48), ((40, 620), bio, 30)):
        draw.text(at, words, font=ImageFont.truetype(FONT, size), fill=ink)
    draw.text((40, 670), bio, font=ImageFont.truetype(FONT, 30), fill=ink)
    return np.array(image)


def _screen_text(engine: OcrEngine, pixels: NDArray[np.uint8]) -> ScreenText:
    name: EngineName = "rapidocr" if engine.name == "rapidocr" else "tesseract"
    reader = Reader(OcrChoice(name, "", None), ("en",), lambda _choice: engine)
    seen = PictureText(tuple(reader.read(pixels)), ())
    return reader.made_of(seen, PictureFacts(WIDTH, HEIGHT, "PNG"))


@pytest.fixture(scope="module")
def rapidocr() -> OcrEngine:
    """One engine for all pictures."""
    return RapidOcr(threads=1)


def _is_right(screen_text: ScreenText, name: str, bio: str) -> None:
    text = screen_text.text
    assert text is not None
    assert f"{text.name}, {text.age}" == name
    assert text.bio == f"{bio}\n{bio}"
    assert (screen_text.missing, text.notes, screen_text.has_unread) == (None, (), False)
    assert screen_text.script == "Latin"
    assert (screen_text.confidence or 0) > 0.9


def _invents_nothing(screen_text: ScreenText, engine: str) -> None:
    text = screen_text.text
    assert text is None or (text.name, text.bio) == (None, None)
    assert screen_text.has_unread
    assert f"in the picture that {engine} cannot read" in (screen_text.missing or "")
    assert screen_text.confidence is not None
    assert screen_text.confidence < 0.95


@needs_font
@pytest.mark.skipif(not HAS_RAPIDOCR, reason="the extra `ocr` is not installed")
@pytest.mark.parametrize(
    ("language", "is_dark"), [*((language, False) for language in KNOWN), ("de", True)]
)
def test_letters_that_rapidocr_knows_stay_right(
    rapidocr: OcrEngine, language: str, is_dark: bool
) -> None:
    """German, Polish, Turkish and English, with accents and capitals within a name."""
    name, bio = KNOWN[language]
    _is_right(_screen_text(rapidocr, _page(name, bio, is_dark=is_dark)), name, bio)


@needs_font
@pytest.mark.skipif(not HAS_RAPIDOCR, reason="the extra `ocr` is not installed")
@pytest.mark.parametrize(
    ("language", "is_dark"), [*((language, False) for language in UNKNOWN), ("ru", True)]
)
def test_no_name_is_invented_from_letters_that_rapidocr_does_not_know(
    rapidocr: OcrEngine, language: str, is_dark: bool
) -> None:
    """It answers with blanks and look-alikes; what is told is that there is text."""
    screen_text = _screen_text(rapidocr, _page(*UNKNOWN[language], is_dark=is_dark))
    _invents_nothing(screen_text, "rapidocr")
    assert screen_text.script == ("Greek" if language == "el" else "unknown")
    letters = "text in Greek letters" if language == "el" else "text"
    assert (screen_text.missing or "").startswith(f"There is {letters} in the picture")


@needs_font
@pytest.mark.skipif(PROGRAM is None, reason="tesseract is not installed here")
@pytest.mark.parametrize("language", ["el", "ru", "uk"])
def test_no_name_is_invented_by_tesseract_with_english_data(language: str) -> None:
    """It answers with Latin letters everywhere, and is not sure of them."""
    engine = Tesseract(Path(PROGRAM or ""))
    screen_text = _screen_text(engine, _page(*UNKNOWN[language], is_dark=False))
    _invents_nothing(screen_text, "tesseract")
    name, bio = KNOWN["en"]
    screen_text = _screen_text(engine, _page(name, bio, is_dark=False))
    text = screen_text.text
    assert text is not None
    assert (text.name, text.age, screen_text.has_unread) == ("McKenzie", 27, False)


def _line(
    text: str,
    top: float,
    *,
    confidence: float = 0.99,
    length: float = 0.0,
    high: float = 0.02,
    doubted: bool = False,
) -> TextLine:
    """Make a line as long as its text, or so many heights long."""
    wide = (length or len(text) / 2.2) * high / (WIDTH / HEIGHT)
    return TextLine(text, (0.05, top, 0.05 + wide, top + high), confidence, doubted)


def _read(*lines: TextLine, engine: EngineName = "rapidocr") -> ProfileText:
    return read_layout(lines, aspect=WIDTH / HEIGHT, engine=engine)


LATIN = [_line("Weekend hikes and jazz concerts.", 0.5), _line("Old maps, and tea at noon.", 0.54)]
BLANK = [_line(" ,   .", 0.6, length=11), _line("    .", 0.64, length=13)]


def test_a_latin_text_beside_an_unread_one_is_kept() -> None:
    """Two languages on one page: one is the bio, and a note tells of the other."""
    reader = Reader(OcrChoice("rapidocr", "", None), (), lambda _choice: RapidOcr(threads=1))
    head = _line("Emma, 27", 0.4, high=0.03)
    screen_text = reader.made_of(
        PictureText((head, *LATIN, *BLANK), ()), PictureFacts(720, 1560, "PNG")
    )
    text = screen_text.text
    assert text is not None
    assert (text.name, text.age) == ("Emma", 27)
    assert text.bio == "\n".join(line.text for line in LATIN)
    assert screen_text.missing is None
    assert "that rapidocr cannot read" in text.notes[0]
    assert screen_text.script in {"Latin", "unknown"}


@pytest.mark.parametrize(
    ("text", "confidence", "length", "name"),
    [
        ("AHHa,27", 0.84, 0, None),
        ("A,27", 0.88, 3.8, None),
        ("O\u03ba, 31", 0.99, 0, None),
        ("Poma, 31", 0.75, 0, None),
        ("JoAnna, 33", 0.9, 0, "JoAnna"),
        ("ANNA, 33", 0.9, 0, "ANNA"),
        ("J, 29", 0.9, 0, "J"),
        ("J\u00fcrgen, 31", 0.85, 0, "J\u00fcrgen"),
    ],
)
def test_a_name_of_look_alikes_is_none(
    text: str, confidence: float, length: float, name: str | None
) -> None:
    """Told by how it is written, how sure the engine is, and how much of its length is left."""
    head = _line(text, 0.2, confidence=confidence, length=length, high=0.035)
    profile = _read(head, *LATIN)
    assert profile.heading == (head,)
    assert profile.name == name
    assert profile.has_unread == (name is None)
    alone = _read(head)
    assert (alone.name, alone.has_unread) == (name, name is None)
    assert (alone.script == "Latin") == (name is not None)


def test_a_name_on_a_page_of_other_letters_has_to_be_certain() -> None:
    """Cyrillic that looks like Latin gives itself away by the lines around it."""
    for confidence, name in ((0.9, None), (0.98, "Poma")):
        head = _line("Poma, 31", 0.2, confidence=confidence, high=0.035)
        profile = _read(head, *BLANK)
        assert (profile.name, profile.age, profile.bio) == (name, 31, None)
        assert profile.unread == tuple(BLANK)


@pytest.mark.parametrize(
    "lines",
    [
        [_line("\u2014\u2014\u2014\u2014", 0.6, length=20)],
        [_line(". . . . . . . .", 0.6)],
        [_line("\u559c\u6b22\u5f92\u6b65\u65c5\u884c\u548c\u65e7\u5730\u56fe", 0.6, length=12)],
        [_line("", 0.6, length=3, doubted=True)],
        [_line("&", 0.97, length=9, doubted=True)],
        [_line("Caf\u00e9 \u00b5g \u00d8", 0.6)],
    ],
)
def test_what_is_no_foreign_text_is_not_told_of(lines: list[TextLine]) -> None:
    """A drawn line, dots, Chinese, an icon, the app's own signs, an accent."""
    profile = _read(*LATIN, *lines)
    assert profile.unread == ()


def test_letters_have_scripts() -> None:
    """As Unicode names them."""
    letters = "a\u00e9\u03b1\u0430\u05d0\u0628\u559c\u3042\u30ab\ud55c\uff21\ue000"
    assert [script_of(letter) for letter in letters] == [
        "Latin", "Latin", "Greek", "Cyrillic", "Hebrew", "Arabic", "Han", "Hiragana", "Katakana",
        "Hangul", "Latin", "unknown",
    ]  # fmt: skip
