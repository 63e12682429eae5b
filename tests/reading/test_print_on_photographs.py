"""What is printed on a photograph is no bio; what an app lays over one may be name and age."""

import functools
import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.app_screens import AGE, BIO, HEIGHT, LAYOUTS, NAME, WIDTH, AppScreen, Over, app_screen
from kit.screens import LOOKS, photographs
from tasted.decoding.photo_regions import find_photos
from tasted.reading.layout import ProfileText, read_layout
from tasted.reading.ocr import OcrEngine, TextLine
from tasted.reading.picture_text import shares_of
from tasted.reading.rapidocr import RapidOcr

OVER: tuple[Over, ...] = ("print", "chips", "nothing")
ASPECT = WIDTH / HEIGHT


@functools.cache
def _screen(layout: str, look: str, over: Over) -> AppScreen:
    # the hats have the fewest letters of their own
    return app_screen(layout, look, over, photos=photographs()[:3])


def _read(screen: AppScreen, lines: list[TextLine]) -> ProfileText:
    photos = shares_of(find_photos(screen.pixels), width=WIDTH, height=HEIGHT)
    return read_layout(lines, aspect=ASPECT, photos=photos, engine="rapidocr")


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("look", sorted(LOOKS))
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_name_age_and_bio_are_those_of_the_app(layout: str, look: str, over: Over) -> None:
    """Seven layouts in light and dark, with print, chips or nothing over their photographs."""
    screen = _screen(layout, look, over)
    profile = _read(screen, screen.lines)
    assert (profile.name, profile.age) == (NAME, AGE)
    assert profile.bio == "\n".join(BIO)
    assert {line.text for line in profile.printed} == set(screen.printed)
    assert (profile.on_photos is None) == (over == "nothing")


PHOTO = (0.05, 0.1, 0.95, 0.55)
PAGE = [
    TextLine(f"{NAME}, {AGE}", (0.05, 0.58, 0.4, 0.61), 0.99),
    TextLine(BIO[0], (0.05, 0.65, 0.75, 0.67), 0.99),
    TextLine(BIO[1], (0.05, 0.68, 0.75, 0.7), 0.99),
]
_PRINTED = st.builds(
    lambda words, left, top, high: TextLine(words, (left, top, left + 0.3, top + high), 0.99),
    st.text(st.characters(codec="ascii"), max_size=20)
    | st.sampled_from(["SEA COAST", "Route 66", "Anna", "smoking", "29", "3 km away", "LIKE"]),
    st.floats(0.06, 0.6),
    st.floats(0.12, 0.4),
    st.floats(0.01, 0.14),
)


@given(st.lists(_PRINTED, max_size=6))
def test_no_print_gets_into_the_words_of_the_page(printed: list[TextLine]) -> None:
    """However large, and whatever it says: name, age and bio are those of the page."""
    profile = read_layout([*printed, *PAGE], aspect=ASPECT, photos=[PHOTO])
    assert (profile.name, profile.age, profile.bio) == (NAME, AGE, "\n".join(BIO))


@pytest.mark.parametrize(
    ("words", "top", "name"),
    [
        ("Anna, 31", 0.5, "Anna"),
        ("Anna 31", 0.5, "Anna"),
        ("Anna, 31", 0.15, None),
        ("Anna", 0.5, None),
        ("SEA COAST", 0.5, None),
        ("JORDAN 23", 0.5, None),
        ("ROUTE 66", 0.5, None),
        ("ANNA, 31", 0.5, "ANNA"),
    ],
)
def test_a_heading_over_the_foot_is_name_and_age(words: str, top: float, name: str | None) -> None:
    """Of that form, and at the foot alone; the text is on the page."""
    over = TextLine(words, (0.1, top, 0.5, top + 0.035), 0.99)
    profile = read_layout([over, *PAGE[1:]], aspect=ASPECT, photos=[PHOTO])
    assert profile.name == name
    assert profile.age == (31 if name is not None else None)
    assert profile.bio == "\n".join(BIO)
    assert profile.on_photos == (words if name is None else None)


def test_a_photograph_alone_says_nothing() -> None:
    """No app around it: print is print, in the form of a heading as well."""
    lines = [
        TextLine("Route 66", (0.3, 0.6, 0.7, 0.66), 0.99),
        TextLine("smoking is fun", (0.2, 0.7, 0.8, 0.76), 0.99),
    ]
    profile = read_layout(lines, aspect=0.75, photos=[(0.0, 0.0, 1.0, 1.0)])
    assert (profile.name, profile.age, profile.bio) == (None, None, None)
    assert profile.on_photos == "Route 66\nsmoking is fun"


def test_a_paragraph_over_a_whole_screen_is_text() -> None:
    """A story over a blurred photograph has no page, and no heading: it is set like a text."""
    said = ["I bake bread every Sunday", "and hike with my old dog,", "come rain or shine."]
    lines = [
        TextLine(words, (0.1, 0.4 + 0.03 * n, 0.1 + 0.02 * len(words), 0.42 + 0.03 * n), 0.99)
        for n, words in enumerate(said)
    ]
    profile = read_layout(lines, aspect=ASPECT, photos=[(0.0, 0.0, 1.0, 1.0)])
    assert profile.bio == "\n".join(said)


@pytest.fixture(scope="module")
def engine() -> OcrEngine:
    """One engine for all pictures."""
    return RapidOcr(threads=1)


@pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra `ocr` is not installed"
)
@pytest.mark.parametrize(
    ("layout", "look", "over"),
    [
        ("below", "light", "print"),
        ("over the foot", "dark", "chips"),
        ("over a card", "light", "print"),
        ("card", "dark", "print"),
    ],
)
def test_print_is_told_apart_by_a_real_engine(
    engine: OcrEngine, layout: str, look: str, over: Over
) -> None:
    """As an engine reads these screens, with whatever it finds on the photographs themselves."""
    screen = _screen(layout, look, over)
    profile = _read(screen, engine.read(screen.pixels, ("en",)))
    assert (profile.name, profile.age) == (NAME, AGE)
    assert profile.bio == "\n".join(BIO)
    printed = "".join((profile.on_photos or "").split())
    assert [words for words in screen.printed if words.replace(" ", "") not in printed] == []
