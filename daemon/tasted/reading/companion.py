"""The text file beside a screenshot → name, age and bio. Pure: bytes in, any bytes at all.

    Name: Maya
    Age: 29

    Hiking, and far too many books.

`Name` and `Age` are optional, in any order and letter case, each once, before everything else; the
first line may be `Maya, 29` instead. The rest is the bio. A line that is no such field begins the
bio. The marks of Markdown around a field are no part of it.
"""

import codecs
import re
import unicodedata

from tasted.plain_dataclass import dataclass

BYTES_MAX = 65_536
_NAME_CHARACTERS_MAX = 100
# the wide colons are what an input method for Chinese or Japanese types
_FIELD = re.compile(r"(name|age)[\s*_]*[:\uff1a\ufe55\ufe13][\s*_]*([^\s*_].*)", re.IGNORECASE)
_AGE = re.compile(
    r"([0-9]{1,3})(?:\s*(?:y/?o|yrs?|years?)\b\.?(?:\s+(?:old|young))?)?", re.IGNORECASE
)
# one to four words of letters, as "Anne-Marie O'Neill", and an age that a profile may have
_NAME_AND_AGE = re.compile(
    r"([^\W\d_][^\W\d_'\u2019.-]*(?:[ '\u2019.-]+[^\W\d_][^\W\d_'\u2019.-]*){0,3}\.?)"
    r"\s*(?:[,\uff0c|\u00b7]\s*(1[89]|[2-9][0-9])|\((1[89]|[2-9][0-9])\))"
)
_MARKS_BEFORE = re.compile(r"(?:#{1,6}\s+|[-*+]\s+|>\s*)?[*_]{0,3}")
_MARKS_BEHIND = "*_ "
_LINE_END = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_CUT = f"Only the first {BYTES_MAX // 1024} KiB of the text were read."
_LATIN_1 = "The text is not UTF-8: it was read as Latin-1 (Windows-1252)."
_UNKNOWN = "The text is neither UTF-8 nor Latin-1, so it was not read: save it as UTF-8."
# words of accented letters alone are rare in every language of Latin-1, and all that is left of
# Cyrillic or Greek that was taken for it
_GARBLED_SHARE_MAX = 0.25
_GARBLED_LETTERS_MIN = 2
_WORD = re.compile(r"[^\W\d_]+")
_FIRST_ACCENTED = "\u00c0"
_HEADING_CHARACTERS_MAX = 120
_DAMAGED = "Some characters of the text could not be read."
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class CompanionText:
    """What a companion text says; None for what it does not."""

    name: str | None
    age: int | None
    """Years."""
    bio: str | None
    notes: tuple[str, ...] = ()
    """Sentences for the sidecar: what was cut off or guessed."""


def parse_companion(data: bytes) -> CompanionText:
    """Read a companion text: UTF-8, UTF-16 with its mark, or else Latin-1.

    Control characters are dropped, every kind of line end becomes one line feed, and white space at
    the ends of lines and more than one blank line in a row go. At most 64 KiB are read.

    Args:
        data: the bytes of the file, whatever they are; no bytes make this fail.
    """
    text, notes = _decode(data[:BYTES_MAX], is_cut=len(data) > BYTES_MAX)
    lines = _plain(text).split("\n")
    fields = _heading(lines[0])
    if fields:
        lines.pop(0)
    while lines:
        found = _field(lines[0])
        if lines[0] and (not found or found.keys() & fields.keys()):
            break
        fields |= found
        lines.pop(0)
    name, age = fields.get("name"), fields.get("age")
    return CompanionText(
        name=name if isinstance(name, str) else None,
        age=age if isinstance(age, int) else None,
        bio="\n".join(lines).strip() or None,
        notes=(*([_CUT] if len(data) > BYTES_MAX else []), *notes),
    )


def _decode(data: bytes, *, is_cut: bool) -> tuple[str, tuple[str, ...]]:
    mark = data[:2]
    if mark in _UTF_16:
        text = _incremental(data[2:], _UTF_16[mark], errors="replace", is_cut=is_cut)
        return text, (_DAMAGED,) if "\ufffd" in text else ()
    try:
        plain = data.removeprefix(codecs.BOM_UTF8)
        return _incremental(plain, "utf-8", errors="strict", is_cut=is_cut), ()
    except UnicodeDecodeError:
        # as browsers do: what is called Latin-1 is Windows-1252, with quotes and dashes in it
        text = data.decode("cp1252", "replace")
        return ("", (_UNKNOWN,)) if _is_garbled(text) else (text, (_LATIN_1,))


def _incremental(data: bytes, encoding: str, *, errors: str, is_cut: bool) -> str:
    # a cut may go through the middle of a character; that one is left out
    return codecs.getincrementaldecoder(encoding)(errors).decode(data, final=not is_cut)


def _plain(text: str) -> str:
    unified = _LINE_END.sub("\n", text).replace("\t", " ")
    kept = "".join(
        character
        for character in unified
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    lines = "\n".join(line.strip() for line in kept.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip()


def _is_garbled(text: str) -> bool:
    words = _WORD.findall(text)
    garbled = [
        word
        for word in words
        if len(word) >= _GARBLED_LETTERS_MIN and all(letter >= _FIRST_ACCENTED for letter in word)
    ]
    return sum(map(len, garbled)) > _GARBLED_SHARE_MAX * sum(map(len, words))


def _heading(line: str) -> dict[str, str | int]:
    """Return name and age of a first line such as `Maya, 29`; nothing of any other."""
    if len(line) > _HEADING_CHARACTERS_MAX:
        return {}
    found = _NAME_AND_AGE.fullmatch(_without_marks(line))
    # a letter that has no case begins a name like a capital
    if found is None or any(word[0].islower() for word in found[1].split()):
        return {}
    return {"name": found[1], "age": int(found[2] or found[3])}


def _field(line: str) -> dict[str, str | int]:
    """Return the one field of a line; nothing of one that is none."""
    found = _FIELD.fullmatch(_without_marks(line))
    if found is None:
        return {}
    key, value = found[1].lower(), found[2].strip()
    if key == "name":
        return {key: value} if len(value) <= _NAME_CHARACTERS_MAX else {}
    # full-width digits are digits, too
    age = _AGE.fullmatch(unicodedata.normalize("NFKC", value))
    return {key: int(age[1])} if age is not None else {}


def _without_marks(line: str) -> str:
    before = _MARKS_BEFORE.match(line)
    return line[before.end() if before is not None else 0 :].rstrip(_MARKS_BEHIND)
