"""Runs launchctl, systemctl and a bare Python to their end: the door of `subprocess` here."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tasted.plain_dataclass import dataclass

ANSWER_SECONDS = 30.0
_NOT_THERE = 127


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended, and what it printed.

    Attributes:
        status: its exit status; None if it did not end in time and was killed.
        output: its stdout.
        errors: its stderr.
    """

    status: int | None
    output: str = ""
    errors: str = ""

    @property
    def words(self) -> str:
        """What it printed, for a message: the errors if there are any, on one line."""
        return " ".join((self.errors.strip() or self.output.strip()).split())[:300]


Run = Callable[[Sequence[str]], ProgramResult]


def find_program(searched: str, usual: str) -> str:
    """Return the path of a program of the system.

    Args:
        searched: folders, as PATH has them.
        usual: where every system has it; preferred over anything on PATH.
    """
    if Path(usual).exists():
        return usual
    return shutil.which(Path(usual).name, path=searched) or usual


def run_program(
    command: Sequence[str], *, timeout_seconds: float = ANSWER_SECONDS
) -> ProgramResult:
    """Run a program to its end, without a shell and without a terminal."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=timeout_seconds,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        return ProgramResult(None, errors=f"no answer within {timeout_seconds:.0f} seconds")
    except OSError as error:
        return ProgramResult(_NOT_THERE, errors=str(error))
    return ProgramResult(done.returncode, done.stdout, done.stderr)
