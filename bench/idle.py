"""What a daemon costs that has nothing to do, and whether its engine is gone.

`IDLE_SECONDS=600 python -m bench idle` watches it for ten minutes.
"""

import os
import time

import psutil

from bench.homes import POCKET, drawing, engine_of, taught_daemon, until
from bench.processes import processor_seconds, wake_ups_by_thread
from bench.table import Row, megabytes
from tasted.config import Settings

IDLE_SECONDS = float(os.environ.get("IDLE_SECONDS", "20"))
QUICK_IDLE_SECONDS = 3


def measure() -> list[Row]:
    """Let the engine leave, then watch the light process sleep."""
    with taught_daemon(f"{POCKET}[engine]\nidle_seconds = {QUICK_IDLE_SECONDS}\n") as (home, light):
        (home.inbox / "a.png").write_bytes(drawing("city", 1))
        until((home.outbox / "a.png.json").exists, "a.png scored")
        until(lambda: engine_of(home, light) is not None, "engine seen")
        engine = engine_of(home, light)
        assert engine is not None
        awake = engine.memory_info().rss
        until(lambda: not psutil.pid_exists(engine.pid), "engine gone")
        gone = not light.children(recursive=True)
        time.sleep(2)
        spent, before = processor_seconds(light), wake_ups_by_thread(light.pid)
        stirred, after = _watch(light.pid)
        spent = processor_seconds(light) - spent
        # a thread that was not there before began since, and counts with all that it did
        woken = sorted((count - before.get(thread, 0) for thread, count in after.items()))
        looks = IDLE_SECONDS / Settings().watch.rescan_seconds
        span = f"in {IDLE_SECONDS:.0f} s"
        return [
            Row("engine while awake (pocket)", megabytes(awake), "resident"),
            Row("engine after idle_seconds", "gone" if gone else "STILL THERE"),
            Row("idle light process, CPU", f"{spent:.2f} s {span}", f"{looks:.1f} looks are due"),
            Row(
                "idle light process, wake-ups",
                f"{sum(woken)} {span}",
                f"of {len(woken)} threads the liveliest {woken[-1]}, {woken.count(0)} never",
            ),
            Row(
                "idle light process, seconds in which any woke",
                f"{stirred} of {IDLE_SECONDS:.0f}",
                "aim: none but those of looks",
            ),
            Row("idle light process, resident", megabytes(light.memory_info().rss), "aim <= 50 MB"),
        ]


def _watch(pid: int) -> tuple[int, dict[int, int]]:
    """Count the seconds in which any thread woke, and return what each had at the end."""
    stirred, before = 0, wake_ups_by_thread(pid)
    end = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < end:
        time.sleep(1)
        after = wake_ups_by_thread(pid)
        stirred += after != before
        before = after
    return stirred, before
