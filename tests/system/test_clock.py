"""Times of files stay within what a calendar can do, and are shown wherever the machine stands."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python
from tasted.system.clock import EARLIEST, LATEST, from_epoch, local_time, parse_time, within_bounds

_SHOWN = "from tasted.system.clock import *; print(local_time(LATEST), local_time(EARLIEST))"
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=offsets))
def test_row_49_whatever_is_let_in_can_be_calculated_with(moment: datetime) -> None:
    """Epoch, difference and every zone."""
    try:
        inside = within_bounds(moment)
    except ValueError:
        assert not 1900 < moment.year < 9998
        return
    assert inside == moment
    for zone in (UTC, timezone(timedelta(hours=23)), timezone(timedelta(hours=-23))):
        assert inside.astimezone(zone).timestamp() == moment.timestamp()
    assert local_time(inside) == moment
    assert abs(inside - datetime.now(UTC)) < timedelta(days=4_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00",
        "1899-12-31T23:59:59Z", "2026-11-23T17:05:00", "soon", "",
    ],
)  # fmt: skip
def test_times_that_no_clock_wrote_are_refused(text: str) -> None:
    """The ends of the calendar, the years before such clocks, and times without a zone."""
    with pytest.raises(ValueError, match=r"time has a zone|Invalid isoformat"):
        parse_time(text)


@pytest.mark.parametrize("seconds", [-1e300, -1.0, 0.0, 1.8e9, 1e12, 1e300])
def test_every_time_of_a_disk_has_a_place_in_the_calendar(seconds: float) -> None:
    """A disk may report the year 30000."""
    assert EARLIEST <= from_epoch(seconds) <= LATEST


@pytest.mark.parametrize("zone", ["X+167", "X-167", "X+24", "Europe/Berlin", "", ":/dev/null"])
def test_row_49_times_are_shown_in_any_zone(zone: str) -> None:
    """TZ may name what Python refuses, more than a day from UTC."""
    shown = python("-c", _SHOWN, environment={"TZ": zone})
    assert shown.returncode == 0, shown.stderr
    assert "9998-12-" in shown.stdout
