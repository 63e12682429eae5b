"""Reads the settings file, the `.env` and the environment: values with their places.

Reads the two files; the process environment is passed in. Only names are checked here: unknown ones
become problems, and values stay as they were written.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import field
from io import StringIO
from pathlib import Path
from typing import Any, get_origin

from tasted.config.diagnosis import mistake_at
from tasted.config.foreign_files import foreign_kind
from tasted.config.names import (
    BY_ENVIRONMENT_NAME,
    ENVIRONMENT_PREFIX,
    NESTED_DELIMITER,
    NOT_SETTINGS,
    SETTINGS,
    TABLES,
    Key,
    environment_hint,
    key_hint,
    section_hint,
    spoken,
)
from tasted.config.positions import key_lines
from tasted.plain_dataclass import dataclass

_FILE_BYTES_MAX = 1_000_000
_SHOWN_NAME_LENGTH = 80
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_WHY_NOT_UTF_8 = "save it again with the encoding UTF-8"
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class GivenSetting:
    """A value that a person wrote for a setting."""

    key: Key
    value: Any
    origin: str
    """The place, in words: `config/tasted.toml line 12`."""


@dataclass(frozen=True, slots=True)
class EnvironmentEntry:
    """A name with its text, from an environment or a `.env` file."""

    name: str
    text: str | None
    place: str
    """`environment`, or `config/.env line 3`."""


@dataclass(frozen=True, slots=True)
class ParsedSource:
    """The values of one source, and what is wrong with it, one sentence per problem."""

    given: list[GivenSetting] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_toml(file: Path, shown: str) -> ParsedSource:
    """Read the settings file; a missing one has no values.

    Args:
        file: the settings file.
        shown: how messages name it.
    """
    text, problems = read_text(file, shown)
    return ParsedSource(problems=problems) if problems else parse_toml(text, shown)


def parse_toml(text: str, shown: str) -> ParsedSource:
    """Parse the text of a settings file.

    Args:
        text: of the file.
        shown: how messages name the file.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return ParsedSource(problems=[_malformed(text, shown, str(error))])
    except (ValueError, RecursionError):
        # from tomllib: a number of over 4300 digits, or lists nested too deep
        return ParsedSource(
            problems=[f"{shown}:1:1: a number is too long or lists are nested too deep"]
        )
    source = ParsedSource()
    _flatten(values, (), _Places(shown, key_lines(text)), source)
    return source


def read_environment_file(file: Path, shown: str) -> tuple[dict[str, EnvironmentEntry], list[str]]:
    """Read a `.env`; later lines win, and `$` has no meaning. A missing file is empty.

    Args:
        file: the `.env`.
        shown: how messages name it.

    Returns:
        The names with their texts, and what is wrong with the file itself.
    """
    text, problems = read_text(file, shown)
    found: dict[str, EnvironmentEntry] = {}
    if not text:
        return found, problems
    from dotenv.parser import parse_stream  # noqa: PLC0415 - nearly no home has the file

    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        blank_lines = written[: len(written) - len(written.lstrip())].count("\n")
        place = f"{shown} line {binding.original.line + blank_lines}"
        if binding.key is not None:
            found[binding.key] = EnvironmentEntry(binding.key, binding.value, place)
        elif binding.error and ENVIRONMENT_PREFIX in written.upper():
            problems.append(f"{place}: this line does not have the form NAME=value")
    return found, problems


def read_environment(environment: Mapping[str, str]) -> dict[str, EnvironmentEntry]:
    """Give the names of a process environment their place."""
    return {name: EnvironmentEntry(name, text, "environment") for name, text in environment.items()}


def settings_among(named: Iterable[EnvironmentEntry]) -> ParsedSource:
    """Return the settings among the names; an unknown name with our prefix is a problem.

    An empty text counts as not given. A list that begins with `[` is JSON, else its entries are
    separated by commas.
    """
    source = ParsedSource()
    for entry in named:
        if not entry.name.upper().startswith(ENVIRONMENT_PREFIX) or entry.name in NOT_SETTINGS:
            continue
        key = BY_ENVIRONMENT_NAME.get(entry.name)
        if key is None:
            source.problems.append(_unknown_name(entry))
        elif entry.text is not None and entry.text.strip():
            value = typed(entry.text.strip(), SETTINGS[key].annotation)
            source.given.append(GivenSetting(key, value, f"{entry.place} {entry.name}"))
    return source


def read_flags(flags: Mapping[str, Any]) -> ParsedSource:
    """Return the options of a command: dotted key → value; None counts as not given."""
    source = ParsedSource()
    for dotted, value in flags.items():
        key = tuple(dotted.split("."))
        if key not in SETTINGS:
            source.problems.append(f"flag: unknown key `{dotted}`.{key_hint((), key[-1])}")
        elif value is not None:
            source.given.append(GivenSetting(key, value, "flag"))
    return source


def readable(text: str, length: int = _SHOWN_NAME_LENGTH) -> str:
    """Return a text from outside as it can be shown: short, without control characters."""
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8")
    safe = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in safe)
    return safe if len(safe) <= length else safe[: length - 1] + "…"


@dataclass(frozen=True, slots=True)
class _Places:
    shown: str
    lines: Mapping[Key, int]

    def of(self, key: Key) -> str:
        line = self.lines.get(key)
        return self.shown if line is None else f"{self.shown} line {line}"


def read_text(file: Path, shown: str) -> tuple[str, list[str]]:
    """Read a file of settings; return its text, "" if it is missing, and what is wrong."""
    try:
        if not file.exists():
            return "", []
        if not file.is_file():
            return "", [f"{shown}: this is not a file"]
        data = file.read_bytes()
    except OSError as error:
        return "", [f"{shown}: it cannot be read: {error.strerror}"]
    if len(data) > _FILE_BYTES_MAX:
        return "", [f"{shown}: it is larger than {_FILE_BYTES_MAX} bytes"]
    kind = foreign_kind(data)
    if kind is not None:
        return "", [f"{shown}:1:1: {kind}"]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return "", [f"{shown}:{line}:{column}: this is not UTF-8 text; {_WHY_NOT_UTF_8}"]


def _malformed(text: str, shown: str, message: str) -> str:
    found = _POSITION.search(message)
    if found is not None and found[1] is not None:
        line, column = int(found[1]), int(found[2])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    found_mistake = mistake_at(text, line, column)
    if found_mistake is not None:
        place = f"{shown}:{found_mistake.line}:{found_mistake.column}"
        return f"{place}: {readable(found_mistake.sentence, 200)}"
    return f"{shown}:{line}:{column}: {readable(_POSITION.sub('', message), 200)}"


def _flatten(values: Mapping[str, Any], above: Key, places: _Places, source: ParsedSource) -> None:
    for name, value in values.items():
        key = (*above, name)
        place = places.of(key)
        if key in SETTINGS:
            source.given.append(GivenSetting(key, value, place))
        elif key not in TABLES:
            source.problems.append(f"{place}: {_unknown_key(above, name, value)}")
        elif isinstance(value, dict):
            _flatten(value, key, places, source)
        else:
            example = next(setting for setting in SETTINGS if setting[: len(key)] == key)
            source.problems.append(
                f"{place}: {spoken(key)} is a table of settings, such as {spoken(example)}, "
                "not a value"
            )


def _unknown_key(table: Key, name: str, value: object) -> str:
    shown = readable(name)
    if table:
        return f"unknown key `{shown}` in [{'.'.join(table)}].{key_hint(table, name)}"
    if isinstance(value, dict | list):
        return f"unknown section [{shown}].{section_hint(name)}"
    return f"unknown key `{shown}` outside any section.{key_hint((), name)}"


def _unknown_name(entry: EnvironmentEntry) -> str:
    section = tuple(entry.name.removeprefix(ENVIRONMENT_PREFIX).lower().split(NESTED_DELIMITER))
    if section in TABLES:
        example = next(name for name in BY_ENVIRONMENT_NAME if name.startswith(entry.name))
        return f"{entry.place}: {entry.name} is a table of settings; name one, such as {example}"
    return f"{entry.place}: unknown name {readable(entry.name)}.{environment_hint(entry.name)}"


def typed(text: str, kind: Any) -> Any:
    """Return the value of a setting that was written as text, in an environment or a command.

    A text of another type is returned unchanged, and the model refuses it.

    Args:
        text: without white space around it.
        kind: the annotation of the setting.
    """
    try:
        if get_origin(kind) is tuple:
            return json.loads(text) if text.startswith("[") else text.split(",")
        if kind is bool:
            return _TRUTHS.get(text.casefold(), text)
        return kind(text) if kind in {int, float} else text
    except (ValueError, RecursionError):
        return text
