"""Runs a program of the user once, with bytes on its standard input. Starts a process for each run.

The program is a list of arguments, never a line for a shell, and nothing of a picture is put into
it: names and texts travel on standard input alone. What it writes goes nowhere.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tasted.plain_dataclass import dataclass

DEADLINE_SECONDS = 10.0
_ENDING_SECONDS = 5.0


def why_not_runnable(arguments: Sequence[str]) -> str | None:
    """Return why a program cannot be run, as far as can be told without running it.

    Args:
        arguments: the program's absolute path, and its arguments; none: there is nothing to run.
    """
    if not arguments:
        return None
    file = Path(arguments[0])
    if not file.is_file():
        return f"There is no file {file}."
    return None if os.access(file, os.X_OK) else f"You may not run {file}."


class HookFailed(Exception):
    """A run that did not end with status 0.

    Attributes:
        remedy: what to do.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Running:
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it and what it started: they are a session of their own."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class HookProgram:
    """Runs programs, one at a time; another thread may end the run that goes on.

    Args:
        deadline_seconds: how long one run may take.
    """

    def __init__(self, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._deadline_seconds = deadline_seconds
        self._running: _Running | None = None
        self._is_over = False

    def run(self, arguments: Sequence[str], given: bytes) -> float:
        """Run a program to its end, and return how many seconds it took.

        Args:
            arguments: the program's absolute path and its arguments, as they are.
            given: what it can read from its standard input.

        Raises:
            HookFailed: when it cannot be started, fails, or does not end in time.
        """
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                list(arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise HookFailed(
                f"The program of hooks.on_match cannot be started: {error.strerror or error}.",
                remedy="Check that its path is right, and that you may run it.",
            ) from error
        self._running = running = _Running(process)
        if self._is_over:
            running.kill()
        try:
            process.communicate(given, timeout=self._deadline_seconds)
        except subprocess.TimeoutExpired:
            running.kill()
            raise HookFailed(
                "The program of hooks.on_match was ended: it took longer than "
                f"{self._deadline_seconds:g} seconds.",
                remedy="Let it start what takes long in the background, with its output elsewhere.",
            ) from None
        finally:
            self._running = None
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_ENDING_SECONDS)
        if process.returncode:
            raise HookFailed(
                f"The program of hooks.on_match failed with {_ending(process.returncode)}.",
                remedy="Its output is not kept: let it write a log of its own.",
            )
        return time.monotonic() - began

    def interrupt(self) -> None:
        """End the run from another thread, and every later one, for good."""
        self._is_over = True
        running = self._running
        if running is not None:
            running.kill()


def _ending(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"signal {-status}"
