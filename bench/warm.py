"""One file in a warm daemon, then some hundred at once."""

import statistics
import time

from bench.homes import SETTLE_SECONDS, drawing, taught_daemon, until
from bench.table import Row, megabytes

WARM_FILES = 12
BULK_FILES = 300


def measure() -> list[Row]:
    """Time a large screenshot from drop to sidecar, and the rate of many small ones."""
    with taught_daemon() as (home, light):
        seconds = []
        for index in range(WARM_FILES):
            data = drawing("forest", 100 + index, (1170, 2532))
            started = time.monotonic()
            (home.inbox / f"warm-{index}.png").write_bytes(data)
            sidecar = home.outbox / f"warm-{index}.png.json"
            until(sidecar.exists, sidecar.name)
            seconds.append(time.monotonic() - started)
        middle = statistics.median(seconds)
        bulk = [drawing("city", index, (256, 256)) for index in range(BULK_FILES)]
        started = time.monotonic()
        for index, small_picture in enumerate(bulk):
            (home.inbox / f"bulk-{index}.png").write_bytes(small_picture)
        until(lambda: len(list(home.outbox.glob("bulk-*.json"))) == BULK_FILES, "bulk scored")
        took = time.monotonic() - started
        return [
            Row(
                "file to sidecar, warm, 1170x2532 PNG, median",
                f"{middle:.2f} s",
                f"settle time {SETTLE_SECONDS} s + {middle - SETTLE_SECONDS:.2f} s; aim + 1 s",
            ),
            Row(f"{BULK_FILES} small files at once", f"{BULK_FILES / took:.0f} files/s"),
            Row("light process after that", megabytes(light.memory_info().rss)),
        ]
