"""Times that come from files, kept within what a calendar can do; shown by this machine's clock.

Pure. Python's calendar ends at the years 1 and 9999: there every change of zone, every difference
and every epoch overflows, and a zone may be set more than a day from UTC, which Python refuses.
What is outside of these bounds was not written by a clock.
"""

from datetime import UTC, datetime

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9998, 12, 30, tzinfo=UTC)


def within_bounds(moment: datetime) -> datetime:
    """Return an aware time as it is, if every calculation with it is safe.

    Raises:
        ValueError: for a time without zone, or one before 1900 or after 9998.
    """
    if moment.tzinfo is None or not EARLIEST <= moment <= LATEST:
        raise ValueError("a time has a zone, and lies between the years 1900 and 9998")
    return moment


def parse_time(text: str) -> datetime:
    """Parse a time as ISO 8601 writes it, into an aware one in UTC.

    Raises:
        ValueError: when it is not a time, or out of bounds.
        TypeError: when it is not text.
    """
    return within_bounds(datetime.fromisoformat(text)).astimezone(UTC)


def from_epoch(seconds: float) -> datetime:
    """Return an aware time in UTC; what is out of bounds, as a disk may report, becomes the bound.

    Args:
        seconds: since 1970, as stat returns them.
    """
    inside = min(max(seconds, EARLIEST.timestamp()), LATEST.timestamp())
    return datetime.fromtimestamp(inside, UTC)


def local_time(moment: datetime) -> datetime:
    """Return an aware time as this machine shows it; in UTC where it has no answer."""
    try:
        return moment.astimezone()
    except (ValueError, OverflowError, OSError):
        # TZ may name a zone more than a day from UTC
        return moment.astimezone(UTC)
