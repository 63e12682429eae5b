"""Lines with boxes → what a profile says: name, age and bio, in reading order. Pure.

Never fails, whatever the boxes: an engine's line ends up in exactly one part of the profile.
"""

import itertools
import math
import re
import statistics
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tasted.reading.chrome import is_chrome, without_line_end
from tasted.reading.ocr import TextLine

_ROW_SHARE = 0.5
# the narrowest of phones; what is narrower is a capture of several screens
_PHONE_ASPECT = 0.42
_HEADING_RATIO = 1.15
_NAME_ONLY_RATIO = 1.4
_NAME_ONLY_ABOVE = 0.3
_WORD_GAP_HEIGHTS = 1.2
# what is less than both is letters of a poster or a shirt, not somebody's words
_BIO_WORDS_MIN = 3
_BIO_LETTERS_MIN = 12
_WORD_LETTERS_MIN = 2
_IDEOGRAPH_LETTERS = 3

_NO_TEXT = frozenset({"Cc", "Cs"})
_NAME = r"[^\W\d_][^\W\d_'\u2019.-]*(?:[ '\u2019.-]+[^\W\d_][^\W\d_'\u2019.-]*){0,3}\.?"
_AGE = r"1[89]|[2-9]\d"
# behind it may stand the mark of a verified profile, which engines read as any one sign
_NAME_AND_AGE = re.compile(rf"({_NAME})\s*[,.\u00b7|]?\s*\b({_AGE})(?:\W*|\s+\S)")
_NAME_ONLY = re.compile(rf"({_NAME})")
_AGE_ONLY = re.compile(
    rf"(?:age:?\s*)?({_AGE})(?:\s*(?:y/?o|yrs?|years?(?: old)?))?", re.IGNORECASE
)
_FACT = re.compile(
    r"""\d+(?:[.,]\d+)?\s*(?:km|mi|miles?|kilomet(?:er|re)s?)(?:\s+away)?     # distance
      | less\ than\ a\ (?:mile|kilomet(?:er|re))\ away
      | \d\s*['\u2019\u2032]\s*\d{1,2}\s*(?:["\u201d\u2033]|'')?              # 5'7"
      | [12]\d{2}\s*cm                                                       # 170 cm
      | (?:she|he|they)\s*/\s*(?:her|him|them|they)(?:s|\s*/\s*\w+)?
      """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a screenshot of a profile says; each line of the engine is in one of the four lists."""

    name: str | None
    age: int | None
    """Years."""
    bio: str | None
    """The text, a line for each row of the screen."""
    heading: tuple[TextLine, ...]
    """Where name and age come from."""
    facts: tuple[TextLine, ...]
    """Distance, height, pronouns: no text that a personality speaks from."""
    texts: tuple[TextLine, ...]
    """What the bio is made of."""
    dropped: tuple[TextLine, ...]
    """The phone, the app, signs without a letter, and text too short to be a bio."""


def read_layout(lines: Sequence[TextLine], *, aspect: float) -> Profile:
    """Put lines into reading order, drop the app, and find name, age and bio.

    Args:
        lines: in any order, with any boxes; equal lines count as often as they are there.
        aspect: width of the picture through its height, in pixels.
    """
    readable, signs = _parted(lines, _is_readable)
    rows = rows_of(readable)
    screen = max(0.0, min(1.0, _finite(aspect) / _PHONE_ASPECT))
    chrome = [
        line for row in rows for line in row if is_chrome(_tidy(line), _tidied(row), screen=screen)
    ]
    rows = _without(rows, chrome)
    heading, name, age = _heading(rows, screen)
    rows = _without(rows, heading)
    facts, texts = _parted([line for row in rows for line in row], _is_fact)
    bio = "\n".join(_joined(row, aspect) for row in _without(rows, facts))
    stray: list[TextLine] = []
    if _is_stray(bio):
        bio, texts, stray = "", stray, texts
    return Profile(
        name=name,
        age=age,
        bio=bio or None,
        heading=tuple(heading),
        facts=tuple(facts),
        texts=tuple(texts),
        dropped=(*signs, *chrome, *stray),
    )


def rows_of(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Sort lines into rows from top to bottom, each from left to right.

    The order of the lines does not matter. A line joins a row when their middles differ by less
    than half the height of the lower of the two; comparing two lines at a time while sorting would
    be no order at all, for "about as high as" is not transitive.
    """
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: (_middle(each), *_order(each))):
        if rows and _is_level(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda each: (_tidy(each).box[0], *_order(each))) for row in rows]


def _is_level(first: TextLine, line: TextLine) -> bool:
    least = min(_height(first), _height(line))
    return abs(_middle(first) - _middle(line)) < _ROW_SHARE * least


def _heading(
    rows: list[list[TextLine]], screen: float
) -> tuple[list[TextLine], str | None, int | None]:
    """Find the lines of name and age: one row in large type, or a name on top and an age below."""
    heights = [_height(line) for row in rows for line in row]
    usual = statistics.median(heights) if heights else 0.0
    tall = sorted(rows, key=lambda row: -max(map(_height, row)))
    for row in tall:
        if max(map(_height, row)) < _HEADING_RATIO * usual and len(heights) > 1:
            break
        for count in range(len(row), 0, -1):
            found = _NAME_AND_AGE.fullmatch(" ".join(_text(line) for line in row[:count]))
            if found is not None and _is_title(found[1]):
                return row[:count], found[1], int(found[2])
    return _name_above_age(rows, usual, screen)


def _name_above_age(
    rows: list[list[TextLine]], usual: float, screen: float
) -> tuple[list[TextLine], str | None, int | None]:
    lines = list(itertools.chain.from_iterable(rows))
    aged = [(line, found) for line in lines if (found := _AGE_ONLY.fullmatch(_text(line)))]
    age = int(aged[0][1][1]) if aged else None
    heading = [aged[0][0]] if aged else []
    first = rows[0] if rows else []
    ratio = _HEADING_RATIO if aged else _NAME_ONLY_RATIO
    is_large = bool(first) and _height(first[0]) >= ratio * usual
    if len(first) == 1 and is_large and _middle(first[0]) < _NAME_ONLY_ABOVE * screen:
        named = _NAME_ONLY.fullmatch(_text(first[0]))
        if named is not None and _is_title(named[1]):
            return [*first, *heading], named[1], age
    return heading, None, age


def _is_title(name: str) -> bool:
    # "Over 30" begins large, too; a second word in small letters is no name
    words = name.split()
    return words[0].casefold() not in _NO_NAMES and all(word[:1].isupper() for word in words)


_NO_NAMES = frozenset(
    {"over", "under", "about", "age", "top", "since", "class", "born", "the", "my"}
)


def _joined(row: list[TextLine], aspect: float) -> str:
    """Join a row: parts of a sentence by a space, things far apart by a dot."""
    text = _text(row[0])
    for before, line in itertools.pairwise(row):
        gap = _tidy(line).box[0] - _tidy(before).box[2]
        is_near = gap * _finite(aspect) < _WORD_GAP_HEIGHTS * max(_height(before), _height(line))
        text += (" " if is_near else " \u00b7 ") + _text(line)
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
    return any(each.isalnum() for each in line.text)


def _is_fact(line: TextLine) -> bool:
    text = _text(line)
    return _FACT.fullmatch(text) is not None or _AGE_ONLY.fullmatch(text) is not None


def _text(line: TextLine) -> str:
    # a control character, or half a character, is no text for a sidecar
    kept = "".join(
        each for each in line.text if each.isspace() or unicodedata.category(each) not in _NO_TEXT
    )
    return " ".join(without_line_end(kept).split())


def _parted(
    lines: Sequence[TextLine], holds: Callable[[TextLine], bool]
) -> tuple[list[TextLine], list[TextLine]]:
    return [each for each in lines if holds(each)], [each for each in lines if not holds(each)]


def _without(rows: list[list[TextLine]], gone: Sequence[TextLine]) -> list[list[TextLine]]:
    # by identity: two lines may be equal
    ids = {id(line) for line in gone}
    left = [[line for line in row if id(line) not in ids] for row in rows]
    return [row for row in left if row]


def _tidied(row: Sequence[TextLine]) -> list[TextLine]:
    return [_tidy(line) for line in row]


def _tidy(line: TextLine) -> TextLine:
    """Return the line with a finite box whose edges are in order."""
    left, top, right, bottom = map(_finite, line.box)
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return replace(line, box=box)


def _finite(value: float) -> float:
    # far enough for any picture, near enough for sums
    return max(-1e6, min(1e6, value)) if not math.isnan(value) else 0.0


def _height(line: TextLine) -> float:
    box = _tidy(line).box
    return box[3] - box[1]


def _middle(line: TextLine) -> float:
    box = _tidy(line).box
    return (box[1] + box[3]) / 2


def _order(line: TextLine) -> tuple[float, float, float, float, str, float]:
    return (*_tidy(line).box, line.text, line.confidence)
