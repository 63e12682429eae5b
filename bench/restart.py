"""A start with many finished sidecars: how soon at rest, and is anything written again?

`RESTART_FILES=100000` sets how many; ten thousand without it. Then what a look costs, and a list of
results.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.forging import fill_inbox, forge_sidecars, score_first
from bench.homes import is_at_rest, mosaic, running, taught_home, until
from bench.processes import processor_seconds
from bench.table import Row, megabytes
from tasted import __version__
from tasted.config import load_settings
from tasted.daemon.scanning.scan import Scan
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.outbox.ledger import Ledger

FILES = int(os.environ.get("RESTART_FILES", "10000"))
DROPS = 5
STARTS = 5
LOOKS = 5


def measure() -> list[Row]:
    """Start the daemon some times on one finished home, then time what a look is made of."""
    with taught_home() as home:
        _finish(home)
        before = _stamps(home)
        unindexed_seconds, _processor, unindexed_bytes = _start(home)
        starts = [_start(home) for _number in range(STARTS)]
        after = _stamps(home)
        with running(home) as light:
            until(lambda: is_at_rest(home, light), "at rest")
            results, one_drop = _results(home), _one_drop(home, light)
        rewritten = sum(after.get(place) != stamp for place, stamp in before.items())
        seconds, processor, resident = zip(*starts, strict=True)
        return [
            Row(
                f"start with {FILES} finished sidecars, median of {STARTS}",
                f"{statistics.median(seconds):.2f} s",
                f"until idle, nothing settling; slowest {max(seconds):.2f} s; aim < 3 s",
            ),
            Row(
                "the same without an index: every sidecar is read",
                f"{unindexed_seconds:.2f} s",
                f"light process {megabytes(unindexed_bytes)}",
            ),
            Row("sidecars written again by that", f"{rewritten}", "must be 0"),
            Row("light process after a start with one", megabytes(max(resident)),
                f"{statistics.median(processor):.2f} s of CPU"),
            results,
            one_drop,
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
    ledger = Ledger.of(home)
    started = time.process_time()
    ledger.refresh()
    first = time.process_time() - started
    shared = SharedState(
        load_settings(home, environment={}).settings, ledger, read_current(home.current_file)
    )
    with StatusFile(home) as status_file:
        scan = Scan(
            home,
            shared,
            reporter=Reporter(status_file, shared, version=__version__),
            remove_sidecar=lambda _path: None,
            mark_sidecar=lambda _path, _since: None,
            version=__version__,
        )
        whole = [_processor_of(scan.run, ()) for _look in range(LOOKS)]
        some = []
        for number in range(LOOKS):
            drop = home.inbox / f"drop-{number}.png"
            drop.write_bytes(mosaic(FILES + number))
            some.append(_processor_of(scan.run, (drop.name,), is_whole=False))
    return [
        Row("taking what these sidecars say from the index", f"{1000 * first:.0f} ms",
            "of processor, with a listing of all"),
        Row("a look at everything", f"{1000 * statistics.median(whole):.0f} ms", "of processor"),
        Row("a look after one drop", f"{1000 * statistics.median(some):.1f} ms",
            "of processor; aim < 30 ms"),
    ]  # fmt: skip


def _processor_of(
    look: Callable[..., None], hints: tuple[str, ...], *, is_whole: bool = True
) -> float:
    started = time.process_time()
    look(hints, is_whole=is_whole)
    return time.process_time() - started


def _results(home: Home) -> Row:
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "results", "--top", "10"]
    seconds = []
    for _command in range(STARTS):
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.monotonic() - started)
    return Row(
        f"results --top 10 while that runs, median of {STARTS}",
        f"{statistics.median(seconds):.2f} s",
        f"slowest {max(seconds):.2f} s; aim < 1 s",
    )


def _one_drop(home: Home, light: psutil.Process) -> Row:
    """Drop pictures one by one, and see what each costs the light process from end to end."""
    seconds = []
    for number in range(DROPS):
        before = processor_seconds(light)
        name = f"one-{number}.png"
        (home.inbox / name).write_bytes(mosaic(2 * FILES + number))
        until((home.outbox / f"{name}.json").exists, "scored")
        until(lambda: is_at_rest(home, light), "at rest")
        seconds.append(processor_seconds(light) - before)
    return Row(
        f"light process for one drop, median of {DROPS}",
        f"{1000 * statistics.median(seconds):.0f} ms",
        "of processor until it rests: looks, message, sidecar, status, page",
    )
