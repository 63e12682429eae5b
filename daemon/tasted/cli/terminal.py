"""stdout and stderr: the width of a terminal, a progress bar, and streams that fail.

Touches descriptors 1 and 2. One that is full, closed, or read by nobody any more is pointed at
/dev/null, so that Python does not try again at its end what cannot be written.
"""

import contextlib
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

import click


def stdout_columns() -> int | None:
    """Return the width of the terminal that stdout is; None when it is a pipe or a file."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns


def wants_colour(environment: Mapping[str, str]) -> bool:
    """Tell whether a terminal may be sent colours: https://no-color.org, and none on a dumb one."""
    return not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def say_on_stderr(text: str) -> None:
    """Print on stderr; if that fails, there is nowhere to report it."""
    try:
        click.echo(text, err=True)
    except OSError:
        give_up(sys.stderr)


def is_of_stdout(error: OSError) -> bool:
    """Tell whether it was raised while printing an answer: `say_on_stderr` raises none.

    The error itself does not say so, and stdout does not remember it.
    """
    modules = {
        frame.f_globals.get("__name__") for frame, _line in traceback.walk_tb(error.__traceback__)
    }
    return click.echo.__module__ in modules


def give_up(stream: TextIO | None) -> None:
    """Point a stream at /dev/null."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def give_up_what_is_gone() -> None:
    """Point streams without a reader at /dev/null before the end, as after a closed terminal.

    Python would fail to flush them, and exit with 120 whatever the exit code of the command.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            give_up(stream)


def working_folder() -> Path:
    """Return where a command was called; a path where nothing is if that was removed since."""
    with contextlib.suppress(OSError):
        return Path.cwd()
    with contextlib.suppress(OSError):
        # Linux gives the former name with " (deleted)" behind it
        return Path("/proc/self/cwd").readlink()
    return Path("/(removed)")


@contextlib.contextmanager
def bar(words: str, total: int, *, is_shown: bool = True) -> Iterator[Callable[[int], None]]:
    """Draw a progress bar on a terminal; call what it yields with the number completed.

    Args:
        words: before the bar.
        total: how many there are.
        is_shown: False draws nothing, as with `--json`, where stderr is for errors.
    """
    from rich.console import Console  # noqa: PLC0415 - rich takes 0.1 s to import
    from rich.progress import Progress  # noqa: PLC0415 - as above

    console = Console(stderr=True)
    with Progress(console=console, disable=not (is_shown and console.is_terminal)) as progress:
        task = progress.add_task(words, total=total)
        yield lambda completed: progress.update(task, completed=completed)
