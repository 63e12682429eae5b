"""What the settings file, the `.env` and the environment say, each value with its place.

Touches the two files, by reading. The process environment is passed in. Nothing is validated here
beyond names: unknown ones become problems, values travel on as they were written.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, get_origin

from dotenv.parser import parse_stream

from tasted.config.names import (
    BY_ENVIRONMENT_NAME,
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
from tasted.config.settings import ENVIRONMENT_PREFIX, NESTED_DELIMITER

_FILE_BYTES_MAX = 1_000_000
_SHOWN_NAME_LENGTH = 80
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody wrote for a setting."""

    key: Key
    value: Any
    origin: str
    """The place, for people: `config/tasted.toml line 12`."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name with its text, as environments and `.env` files hold them."""

    name: str
    text: str | None
    place: str
    """`environment`, or `config/.env line 3`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source gives, and what is wrong with it, one sentence per problem."""

    given: list[Given] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_toml(file: Path, shown: str) -> Reading:
    """Read the settings file; one that is not there gives nothing.

    Args:
        file: where it lies.
        shown: how messages name it.
    """
    text, problems = _read_text(file, shown)
    if problems or not text:
        return Reading(problems=problems)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Reading(problems=[_malformed(text, shown, str(error))])
    except (ValueError, RecursionError):
        # tomllib lets these through: a number of over 4300 digits, lists nested without end
        return Reading(problems=[f"{shown}:1:1: a number is too long or lists are nested too deep"])
    reading = Reading()
    _flatten(values, (), _Places(shown, key_lines(text)), reading)
    return reading


def read_environment_file(file: Path, shown: str) -> tuple[dict[str, Named], list[str]]:
    """Read a `.env`; later lines win, `$` stands for itself. One that is not there is empty.

    Args:
        file: where it lies.
        shown: how messages name it.

    Returns:
        The names with their texts, and what is wrong with the file itself.
    """
    text, problems = _read_text(file, shown)
    found: dict[str, Named] = {}
    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        blank_lines = written[: len(written) - len(written.lstrip())].count("\n")
        place = f"{shown} line {binding.original.line + blank_lines}"
        if binding.key is not None:
            found[binding.key] = Named(binding.key, binding.value, place)
        elif binding.error and ENVIRONMENT_PREFIX in written.upper():
            problems.append(f"{place}: this line is not of the form NAME=value")
    return found, problems


def read_environment(environment: Mapping[str, str]) -> dict[str, Named]:
    """Give the names of a process environment their place."""
    return {name: Named(name, text, "environment") for name, text in environment.items()}


def settings_among(named: Iterable[Named]) -> Reading:
    """Pick the settings out of the names; one with our prefix that is none is a problem.

    An empty text counts as not given. Lists are JSON when they begin with `[`, else their entries
    are separated by commas.
    """
    reading = Reading()
    for entry in named:
        if not entry.name.upper().startswith(ENVIRONMENT_PREFIX) or entry.name in NOT_SETTINGS:
            continue
        key = BY_ENVIRONMENT_NAME.get(entry.name)
        if key is None:
            reading.problems.append(_unknown_name(entry))
        elif entry.text is not None and entry.text.strip():
            value = _typed(entry.text.strip(), SETTINGS[key].annotation)
            reading.given.append(Given(key, value, f"{entry.place} {entry.name}"))
    return reading


def read_flags(flags: Mapping[str, Any]) -> Reading:
    """Take what the options of a command say: dotted key → value; None counts as not given."""
    reading = Reading()
    for dotted, value in flags.items():
        key = tuple(dotted.split("."))
        if key not in SETTINGS:
            reading.problems.append(f"flag: unknown key `{dotted}`.{key_hint((), key[-1])}")
        elif value is not None:
            reading.given.append(Given(key, value, "flag"))
    return reading


def readable(text: str, length: int = _SHOWN_NAME_LENGTH) -> str:
    """Make a text from outside safe to show: no control characters, no lone surrogates, short."""
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


def _read_text(file: Path, shown: str) -> tuple[str, list[str]]:
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
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        return "", [f"{shown}:{line}:{column}: this is not UTF-8 text"]


def _malformed(text: str, shown: str, message: str) -> str:
    found = _POSITION.search(message)
    if found is not None and found[1] is not None:
        line, column = int(found[1]), int(found[2])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    return f"{shown}:{line}:{column}: {readable(_POSITION.sub('', message), 200)}"


def _flatten(values: Mapping[str, Any], above: Key, places: _Places, reading: Reading) -> None:
    for name, value in values.items():
        key = (*above, name)
        place = places.of(key)
        if key in SETTINGS:
            reading.given.append(Given(key, value, place))
        elif key not in TABLES:
            reading.problems.append(f"{place}: {_unknown_key(above, name, value)}")
        elif isinstance(value, dict):
            _flatten(value, key, places, reading)
        else:
            example = next(setting for setting in SETTINGS if setting[: len(key)] == key)
            reading.problems.append(
                f"{place}: {spoken(key)} is a table of settings, such as {spoken(example)}, "
                "and not a value"
            )


def _unknown_key(table: Key, name: str, value: object) -> str:
    shown = readable(name)
    if table:
        return f"unknown key `{shown}` in [{'.'.join(table)}].{key_hint(table, name)}"
    if isinstance(value, dict | list):
        return f"unknown section [{shown}].{section_hint(name)}"
    return f"unknown key `{shown}` outside of any section.{key_hint((), name)}"


def _unknown_name(entry: Named) -> str:
    section = tuple(entry.name.removeprefix(ENVIRONMENT_PREFIX).lower().split(NESTED_DELIMITER))
    if section in TABLES:
        example = next(name for name in BY_ENVIRONMENT_NAME if name.startswith(entry.name))
        return f"{entry.place}: {entry.name} is a table of settings; name one, such as {example}"
    return f"{entry.place}: unknown name {readable(entry.name)}.{environment_hint(entry.name)}"


def _typed(text: str, kind: Any) -> Any:
    # a text that is not of its kind travels on: the refusal comes from the model, with the place
    try:
        if get_origin(kind) is tuple:
            return json.loads(text) if text.startswith("[") else text.split(",")
        return kind(text) if kind in {int, float} else text
    except (ValueError, RecursionError):
        return text
