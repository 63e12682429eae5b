"""A large tree scored where it lies: killed three times, and as fast as the daemon?

`BACKFILL_FILES=2000`, `BACKFILL_PICTURES=160` (for each rate) and `BACKFILL_PARTS="killed rates"`
say how much. Rates are those of a random ViT-B/32. That and the pictures are drawn for it, and kept
in `BACKFILL_CACHE` where that names a folder. `BACKFILL_ORDER="daemon 1 daemon 1 2 2"` says who has
which turn. The daemon stands as far back here as a backfill always does, so that whatever else the
machine does takes as much from both.
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from bench.homes import (
    PER_LABEL,
    POCKET,
    drawing,
    mosaic,
    running,
    sidecars_below,
    taught_home,
    until,
)
from bench.peers.checkpoint import write_checkpoint
from bench.processes import processor_seconds
from bench.table import Row
from tasted.home.layout import Home
from tasted.outbox.sidecar_files import sidecars
from tasted.system.priority import NICENESS

FILES = int(os.environ.get("BACKFILL_FILES", "2000"))
PICTURES = int(os.environ.get("BACKFILL_PICTURES", "160"))
PARTS = os.environ.get("BACKFILL_PARTS", "killed rates").split()
ORDER = os.environ.get("BACKFILL_ORDER", "daemon 1 daemon 1 2 2").split()
_PLACES = ("mountain", "gym", "forest", "city")
_PATIENCE_SECONDS = 600.0
_LEAVE_SECONDS = 60.0


def measure() -> list[Row]:
    """Run the parts that were asked for."""
    rows: list[Row] = []
    if "killed" in PARTS:
        rows += _killed()
    if "rates" in PARTS:
        rows += _rates()
    return rows


def _killed() -> list[Row]:
    """Kill a backfill with SIGKILL at a quarter, a half and three quarters, and let it end."""
    with taught_home(f'{POCKET}[log]\nlevel = "debug"\nmax_mb = 100\n') as home:
        tree = home.root.parent / f"{home.root.name}-tree"
        _fill(tree, FILES)
        outbox = home.outbox / f"@{tree.name}"
        at = []
        for share in (1, 2, 3):
            with _backfill(home, tree, workers=2) as process:
                until(
                    lambda share=share: sidecars_below(outbox) >= share * FILES // 4,
                    "sidecars",
                    seconds=_PATIENCE_SECONDS,
                    pause_seconds=0.02,
                )
                process.kill()
            at.append(sidecars_below(outbox))
        started = time.monotonic()
        with _backfill(home, tree, workers=2) as process:
            process.wait(_PATIENCE_SECONDS)
        took = time.monotonic() - started
        paths = Counter(sidecar.source.path for _place, sidecar in sidecars(outbox))
        judged = _judged(home, tree.name)
        again = sum(count - 1 for count in judged.values())
        shutil.rmtree(tree)
    assert len(paths) == sum(paths.values()) == FILES, len(paths)
    assert len(judged) == FILES
    return [
        Row(f"{FILES} files, killed three times", f"{len(paths)} documents",
            f"killed at {', '.join(map(str, at))}; the rest took {took:.0f} s"),
        Row("  scored twice, by the logs of the engines", str(again),
            "in hand at a kill: no document was written"),
    ]  # fmt: skip


def _judged(home: Home, name: str) -> Counter[str]:
    """Return how often each path was scored, as the engines logged it."""
    found: Counter[str] = Counter()
    for file in (home.backfills / name / "logs").rglob("engine.log*"):
        for line in file.read_text("utf-8").splitlines():
            event = json.loads(line)
            if event.get("event") == "judged":
                found[event["path"]] += 1
    return found


def _rates() -> list[Row]:
    """Score the same pictures in the inbox and in a tree, one after the other."""
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as temporary:
        cache = Path(os.environ.get("BACKFILL_CACHE", temporary))
        model, staged = _prepared(cache)
        config = f'[embedder]\nmodel = "{model}"\n[reading]\nengine = "companion"\n'
        turns: dict[str, list[tuple[float, float]]] = {who: [] for who in ORDER}
        with taught_home(config) as home:
            for turn, who in enumerate(ORDER):
                if who == "daemon":
                    found = _turn_of_daemon(home, staged)
                else:
                    found = _turn_of_backfill(home, staged, workers=int(who), name=f"turn-{turn}")
                turns[who].append(found)
    own = median(rate for rate, _cost in turns.get("daemon", []) or [(math.nan, 0.0)])
    return [
        Row(
            "the daemon itself" if who == "daemon" else f"a backfill, --workers {who}",
            f"{median(rate for rate, _cost in found):.1f} files/s",
            f"{median(rate for rate, _cost in found) / own:.2f} of that; "
            f"{1000 * median(cost for _rate, cost in found):.0f} core-ms a picture",
        )
        for who, found in turns.items()
    ]


def _prepared(cache: Path) -> tuple[Path, Path]:
    """Return a random model and a folder of pictures, made unless they are there."""
    model, staged = cache / "vit-b-32", cache / f"pictures-{PICTURES}"
    if not (model / "model.safetensors").exists():
        model.mkdir(parents=True, exist_ok=True)
        write_checkpoint("vit-b-32", model)
    if not staged.exists():
        _draw(staged, PICTURES)
    return model, staged


def _turn_of_daemon(home: Home, staged: Path) -> tuple[float, float]:
    with running(home, niceness=NICENESS) as light:
        until(lambda: sidecars_below(home.outbox / "liked") == PER_LABEL, "references learnt")
        done = sidecars_below(home.outbox)
        for file in sorted(staged.iterdir()):
            (home.inbox / file.name).write_bytes(file.read_bytes())
        found = _turn(lambda: sidecars_below(home.outbox) - done, light)
    for file in staged.iterdir():
        (home.inbox / file.name).unlink()
        (home.outbox / f"{file.name}.json").unlink(missing_ok=True)
    # or it would know the next time what it has seen
    shutil.rmtree(home.library)
    return found


def _turn_of_backfill(home: Home, staged: Path, *, workers: int, name: str) -> tuple[float, float]:
    with _backfill(home, staged, workers=workers, name=name) as process:
        light = psutil.Process(process.pid)
        found = _turn(lambda: sidecars_below(home.outbox / f"@{name}"), light)
        process.wait(_LEAVE_SECONDS)
    return found


def _turn(count: Callable[[], int], light: psutil.Process) -> tuple[float, float]:
    """Return files a second and core-seconds a file from the first tenth on, without the start."""
    first = PICTURES // 10
    until(lambda: count() >= first, "first", seconds=_PATIENCE_SECONDS, pause_seconds=0.01)
    began, started, used = count(), time.monotonic(), _used(light)
    # a backfill ends its engines with the last picture
    until(
        lambda: count() >= PICTURES - first,
        "all",
        seconds=_PATIENCE_SECONDS,
        pause_seconds=0.02,
    )
    files = count() - began
    return files / (time.monotonic() - started), (_used(light) - used) / files


def _used(light: psutil.Process) -> float:
    """Return the processor time that a process and its engines have used."""
    return sum(map(processor_seconds, [light, *light.children(recursive=True)]))


@contextmanager
def _backfill(
    home: Home, tree: Path, *, workers: int, name: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    named = ["--name", name] if name is not None else []
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "backfill", str(tree)]
    process = subprocess.Popen(
        [*command, "--workers", str(workers), *named],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(_LEAVE_SECONDS)


def _fill(tree: Path, count: int) -> None:
    for number in range(count):
        file = tree / f"{number % 20:02}" / f"{number:05}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mosaic(number))


def _draw(tree: Path, count: int) -> None:
    tree.mkdir()
    for number in range(count):
        file = tree / f"{number:05}.png"
        file.write_bytes(drawing(_PLACES[number % len(_PLACES)], 1000 + number))
