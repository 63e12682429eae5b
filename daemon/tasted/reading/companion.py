"""The text file beside a screenshot → name, age and bio. Pure: bytes in, any bytes at all.

    Name: Maya
    Age: 29

    Hiking, and far too many books.

`Name` and `Age` are optional, in any order and letter case, each once, before everything else; the
rest is the bio. A line that is no such field begins the bio.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

BYTES_MAX = 65_536
_NAME_CHARACTERS_MAX = 100
_FIELD = re.compile(r"(name|age)\s*:\s*(\S.*)", re.IGNORECASE)
_AGE = re.compile(r"[0-9]{1,3}")
_LINE_END = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_CUT = f"Only the first {BYTES_MAX // 1024} KiB of the text were read."
_LATIN_1 = "The text is not UTF-8: it was read as Latin-1 (Windows-1252)."
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
    fields: dict[str, str] = {}
    while lines and (not lines[0] or _is_field(lines[0], fields)):
        line = lines.pop(0)
        if line:
            key, value = _field(line)
            fields[key] = value
    age = fields.get("age")
    return CompanionText(
        name=fields.get("name"),
        age=int(age) if age is not None else None,
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
        return data.decode("cp1252", "replace"), (_LATIN_1,)


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


def _field(line: str) -> tuple[str, str]:
    key, _colon, value = line.partition(":")
    return key.strip().lower(), value.strip()


def _is_field(line: str, known: dict[str, str]) -> bool:
    if _FIELD.fullmatch(line) is None:
        return False
    key, value = _field(line)
    if key in known:
        return False
    return len(value) <= _NAME_CHARACTERS_MAX if key == "name" else bool(_AGE.fullmatch(value))
