"""Asks launchctl, systemctl and a bare Python. Starts processes: the door of `subprocess` here."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ANSWER_SECONDS = 30.0
_NOT_THERE = 127


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended, and what it said.

    Attributes:
        status: its exit status; None when it did not answer in time and was killed.
        output: what it said on stdout.
        errors: what it said on stderr.
    """

    status: int | None
    output: str = ""
    errors: str = ""

    @property
    def words(self) -> str:
        """What it said, for a message: the errors if there are any, on one line."""
        return " ".join((self.errors.strip() or self.output.strip()).split())[:300]


Run = Callable[[Sequence[str]], Outcome]


def find_program(searched: str, usual: str) -> str:
    """Return where a program of the system lies.

    Args:
        searched: folders, as PATH has them.
        usual: where every system has it; that one comes first, whatever else PATH holds.
    """
    if Path(usual).exists():
        return usual
    return shutil.which(Path(usual).name, path=searched) or usual


def run_program(command: Sequence[str], *, timeout_seconds: float = ANSWER_SECONDS) -> Outcome:
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
        return Outcome(None, errors=f"no answer within {timeout_seconds:.0f} seconds")
    except OSError as error:
        return Outcome(_NOT_THERE, errors=str(error))
    return Outcome(done.returncode, done.stdout, done.stderr)
