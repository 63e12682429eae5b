"""Where a profile says its name and age: in large type on the page, or over a photograph. Pure."""

import itertools
import re
import statistics
import unicodedata
from collections.abc import Sequence

from tasted.plain_dataclass import dataclass
from tasted.reading.chrome import without_line_end
from tasted.reading.ocr import TextLine
from tasted.reading.rows import height, middle

_HEADING_RATIO = 1.15
_NAME_ONLY_RATIO = 1.4
_NAME_ONLY_ABOVE = 0.3
_WORD_LETTERS_MIN = 2

_NO_TEXT = frozenset({"Cc", "Cs"})
_NAME = r"[^\W\d_][^\W\d_'\u2019.-]*(?:[ '\u2019.-]+[^\W\d_][^\W\d_'\u2019.-]*){0,3}\.?"
_AGE = r"1[89]|[2-9]\d"
# behind it may stand the mark of a verified profile, which engines read as any one sign
_NAME_AND_AGE = re.compile(rf"({_NAME})\s*([,\uff0c.\u00b7|]?)\s*\b({_AGE})(?:\W*|\s+\S)")
_NAME_ONLY = re.compile(rf"({_NAME})")
_AGE_ONLY = re.compile(
    rf"(?:age:?\s*)?({_AGE})(?:\s*(?:y/?o|yrs?|years?(?: old)?))?", re.IGNORECASE
)
_NO_NAMES = frozenset(
    {"over", "under", "about", "age", "top", "since", "class", "born", "the", "my"}
)


@dataclass(frozen=True, slots=True)
class Heading:
    """Name and age, and the lines that say them."""

    lines: tuple[TextLine, ...] = ()
    name: str | None = None
    age: int | None = None
    """Years."""


def heading_of_page(rows: list[list[TextLine]]) -> Heading:
    """Find the row in large type that says a name and an age.

    Args:
        rows: of the page, without what is printed on photographs.
    """
    # a round button is taken for a tall letter
    words = [line for row in rows for line in row if _letters(line) >= _WORD_LETTERS_MIN]
    usual = statistics.median(map(height, words)) if words else 0.0
    tall = sorted(rows, key=lambda row: -max(map(height, row)))
    for row in tall:
        if max(map(height, row)) < _HEADING_RATIO * usual and len(words) > 1:
            break
        found = _name_and_age(row, wants_comma=False)
        if found is not None:
            return found
    return Heading()


def heading_over_photo(rows: list[list[TextLine]], *, below: float, wants_comma: bool) -> Heading:
    """Find the row over the foot of a photograph that says a name and an age; the tallest if more.

    Args:
        rows: over one photograph.
        below: where its lower part begins.
        wants_comma: whether only "Maya, 29" will do; "Route 66" may be printed on a shirt. In
            capitals, as "JORDAN 23" on the back of one, it is print on any screen.
    """
    low = [row for row in rows if middle(row[0]) >= below]
    for row in sorted(low, key=lambda row: -max(map(height, row))):
        found = _name_and_age(row, wants_comma=wants_comma or _is_in_capitals(row))
        if found is not None:
            return found
    return Heading()


def name_above_age(rows: list[list[TextLine]], screen: float) -> Heading:
    """Find a name on top of the page and an age anywhere below it.

    Args:
        rows: of the page.
        screen: height of one screen as a share of the picture's.
    """
    lines = list(itertools.chain.from_iterable(rows))
    usual = statistics.median(map(height, lines)) if lines else 0.0
    aged = [(line, found) for line in lines if (found := _AGE_ONLY.fullmatch(text_of(line)))]
    age = int(aged[0][1][1]) if aged else None
    heading = [aged[0][0]] if aged else []
    first = rows[0] if rows else []
    ratio = _HEADING_RATIO if aged else _NAME_ONLY_RATIO
    is_large = bool(first) and height(first[0]) >= ratio * usual
    if len(first) == 1 and is_large and middle(first[0]) < _NAME_ONLY_ABOVE * screen:
        named = _NAME_ONLY.fullmatch(text_of(first[0]))
        if named is not None and _is_title(named[1]):
            return Heading((*first, *heading), named[1], age)
    return Heading(tuple(heading), None, age)


def says_name_and_age(line: TextLine) -> bool:
    """Tell whether a line has the form of a heading, as "Maya, 29"."""
    return _name_and_age([line], wants_comma=False) is not None


def is_age(line: TextLine) -> bool:
    """Tell whether a line says an age and nothing else."""
    return _AGE_ONLY.fullmatch(text_of(line)) is not None


def text_of(line: TextLine) -> str:
    """Return the words of a line, without what an app writes behind them."""
    # a control character, or half a character, is no text for a sidecar
    kept = "".join(
        sign for sign in line.text if sign.isspace() or unicodedata.category(sign) not in _NO_TEXT
    )
    return " ".join(without_line_end(kept).split())


def _name_and_age(row: Sequence[TextLine], *, wants_comma: bool) -> Heading | None:
    for count in range(len(row), 0, -1):
        found = _NAME_AND_AGE.fullmatch(" ".join(text_of(line) for line in row[:count]))
        if found is None or not _is_title(found[1]) or (wants_comma and not found[2]):
            continue
        return Heading(tuple(row[:count]), found[1], int(found[3]))
    return None


def _is_in_capitals(row: Sequence[TextLine]) -> bool:
    text = "".join(line.text for line in row)
    return text.isupper() and sum(map(str.isalpha, text)) >= _WORD_LETTERS_MIN


def _letters(line: TextLine) -> int:
    return sum(sign.isalnum() for sign in line.text)


def _is_title(name: str) -> bool:
    # "Over 30" begins large, too; a second word in small letters is no name; Chinese has no case
    words = name.split()
    return words[0].casefold() not in _NO_NAMES and not any(word[:1].islower() for word in words)
