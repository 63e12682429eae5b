"""On which line of a TOML text each key stands, which tomllib does not tell. Pure.

No second parser: a text that is valid as a whole is cut at the line ends where what has gathered
so far is valid by itself, so each piece is one statement.
"""

import tomllib
from collections.abc import Iterator
from typing import Any

_DEPTH_MAX = 4
_STATEMENT_LINES_MAX = 200


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Map the path of every key and table to the line, from 1, on which it is first named.

    Args:
        text: TOML that `tomllib` accepts. Keys behind a value of more than 200 lines are left out.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for first, statement in _statements(text):
        if statement.text.startswith("["):
            table = _header(statement.values)
            for depth in range(1, len(table) + 1):
                found.setdefault(table[:depth], first)
        else:
            for path in _paths(statement.values, table):
                found.setdefault(path, first)
    return found


class _Statement:
    __slots__ = ("text", "values")

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        self.text = text.lstrip()
        self.values = values


def _statements(text: str) -> Iterator[tuple[int, _Statement]]:
    gathered: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        gathered.append(line)
        if len(gathered) > _STATEMENT_LINES_MAX:
            return
        piece = "\n".join(gathered) + "\n"
        try:
            values = tomllib.loads(piece)
        except (ValueError, RecursionError):
            # the statement goes on: a string or a list of several lines
            continue
        yield number - len(gathered) + 1, _Statement(piece, values)
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
