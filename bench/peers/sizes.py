"""What a hundred thousand references or sidecars cost beside a thousand.

Each panel of the chart is one kind of cost; touches temporary homes.
"""

import time
from typing import Any

from bench.forging import fill_inbox, forge_sidecars, score_first
from bench.homes import is_at_rest, mosaic, running, taught_home, until
from bench.neighbours import search
from bench.processes import processor_seconds
from tasted.home.layout import Home

REFERENCES = (1_000, 10_000, 20_000, 50_000, 100_000)
SIDECARS = (1_000, 10_000, 30_000, 100_000)
_DROPS = 3
_PATIENCE_SECONDS = 900.0


def measure() -> dict[str, Any]:
    """Return panels: a title, and curves of a name and (count, cost)."""
    searches = [(count, search(count)) for count in REFERENCES]
    ledgers = [(count, _sidecars(count)) for count in SIDECARS]
    return {
        "panels": [
            (
                "neighbours of one picture, ms, by references",
                [
                    ("from disk", [(n, 1000 * found.single_seconds) for n, found in searches]),
                    ("in memory", [(n, 1000 * found.many_seconds) for n, found in searches]),
                ],
            ),
            (
                "start of the light process, s, by sidecars",
                _curve("until at rest", ledgers, "start_seconds"),
            ),
            (
                "its processor time for one drop, ms, by sidecars",
                _curve("median", ledgers, "drop_core_ms"),
            ),
            ("its memory at rest, MB, by sidecars", _curve("resident", ledgers, "resident_mb")),
        ]
    }


def _curve(name: str, found: list[tuple[int, dict[str, float]]], key: str) -> list[Any]:
    return [(name, [(count, costs[key]) for count, costs in found])]


def _sidecars(count: int) -> dict[str, float]:
    print(f"  {count} sidecars", flush=True)
    with taught_home() as home:
        files = fill_inbox(home, count)
        forge_sidecars(home, score_first(home, files), files[1:])
        # the first start may keep what later ones read
        _start(home, count)
        return _start(home, count)


def _start(home: Home, count: int) -> dict[str, float]:
    home.status_file.unlink(missing_ok=True)
    started = time.monotonic()
    with running(home) as light:
        _rest(home, light)
        took, resident = time.monotonic() - started, light.memory_info().rss
        spent = []
        for drop in range(_DROPS):
            name = f"drop-{time.monotonic_ns()}.png"
            before = processor_seconds(light)
            (home.inbox / name).write_bytes(mosaic(10 * count + drop))
            until((home.outbox / f"{name}.json").exists, name, seconds=_PATIENCE_SECONDS)
            _rest(home, light)
            spent.append(processor_seconds(light) - before)
    return {
        "start_seconds": took,
        "resident_mb": resident / 1e6,
        "drop_core_ms": 1000 * sorted(spent)[len(spent) // 2],
    }


def _rest(home: Home, light: Any) -> None:
    until(lambda: is_at_rest(home, light), "at rest", seconds=_PATIENCE_SECONDS, pause_seconds=0.02)
