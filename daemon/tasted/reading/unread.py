"""Whether there is text that an engine could not read, and which of its answers are invented. Pure.

An engine that meets letters it does not know answers all the same: with blanks where they stood,
with Latin letters that look alike, or with what it doubts itself. A line is taken for unread when
far fewer signs were found than its length has room for, when letters stand in it that the engine
knows as signs of mathematics alone, or look-alikes of two alphabets in one word, or when the engine
is hardly sure. On a screen with such lines a name has to be certain.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from tasted.plain_dataclass import dataclass
from tasted.reading.choosing import EngineName
from tasted.reading.headings import Heading
from tasted.reading.ocr import TextLine
from tasted.reading.rows import length

_SYMBOLS_ALONE: dict[EngineName, frozenset[str]] = {"rapidocr": frozenset({"Greek", "Coptic"})}
"""Alphabets of which an engine knows letters, and not how words are made of them."""
_LEAVES_OUT: frozenset[EngineName] = frozenset({"rapidocr"})
"""Engines that leave out the letters they do not know; others put look-alikes in their place, and
their boxes are tighter."""
_LOOK_ALIKE = frozenset({"Greek", "Cyrillic", "Latin", "Coptic"})

# a sign of Latin print is less than half as wide as its line is high: 1.5 to 2.9 signs for each
# height of a line, in seven typefaces; of Cyrillic that RapidOCR met 0.1 to 0.2 were left
_SIGNS_BY_LENGTH_MIN = 0.95
_NAME_SIGNS_BY_LENGTH_MIN = 1.35
_LENGTH_MIN = 4.0
"""In heights of the line: what is shorter may be an icon or a letter on a shirt."""
_ALL_LENGTH_MIN = 7.0
"""Of all unread lines together."""
_UNSURE_LETTERS_MIN = 8
_UNSURE_BELOW = 0.65
_SURE_FROM = 0.95
"""What a name has to have on a screen with unread lines, or when it is oddly written."""
_DOUBTFUL_NAME_BELOW = 0.8
_FOREIGN_SHARE = 0.5
_FOREIGN_LETTERS_MIN = 2
# yYenoBekKa, O60B, 84Aacoa: what Tesseract with English data makes of Cyrillic and Greek; plain
# print in a thin typeface may be as unsure, and is never so written
_ODD_WORD = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|[^\W\d_]\d|\d[A-Z][a-z]")
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "CJK": "Han",
    "FULLWIDTH": "Latin",
    "HALFWIDTH": "Katakana",
    "IDEOGRAPHIC": "Han",
}
"""Where the name of a letter does not begin with that of its script."""
_RULE_SIGNS = frozenset("-_=~\u2010\u2011\u2012\u2013\u2014\u2015 ")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Legibility:
    """How well the words of a screen could be read."""

    unread: tuple[TextLine, ...]
    """Lines of letters that the engine does not know; none of a few stray signs."""
    script: str | None
    """Of most letters, `Latin`, `Greek`, `Han`; `unknown` where most could not be read."""
    confidence: float | None
    """How sure the engine is of its lines, weighted by their length, and of a line of which it
    named only some signs accordingly less; None without any."""


def legibility_of(
    lines: Sequence[TextLine], *, aspect: float, engine: EngineName | None
) -> Legibility:
    """Tell which lines of a page hold letters that the engine does not know.

    Args:
        lines: of the page, without those of the phone and of photographs, doubted ones included.
        aspect: width of the picture through its height, in pixels.
        engine: that read them.
    """
    symbols = _SYMBOLS_ALONE.get(engine, frozenset()) if engine is not None else frozenset()
    suspects = [line for line in lines if _is_unread(line, aspect, symbols)]
    counted = [line for line in lines if not line.is_doubted or line in suspects]
    is_certain = any(_has_foreign_word(line, symbols) for line in suspects)
    unread = suspects if is_certain or _lengths(suspects, aspect) >= _ALL_LENGTH_MIN else []
    return Legibility(
        tuple(unread), _script_of(counted, unread, aspect), _confidence(counted, aspect)
    )


def is_invented(
    heading: Heading, *, aspect: float, engine: EngineName | None, has_unread: bool
) -> bool:
    """Tell whether a name is made of letters that were never there.

    Args:
        heading: what was taken for name and age.
        aspect: width of the picture through its height, in pixels.
        engine: that read them.
        has_unread: whether the screen has text that could not be read.
    """
    if heading.name is None:
        return False
    confidence = min((line.confidence for line in heading.lines), default=0.0)
    if _mixes_alphabets(heading.name) or not confidence >= _DOUBTFUL_NAME_BELOW:
        return True
    if confidence >= _SURE_FROM and not has_unread:
        return False
    first = heading.lines[0]
    is_hollow = (
        engine in _LEAVES_OUT
        and len(heading.lines) == 1
        and _signs(first.text) < _NAME_SIGNS_BY_LENGTH_MIN * length(first, aspect)
    )
    is_odd = any(map(_is_oddly_written, _WORD.findall(heading.name)))
    return is_hollow or is_odd or (has_unread and confidence < _SURE_FROM)


def _is_oddly_written(word: str) -> bool:
    # AHHa is Cyrillic; no name goes on in small letters after two capitals
    return word[:2].isupper() and any(map(str.islower, word[2:]))


def _is_unread(line: TextLine, aspect: float, symbols: frozenset[str]) -> bool:
    long = length(line, aspect)
    if _has_foreign_word(line, symbols):
        return True
    if long < _LENGTH_MIN or _is_rule(line):
        return False
    if line.is_doubted or _signs(line.text) < _SIGNS_BY_LENGTH_MIN * long:
        return True
    letters = sum(sign.isalpha() for sign in line.text)
    is_unsure = letters >= _UNSURE_LETTERS_MIN and line.confidence < _UNSURE_BELOW
    return is_unsure and _ODD_WORD.search(line.text) is not None


def _is_rule(line: TextLine) -> bool:
    # a line that was drawn: an engine takes it for a dash
    return bool(line.text.strip()) and set(line.text) <= _RULE_SIGNS


def _has_foreign_word(line: TextLine, symbols: frozenset[str]) -> bool:
    if _mixes_alphabets(line.text):
        return True
    scripts = [script_of(sign) for sign in line.text if sign.isalpha()]
    foreign = sum(script in symbols for script in scripts)
    return foreign >= max(_FOREIGN_LETTERS_MIN, _FOREIGN_SHARE * len(scripts))


def _mixes_alphabets(text: str) -> bool:
    return any(
        len(_LOOK_ALIKE & {script_of(letter) for letter in word}) > 1
        for word in _WORD.findall(text)
        if len(word) >= _FOREIGN_LETTERS_MIN and not word.isascii()
    )


def script_of(letter: str) -> str:
    """Return the script of a letter by its name: `Latin`, `Greek`, `Han`, `Hiragana`."""
    first = unicodedata.name(letter, UNKNOWN).split()[0].split("-")[0]
    return _SCRIPTS.get(first, first.capitalize() if first != UNKNOWN else UNKNOWN)


def _signs(text: str) -> int:
    # a sign of Chinese is as wide as two of Latin print
    return sum(
        0 if sign.isspace() else 1 + (unicodedata.east_asian_width(sign) in {"W", "F"})
        for sign in text
    )


def _lengths(lines: Sequence[TextLine], aspect: float) -> float:
    return sum(length(line, aspect) for line in lines)


def _script_of(lines: Sequence[TextLine], unread: Sequence[TextLine], aspect: float) -> str | None:
    read = Counter(
        script_of(letter)
        for line in lines
        for letter in line.text
        if letter.isalpha() and not line.is_doubted
    )
    known = [line for line in lines if line not in unread]
    if unread and _lengths(unread, aspect) > _lengths(known, aspect):
        greek = Counter(
            script_of(letter) for line in unread for letter in line.text if letter.isalpha()
        )
        most = greek.most_common(1)
        return most[0][0] if most and most[0][0] != "Latin" else UNKNOWN
    return read.most_common(1)[0][0] if read else None


def _confidence(lines: Sequence[TextLine], aspect: float) -> float | None:
    weights = [max(length(line, aspect), 0.0) for line in lines]
    total = sum(weights)
    if not total:
        return None
    mean = sum(
        weight * line.confidence * min(1.0, _signs(line.text) / (_SIGNS_BY_LENGTH_MIN * weight))
        for weight, line in zip(weights, lines, strict=True)
        if weight
    )
    return round(max(0.0, min(1.0, mean / total)), 3)
