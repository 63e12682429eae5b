"""Numbers as people read them, in one form everywhere: shares, decimals, counts, sizes. Pure.

A share is rounded down, so that nothing shows as more than it is; a figure that rounds to nothing
has no sign.
"""

import math

_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))
_WHOLE_FROM = 10
_MINUTE = 60
_HOUR_MINUTES = 60
_DAYS_FROM_HOURS = 48
# a share such as 0.29 is a little less than 0.29 in binary
_EPSILON = 1e-9


def percent(share: float | None) -> str:
    """Return a share in [0, 1] as `83 %`, rounded down; `-` when there is none."""
    return "-" if share is None else f"{math.floor(100 * share + _EPSILON)} %"


def decimal(value: float | None, digits: int) -> str:
    """Return a number with so many digits behind the point; `-` when there is none."""
    return "-" if value is None else f"{value:z.{digits}f}"


def counted(count: int, thing: str, many: str | None = None) -> str:
    """Return `1 picture`, `2 pictures`, `12,345 pictures`.

    Args:
        count: how many.
        thing: what one of them is called.
        many: what several are called, where that is not `thing` with an s.
    """
    return f"{count:,} {thing if count == 1 else many or f'{thing}s'}"


def duration(seconds: float) -> str:
    """Return `40 s`, `12 min`, `3 h 20 min` or `5 days`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE)
    if minutes < _HOUR_MINUTES:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    if hours < _DAYS_FROM_HOURS:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return counted(round(hours / 24), "day")


def rate(per_second: float) -> str:
    """Return how many a second, a minute or an hour: `3.5 a second`, `40 a minute`."""
    for seconds, name in ((1, "second"), (_MINUTE, "minute")):
        if per_second * seconds >= 1:
            amount = per_second * seconds
            digits = 0 if amount >= _WHOLE_FROM else 1
            return f"{amount:,.{digits}f} a {name}"
    return f"{per_second * _MINUTE * _HOUR_MINUTES:,.0f} an hour"


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `13th`, `1,021st`."""
    is_teen = 10 <= number % 100 <= 20  # noqa: PLR2004 - eleventh to thirteenth
    ending = "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def file_size(count: float) -> str:
    """Return a number of bytes as `0 bytes`, `1.2 MB` or `340 MB`."""
    for name, unit in _UNITS:
        if count >= unit:
            amount = count / unit
            return f"{amount:.0f} {name}" if amount >= _WHOLE_FROM else f"{amount:.1f} {name}"
    return counted(int(count), "byte")
