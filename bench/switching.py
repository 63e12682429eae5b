"""The model is changed while 500 files arrive, and daemon and engine are killed in every state.

`SWITCHING_FILES=100` sets how many arrive. From `pocket` to a tiny CLIP with random weights, both
loaded for real. None may be lost, and none may be scored by anything but one model as a whole.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.homes import mosaic, taught_home, until
from bench.table import Row
from tasted.embedding.models.weights import record
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.switch_file import SwitchState, read_switches
from tasted.system.faultpoints import VARIABLE
from tests.kit.checkpoints import save_tiny_clip

FILES = int(os.environ.get("SWITCHING_FILES", "500"))
BEFORE = 200
EVERY_SECONDS = 0.1
WANTED = "tiny/clip"
_PLACES = (
    ("switch.checked:1", None),
    ("switch.verifying:1:hang", SwitchState.VERIFYING),
    ("switch.embedding:1:hang", SwitchState.EMBEDDING),
    ("switch.embedded:3:hang", SwitchState.EMBEDDING),
    ("switch.fitting:1:hang", SwitchState.FITTING),
    ("switch.proving:1:hang", SwitchState.PROVING),
    ("switch.switching:1:hang", SwitchState.SWITCHING),
    ("switch.told:1", None),
)
_PATIENCE_SECONDS = 600.0


def measure() -> list[Row]:
    """Change the model of one home, with kills, while files arrive."""
    with taught_home() as home:
        folder = save_tiny_clip(home.root / "tiny")
        record(WANTED, folder, None, models_file=home.models_file, home_root=home.root)
        _drop(home, range(BEFORE))
        with _daemon(home):
            until(lambda: _count(home) == BEFORE, "scored before", seconds=_PATIENCE_SECONDS)
        _wish(home, WANTED)
        arriving = threading.Thread(target=_arrive, args=(home,))
        began = time.monotonic()
        arriving.start()
        kills, mixed = 0, 0
        for place, state in _PLACES:
            with _daemon(home, place) as process:
                _await_place(home, process, state)
                kills += 1
            mixed += _mixed(home)
        with _daemon(home):
            until(lambda: _decides(home), "decided", seconds=_PATIENCE_SECONDS)
            decided = time.monotonic() - began
            arriving.join()
            until(lambda: _is_over(home), "all scored again", seconds=_PATIENCE_SECONDS)
            over = time.monotonic() - began
        mixed += _mixed(home)
        wanted = BEFORE + FILES
        models = _models(home)
        return [
            Row(f"files that arrived while the model was changed, {kills} kills", f"{FILES}",
                "daemon and engine, once in each state"),
            Row("of all files lost", f"{wanted - sum(models.values())}", "must be 0"),
            Row("documents that are not of one model as a whole", f"{mixed}", "must be 0"),
            Row("scored by the new model at the end", f"{models.get(WANTED, 0)} of {wanted}",
                f"decided after {decided:.0f} s with all kills, all scored after {over:.0f} s"),
        ]  # fmt: skip


def _drop(home: Home, numbers: range) -> None:
    for number in numbers:
        (home.inbox / f"{number:04}.png").write_bytes(mosaic(number))


def _arrive(home: Home) -> None:
    for number in range(BEFORE, BEFORE + FILES):
        _drop(home, range(number, number + 1))
        time.sleep(EVERY_SECONDS)


def _wish(home: Home, model: str) -> None:
    text = home.config_file.read_text("utf-8")
    changed = re.sub(r'^model = ".*"$', f'model = "{model}"', text, flags=re.MULTILINE)
    home.config_file.write_text(changed, "utf-8")


@contextmanager
def _daemon(home: Home, place: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run a daemon, and kill it with all that it started as no process can foresee."""
    command = [sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={**os.environ, VARIABLE: place}
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children:
                if child.is_running():
                    child.kill()
        process.wait()


def _await_place(home: Home, process: subprocess.Popen[bytes], state: SwitchState | None) -> None:
    def reached() -> bool:
        switch = read_switches(home.switch_file).switch
        return process.poll() is not None or (
            state is not None and switch is not None and switch.state == state
        )

    until(reached, f"killed in {state}", seconds=_PATIENCE_SECONDS)
    # a moment in the state, in which files go on arriving
    time.sleep(1.0)


def _documents(home: Home) -> list[dict[str, object]]:
    found = [json.loads(file.read_text("utf-8")) for file in _sidecars(home.outbox)]
    return [value for value in found if value["status"] in {"scored", "learnt"}]


def _sidecars(outbox: Path) -> list[Path]:
    return [file for file in outbox.rglob("*.json") if not file.name.startswith(".")]


def _mixed(home: Home) -> int:
    """Count documents whose model, vectors and taste do not belong together."""
    tastes: dict[tuple[str, str, str], set[str]] = {}
    current = read_current(home.current_file)
    assert current is not None
    wrong = 0
    for document in _documents(home):
        model = document["model"]
        assert isinstance(model, dict)
        key = model["embedder"], model["embedder_fingerprint"], model["dimensions"]
        tastes.setdefault(key, set()).add(str(model.get("taste_fingerprint")))
        if model["embedder"] != current.embedder and current.embedder == "pocket":
            # nothing may be scored by the new model before the one step
            wrong += 1
    names = [name for name, _fingerprint, _dimensions in tastes]
    shared = set.intersection(*tastes.values()) - {"None"} if len(tastes) > 1 else set()
    return wrong + (len(names) - len(set(names))) + len(shared)


def _count(home: Home) -> int:
    return sum(_models(home).values())


def _models(home: Home) -> dict[str, int]:
    found: dict[str, int] = {}
    for document in _documents(home):
        model = document["model"]
        if document["status"] == "scored" and isinstance(model, dict):
            found[model["embedder"]] = found.get(model["embedder"], 0) + 1
    return found


def _decides(home: Home) -> bool:
    current = read_current(home.current_file)
    return current is not None and current.embedder == WANTED


def _is_over(home: Home) -> bool:
    time.sleep(0.5)
    switch = read_switches(home.switch_file).switch
    is_done = switch is not None and switch.state == SwitchState.DONE
    return is_done and _models(home) == {WANTED: BEFORE + FILES}
