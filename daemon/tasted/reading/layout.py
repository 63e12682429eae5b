"""Lines with boxes → what a profile says: name, age and bio, in reading order. Pure.

Never fails, whatever the boxes: an engine's line ends up in exactly one part of the profile.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from tasted.plain_dataclass import dataclass
from tasted.reading.choosing import EngineName
from tasted.reading.chrome import is_at_edge, is_chrome
from tasted.reading.headings import (
    Heading,
    heading_of_page,
    is_age,
    name_above_age,
    says_name_and_age,
    text_of,
)
from tasted.reading.ocr import TextLine
from tasted.reading.overlays import is_on, part
from tasted.reading.picture_text import Shares
from tasted.reading.rows import finite, height, rows_of, tidied, tidy
from tasted.reading.unread import UNKNOWN, is_invented, legibility_of

# the narrowest of phones; what is narrower is a capture of several screens
_PHONE_ASPECT = 0.42
_WORD_GAP_HEIGHTS = 1.2
# what is less than both is letters of a poster or a shirt, not somebody's words
_BIO_WORDS_MIN = 3
_BIO_LETTERS_MIN = 12
_WORD_LETTERS_MIN = 2
_IDEOGRAPH_LETTERS = 3

_DISTANCE = r"\d+(?:[.,]\d+)?\s*(?:km|mi|miles?|kilomet(?:er|re)s?)"
_AWAY = r"(?:away|entfernt|de\ distan(?:ce|cia)|uzakta)"
_FACT = re.compile(
    rf"""{_DISTANCE}(?:\s+{_AWAY})?
      | less\ than\ a\ (?:mile|kilomet(?:er|re))\ away
      | \d\s*['\u2019\u2032]\s*\d{{1,2}}\s*(?:["\u201d\u2033]|'')?              # 5'7"
      | [12]\d{{2}}\s*cm                                                       # 170 cm
      | (?:she|he|they)\s*/\s*(?:her|him|them|they)(?:s|\s*/\s*\w+)?
      """,
    re.IGNORECASE | re.VERBOSE,
)
# "London · 3 km", "London 3 km away", "Lives in London"
_PLACED = re.compile(
    r"(?:lives in )?([^\d\n]{1,40}?)\s*"
    rf"(?:[^\w\s'\"]\s*{_DISTANCE}(?: {_AWAY})?"
    rf"|\b {_DISTANCE} {_AWAY})",
    re.IGNORECASE,
)
_LIVES_IN = re.compile(r"lives in ([^\d\n]{1,40})", re.IGNORECASE)
_PLACE_WORDS_MAX = 4
# which of several photographs is shown
_COUNTER = re.compile(r"\d{1,2}\s*(?:/|of)\s*\d{1,2}")


@dataclass(frozen=True, slots=True)
class ProfileText:
    """What a screenshot of a profile says; every line of the engine is in one of the lists."""

    name: str | None
    age: int | None
    """Years."""
    bio: str | None
    """The text, a line for each row of the screen."""
    heading: tuple[TextLine, ...]
    """Where name and age come from."""
    facts: tuple[TextLine, ...]
    """Distance, height, pronouns: text that says nothing about a personality."""
    texts: tuple[TextLine, ...]
    """What the bio is made of."""
    printed: tuple[TextLine, ...]
    """Over photographs: shirts and signs, and chips that an app lays over them."""
    dropped: tuple[TextLine, ...]
    """The phone, the app, signs without a letter, text too short to be a bio, and what the engine
    doubts."""
    unread: tuple[TextLine, ...] = ()
    """Of letters that the engine does not know."""
    has_unread: bool = False
    """Whether there are such letters, in those lines or in the heading."""
    on_photos: str | None = None
    """What is printed over photographs, a line for each row."""
    script: str | None = None
    """Of most letters of the page: `Latin`, `Greek`, or `unknown` for what could not be read."""
    confidence: float | None = None
    """How sure the engine is of the page, in [0, 1]."""


def read_layout(
    lines: Sequence[TextLine],
    *,
    aspect: float,
    photos: Sequence[Shares] = (),
    engine: EngineName | None = None,
) -> ProfileText:
    """Put lines into reading order, drop the app, and find name, age and bio.

    Args:
        lines: in any order, with any boxes; equal lines count as often as they are there.
        aspect: width of the picture through its height, in pixels.
        photos: where the photographs of the screen are. What is printed on them is no bio.
        engine: that found the lines, and knows some letters and not others.
    """
    readable, signs = _parted(lines, lambda line: _is_readable(line) and not line.is_doubted)
    rows = rows_of(readable)
    screen = max(0.0, min(1.0, finite(aspect) / _PHONE_ASPECT))
    chrome = [
        line for row in rows for line in row if is_chrome(tidy(line), tidied(row), screen=screen)
    ]
    facts, words = _apart(_without(rows, chrome), _is_fact)
    parted = part(
        list(itertools.chain.from_iterable(words)), photos, shows_app=bool(chrome or facts)
    )
    traces = [line for line in signs if not is_at_edge(line, screen) and not is_on(line, photos)]
    legible = legibility_of(
        [*parted.page, *parted.heading.lines, *traces], aspect=aspect, engine=engine
    )
    strange = {id(line) for line in legible.unread if not says_name_and_age(line)}
    rows = rows_of([line for line in parted.page if id(line) not in strange])
    heading = _heading(rows, parted.heading, screen)
    said = {id(line) for line in (*heading.lines, *parted.heading.lines)}
    unread = [line for line in legible.unread if id(line) not in said]
    has_unread = bool(legible.unread)
    script = legible.script
    if is_invented(heading, aspect=aspect, engine=engine, has_unread=has_unread):
        script = script if has_unread else UNKNOWN
        heading, has_unread = replace(heading, name=None), True
    rows = _without(rows_of(parted.page), [*heading.lines, *unread])
    ages, rows = _apart(rows, is_age)
    buttons = [row[0] for row in rows if len(row) == 1 and _is_button(row[0])]
    rows = _without(rows, buttons)
    over = rows_of([*parted.printed, *_unused(parted.heading, heading)])
    counters, printed = _apart(over, _is_counter)
    texts = list(itertools.chain.from_iterable(rows))
    bio = "\n".join(_joined(row, aspect) for row in rows)
    stray: list[TextLine] = []
    if _is_stray(bio):
        bio, texts, stray = "", stray, texts
    gone = {id(line) for line in unread}
    return ProfileText(
        name=heading.name,
        age=heading.age,
        bio=bio or None,
        heading=heading.lines,
        facts=(*facts, *ages),
        texts=tuple(texts),
        printed=tuple(itertools.chain.from_iterable(printed)),
        dropped=(
            *(line for line in signs if id(line) not in gone),
            *chrome,
            *counters,
            *buttons,
            *stray,
        ),
        unread=tuple(unread),
        has_unread=has_unread,
        on_photos="\n".join(_joined(row, aspect) for row in printed) or None,
        script=script,
        confidence=legible.confidence,
    )


def _heading(rows: list[list[TextLine]], over_photo: Heading, screen: float) -> Heading:
    """Choose: name and age on the page, then over a photograph, then a name on top of the page."""
    found = heading_of_page(rows)
    if found.name is not None:
        return found
    return over_photo if over_photo.name is not None else name_above_age(rows, screen)


def _unused(over_photo: Heading, chosen: Heading) -> list[TextLine]:
    return [] if chosen.lines == over_photo.lines else list(over_photo.lines)


def _joined(row: list[TextLine], aspect: float) -> str:
    """Join a row: parts of a sentence by a space, things far apart by a dot."""
    text = text_of(row[0])
    for before, line in itertools.pairwise(row):
        gap = tidy(line).box[0] - tidy(before).box[2]
        is_near = gap * finite(aspect) < _WORD_GAP_HEIGHTS * max(height(before), height(line))
        text += (" " if is_near else " \u00b7 ") + text_of(line)
    return text


def _is_stray(bio: str) -> bool:
    """Tell whether a text is too short to be anybody's words: two of them, and hardly a letter."""
    words = [sum(map(_letters, word)) for word in re.split(r"[\W\d_]+", bio)]
    is_short = sum(letters >= _WORD_LETTERS_MIN for letters in words) < _BIO_WORDS_MIN
    return is_short and sum(words) < _BIO_LETTERS_MIN


def _letters(character: str) -> int:
    # a sign of Chinese, Japanese or Korean says about as much, and no space is between words
    is_wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return _IDEOGRAPH_LETTERS if is_wide else 1


def _is_readable(line: TextLine) -> bool:
    return any(sign.isalnum() for sign in line.text)


def _is_fact(line: TextLine) -> bool:
    text = text_of(line)
    if _FACT.fullmatch(text) is not None:
        return True
    placed = _PLACED.fullmatch(text) or _LIVES_IN.fullmatch(text)
    return placed is not None and _is_place(placed[1])


def _is_place(text: str) -> bool:
    # "I run every morning, 5 km" is no place
    words = text.split()
    return 0 < len(words) <= _PLACE_WORDS_MAX and not words[0][0].islower() and words[0] != "I"


def _is_button(line: TextLine) -> bool:
    # a cross or a circle is taken for a letter
    return sum(map(_letters, filter(str.isalnum, line.text))) == 1


def _is_counter(line: TextLine) -> bool:
    return _COUNTER.fullmatch(text_of(line)) is not None


def _parted(
    lines: Sequence[TextLine], holds: Callable[[TextLine], bool]
) -> tuple[list[TextLine], list[TextLine]]:
    return [line for line in lines if holds(line)], [line for line in lines if not holds(line)]


def _apart(
    rows: list[list[TextLine]], holds: Callable[[TextLine], bool]
) -> tuple[list[TextLine], list[list[TextLine]]]:
    """Take the lines of a kind out of rows, in their order."""
    found = [line for row in rows for line in row if holds(line)]
    return found, _without(rows, found)


def _without(rows: list[list[TextLine]], gone: Sequence[TextLine]) -> list[list[TextLine]]:
    # by identity: two lines may be equal
    ids = {id(line) for line in gone}
    left = [[line for line in row if id(line) not in ids] for row in rows]
    return [row for row in left if row]
