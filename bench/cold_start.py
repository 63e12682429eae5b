"""One screenshot while the engine sleeps: until its sidecar is there, and what that is made of.

Real daemon, real engine, the picture moved in by a rename. The parts are measured alone, each in a
fresh process that nothing else keeps busy: what the engine imports, its model, and decoding and
looking at one picture once all is warm. Touches temporary homes.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.homes import SETTLE_SECONDS, drawing, engine_of, taught_daemon, until
from bench.processes import watched
from bench.table import Row, megabytes
from tasted.home.layout import Home
from tests.kit.checkpoints import save_clip_of_real_shape

STARTS = 5
SIZE = (1170, 2532)
_IDLE_SECONDS = 1
_SHARE = 1.5
_PARTS = """
import json, sys, time
began = float(sys.argv[1])
import tasted.engine.serving
from tasted.library.importing import import_lancedb
import_lancedb()
parts = {"imports": time.monotonic() - began}

from pathlib import Path
from tasted.config import load_settings
from tasted.decoding.pictures import decode
from tasted.embedding.models.weights import find_model
from tasted.engine.model_opening import load_embedder
from tasted.engine.embed_and_read import look_at_pictures
from tasted.home.layout import Home

home = Home(Path(sys.argv[2]))
settings = load_settings(home, environment={}).settings
model = find_model(settings.embedder.model, models_file=home.models_file, home_root=home.root)
began = time.monotonic()
embedder = load_embedder(model, settings)
parts["model"] = time.monotonic() - began
data = Path(sys.argv[3]).read_bytes()
for _turn in range(5):
    began = time.monotonic()
    picture = decode(data, name="a", max_pixels=settings.limits.max_pixels)
    decoded = time.monotonic()
    look_at_pictures({"a": picture}, embedder, settings.views.mode)
    parts["decode"] = decoded - began
    parts["look"] = time.monotonic() - decoded
print(json.dumps(parts))
"""


def measure() -> list[Row]:
    """Measure the embedded model, and a random one of the usual size."""
    rows = _measured("pocket", "pocket")
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        checkpoint = save_clip_of_real_shape(Path(folder) / "vit-b-32")
        return [*rows, *_measured("random ViT-B/32", str(checkpoint))]


def _measured(name: str, model: str) -> list[Row]:
    config = f'[embedder]\nmodel = "{model}"\n[reading]\nengine = "companion"\n'
    config += f"[engine]\nidle_seconds = {_IDLE_SECONDS}\n"
    with taught_daemon(config) as (home, light):
        # the parts stay beside what they are compared with: another minute is another machine
        seconds, parts, peaks = zip(*_starts(home, light), strict=True)
    took = statistics.median(seconds)
    alone = {part: statistics.median(each[part] for each in parts) for part in parts[0]}
    said = ", ".join(f"{part} {duration:.2f}" for part, duration in alone.items())
    allowed = SETTLE_SECONDS + _SHARE * sum(alone.values())
    return [
        Row(
            f"from sleep, rename to sidecar, {name}",
            f"{took:.2f} s",
            f"median of {STARTS}, fastest {min(seconds):.2f}; aim <= {allowed:.2f}",
        ),
        Row("  settle time and parts, each alone", f"{SETTLE_SECONDS + sum(alone.values()):.2f} s",
            f"settle {SETTLE_SECONDS}, {said}"),
        Row("  engine at its peak", megabytes(max(peaks))),
    ]  # fmt: skip


def _starts(home: Home, light: psutil.Process) -> Iterator[tuple[float, dict[str, float], int]]:
    for number in range(STARTS):
        until(lambda: not light.children(recursive=True), "engine gone")
        picture = home.root / f"{number}.png"
        picture.write_bytes(drawing("forest", 100 + number, SIZE))
        with _peak(home, light) as peak:
            seconds = _dropped(home, picture)
        yield seconds, _parts(home, home.inbox / picture.name), peak[0]


def _dropped(home: Home, picture: Path) -> float:
    sidecar = home.outbox / f"{picture.name}.json"
    began = time.monotonic()
    shutil.move(picture, home.inbox / picture.name)
    until(sidecar.exists, sidecar.name, pause_seconds=0.002)
    return time.monotonic() - began


@contextmanager
def _peak(home: Home, light: psutil.Process) -> Iterator[list[int]]:
    found = [0]
    with watched(lambda: engine_of(home, light)) as (peak,):
        yield found
    found[0] = peak.resident_bytes


def _parts(home: Home, picture: Path) -> dict[str, float]:
    command = [sys.executable, "-I", "-c", _PARTS]
    began = time.monotonic()
    child = subprocess.run(
        [*command, str(began), str(home.root), str(picture)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    parts: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return parts
