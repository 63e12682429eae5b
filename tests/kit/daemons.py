"""Real daemons for stories: started as a user starts them, on a home in a temporary folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.terminals import shown_to_the_end
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.status import Status, read_status
from tasted.outbox.places import sidecar_places
from tasted.outbox.sidecar import Sidecar

_TESTS = Path(__file__).parent.parent
# root is not bound by permission bits unless these two are given up
WITHOUT_OVERRIDE = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)


@dataclass
class RunningDaemon:
    """A daemon process and its home."""

    home: Home
    process: subprocess.Popen[bytes]

    def status(self) -> Status | None:
        """Return the snapshot that this very process wrote, if it wrote one."""
        snapshot = read_status(self.home.status_file)
        return snapshot if snapshot is not None and snapshot.pid == self.process.pid else None

    def await_state(self, *states: str) -> Status:
        """Wait until the daemon says that it is in one of these states."""

        def seen() -> Status | None:
            snapshot = self.status()
            return snapshot if snapshot is not None and snapshot.state in states else None

        return eventually(seen)

    def engine_pid(self) -> int:
        """Wait until the daemon says that its engine runs, and return its pid."""

        def seen() -> int | None:
            snapshot = self.status()
            return snapshot.engine_pid if snapshot is not None else None

        return eventually(seen) or 0

    def sidecar(self, path: str, **expected: object) -> Sidecar:
        """Wait for the sidecar of a path, optionally until its fields have these values."""

        def fits() -> Sidecar | None:
            found = read_sidecar(self.home, path)
            if found is None:
                return None
            return found if all(getattr(found, k) == v for k, v in expected.items()) else None

        return eventually(fits)

    def stop(self) -> int:
        """Ask the daemon to stop, as launchd does, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        """Kill the daemon as no process can foresee."""
        self.process.kill()
        self.process.wait()


def read_sidecar(home: Home, path: str) -> Sidecar | None:
    """Return the valid sidecar at the plain place of a path, or of a folder with its slash."""
    plain, _distinguished = sidecar_places(path)
    with contextlib.suppress(FileNotFoundError):
        return Sidecar.model_validate_json((home.outbox / plain).read_bytes())
    return None


@contextlib.contextmanager
def running(
    home: Home,
    *,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Iterator[RunningDaemon]:
    """Run a daemon while the block runs; whatever happens, it is gone afterwards."""
    command = [*prefix, sys.executable, "-m", "tasted", "run", "--home", str(home.root), *options]
    with _started(home, command, environment or {}) as daemon:
        yield daemon


@contextlib.contextmanager
def observing(
    home: Home,
    observer: str = "real",
    *options: str,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[RunningDaemon]:
    """Run `kit.observed_daemon` with its quick engine, or with other options, in the same way."""
    command = [*prefix, sys.executable, "-m", "kit.observed_daemon", observer]
    command += ["--home", str(home.root), *options]
    found = os.pathsep.join(filter(None, [str(_TESTS), os.environ.get("PYTHONPATH")]))
    with _started(home, command, {"PYTHONPATH": found, **(environment or {})}) as daemon:
        yield daemon


@contextlib.contextmanager
def _started(
    home: Home, command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[RunningDaemon]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        yield RunningDaemon(home, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def tasted(
    home: Home, *words: str, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "tasted", "--home", str(home.root), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **(environment or {})},
        cwd=cwd,
    )


def tasted_on_terminal(home: Home, *words: str, typed: str) -> tuple[int, str]:
    """Run one command on a terminal, type, and return exit status and everything on the screen."""
    screen, terminal = os.openpty()
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), *words]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        os.write(screen, typed.encode())
        said = shown_to_the_end(screen)
        status = process.wait(120)
    os.close(screen)
    return status, said.decode("utf-8", "replace")


def json_lines(text: str) -> list[dict[str, Any]]:
    """Parse NDJSON."""
    return [json.loads(line) for line in text.splitlines()]
