"""What is wrong in a settings file that is not TOML, in words and with the right place. Pure.

tomllib says where it gave up and what it expected there. The text at that place shows what the
person did: a word without quotes, curly quotes from a word processor, a list that begins many lines
before and is not closed. Only tomllib's place is used; its words differ between versions.
"""

import re
from collections.abc import Callable

from tasted.plain_dataclass import dataclass

_SPACES = {
    "\u00a0": "a no-break space",
    "\u202f": "a narrow no-break space",
    "\u2007": "a figure space",
    "\u3000": "a wide space",
    "\u2009": "a thin space",
    "\u2003": "a wide space",
    "\u2002": "a wide space",
}
_UNSEEN = {
    "\u200b": "an invisible space (U+200B)",
    "\ufeff": "an invisible byte order mark (U+FEFF)",
    "\u200e": "an invisible direction mark (U+200E)",
    "\u200f": "an invisible direction mark (U+200F)",
    "\u2028": "a line separator (U+2028)",
}
_CURLY = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_CURLY_SINGLE = "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\uff07"
# dashes for minus, and the wide letters of a Chinese or Japanese keyboard
_LOOK_ALIKES = {
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\uff1d": "=",
    "\uff1a": "=",
    "\uff0c": ",",
    "\uff3b": "[",
    "\uff3d": "]",
}
_TRUTHS = {"yes": "true", "no": "false", "on": "true", "off": "false"}
_NOTHING = {"none", "null", "nil", "undefined"}
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)")
_HEADER = re.compile(r"^\s*\[+\s*([^\[\]#]+?)\s*\]+")
_KEY = re.compile(r"""^\s*([\w.-]+|"[^"]*")\s*=""")
_NEXT = re.compile(r"""\s*(\[+[\w.\- ]+\]+\s*(#|$)|("[^"]*"|[\w.-]+)\s*=)""", re.MULTILINE)
"""How a statement begins that is not part of the list or table before it."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: line and column from 1."""

    line: int
    column: int
    sentence: str


@dataclass(slots=True)
class _ParserState:
    """What is open at a place: strings and brackets that began before it and have not ended."""

    string_at: int | None = None
    quote: str = ""
    brackets: list[int] | None = None
    last: int | None = None
    """Where the last character is that is neither white space nor in a comment."""


def mistake_at(text: str, line: int, column: int) -> Mistake | None:
    """Return what is wrong; None when that is unknown.

    Args:
        text: invalid TOML, with the line ends of the file.
        line: from 1, where the parser gave up; one after the last for the end of the text.
        column: from 1.
    """
    plain = text.replace("\r\n", "\n")
    lines = plain.split("\n")
    if not 1 <= line <= len(lines):
        return None
    at = sum(len(above) + 1 for above in lines[: line - 1]) + min(column - 1, len(lines[line - 1]))
    found = _found(plain, at, lines[line - 1])
    if found is None:
        return None
    place, sentence = found
    before = plain[:place]
    return Mistake(before.count("\n") + 1, place - before.rfind("\n"), sentence)


def _found(text: str, at: int, line: str) -> tuple[int, str] | None:
    begin = text.rfind("\n", 0, at) + 1
    if _CONFLICT.match(line):
        return (
            begin,
            "this is a merge conflict marker; keep one of the two versions and delete the markers",
        )
    state = _parser_state(text, at)
    if state.string_at is not None:
        return _in_string(text, at, state)
    if (sentence := _character(text[at : at + 1])) is not None:
        return at, sentence
    if state.brackets:
        return _in_brackets(text, at, state)
    if _expects_value(text, begin, at):
        return at, _value(text, at)
    if line.lstrip().startswith("["):
        return _header(text, at, begin, line)
    return _statement(text, at, begin, line)


def _parser_state(text: str, end: int) -> _ParserState:
    state = _ParserState(brackets=[])
    at = 0
    while at < end:
        character = text[at]
        if character == "#":
            at = min(_line_end(text, at), end)
            continue
        if character in "\"'":
            closes = _string_end(text, at, end)
            if closes is None:
                is_long = text.startswith(character * 3, at)
                state.string_at, state.quote = at, character * 3 if is_long else character
                return state
            state.last = closes - 1
            at = closes
            continue
        if character in "[{" and not _is_header(text, at):
            state.brackets = [*(state.brackets or []), at]
        elif character in "]}" and state.brackets:
            state.brackets = state.brackets[:-1]
        if not character.isspace():
            state.last = at
        at += 1
    return state


def _string_end(text: str, at: int, end: int) -> int | None:
    """Return where the string that begins here ends; None if not before `end`."""
    quote = text[at]
    is_long = text.startswith(quote * 3, at)
    close = quote * 3 if is_long else quote
    place = at + len(close)
    while place < end:
        if text[place] == "\\" and quote == '"':
            place += 2
        elif text.startswith(close, place):
            return place + len(close)
        elif text[place] == "\n" and not is_long:
            return None
        else:
            place += 1
    return None


def _is_header(text: str, at: int) -> bool:
    begin = text.rfind("\n", 0, at) + 1
    return not text[begin:at].strip(" \t[")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _in_string(text: str, at: int, state: _ParserState) -> tuple[int, str]:
    begin = state.string_at or 0
    inside = text[begin : max(at, begin + 1)]
    backslash = inside.find("\\")
    if state.quote[0] == '"' and backslash > 0 and text[at : at + 1] not in {"", "\n"}:
        return begin + backslash, (
            "a backslash in \"double quotes\" has a special meaning; use 'single quotes'"
        )
    for place, character in enumerate(inside):
        if character in _CURLY + _CURLY_SINGLE:
            return begin + place, _curly(character)
    return begin, f"the text that begins here is not closed: {state.quote} is missing"


def _character(character: str) -> str | None:
    if character and character in _CURLY + _CURLY_SINGLE:
        return _curly(character)
    if character in _SPACES:
        return f"{_SPACES[character]} (U+{ord(character):04X}); use an ordinary one"
    if character in _UNSEEN:
        return f"{_UNSEEN[character]}; delete it"
    if character in _LOOK_ALIKES:
        return (
            f"{character} only looks like {_LOOK_ALIKES[character]}; use {_LOOK_ALIKES[character]}"
        )
    if character == "\r":
        return "an old Mac line end (U+000D); save the file with ordinary line ends"
    if character and ord(character) < ord(" ") and character not in "\t\n":
        return f"an invisible control character (U+{ord(character):04X}); delete it"
    return None


def _curly(character: str) -> str:
    straight = "'" if character in _CURLY_SINGLE else '"'
    return f"curly quotes {character}; use straight ones: {straight}"


def _in_brackets(text: str, at: int, state: _ParserState) -> tuple[int, str]:
    opened = (state.brackets or [0])[-1]
    begin = text.rfind("\n", 0, at) + 1
    last = state.last if state.last is not None else opened
    kind, close = ("list", "]") if text[opened] == "[" else ("table", "}")
    is_next = opened < begin and _NEXT.match(text, begin) is not None
    if is_next or not text[at:].strip():
        # the parser gave up at the next statement
        return opened, f"the {kind} that begins here is not closed: {close} is missing"
    if text[last] in "[,={":
        return at, _value(text, at)
    if last < begin or text[at : at + 1] in {"", "\n"}:
        return opened, f"the {kind} that begins here is not closed: {close} is missing"
    return at, f"a comma is missing before {_word(text, at)}"


def _expects_value(text: str, begin: int, at: int) -> bool:
    return text[begin:at].rstrip().endswith(("=", "[", ","))


def _value(text: str, at: int) -> str:
    end = _line_end(text, at)
    rest = re.split(r"[,\]}#]" if "[" in text[:at] else r"#", text[at:end])[0].strip()
    folded = rest.casefold()
    if not rest:
        return "a value is missing here"
    if folded in _TRUTHS or folded in {"true", "false"}:
        return f"{rest} is not a value; write {_TRUTHS.get(folded, folded)}"
    if folded in _NOTHING:
        return f'{rest} is not a value; write "" for nothing'
    if re.fullmatch(r"[+-]?\.\d+", rest):
        return f"a number must begin with a digit; write {rest.replace('.', '0.', 1)}"
    quote = "'" if '"' in rest or "\\" in rest else '"'
    return f"words need quotes; write {quote}{_short(rest)}{quote}"


def _header(text: str, at: int, begin: int, line: str) -> tuple[int, str] | None:
    name = _HEADER.match(line)
    if name is not None:
        earlier = _earlier(text[:begin], lambda above: _same(_HEADER.match(above), name))
        if earlier is not None:
            return begin, (
                f"[{_short(name[1])}] appears twice, first on line {earlier}; keep one and put the "
                "settings of both below it"
            )
    if "]" not in line.split("#", maxsplit=1)[0]:
        return at, "] is missing after the name of the section"
    if line.lstrip().startswith("[["):
        return begin, "a section has one bracket on each side: [name]"
    if name is None or " " in name[1]:
        return at, f"a section is one word in brackets, not {_short(line.strip())}"
    return None


def _statement(text: str, at: int, begin: int, line: str) -> tuple[int, str] | None:
    key = _KEY.match(line)
    if key is None:
        return _without_equals(text, at, begin, line)
    before, rest = text[begin:at], text[at : _line_end(text, at)]
    above = text[:begin].split("\n")
    headers = [number for number, line_above in enumerate(above) if _HEADER.match(line_above)]
    section = headers[-1] if headers else 0
    inside = "\n".join(above[section:])
    earlier = _earlier(inside, lambda line_above: _same(_KEY.match(line_above), key))
    if not rest.strip() and earlier is not None:
        return begin, f"`{_short(key[1])}` is set twice, first on line {earlier + section}"
    if re.match(r",\d", rest) and before[-1:].isdigit():
        return at, "write the number with a point, not a comma"
    if before[-1:].isdigit() and rest.strip() == ".":
        return at, "a number must end with a digit: remove the point, or add a 0 after it"
    if before[-1:].isdigit() and re.match(r"\s*[A-Za-z%]", rest):
        return at, f"write only the number, without {_short(rest.split('#')[0].strip())}"
    if re.search(r"=\s*[+-]?0$", before) and rest[:1].isdigit():
        return at, "a number must not begin with 0"
    if rest.strip():
        return at, f"nothing may follow the value: {_short(rest.strip())}"
    return None


def _without_equals(text: str, at: int, begin: int, line: str) -> tuple[int, str] | None:
    shown = line.strip()
    if shown.startswith(("{", "}")):
        return at, 'this looks like JSON; write [section] and, below it, key = "value"'
    if text[at : at + 1] == ":" and not text[at + 1 : _line_end(text, at)].strip():
        return begin, f"write a section in brackets: [{_short(shown[:-1])}]"
    if text[at : at + 1] == ":":
        return at, "write = between a setting and its value, not :"
    name = re.match(r"[\w.-]+", shown)
    if name is not None and "=" not in line:
        return at, f"write {_short(name[0])} = value, or # in front to make it a comment"
    bad = re.search(r"[^\w.\-\s\"']", line.split("=", maxsplit=1)[0])
    if bad is not None:
        return begin + bad.start(), f"{bad[0]} is not allowed in the name of a setting"
    return None


def _earlier(text: str, is_same: Callable[[str], bool]) -> int | None:
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if is_same(line)), None)


def _same(one: re.Match[str] | None, other: re.Match[str]) -> bool:
    return one is not None and one[1].strip('"') == other[1].strip('"')


def _word(text: str, at: int) -> str:
    return _short(text[at : _line_end(text, at)].strip())


def _short(text: str) -> str:
    safe = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    return safe if len(safe) <= _SHOWN else f"{safe[: _SHOWN - 1]}…"
