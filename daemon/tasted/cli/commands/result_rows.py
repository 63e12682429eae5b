"""Results as rows for people: who, how likely, verdict, file, and why. Pure.

In a pipe a result is one whole line, for grep. On a terminal it is two lines cut to its width, the
second with file and reason. Widths are columns: a Chinese letter or an emoji takes two of them.
"""

from collections.abc import Sequence

import click

from tasted.amounts import percent
from tasted.cli.context import printable
from tasted.outbox.results import explanation_of, heading_of, opinion_of, photo_count, verdict_words
from tasted.outbox.sidecar import Sidecar
from tasted.plain_dataclass import dataclass

_WHO_MIN = 8
_WHO_MAX = 32
_REASON_MIN = 24
"""Columns: with less room, the reason gets a line of its own."""
_PERCENT_COLUMNS = 5
_VERDICT_COLUMNS = 12
_BETWEEN = "  "
_INDENT = "    "
_SEPARATOR = " · "
_ELLIPSIS = "…"
_COLOURS = {
    "strong match": "bright_green",
    "match": "green",
    "no match": "red",
    "unsure": "yellow",
    "not scored": "magenta",
    "you liked": "bright_green",
    "you rejected": "bright_black",
}


@dataclass(frozen=True, slots=True)
class _Row:
    who: str
    percent: str
    verdict: str
    path: str
    """Empty if it is the heading."""
    notes: tuple[str, ...]
    reason: str


def rows(
    found: Sequence[Sidecar],
    *,
    columns: int | None,
    has_colour: bool,
    shows_changes: bool = False,
) -> list[str]:
    """Return the lines of some results.

    Args:
        found: the results.
        columns: of the terminal; None for a pipe.
        has_colour: whether the lines may have codes for colours.
        shows_changes: whether to show the former verdict.
    """
    made = [_row(sidecar, shows_changes=shows_changes) for sidecar in found]
    widest = max((columns_of(row.who) for row in made), default=0)
    if columns is None:
        who_columns = min(max(widest, _WHO_MIN), _WHO_MAX)
        return [_line(row, who_columns) for row in made]
    taken = _PERCENT_COLUMNS + _VERDICT_COLUMNS + 2 * len(_BETWEEN)
    who_columns = max(min(max(widest, _WHO_MIN), _WHO_MAX, columns - taken), _WHO_MIN)
    lines: list[str] = []
    for row in made:
        lines += _two_lines(row, columns, who_columns, has_colour=has_colour)
    return lines


def _row(sidecar: Sidecar, *, shows_changes: bool) -> _Row:
    heading = heading_of(sidecar)
    notes = [photo_count(sidecar)] if sidecar.parts else []
    if shows_changes and sidecar.former_verdict is not None:
        notes.append(f"was {sidecar.former_verdict.replace('_', ' ')}")
    is_judged = sidecar.judgement is not None and sidecar.error is None
    if is_judged:
        notes.append(f"otherwise: {opinion_of(sidecar)}")
    if sidecar.gone_since is not None:
        notes.append(f"gone since {sidecar.gone_since.astimezone():%Y-%m-%d}")
    return _Row(
        who=printable(heading),
        percent="" if is_judged else percent(sidecar.confidence_score),
        verdict=f"you {sidecar.judgement}" if is_judged else verdict_words(sidecar),
        path="" if heading == sidecar.source.path else printable(sidecar.source.path),
        notes=tuple(notes),
        reason=printable(explanation_of(sidecar)),
    )


def _line(row: _Row, who_columns: int) -> str:
    notes = f"({', '.join(row.notes)})" if row.notes else ""
    parts = (
        _padded(row.who, who_columns),
        f"{row.percent:>{_PERCENT_COLUMNS}}",
        f"{row.verdict:<{_VERDICT_COLUMNS}}",
        *filter(None, (" ".join(filter(None, (row.path, notes))), row.reason)),
    )
    return _BETWEEN.join(parts).rstrip()


def _two_lines(row: _Row, columns: int, who_columns: int, *, has_colour: bool) -> list[str]:
    def styled(text: str, **style: bool | str) -> str:
        return click.style(text, **style) if has_colour else text  # type: ignore[arg-type]  # click types each style by itself

    who = _padded(_shortened_in_the_middle(row.who, who_columns), who_columns)
    first = _BETWEEN.join(
        (
            styled(who, bold=True),
            f"{row.percent:>{_PERCENT_COLUMNS}}",
            styled(row.verdict, fg=_COLOURS.get(row.verdict, "white")),
        )
    )
    below = _below(row, columns - len(_INDENT))
    return [first, *(_INDENT + styled(line, dim=True) for line in below)]


def _below(row: _Row, columns: int) -> list[str]:
    """Return the lines below: the path is cut last, because people type it."""
    notes = "".join(_SEPARATOR + note for note in row.notes)
    path = _shortened_in_the_middle(row.path, columns - columns_of(notes))
    place = (path + notes).removeprefix("" if path else _SEPARATOR)
    left = columns - columns_of(place) - len(_SEPARATOR)
    needed = min(_REASON_MIN, columns_of(row.reason))
    if place and row.reason and path == row.path and left >= needed:
        return [place + _SEPARATOR + _shortened(row.reason, left)]
    return [line for line in (_shortened(place, columns), _shortened(row.reason, columns)) if line]


def columns_of(text: str) -> int:
    """Return how many columns a text takes."""
    from rich.cells import cell_len  # noqa: PLC0415 - only the commands that lay out need it

    return cell_len(text)


def _padded(text: str, columns: int) -> str:
    """Return a text padded with spaces to this many columns."""
    return text + " " * max(columns - columns_of(text), 0)


def _shortened(text: str, columns: int) -> str:
    """Return a text of at most this many columns; a cut end becomes an ellipsis."""
    if columns_of(text) <= columns:
        return text
    return _beginning(text, columns - 1).rstrip() + _ELLIPSIS if columns > 0 else ""


def _shortened_in_the_middle(text: str, columns: int) -> str:
    """Return a text of at most this many columns that keeps both ends, as a path should."""
    if columns_of(text) <= columns:
        return text
    left = max(columns - 1, 0) // 2
    right = max(columns - 1 - left, 0)
    end = _beginning(text[::-1], right)[::-1]
    return _beginning(text, left) + _ELLIPSIS + end if columns > 0 else ""


def _beginning(text: str, columns: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += columns_of(character)
        if taken > columns:
            return text[:place]
    return text
