"""`make bench`: prints one table. Every figure in the docs comes from here.

Touches temporary homes; starts real daemons with the embedded model.
"""

import contextlib
import io
import os
import platform
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tasted.demo.scenes import draw_scene, random_scene
from tasted.home import Home
from tasted.status import read_status

SETTLE_SECONDS = 0.5
IDLE_SECONDS = 20.0
QUICK_IDLE_SECONDS = 3
WARM_FILES = 12
BULK_FILES = 300
HELP_RUNS = 11
_PATIENCE_SECONDS = 180.0


def picture(place: str, seed: int, size: tuple[int, int] = (512, 512)) -> bytes:
    """Return a drawn scene as PNG."""
    buffer = io.BytesIO()
    scene = random_scene(random.Random(f"{place} {seed}"), place)
    draw_scene(scene, size=size, seed=seed).save(buffer, "PNG")
    return buffer.getvalue()


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition, looking every 5 ms."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)


@contextlib.contextmanager
def daemon(config: str) -> Iterator[tuple[Home, psutil.Process]]:
    """Run a daemon on a temporary home that was taught six likes and six rejects."""
    root = Path(tempfile.mkdtemp(prefix="tasted-bench-"))
    home = Home(root.resolve())
    home.make_folders()
    home.config_file.write_text(config, encoding="utf-8")
    for index in range(6):
        (home.inbox / "liked" / f"{index}.png").write_bytes(picture("mountain", index))
        (home.inbox / "rejected" / f"{index}.png").write_bytes(picture("gym", index))
    command = [sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(list(home.outbox.rglob("*.json"))) == 12, "references learnt")
        yield home, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(root)


def engine_pid(home: Home) -> int | None:
    """Return the engine's pid as the status tells it."""
    status = read_status(home.status_file)
    return status.engine_pid if status is not None else None


def warm_and_bulk(rows: list[tuple[str, str, str]]) -> None:
    """Measure one file in a warm daemon, then many at once."""
    with daemon('[embedder]\nmodel = "pocket"\n') as (home, light):
        seconds = []
        for index in range(WARM_FILES):
            data = picture("forest", 100 + index, (1170, 2532))
            started = time.monotonic()
            (home.inbox / f"warm-{index}.png").write_bytes(data)
            sidecar = home.outbox / f"warm-{index}.png.json"
            until(sidecar.exists, sidecar.name)
            seconds.append(time.monotonic() - started)
        beyond = statistics.median(seconds) - SETTLE_SECONDS
        rows.append(
            ("file to sidecar, warm, 1170x2532 PNG, median", f"{statistics.median(seconds):.2f} s",
             f"settle time {SETTLE_SECONDS} s + {beyond:.2f} s; aim + 1 s")
        )  # fmt: skip
        data = [picture("city", index, (256, 256)) for index in range(BULK_FILES)]
        started = time.monotonic()
        for index, each in enumerate(data):
            (home.inbox / f"bulk-{index}.png").write_bytes(each)
        until(lambda: len(list(home.outbox.glob("bulk-*.json"))) == BULK_FILES, "bulk scored")
        took = time.monotonic() - started
        rows.append((f"{BULK_FILES} small files at once", f"{BULK_FILES / took:.0f} files/s", ""))
        rows.append(("light process after that", _megabytes(light.memory_info().rss), ""))


def idle(rows: list[tuple[str, str, str]]) -> None:
    """Measure what an idle daemon costs, and that its engine is gone."""
    config = f'[embedder]\nmodel = "pocket"\n[engine]\nidle_seconds = {QUICK_IDLE_SECONDS}\n'
    with daemon(config) as (home, light):
        (home.inbox / "a.png").write_bytes(picture("city", 1))
        until((home.outbox / "a.png.json").exists, "a.png scored")
        until(lambda: engine_pid(home) is not None, "engine seen")
        pid = engine_pid(home)
        engine = psutil.Process(pid)
        peak = engine.memory_info().rss
        until(lambda: not psutil.pid_exists(engine.pid), "engine gone")
        rows.append(("engine while awake (pocket)", _megabytes(peak), "resident"))
        gone = not light.children(recursive=True)
        rows.append(("engine after idle_seconds", "gone" if gone else "STILL THERE", ""))
        time.sleep(2)
        before, switches = light.cpu_times(), _wakeups(light.pid)
        time.sleep(IDLE_SECONDS)
        after = light.cpu_times()
        spent = after.user + after.system - before.user - before.system
        rows.append(
            ("idle light process, CPU between rescans", f"{spent:.2f} s in {IDLE_SECONDS:.0f} s",
             f"{_wakeups(light.pid) - switches} wake-ups; aim none measurable")
        )  # fmt: skip
        rows.append(
            ("idle light process, resident", _megabytes(light.memory_info().rss), "aim <= 60 MB")
        )


def _wakeups(pid: int) -> int:
    """Return the voluntary context switches of all threads (proc(5)); 0 where there is no /proc."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in task.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def command_line(rows: list[tuple[str, str, str]]) -> None:
    """Measure what a person waits for at the prompt."""
    root = Path(tempfile.mkdtemp(prefix="tasted-bench-"))
    try:
        home = Home(root.resolve())
        home.make_folders()
        home.config_file.write_text('[embedder]\nmodel = "pocket"\n', encoding="utf-8")
        file = root / "a.png"
        file.write_bytes(picture("city", 1))
        script = str(Path(sys.executable).with_name("tasted"))
        bare = _wall([sys.executable, "-c", "pass"])
        for words, aim in ((["--help"], "aim <= 150 ms"), (["like", str(file)], "aim < 300 ms")):
            wall = _wall([script, "--home", str(home.root), *words])
            rows.append(
                (f"tasted {words[0]}, median of {HELP_RUNS}", f"{wall * 1000:.0f} ms",
                 f"{aim}; bare Python {bare * 1000:.0f} ms")
            )  # fmt: skip
    finally:
        shutil.rmtree(root)


def _wall(command: list[str]) -> float:
    times = []
    for _ in range(HELP_RUNS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def main() -> None:
    """Print the table."""
    rows: list[tuple[str, str, str]] = []
    for measure in (command_line, warm_and_bulk, idle):
        measure(rows)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, model pocket")
    for what, figure, remark in rows:
        print(f"{what:<48} {figure:>16}  {remark}")


if __name__ == "__main__":
    main()
