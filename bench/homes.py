"""Real daemons on temporary homes, and pictures for them. Touches temporary folders."""

import contextlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from tasted.home.layout import Home
from tasted.home.status import Status, read_status
from training.pictures.scenes import draw_scene, random_scene

# what is measured is the way of a picture; reading text takes a second of its own
POCKET = '[embedder]\nmodel = "pocket"\n[reading]\nengine = "companion"\n'
PER_LABEL = 6
SETTLE_SECONDS = 0.5
_PATIENCE_SECONDS = 180.0
_LEAVE_SECONDS = 60.0
_TILE_SIDE = 8


def drawing(place: str, seed: int, size: tuple[int, int] = (512, 512)) -> bytes:
    """Return a drawn scene as PNG."""
    buffer = io.BytesIO()
    scene = random_scene(random.Random(f"{place} {seed}"), place)
    draw_scene(scene, size=size, seed=seed).save(buffer, "PNG")
    return buffer.getvalue()


def mosaic(seed: int, side: int = 64) -> bytes:
    """Return a PNG of coarse noise: quick to make, and another content for every seed."""
    tiles = np.random.default_rng(seed).integers(0, 256, (_TILE_SIDE, _TILE_SIDE, 3), np.uint8)
    factor = side // _TILE_SIDE
    buffer = io.BytesIO()
    Image.fromarray(tiles.repeat(factor, 0).repeat(factor, 1)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def until(
    condition: Callable[[], object],
    what: str,
    *,
    seconds: float = _PATIENCE_SECONDS,
    pause_seconds: float = 0.005,
) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: when it did not come true in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(pause_seconds)


@contextlib.contextmanager
def taught_home(config: str = POCKET) -> Iterator[Home]:
    """Make a home with six likes and six rejects, and remove it after the block."""
    root = Path(tempfile.mkdtemp(prefix="tasted-bench-"))
    try:
        home = Home(root.resolve())
        home.make_folders()
        home.config_file.write_text(config, encoding="utf-8")
        for index in range(PER_LABEL):
            (home.inbox / "liked" / f"{index}.png").write_bytes(drawing("mountain", index))
            (home.inbox / "rejected" / f"{index}.png").write_bytes(drawing("gym", index))
        yield home
    finally:
        shutil.rmtree(root)


@contextlib.contextmanager
def running(home: Home, *, niceness: int = 0) -> Iterator[psutil.Process]:
    """Run the daemon of a home while the block runs, and stop it as a service manager would."""
    command = [sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        light = psutil.Process(process.pid)
        # before it has any other thread
        light.nice(niceness)
        yield light
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_LEAVE_SECONDS)


@contextlib.contextmanager
def taught_daemon(config: str = POCKET) -> Iterator[tuple[Home, psutil.Process]]:
    """Run a daemon on a home of its own that has learnt six likes and six rejects."""
    with taught_home(config) as home, running(home) as light:
        until(lambda: sidecars_below(home.outbox) == 2 * PER_LABEL, "references learnt")
        yield home, light


def sidecars_below(folder: Path) -> int:
    """Count the JSON files below a folder."""
    return sum(
        name.endswith(".json") and not name.startswith(".")
        for _parent, _folders, names in os.walk(folder)
        for name in names
    )


def status_of(home: Home, light: psutil.Process) -> Status | None:
    """Return the snapshot that this very daemon wrote, if it wrote one."""
    status = read_status(home.status_file)
    return status if status is not None and status.pid == light.pid else None


def is_at_rest(home: Home, light: psutil.Process) -> bool:
    """Tell whether the daemon says that it is idle, and waits for no file to settle."""
    status = status_of(home, light)
    return status is not None and status.state == "idle" and status.queue.settling == 0


def engine_of(home: Home, light: psutil.Process) -> psutil.Process | None:
    """Return the engine of a daemon while it runs."""
    status = status_of(home, light)
    if status is None or status.engine_pid is None:
        return None
    try:
        return psutil.Process(status.engine_pid)
    except psutil.NoSuchProcess:
        return None
