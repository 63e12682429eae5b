"""What a daemon costs that has nothing to do, and whether its engine is gone."""

import time

import psutil

from bench.homes import POCKET, drawing, engine_of, taught_daemon, until
from bench.processes import processor_seconds, wake_ups
from bench.table import Row, megabytes

IDLE_SECONDS = 20.0
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
        spent, switches = processor_seconds(light), wake_ups(light.pid)
        time.sleep(IDLE_SECONDS)
        spent, switches = processor_seconds(light) - spent, wake_ups(light.pid) - switches
        return [
            Row("engine while awake (pocket)", megabytes(awake), "resident"),
            Row("engine after idle_seconds", "gone" if gone else "STILL THERE"),
            Row(
                "idle light process, CPU between rescans",
                f"{spent:.2f} s in {IDLE_SECONDS:.0f} s",
                f"{switches} wake-ups; aim none measurable",
            ),
            Row("idle light process, resident", megabytes(light.memory_info().rss), "aim <= 60 MB"),
        ]
