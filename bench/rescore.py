"""One more like, and ten thousand sidecars follow: how soon, at what cost, and who has to wait?

The pictures are on the disk, their vectors are drawn and lie in the library, and their sidecars are
current, as after weeks of work; the daemon, the like and the scores are real.
"""

import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench.forging import fill_inbox, forge_sidecars, score_first, seed_vectors
from bench.homes import (
    drawing,
    engine_of,
    is_at_rest,
    mosaic,
    running,
    status_of,
    taught_home,
    until,
)
from bench.processes import watched
from bench.table import Row, megabytes
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.outbox.sidecar_files import sidecars

FILES = 10_000
LIKES = 30
REJECTS = 20
NEWCOMERS = 3
_PATIENCE_SECONDS = 900.0


def measure() -> list[Row]:
    """Re-score everything after a like, and once more with new files dropped meanwhile."""
    with taught_home() as home:
        _teach(home)
        _finish(home)
        with running(home) as light:
            until(lambda: is_at_rest(home, light), "at rest")
            lights, engines = (lambda: light), (lambda: engine_of(home, light))
            with watched(lights, engines) as (light_peak, engine_peak):
                took, published, has_torch = _rescored(home, light)
            waits = _waits_amid(home, light)
        return [
            Row(
                f"{FILES} sidecars after one more like", f"{took:.1f} s",
                f"new taste published after {published:.1f} s; aim < 30 s",
            ),
            Row("torch in the engine that did it", "yes" if has_torch else "no", "must be no"),
            Row(
                "light process, peak", megabytes(light_peak.resident_bytes),
                f"{light_peak.processor_seconds:.1f} s of CPU since its start",
            ),
            Row(
                "engine, peak", megabytes(engine_peak.resident_bytes),
                f"{engine_peak.processor_seconds:.1f} s of CPU",
            ),
            Row(
                "a new file amid the next re-score", f"{waits[0]:.2f} s",
                "drop to sidecar, loading the model; "
                f"with the model loaded, slowest {max(waits[1:]):.2f} s",
            ),
        ]  # fmt: skip


def _teach(home: Home) -> None:
    for index in range(LIKES):
        (home.inbox / "liked" / f"{index}.png").write_bytes(drawing("mountain", index, (64, 64)))
    for index in range(REJECTS):
        (home.inbox / "rejected" / f"{index}.png").write_bytes(drawing("gym", index, (64, 64)))


def _finish(home: Home) -> None:
    files = fill_inbox(home, FILES)
    model = score_first(home, files).model
    assert model is not None
    seed_vectors(home, files, fingerprint=model.embedder_fingerprint, dimensions=model.dimensions)
    (home.outbox / f"{files[0].name}.json").unlink()
    # by now there is a history, and the taste that all have in common is fitted with it
    forge_sidecars(home, score_first(home, files), files[1:])


def _rescored(home: Home, light: psutil.Process) -> tuple[float, float, bool]:
    """Like one more, and return the seconds to the last sidecar, and to the new taste."""
    former = _taste(home)
    started = time.time()
    _like(home, 1)
    until(lambda: _taste(home) != former, "a new taste")
    published = time.time() - started
    until(lambda: _left(home, light) > 0, "stale sidecars")
    has_torch = False
    while not is_at_rest(home, light):
        has_torch = has_torch or _has_torch(engine_of(home, light))
        time.sleep(0.5)
    taste = _taste(home)
    written = []
    for place, sidecar in sidecars(home.outbox):
        if sidecar.kind == "screenshot":
            assert sidecar.model is not None
            assert sidecar.model.taste_fingerprint == taste, place
            written.append((home.outbox / place).lstat().st_mtime)
    assert len(written) == FILES
    return max(written) - started, published, has_torch


def _waits_amid(home: Home, light: psutil.Process) -> list[float]:
    """Like one more, and drop new files while the sidecars follow."""
    _like(home, 2)
    until(lambda: _left(home, light) > FILES // 2, "stale sidecars")
    waits = []
    for number in range(NEWCOMERS):
        name = f"newcomer-{number}.png"
        sidecar = home.outbox / f"{name}.json"
        data = mosaic(FILES + number)
        started = time.monotonic()
        (home.inbox / name).write_bytes(data)
        until(sidecar.exists, name)
        waits.append(time.monotonic() - started)
        assert _left(home, light) > 0, "all was scored again before the new file came"
    until(lambda: is_at_rest(home, light), "at rest", seconds=_PATIENCE_SECONDS)
    return waits


def _like(home: Home, index: int) -> None:
    """Like a picture of the inbox, as its user would."""
    picture = home.inbox / f"{index:05}.png"
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "like", str(picture)]
    subprocess.run(command, check=True, capture_output=True)


def _taste(home: Home) -> str | None:
    current = read_current(home.current_file)
    return current.taste_fingerprint if current is not None else None


def _left(home: Home, light: psutil.Process) -> int:
    status = status_of(home, light)
    return status.queue.rescores if status is not None else 0


def _has_torch(engine: psutil.Process | None) -> bool:
    if engine is None:
        return False
    try:
        return "libtorch" in Path(f"/proc/{engine.pid}/maps").read_text(encoding="utf-8")
    except OSError:
        # it has left
        return False
