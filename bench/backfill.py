"""A large tree scored where it lies: killed three times, and as fast as the daemon?

`BACKFILL_FILES=2000`, `BACKFILL_PICTURES=160` (for each rate) and `BACKFILL_PARTS="killed rates"`
say how much. Rates are those of a random ViT-B/32, in `BACKFILL_MODEL` or drawn for it.
"""

import json
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

from bench.homes import (
    POCKET,
    drawing,
    mosaic,
    running,
    sidecars_below,
    taught_home,
    until,
)
from bench.peers.checkpoint import write_checkpoint
from bench.table import Row
from tasted.home.layout import Home
from tasted.outbox.sidecar_files import sidecars

FILES = int(os.environ.get("BACKFILL_FILES", "2000"))
PICTURES = int(os.environ.get("BACKFILL_PICTURES", "160"))
PARTS = os.environ.get("BACKFILL_PARTS", "killed rates").split()
WORKERS = (1, 2, 1, 2)
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
    with tempfile.TemporaryDirectory(prefix="tasted-bench-model-") as drawn:
        folder = os.environ.get("BACKFILL_MODEL", drawn)
        if folder == drawn:
            write_checkpoint("vit-b-32", Path(folder))
        config = f'[embedder]\nmodel = "{folder}"\n[reading]\nengine = "companion"\n'
        with taught_home(config) as home:
            staged = home.root.parent / f"{home.root.name}-tree"
            _draw(staged, PICTURES)
            own = _rate_of_daemon(home, staged)
            rows = [Row("rate of the daemon itself", f"{own:.1f} files/s", _what())]
            for turn, workers in enumerate(WORKERS):
                rate = _rate_of_backfill(home, staged, workers=workers, name=f"turn-{turn}")
                rows.append(
                    Row(f"rate of a backfill, --workers {workers}", f"{rate:.1f} files/s",
                        f"{rate / own:.2f} of that")
                )  # fmt: skip
            shutil.rmtree(staged)
    return rows


def _what() -> str:
    return f"{PICTURES} drawn pictures of 512x512, random ViT-B/32, engine.threads = 0"


def _rate_of_daemon(home: Home, staged: Path) -> float:
    with running(home):
        until(lambda: sidecars_below(home.outbox / "liked") == 6, "references learnt")
        done = sidecars_below(home.outbox)
        for file in sorted(staged.iterdir()):
            (home.inbox / file.name).write_bytes(file.read_bytes())
        return _rate(lambda: sidecars_below(home.outbox) - done)


def _rate_of_backfill(home: Home, staged: Path, *, workers: int, name: str) -> float:
    with _backfill(home, staged, workers=workers, name=name) as process:
        rate = _rate(lambda: sidecars_below(home.outbox / f"@{name}"))
        process.wait(_LEAVE_SECONDS)
    return rate


def _rate(count: Callable[[], int]) -> float:
    """Return files a second from the first tenth on: the start of an engine is no rate."""
    first = PICTURES // 10
    until(lambda: count() >= first, "first", seconds=_PATIENCE_SECONDS, pause_seconds=0.01)
    began, started = count(), time.monotonic()
    until(lambda: count() >= PICTURES, "all", seconds=_PATIENCE_SECONDS, pause_seconds=0.05)
    return (PICTURES - began) / (time.monotonic() - started)


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
