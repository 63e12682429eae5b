"""Reading order, chrome, name, age and bio: of lines that any engine might find."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasted.reading.choosing import EngineName
from tasted.reading.layout import ProfileText, read_layout
from tasted.reading.ocr import TextLine
from tasted.reading.picture_text import Shares
from tasted.reading.rows import rows_of

ASPECT = 0.46
SIZE = 0.02


def _line(text: str, top: float, *, left: float = 0.06, size: float = SIZE) -> TextLine:
    return TextLine(text, (left, top, left + 0.012 * len(text), top + size), 0.97)


def _read(*lines: TextLine) -> ProfileText:
    return read_layout(lines, aspect=ASPECT)


FILLER = [_line(f"A line of text number {word}", 0.5 + 0.03 * n) for n, word in enumerate("abcd")]
FILLER_TEXT = [line.text for line in FILLER]

_ANY_LINE = st.builds(
    TextLine,
    st.text(max_size=12) | st.sampled_from(["Maya, 29", "29", "LIKE", "Tea", "5 km", "9:41"]),
    st.tuples(*[st.floats()] * 4) | st.tuples(*[st.floats(0, 1)] * 4),
    st.floats() | st.floats(0.7, 1),
    st.booleans(),
)


_SHARE = st.floats() | st.floats(0, 1)


@given(
    st.lists(_ANY_LINE, max_size=12),
    st.floats(),
    st.lists(st.tuples(*[_SHARE] * 4) | st.just((0.0, 0.0, 1.0, 0.9)), max_size=2),
    st.sampled_from([None, "rapidocr", "tesseract"]),
    st.randoms(),
)
@example([TextLine("Tea", (0, 0.5, 1, 0.5), 1.0)] * 2, 0.5, [], None, random.Random(1))
@example(
    [TextLine("Al 29", (0, 0.5, 1, 0.6), 1.0)] * 2, 0.5, [(0, 0, 1, 1)], None, random.Random(1)
)
def test_every_line_survives_once_in_any_order(
    lines: list[TextLine],
    aspect: float,
    photos: list[Shares],
    engine: EngineName | None,
    dice: random.Random,
) -> None:
    """Any boxes: nothing is raised, nothing lost or doubled, and the order given is no matter."""
    profile = read_layout(lines, aspect=aspect, photos=photos, engine=engine)
    parts = (
        profile.heading,
        profile.facts,
        profile.texts,
        profile.printed,
        profile.dropped,
        profile.unread,
    )
    assert sorted(map(repr, itertools.chain(*parts))) == sorted(map(repr, lines))
    shuffled = list(lines)
    dice.shuffle(shuffled)
    again = read_layout(shuffled, aspect=aspect, photos=photos, engine=engine)
    assert again.confidence is None or 0 <= again.confidence <= 1
    assert (again.name, again.age, again.bio) == (profile.name, profile.age, profile.bio)


_PLAIN_WORDS = st.lists(st.sampled_from(["tea", "maps", "jazz", "alps", "bread"]), min_size=1)


@given(st.lists(_PLAIN_WORDS, min_size=1, max_size=10), st.randoms())
def test_no_line_of_a_bio_is_lost(said: list[list[str]], dice: random.Random) -> None:
    """Lines of one size below each other, read in any order, are the bio from top to bottom."""
    texts = ["A bio of some words", *(" ".join(words) for words in said)]
    lines = [_line(text, 0.2 + 0.06 * n) for n, text in enumerate(texts)]
    dice.shuffle(lines)
    assert _read(*lines).bio == "\n".join(texts)


@pytest.mark.parametrize(
    "texts", [["O"], ["GEZER", "GEZERS"], ["A", "B", "C", "D"], ["Tea"], ["茶"]]
)
def test_stray_letters_are_no_bio(texts: list[str]) -> None:
    """A letter on a shirt is not somebody's words, and nothing is told of interests by it."""
    lines = [_line(text, 0.2 + 0.06 * n) for n, text in enumerate(texts)]
    profile = _read(*lines)
    assert profile.bio is None
    assert profile.dropped == tuple(lines)


@pytest.mark.parametrize(
    "texts", [["Tea and", "maps"], ["Globetrotter"], ["喜欢徒步旅行"], ["I am", "up", "4 jazz"]]
)
def test_a_short_bio_is_one(texts: list[str]) -> None:
    """Three words, or a dozen letters, of which a sign of Chinese is worth three."""
    lines = [_line(text, 0.2 + 0.06 * n) for n, text in enumerate(texts)]
    assert _read(*lines).bio == "\n".join(texts)


def test_rows_are_read_from_left_to_right() -> None:
    """Boxes of one height on one level are a row, though their tops differ a little."""
    lines = [
        _line("third", 0.30, left=0.7),
        _line("first", 0.303, left=0.1),
        _line("below", 0.34),
        _line("second", 0.297, left=0.4),
    ]
    rows = [[line.text for line in row] for row in rows_of(lines)]
    assert rows == [["first", "second", "third"], ["below"]]


def test_parts_of_a_sentence_join_and_things_apart_do_not() -> None:
    """A detector splits at wide spaces; two pills are two things."""
    near = _read(*FILLER, _line("Tea", 0.7), _line("and maps", 0.7, left=0.105))
    apart = _read(*FILLER, _line("Tea", 0.7), _line("Maps", 0.7, left=0.5))
    assert near.bio == "\n".join([*FILLER_TEXT, "Tea and maps"])
    assert apart.bio == "\n".join([*FILLER_TEXT, "Tea · Maps"])


@pytest.mark.parametrize(
    ("heading", "name", "age"),
    [
        ([("Maya, 29", 0.06, 0.04)], "Maya", 29),
        ([("Maya 29", 0.06, 0.04)], "Maya", 29),
        ([("Maya", 0.06, 0.04), ("29", 0.3, 0.035)], "Maya", 29),
        ([("Maya,", 0.06, 0.04), ("29", 0.3, 0.04)], "Maya", 29),
        ([("Maya, 29 ©", 0.06, 0.04)], "Maya", 29),
        ([("Anne-Marie O'Neill · 34", 0.06, 0.04)], "Anne-Marie O'Neill", 34),
        ([("Zoë K. 41", 0.06, 0.04)], "Zoë K.", 41),
        ([("Łucja, 19", 0.06, 0.04)], "Łucja", 19),
        ([("Maya", 0.06, 0.04)], "Maya", None),
    ],
)
def test_names_and_ages(
    heading: list[tuple[str, float, float]], name: str, age: int | None
) -> None:
    """In large type, in one box or two; they are no part of the bio."""
    lines = [_line(text, 0.2, left=left, size=size) for text, left, size in heading]
    profile = _read(*FILLER, *lines)
    assert (profile.name, profile.age) == (name, age)
    assert set(profile.heading) == set(lines)
    assert profile.bio == "\n".join(FILLER_TEXT)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Berlin, 29", SIZE),
        ("Over 30", 0.04),
        ("Hiking the Alps", 0.04),
        ("Maya, 129", 0.04),
        ("Route 66 and back", 0.04),
        ("29 Palms", 0.04),
    ],
)
def test_what_looks_like_a_name_stays_text(text: str, size: float) -> None:
    """Small type, other words, other numbers: they stay in the bio."""
    profile = _read(*FILLER, _line(text, 0.4, size=size))
    assert (profile.name, profile.age) == (None, None)
    assert profile.bio == "\n".join([text, *FILLER_TEXT])


def test_an_age_among_the_facts_belongs_to_the_name_on_top() -> None:
    """Name above, age in a row of facts: none of it is text."""
    profile = _read(
        _line("Maya", 0.08, size=0.03),
        _line("29", 0.45),
        _line("she/her Active today", 0.45, left=0.3),
        _line("170 cm", 0.45, left=0.6),
        *FILLER,
    )
    assert (profile.name, profile.age) == ("Maya", 29)
    assert [line.text for line in profile.facts] == ["she/her Active today", "170 cm"]
    assert profile.bio == "\n".join(FILLER_TEXT)


@pytest.mark.parametrize(
    "fact",
    [
        "5 km away",
        "12 miles",
        "less than a mile away",
        "5'7\"",
        "5\u2019 7\u201d",
        "183 cm",
        "they/them",
        "London \u00b7 3 km",
        "London \u00b7 3 km away",
        "New York, 12 miles away",
        "London 3 km away",
        "K\u00f6ln - 3 km entfernt",
        "Lives in London",
    ],
)
def test_facts_are_no_text(fact: str) -> None:
    """Distance, height and pronouns are set apart."""
    profile = _read(*FILLER, _line(fact, 0.45))
    assert [line.text for line in profile.facts] == [fact]


@pytest.mark.parametrize(
    "text",
    [
        "I run, 5 km",
        "every morning 10 km",
        "We live in London",
        "London is 3 km too far",
        "Lives in the moment, in London and in every book",
    ],
)
def test_sentences_with_distances_are_text(text: str) -> None:
    """What a person says of places and ways stays in the bio."""
    assert text in (_read(*FILLER, _line(text, 0.45)).bio or "")


@pytest.mark.parametrize("text", ["O", "X", "\u00a9 O", "(x)"])
def test_a_button_on_its_own_is_no_text(text: str) -> None:
    """A cross or a circle is taken for a letter."""
    assert _read(*FILLER, _line(text, 0.45)).bio == "\n".join(FILLER_TEXT)


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("9:41", 0.02),
        ("21:05", 0.02),
        ("LTE 87%", 0.02),
        ("5G", 0.02),
        ("Tinder", 0.07),
        ("BUMBLE", 0.07),
        ("Super Like", 0.5),
        ("Send a rose", 0.6),
        ("Hide and report", 0.8),
        ("• Active today", 0.2),
        ("Discover", 0.95),
        ("Like", 0.93),
    ],
)
def test_the_app_is_dropped(text: str, top: float) -> None:
    """Status bar, the app's name, buttons, navigation."""
    profile = _read(*FILLER, _line(text, top))
    assert [line.text for line in profile.dropped] == [text]
    assert profile.bio == "\n".join(FILLER_TEXT)


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("Like", 0.4),
        ("Her", 0.4),
        ("I like people", 0.95),
        ("Home at 9:41 every day", 0.02),
        ("Discover new places with me", 0.94),
        ("Match", 0.3),
    ],
)
def test_words_of_a_person_stay(text: str, top: float) -> None:
    """What a button might say is text where no button is, and within a sentence."""
    assert text in (_read(*FILLER, _line(text, top)).bio or "").split("\n")


def test_signs_are_dropped() -> None:
    """Marks and lines of the design, without a letter or digit."""
    signs = _line("• — ✓", 0.45)
    assert _read(*FILLER, signs).dropped == (signs,)


def test_nothing_is_nothing() -> None:
    """A picture without text."""
    assert _read() == ProfileText(None, None, None, (), (), (), (), ())


def test_equal_lines_count_as_often_as_they_are_there() -> None:
    """A refrain is no mistake."""
    lines = [_line("la la", top) for top in (0.3, 0.4, 0.5)]
    assert Counter((_read(*lines).bio or "").split("\n")) == {"la la": 3}
