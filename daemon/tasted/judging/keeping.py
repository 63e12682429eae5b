"""Which taste versions are kept whole, which are to be fitted again, and which go. Pure.

Whole are, in this order: those that decide or are chosen, the ten newest, the last of every recipe,
those that have decided for more than an hour, and the last of each of the last fourteen days. What
does not fit into the budget is kept as what it was fitted to; and when even that does not fit, the
oldest go.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from tasted.home.taste_versions import ERASED, WHOLE, VersionRow
from tasted.plain_dataclass import dataclass
from tasted.system.clock import parse_time

NEWEST_WHOLE = 10
DAYS_WHOLE = 14
LONG_IN_FORCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredSizes:
    """What a version takes on the disk."""

    whole: int
    refittable: int
    """As what it was fitted to; an estimate while it is whole."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is to become of the versions, by number."""

    refittable: tuple[int, ...] = ()
    """Whole ones that are to keep only what they were fitted to."""
    erased: tuple[int, ...] = ()


def keeping(
    rows: Sequence[VersionRow],
    sizes: Mapping[int, StoredSizes],
    *,
    chosen: Collection[int],
    budget_bytes: int,
    now: datetime,
) -> Keeping:
    """Return what is to become of the versions.

    Args:
        rows: of all versions, newest first.
        sizes: of those that are kept, by number.
        chosen: numbers that stay whole whatever they take.
        budget_bytes: for all versions together.
        now: the time of this moment, with its zone.
    """
    kept = [row for row in rows if row.kept != ERASED and row.number in sizes]
    left = budget_bytes - sum(sizes[row.number].refittable for row in kept)
    erased: list[int] = []
    stays = {row.number for row in kept if row.is_in_force or row.number in chosen}
    for row in reversed(kept):
        if left >= 0:
            break
        if row.number not in stays:
            erased.append(row.number)
            left += sizes[row.number].refittable
    whole: set[int] = set()
    for row in dict.fromkeys(_by_worth(kept, stays, now)):
        more = sizes[row.number].whole - sizes[row.number].refittable
        is_there = row.kept == WHOLE and row.number not in erased
        if is_there and (row.number in stays or more <= left):
            whole.add(row.number)
            left -= more
    going = (
        row.number
        for row in kept
        if row.kept == WHOLE and row.number not in whole and row.number not in erased
    )
    return Keeping(tuple(going), tuple(erased))


def _by_worth(
    rows: Sequence[VersionRow], stays: Collection[int], now: datetime
) -> Iterator[VersionRow]:
    yield from (row for row in rows if row.number in stays)
    yield from rows[:NEWEST_WHOLE]
    yield from _first_of_each(rows, (row.recipe.id for row in rows))
    yield from (row for row in rows if _longest(row, now) > LONG_IN_FORCE)
    minted = [parse_time(row.minted_at) for row in rows]
    days = [time.date() for time in minted]
    recent = [row for row, time in zip(rows, minted, strict=True) if now - time < _days()]
    yield from (row for row in _first_of_each(rows, days) if row in recent)


def _first_of_each(rows: Sequence[VersionRow], kinds: Iterable[object]) -> Iterator[VersionRow]:
    seen: set[object] = set()
    for row, kind in zip(rows, kinds, strict=True):
        if kind not in seen:
            seen.add(kind)
            yield row


def _longest(row: VersionRow, now: datetime) -> timedelta:
    spans = (
        (parse_time(span.until) if span.until is not None else now) - parse_time(span.since)
        for span in row.in_force
    )
    return max(spans, default=timedelta())


def _days() -> timedelta:
    return timedelta(days=DAYS_WHOLE)
