"""Changes one setting in the text of the settings file and keeps every other character. Pure.

A setting in the file gets the new value in its place; one that is commented out at its default
loses its #; else it is added to its section. Whoever loads the result checks the value.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from tasted.config.names import SETTINGS, Key
from tasted.config.positions import statements
from tasted.config.template import toml_value
from tasted.plain_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class _StatementLines:
    """The lines of one statement in the file, and the table they are in."""

    first: int
    """From 0."""
    last: int
    text: str
    values: Mapping[str, Any]
    table: Key


def with_setting(text: str, key: Key, value: Any) -> str:
    """Return the text of a settings file with one setting changed.

    Args:
        text: valid TOML; its line ends are kept.
        key: of the setting.
        value: as `tasted.config.template.toml_value` writes it.
    """
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    found = list(_statement_lines("\n".join(lines)))
    changed = (
        _in_place(lines, found, key, value)
        or _in_inline_table(lines, found, key, value)
        or _commented_out(lines, found, key, value)
        or _commented_out_table(lines, found, key, value)
        or _added(lines, found, key, value)
    )
    return ends.join(changed)


def asks_for(text: str, key: Key, value: Any) -> bool:
    """Tell whether a settings file gives a setting this value; one that is no TOML gives none."""
    try:
        found: Any = tomllib.loads(text)
        for name in key:
            found = found[name]
    except (ValueError, RecursionError, KeyError, TypeError):
        return False
    return bool(found == value)


def _statement_lines(text: str) -> Iterator[_StatementLines]:
    table: Key = ()
    for first, statement in statements(text):
        if statement.is_header:
            table = statement.header
        last = first - 1 + statement.text.count("\n") - 1
        yield _StatementLines(first - 1, last, statement.text, statement.values, table)


def _in_place(
    lines: list[str], found: list[_StatementLines], key: Key, value: Any
) -> list[str] | None:
    for statement in found:
        name = key[len(statement.table) :]
        if (
            key[: len(statement.table)] == statement.table
            and name
            and _only_path(statement.values) == name
        ):
            written = ".".join(name)
            return _replaced(
                lines, statement, f"{written} = {toml_value(value)}{_comment(statement)}"
            )
    return None


def _in_inline_table(
    lines: list[str], found: list[_StatementLines], key: Key, value: Any
) -> list[str] | None:
    for statement in found:
        above = key[:-1]
        name = above[len(statement.table) :]
        if above[: len(statement.table)] != statement.table or len(name) != 1:
            continue
        inner = statement.values.get(name[0])
        if isinstance(inner, dict) and _only_path(statement.values, depth=1) == name:
            table_value = toml_value({**inner, key[-1]: value})
            return _replaced(lines, statement, f"{name[0]} = {table_value}{_comment(statement)}")
    return None


def _commented_out(
    lines: list[str], found: list[_StatementLines], key: Key, value: Any
) -> list[str] | None:
    place = _comment_line(lines, found, key[:-1], key[-1])
    if place is None:
        return None
    return [*lines[:place], f"{key[-1]} = {toml_value(value)}", *lines[place + 1 :]]


def _commented_out_table(
    lines: list[str], found: list[_StatementLines], key: Key, value: Any
) -> list[str] | None:
    """Set one entry of `#weights = { ... }`; the others keep their defaults."""
    *above, table, name = key
    if not above or any(statement.table == key[:-1] for statement in found):
        return None
    place = _comment_line(lines, found, tuple(above), table)
    if place is None:
        return None
    defaults = {
        path[-1]: field.default for path, field in SETTINGS.items() if path[:-1] == key[:-1]
    }
    table_value = toml_value({**defaults, name: value})
    return [*lines[:place], f"{table} = {table_value}", *lines[place + 1 :]]


def _added(lines: list[str], found: list[_StatementLines], key: Key, value: Any) -> list[str]:
    line = f"{key[-1]} = {toml_value(value)}"
    inside = [statement for statement in found if statement.table == key[:-1] and statement.values]
    if inside:
        place = inside[-1].last + 1
        return [*lines[:place], line, *lines[place:]]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    between = [""] if lines else []
    return [*lines, *between, f"[{'.'.join(key[:-1])}]", line, ""]


def _comment_line(
    lines: list[str], found: list[_StatementLines], table: Key, name: str
) -> int | None:
    pattern = re.compile(rf"#\s?{re.escape(name)}\s*=")
    return next(
        (
            statement.first
            for statement in found
            if statement.table == table and pattern.match(lines[statement.first])
        ),
        None,
    )


def _replaced(lines: list[str], statement: _StatementLines, line: str) -> list[str]:
    indent = re.match(r"\s*", lines[statement.first])
    begin = indent[0] if indent else ""
    return [*lines[: statement.first], begin + line, *lines[statement.last + 1 :]]


def _only_path(values: Mapping[str, Any], depth: int | None = None) -> Key:
    """Return the path of the one value that a statement sets; () when it sets several or none."""
    path: Key = ()
    below: Any = values
    while isinstance(below, dict) and len(below) == 1 and len(path) != depth:
        ((name, below),) = below.items()
        path = (*path, name)
    return path if path and (depth is not None or not isinstance(below, dict)) else ()


def _comment(statement: _StatementLines) -> str:
    """Return the comment after a value, with the white space before it."""
    text = statement.text.rstrip("\n")
    for mark in re.finditer("#", text):
        try:
            is_comment = tomllib.loads(text[: mark.start()]) == statement.values
        except tomllib.TOMLDecodeError:
            # the mark is part of a text
            continue
        if is_comment:
            value = text[: mark.start()].rstrip()
            return text[len(value) :].partition("\n")[0]
    return ""
