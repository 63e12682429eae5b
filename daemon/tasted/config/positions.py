"""Finds the line of every key in a TOML text, which tomllib does not report. Pure.

There is no second parser: a valid text is cut at every line end where the lines so far are valid by
themselves, so that every piece is one statement.
"""

import tomllib
from collections.abc import Iterator
from typing import Any

from tasted.plain_dataclass import dataclass

_DEPTH_MAX = 4
_STATEMENT_LINES_MAX = 200


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line, from 1, on which every key and table is first named.

    Args:
        text: TOML that `tomllib` accepts. Keys after a value of more than 200 lines are left out.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for first, statement in statements(text):
        if statement.is_header:
            table = statement.header
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], first)
        else:
            for path in _paths(statement.values, table):
                found.setdefault(path, first)
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """Some lines that are valid by themselves: a header, a value, or a comment."""

    text: str
    """With its line end."""
    values: dict[str, Any]
    """Its values, parsed by itself."""

    @property
    def is_header(self) -> bool:
        """Whether a table begins here."""
        return self.text.lstrip().startswith("[")

    @property
    def header(self) -> tuple[str, ...]:
        """The path of the table that begins here."""
        return _header(self.values)


def statements(text: str) -> Iterator[tuple[int, Statement]]:
    """Yield the statements of a text that `tomllib` accepts, with their first line, from 1.

    It ends before a statement of more than 200 lines.
    """
    gathered: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        gathered.append(line)
        if len(gathered) > _STATEMENT_LINES_MAX:
            return
        piece = "\n".join(gathered) + "\n"
        try:
            values = tomllib.loads(piece)
        except (ValueError, RecursionError):
            # a string or a list continues on the next line
            continue
        yield number - len(gathered) + 1, Statement(piece, values)
        gathered.clear()


def _header(values: dict[str, Any]) -> tuple[str, ...]:
    path: tuple[str, ...] = ()
    while values:
        ((name, below),) = values.items()
        path = (*path, name)
        values = below[0] if isinstance(below, list) else below
    return path


def _paths(values: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        path = (*above, name)
        yield path
        if isinstance(value, dict) and len(path) < _DEPTH_MAX:
            yield from _paths(value, path)
