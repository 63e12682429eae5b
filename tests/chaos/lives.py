"""One daemon after another on the same home, each with or without an armed fault point.

Touches processes. A daemon that ends without being made to is noted as a crash.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psutil

from chaos.evidence import read_outbox
from chaos.journal import Journal, Proof
from chaos.world import World
from kit.children import bound_by_modes
from tasted.home.status import Status, read_status
from tasted.system.faultpoints import ENGINE_POINTS, LIGHT_POINTS, VARIABLE

_UP_SECONDS = 60.0
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.02
# an engine that dies at every file would rightly be blamed on the files
_ENGINE_PASSES = (2, 3)
_ASKED_PASSES = (3, 5)
_WRITE_PASSES = (1, 30)
_LIGHT_PASSES = (1, 8)
_RARE = frozenset({"scanner.former_removed", "library.compacting", "library.compacted"})


class Lives:
    """The daemons of one run, one at a time.

    Args:
        world: whose home they serve.
        journal: what befalls them is noted there.
        rng: decides the order of the fault points.
    """

    def __init__(self, world: World, journal: Journal, rng: random.Random) -> None:
        self._world = world
        self._journal = journal
        self._rng = rng
        self._points: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._point: str | None = None
        self.expected_to_die = False

    # ---- beginning and ending -------------------------------------------------------------

    def begin(self, *, armed: bool) -> None:
        """Start a daemon where none runs, and wait until it has the home."""
        self._prove()
        self._point = self._next_point() if armed else None
        environment = {**os.environ}
        environment.pop(VARIABLE, None)
        if self._point is not None:
            environment[VARIABLE] = self._point
        home = self._world.home
        with self._world.stderr_file.open("ab") as stderr:
            self._process = subprocess.Popen(
                [
                    *bound_by_modes(),
                    sys.executable,
                    "-m",
                    "tasted",
                    "--home",
                    str(home.root),
                    "run",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment,
            )
        self._journal.note("life", pid=self._process.pid, point=self._point)
        end = time.monotonic() + _UP_SECONDS
        while self.status() is None and self.alive and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)

    def ensure(self) -> None:
        """Start the next daemon if the last one has died."""
        if not self.alive:
            self.bury()
            self.begin(armed=True)

    def end(self, how: signal.Signals) -> None:
        """End the daemon, and see that it ends as it should."""
        process = self._process
        if process is None:
            return
        if self.alive:
            process.send_signal(how)
            self.expected_to_die = how is signal.SIGKILL
            if how is signal.SIGKILL:
                self._journal.counts["kills"] += 1
        self.bury()

    def bury(self) -> None:
        """Wait for the end of a daemon that was made to end, or has died."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            status = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._journal.crashes.append(f"pid {process.pid} did not stop in {_STOP_SECONDS} s")
            process.kill()
            status = process.wait()
        may_die = self.expected_to_die or self._point is not None
        self.expected_to_die = False
        self._journal.note("death", pid=process.pid, status=status, point=self._point)
        if status != 0 and not (status == -signal.SIGKILL and may_die):
            self._journal.crashes.append(
                f"the daemon (pid {process.pid}, armed with {self._point}) ended with {status}"
            )

    def _next_point(self) -> str:
        if not self._points:
            self._points = [*LIGHT_POINTS, *ENGINE_POINTS]
            self._rng.shuffle(self._points)
        name = self._points.pop()
        if name in _RARE:
            passes = (1, 1)
        elif name in ENGINE_POINTS:
            passes = _ASKED_PASSES if name == "engine.asked" else _ENGINE_PASSES
        else:
            passes = _WRITE_PASSES if name.startswith("write.") else _LIGHT_PASSES
        return f"{name}:{self._rng.randint(*passes)}"

    def _prove(self) -> None:
        valid, _wrong = read_outbox(self._world.home.outbox)
        keys = {
            sidecar.path: sidecar.key for sidecar in valid if sidecar.document["status"] == "scored"
        }
        self._journal.proofs.append(Proof(time.time(), keys))

    # ---- looking --------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether a daemon runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The pid of the daemon that runs, or ran last."""
        return self._process.pid if self._process is not None else 0

    def status(self) -> Status | None:
        """Return the snapshot that the running daemon wrote, if it wrote one."""
        snapshot = read_status(self._world.home.status_file)
        return snapshot if snapshot is not None and snapshot.pid == self.pid else None

    @property
    def idle(self) -> bool:
        """Whether the daemon says that nothing is left to do, and nothing is settling."""
        status = self.status()
        return status is not None and status.state == "idle" and status.queue.settling == 0

    def engine(self) -> psutil.Process | None:
        """Return the engine of the running daemon."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return next(iter(psutil.Process(self.pid).children()), None)
        return None

    def light_mb(self) -> int:
        """Return the memory of the daemon itself, in MB; 0 when it has gone."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return round(psutil.Process(self.pid).memory_info().rss / 1e6)
        return 0

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Hold the daemon with SIGSTOP while the block runs."""
        process = self._process
        if process is None:
            yield
            return
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()


def remaining_processes(home: Path) -> list[int]:
    """Return the processes that hold the lock of a home."""
    held: list[int] = []
    lock = str(home / ".tasted" / "lock")
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(file.path == lock for file in process.open_files()):
                held.append(process.pid)
    return held
