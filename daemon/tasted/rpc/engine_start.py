"""Starts the process of an engine: at once, or a little before anybody knows what to ask it.

A process that waits imports meanwhile what every engine needs, and knows nothing of a home: it gets
its greeting from whoever takes it, and leaves by itself when nobody does.
The door of `subprocess` for the engine. Writes the file for its last words.
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tasted.errors import EngineFailed
from tasted.plain_dataclass import dataclass
from tasted.rpc.child_environment import child_environment
from tasted.rpc.framing import HELLO_SECONDS
from tasted.system.files import open_anew, private_folder

COMMAND = (sys.executable, "-I", "-m", "tasted.engine")
# well before it leaves by itself
_TAKEN_SECONDS = HELLO_SECONDS / 3
_LEAVE_SECONDS = 10.0
# from the end of its pipe to the end of its process
_ENDING_SECONDS = 2.0

Process = subprocess.Popen[bytes]


def not_started(why: str) -> EngineFailed:
    """Return the fault of an engine that cannot be started."""
    return EngineFailed(
        f"The engine cannot be started: {why}.",
        remedy="The log in .tasted/logs says more; tasted goes on trying.",
    )


@dataclass(frozen=True, slots=True)
class EngineStart:
    """How the engine of a home is started."""

    stderr_file: Path
    """Where its last words go; cut off at every start."""
    threads: int | None = None
    """How many may compute at a time; None leaves that to the libraries."""
    command: tuple[str, ...] = COMMAND
    """What is started; tests pass an engine of their own."""
    lock: int | None = None
    """A descriptor that the engine keeps open, so that the home stays locked until both processes
    have gone."""

    def begin(self) -> Process:
        """Start the process.

        Raises:
            EngineFailed: when the system refuses.
        """
        file = self.stderr_file
        try:
            # only the folder of the logs: nothing is made where a home was unmounted
            private_folder(file.parent, below=file.parent.parent)
            with open_anew(file) as stderr:
                return subprocess.Popen(
                    self.command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=child_environment(self.threads),
                    cwd="/",
                    bufsize=0,
                    pass_fds=() if self.lock is None else (self.lock,),
                )
        except OSError as error:
            raise not_started(str(error)) from error


class WaitingEngine:
    """A process that was started before its first request; taken once or not at all, by any thread.

    Args:
        start: how it is started.

    Raises:
        EngineFailed: when the system refuses.
    """

    def __init__(self, start: EngineStart) -> None:
        self._start = start
        self._taking = threading.Lock()
        self._began = time.monotonic()
        self._process: Process | None = start.begin()

    def take(self, start: EngineStart) -> Process | None:
        """Return the process if it waits still, and was started as an engine would be now.

        Otherwise it is ended: none is taken later.
        """
        with self._taking:
            process, self._process = self._process, None
        if process is None:
            return None
        is_fresh = time.monotonic() - self._began < _TAKEN_SECONDS
        if is_fresh and start == self._start and process.poll() is None:
            return process
        end(process)
        return None

    def dismiss(self) -> None:
        """End a process that nobody took; nothing where there is none."""
        with self._taking:
            process, self._process = self._process, None
        if process is not None:
            end(process)


@contextlib.contextmanager
def waiting_engine(start: EngineStart, *, is_wanted: bool) -> Iterator[WaitingEngine | None]:
    """Have an engine wait while the block runs, if it is wanted and the system lets it.

    Args:
        start: how it is started.
        is_wanted: whether there will probably be something to ask.
    """
    waiting = None
    if is_wanted:
        # whoever needs an engine starts it again, and tells of what is wrong
        with contextlib.suppress(EngineFailed):
            waiting = WaitingEngine(start)
    try:
        yield waiting
    finally:
        if waiting is not None:
            waiting.dismiss()


def end(process: Process) -> int:
    """Kill an engine, and return how its process ended; one that was not greeted owns nothing."""
    process.kill()
    status = process.wait()
    close_pipes(process)
    return status


def let_leave(process: Process) -> None:
    """Close the pipes of an engine and wait for its end; kill it when it does not go."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    close_pipes(process)


def was_killed(process: Process) -> bool:
    """Tell whether an engine whose pipe was closed was ended by SIGKILL, which we did not send."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_ENDING_SECONDS) == -signal.SIGKILL
    return False


def close_pipes(process: Process) -> None:
    """Close this side of both pipes of an engine."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
