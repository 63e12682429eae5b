"""A start with ten thousand finished sidecars: how soon at rest, and is anything written again?"""

import statistics
import time
from pathlib import Path

from bench.forging import fill_inbox, forge_sidecars, score_first
from bench.homes import is_at_rest, running, taught_home, until
from bench.processes import processor_seconds
from bench.table import Row, megabytes
from tasted.home import Home
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger

FILES = 10_000
STARTS = 5
LOOKS = 5


def measure() -> list[Row]:
    """Start the daemon some times on one finished home, then time what a look is made of."""
    with taught_home() as home:
        _finish(home)
        before = _stamps(home)
        starts = [_start(home) for _number in range(STARTS)]
        after = _stamps(home)
        rewritten = sum(after.get(place) != stamp for place, stamp in before.items())
        seconds, processor, resident = zip(*starts, strict=True)
        return [
            Row(
                f"start with {FILES} finished sidecars, median of {STARTS}",
                f"{statistics.median(seconds):.2f} s",
                f"until idle, nothing settling; slowest {max(seconds):.2f} s; aim < 3 s",
            ),
            Row("sidecars written again by that", f"{rewritten}", "must be 0"),
            Row("light process after that start", megabytes(max(resident)),
                f"{statistics.median(processor):.2f} s of CPU"),
            *_looks(home),
        ]  # fmt: skip


def _finish(home: Home) -> None:
    files = fill_inbox(home, FILES)
    forge_sidecars(home, score_first(home, files), files[1:])


def _start(home: Home) -> tuple[float, float, int]:
    home.status_file.unlink()
    started = time.monotonic()
    with running(home) as light:
        until(lambda: is_at_rest(home, light), "at rest")
        took = time.monotonic() - started
        assert not light.children(), "nothing was to be scored, and an engine was started"
        return took, processor_seconds(light), light.memory_info().rss


def _stamps(home: Home) -> dict[Path, tuple[int, int]]:
    # the page beside them follows the status, and is written at every start
    sidecars = {path: path.lstat() for path in home.outbox.rglob("*.json")}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in sidecars.items()}


def _looks(home: Home) -> list[Row]:
    ledger = Ledger(home.outbox)
    started = time.perf_counter()
    ledger.refresh()
    first = time.perf_counter() - started
    listing, again = [], []
    for _look in range(LOOKS):
        started = time.perf_counter()
        list_inbox(home.inbox)
        listed = time.perf_counter()
        ledger.refresh()
        listing.append(listed - started)
        again.append(time.perf_counter() - listed)
    return [
        Row("reading these sidecars once", f"{first:.2f} s", "on one core"),
        Row("looking at the inbox again", f"{1000 * statistics.median(listing):.0f} ms"),
        Row("looking at the outbox again", f"{1000 * statistics.median(again):.0f} ms"),
    ]  # fmt: skip
