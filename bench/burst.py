"""Ten thousand distinct small files at once: are all scored, how fast, and at what cost?"""

import os
import time
from pathlib import Path

from bench.homes import engine_of, mosaic, sidecars_below, taught_daemon, until
from bench.processes import watched
from bench.table import Row, megabytes
from tasted.home.layout import Home
from tasted.outbox.sidecar_files import sidecars
from tasted.system.files import content_id, is_temporary

FILES = 10_000
NEWCOMERS = 3
_PATIENCE_SECONDS = 3600.0


def measure() -> list[Row]:
    """Move the files in at once, and drop a new one now and then while the backlog lasts."""
    with taught_daemon() as (home, light):
        staged = _staged(home)
        done = sidecars_below(home.outbox)
        with watched(lambda: light, lambda: engine_of(home, light)) as (light_peak, engine_peak):
            started = time.monotonic()
            for file in staged:
                file.rename(home.inbox / file.name)
            dropped = time.monotonic() - started
            waits = []
            for number in range(NEWCOMERS):
                share = (number + 1) * FILES // (NEWCOMERS + 1)
                _await(home, done + share)
                waits.append(_wait_of_newcomer(home, f"newcomer-{number}.png", FILES + number))
            _await(home, done + FILES + NEWCOMERS)
            took = time.monotonic() - started
        _check(home)
        rate = FILES / took
        return [
            Row(
                f"{FILES} files of 64x64 at once", f"{rate:.0f} files/s",
                f"{took:.0f} s, dropped in {dropped:.1f} s; one valid sidecar each",
            ),
            Row("a new file amid that backlog, slowest", f"{max(waits):.2f} s", "drop to sidecar"),
            Row(
                "light process, peak", megabytes(light_peak.resident_bytes),
                f"aim < 100 MB; {light_peak.processor_seconds:.0f} s of CPU",
            ),
            Row(
                "engine, peak (pocket)", megabytes(engine_peak.resident_bytes),
                f"{engine_peak.processor_seconds:.0f} s of CPU",
            ),
        ]  # fmt: skip


def _staged(home: Home) -> list[Path]:
    folder = home.root / "staged"
    folder.mkdir()
    files = [folder / f"{index:05}.png" for index in range(FILES)]
    for index, file in enumerate(files):
        file.write_bytes(mosaic(index))
    return files


def _await(home: Home, count: int) -> None:
    # a slow poll: the benchmark must not take the processor from what it measures
    until(
        lambda: sidecars_below(home.outbox) >= count,
        f"{count} sidecars",
        seconds=_PATIENCE_SECONDS,
        pause_seconds=0.25,
    )


def _wait_of_newcomer(home: Home, name: str, seed: int) -> float:
    data, sidecar = mosaic(seed), home.outbox / f"{name}.json"
    started = time.monotonic()
    (home.inbox / name).write_bytes(data)
    until(sidecar.exists, name, seconds=_PATIENCE_SECONDS)
    return time.monotonic() - started


def _check(home: Home) -> None:
    """Assert that each file has exactly one valid sidecar, made from its very bytes."""
    pictures = {file.name for file in home.inbox.iterdir() if file.is_file()}
    found = {}
    for _place, sidecar in sidecars(home.outbox):
        if sidecar.kind == "screenshot":
            assert sidecar.status == "scored", sidecar.source.path
            assert sidecar.source.path not in found, sidecar.source.path
            found[sidecar.source.path] = sidecar.source.sha256
    assert found.keys() == pictures
    assert all(content_id((home.inbox / name).read_bytes()) == found[name] for name in found)
    left = [name for _folder, _folders, names in os.walk(home.root) for name in names]
    assert not any(map(is_temporary, left))
