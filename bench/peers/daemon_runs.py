"""tasted itself: the real daemon of a checkout on a temporary home, files in, sidecars out.

Touches temporary homes. The daemon may be that of another checkout, so that what was is measured
beside what is; of its home only what every version has is read: sidecars, and the table of vectors.
"""

import contextlib
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import psutil
from numpy.typing import NDArray

from bench.homes import PER_LABEL, drawing, sidecars_below, until
from bench.peers.contestants import Finish, child_environment
from tasted.home.layout import Home

_IDLE_SECONDS = 2
_LEAVE_SECONDS = 60.0
_PATIENCE_SECONDS = 900.0
_POLL_SECONDS = 0.001
_REST_SECONDS = 1.5


_MODEL_RECORDS = ("models.json", "weights.json", "runtimes.json")


@dataclass(frozen=True, slots=True)
class Variant:
    """A tasted with some settings."""

    name: str
    python: Path = Path(sys.executable)
    """Its `tasted` is the one that is measured; see `checkouts.interpreter`."""
    dtype: str = "auto"
    threads: int = 2
    views: str = "center"
    reading: str = "companion"
    """`rapidocr` reads the text in pictures; `companion` reads none."""

    def settings(self, model: str, idle_seconds: float) -> str:
        """Return the settings file."""
        return (
            f'[embedder]\nmodel = "{model}"\ndevice = "cpu"\ndtype = "{self.dtype}"\n'
            f'[views]\nmode = "{self.views}"\n'
            f"[engine]\nthreads = {self.threads}\nidle_seconds = {idle_seconds}\n"
            "save_power = false\nmax_memory_mb = 8_000\n"
            f'[reading]\nengine = "{self.reading}"\n'
        )


class Daemon:
    """A running daemon, and what can be asked of it."""

    def __init__(self, home: Home, process: psutil.Popen) -> None:
        self.home = home
        self.started = time.monotonic()
        self._process = process

    @property
    def light(self) -> psutil.Process:
        """The process that watches and writes."""
        return psutil.Process(self._process.pid)

    def engine(self) -> psutil.Process | None:
        """Return the engine while it runs."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in self.light.children():
                if any("tasted.engine" in word for word in child.cmdline()):
                    return child
        return None

    def stage(self, files: Sequence[Path]) -> list[Path]:
        """Copy files beside the inbox, so that a rename moves them in."""
        folder = self.home.root / "staged"
        folder.mkdir(exist_ok=True)
        return [Path(shutil.copyfile(file, folder / file.name)) for file in files]

    def drop(self, staged: Sequence[Path]) -> float:
        """Move staged files into the inbox; return when the first was moved."""
        started = time.monotonic()
        for file in staged:
            file.rename(self.home.inbox / file.name)
        return started

    def await_sidecars(self, files: Sequence[Path], *, whole: bool = False) -> list[float]:
        """Wait for the sidecars of some files; return when each was there, in that order.

        Args:
            files: by name.
            whole: wait until no text is pending any more, too.
        """
        missing = {file.name: self.home.outbox / f"{file.name}.json" for file in files}
        seen: list[float] = []
        end = time.monotonic() + _PATIENCE_SECONDS
        while missing:
            for name, sidecar in list(missing.items()):
                if sidecar.exists() and not (whole and is_text_pending(sidecar)):
                    seen.append(time.monotonic())
                    del missing[name]
            if time.monotonic() > end:
                raise TimeoutError(f"no sidecar of {sorted(missing)[:3]} in {self.home.root}")
            # many files are not looked for so often that the looking would be measured
            time.sleep(_POLL_SECONDS * max(1, len(missing)))
        return seen

    def written(self, file: Path) -> float:
        """Return when the sidecar of a file was written, in seconds of the epoch."""
        return (self.home.outbox / f"{file.name}.json").stat().st_mtime

    def await_engine_gone(self) -> None:
        """Wait until the engine has left."""
        until(lambda: self.engine() is None, "engine gone", seconds=_PATIENCE_SECONDS)


def is_text_pending(sidecar: Path) -> bool:
    """Tell whether a sidecar says that its text is yet to be read."""
    document: dict[str, Any] = json.loads(sidecar.read_text(encoding="utf-8"))
    return bool(document.get("text_pending"))


@contextlib.contextmanager
def taught_home(
    variant: Variant, checkpoint: Path, *, idle_seconds: float = _IDLE_SECONDS
) -> Iterator[Home]:
    """Make a home whose model is the checkpoint, with labels that were learnt."""
    root = Path(tempfile.mkdtemp(prefix="tasted-bench-"))
    try:
        home = Home(root.resolve())
        home.make_folders()
        settings = variant.settings(checkpoint.name, idle_seconds)
        home.config_file.write_text(settings, encoding="utf-8")
        for index in range(PER_LABEL):
            (home.inbox / "liked" / f"{index}.png").write_bytes(drawing("mountain", index))
            (home.inbox / "rejected" / f"{index}.png").write_bytes(drawing("gym", index))
        noted = _noted(variant, checkpoint)
        _add_model(variant, home, checkpoint, noted)
        run_command(variant, home, "run", "--once")
        for file in _model_records(home.state):
            shutil.copy(file, noted / file.name)
        assert sidecars_below(home.outbox) == 2 * PER_LABEL
        yield home
    finally:
        shutil.rmtree(root)


def _noted(variant: Variant, checkpoint: Path) -> Path:
    """Return where what a checkout noted of a checkpoint is kept from home to home, and run to run.

    Its sum and how OpenVINO does with it take seconds to find, once for a user and not in every
    home here. Each file says itself of which weights and versions it is.
    """
    checkout = "now" if variant.python == Path(sys.executable) else "before"
    folder = checkpoint.parent / "noted" / f"{checkpoint.name}-{checkout}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _add_model(variant: Variant, home: Home, checkpoint: Path, noted: Path) -> None:
    home.state.mkdir(mode=0o700, exist_ok=True)
    for file in _model_records(noted):
        shutil.copy(file, home.state / file.name)
    if not home.models_file.is_file():
        run_command(variant, home, "models", "add", str(checkpoint), "--name", checkpoint.name)


def _model_records(folder: Path) -> list[Path]:
    files = [folder / name for name in _MODEL_RECORDS]
    return [file for file in files if file.is_file()]


def run_command(variant: Variant, home: Home, *words: str) -> None:
    """Run a command of a checkout on a home.

    Raises:
        RuntimeError: with what it said, when it fails.
    """
    done = subprocess.run(
        [str(variant.python), "-m", "tasted", "--home", str(home.root), *words],
        env=child_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"tasted {' '.join(words)}: {done.stderr.strip()}")


@contextlib.contextmanager
def running(variant: Variant, home: Home) -> Iterator[Daemon]:
    """Run the daemon of a home while the block runs."""
    command = [str(variant.python), "-m", "tasted", "run", "--home", str(home.root)]
    process = psutil.Popen(command, env=child_environment(), stderr=subprocess.DEVNULL)
    try:
        yield Daemon(home, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_LEAVE_SECONDS)


def peak_of(process: psutil.Process) -> int:
    """Return the most memory that a process ever had; without a /proc what it has now."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return 1024 * int(line.split()[1])
    return process.memory_info().rss


def stored_vectors(home: Home, files: Sequence[Path]) -> NDArray[np.float32]:
    """Return the vectors that a home's library keeps of these files, (files, d), of unit length."""
    database = lancedb.connect(home.library)
    found: dict[str, Any] = {}
    for name in database.list_tables().tables:
        if name.startswith("vectors_"):
            table = database.open_table(name).to_arrow()
            found |= dict(
                zip(table["content_id"].to_pylist(), table["views"].to_pylist(), strict=True)
            )
    contents = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    rows = np.array([found[content] for content in contents], np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of a tasted showed."""

    finish: Finish
    """From the start of the light process to the first sidecar; then the others."""
    from_sleep_seconds: float
    """From moving one screenshot in, with no engine, to its sidecar."""
    idle_bytes: int
    """The light process when the engine has left."""


def run_round(variant: Variant, checkpoint: Path, files: Sequence[Path], sleeper: Path) -> Round:
    """Start a daemon with the first file in its inbox, move the others in, and wake it once more.

    Args:
        variant: which tasted.
        checkpoint: the model.
        files: of the race.
        sleeper: a file that is not among them.
    """
    with taught_home(variant, checkpoint) as home:
        first, *others = files
        shutil.copyfile(first, home.inbox / first.name)
        with running(variant, home) as daemon:
            staged = daemon.stage([*others, sleeper])
            (seen,) = daemon.await_sidecars([first])
            first_seconds = seen - daemon.started
            moved = time.time()
            daemon.drop(staged[:-1])
            daemon.await_sidecars(others)
            answered = sorted(daemon.written(file) for file in others)
            engine = daemon.engine()
            peak = 0 if engine is None else peak_of(engine)
            daemon.await_engine_gone()
            time.sleep(_REST_SECONDS)
            idle = daemon.light.memory_info().rss
            dropped = daemon.drop(staged[-1:])
            (seen,) = daemon.await_sidecars([sleeper])
            from_sleep = seen - dropped
        vectors = stored_vectors(home, files) if variant.views == "center" else np.empty((0, 0))
        finish = Finish(
            first_seconds,
            answered[-1] - answered[0],
            len(files),
            peak,
            vectors,
            settling_seconds=answered[0] - moved,
        )
        return Round(finish, from_sleep, idle)
