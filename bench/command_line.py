"""What a person waits for at the prompt."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.homes import drawing, taught_home
from bench.table import Row

RUNS = 11


def measure() -> list[Row]:
    """Time `tasted --help` and `tasted like`, without a daemon."""
    with taught_home() as home:
        file = home.root / "a.png"
        file.write_bytes(drawing("mountain", 100))
        script = str(Path(sys.executable).with_name("tasted"))
        bare = _wall([sys.executable, "-c", "pass"])
        rows = []
        for words, aim in ((["--help"], "aim <= 150 ms"), (["like", str(file)], "aim < 300 ms")):
            wall = _wall([script, "--home", str(home.root), *words])
            remark = f"{aim}; bare Python {bare * 1000:.0f} ms"
            rows.append(
                Row(f"tasted {words[0]}, median of {RUNS}", f"{wall * 1000:.0f} ms", remark)
            )
        return rows


def _wall(command: list[str]) -> float:
    times = []
    for _run in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)
