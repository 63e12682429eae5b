"""A person at a terminal: a real pseudo-terminal, a real command, keys, and what is seen."""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from kit.waiting import PATIENCE_SECONDS, eventually

_CLEAR = b"\x1b[2J"
_MOVES = re.compile(rb"\x1b\[[0-9;]*H")
_SEQUENCES = re.compile(rb"\x1b(\[[0-9;?]*[A-Za-z]|_G[^\x1b]*\x1b\\\\|\]1337;[^\x07]*\x07)")
# its controlling terminal, so that ctrl+c reaches it, also where the tests run in the background
_AT_TERMINAL = ("env", "--default-signal=INT", "setsid", "--ctty")
# a key that comes again sooner than a person can press it counts as held down
_BETWEEN_KEYS_SECONDS = 0.12


class TerminalUser:
    """Sits at the terminal of one command."""

    def __init__(self, process: "subprocess.Popen[bytes]", screen: int) -> None:
        self.process = process
        self._screen = screen
        self._written = b""
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        # EIO is how a terminal says that nobody writes to it any more
        with contextlib.suppress(OSError):
            while chunk := os.read(self._screen, 65_536):
                self._written += chunk

    @property
    def written(self) -> bytes:
        """Everything that was written so far."""
        return self._written

    def screen(self) -> str:
        """Return what is on the screen: the text since it was cleared last."""
        lines = _MOVES.sub(b"\n", self._written.rsplit(_CLEAR, 1)[-1])
        return _SEQUENCES.sub(b"", lines).decode("utf-8", "replace")

    def sees(self, text: str) -> str:
        """Wait until a text is on the screen, and return all of it."""

        def seen() -> str | None:
            screen = self.screen()
            return screen if text in screen else None

        try:
            return eventually(seen)
        except AssertionError as error:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}") from error

    def press(self, key: str) -> None:
        """Press a key, no sooner after the former one than a person can."""
        time.sleep(_BETWEEN_KEYS_SECONDS)
        os.write(self._screen, key.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the window."""
        set_size(self._screen, columns, lines)

    def modes(self) -> list[object]:
        """Return how the terminal is set: echo, line by line, and so on."""
        return termios.tcgetattr(self._screen)[:4]

    def ends(self) -> int:
        """Wait for the end, and return the exit status."""
        status = self.process.wait(60)
        self._reading.join(10)
        return status


def shown_until(descriptor: int, end: bytes, *, within_seconds: float = PATIENCE_SECONDS) -> bytes:
    """Read a screen until it ends with something: one read may bring a part of it.

    Raises:
        AssertionError: it does not come in time.
        OSError: nobody writes to it any more.
    """
    shown = b""
    deadline = time.monotonic() + within_seconds
    while not shown.endswith(end):
        left = max(0.0, deadline - time.monotonic())
        if not select.select([descriptor], [], [], left)[0]:
            raise AssertionError(f"{end!r} does not come after {shown!r}")
        shown += os.read(descriptor, 65_536)
    return shown


def shown_to_the_end(descriptor: int) -> bytes:
    """Read a screen that nobody writes to any more."""
    shown = b""
    # EIO is how a terminal says so
    with contextlib.suppress(OSError):
        while chunk := os.read(descriptor, 65_536):
            shown += chunk
    return shown


def set_size(descriptor: int, columns: int, lines: int) -> None:
    """Set how many columns and lines a terminal has."""
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


@contextlib.contextmanager
def at_terminal(
    *words: str,
    home: Path,
    environment: Mapping[str, str] | None = None,
    columns: int = 80,
    lines: int = 30,
) -> Iterator[TerminalUser]:
    """Run a command on a terminal while the block runs; whatever happens, it is gone afterwards."""
    screen, terminal = os.openpty()
    set_size(terminal, columns, lines)
    process = subprocess.Popen(
        [*_AT_TERMINAL, sys.executable, "-m", "tasted", "--home", str(home), *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
    )
    os.close(terminal)
    try:
        yield TerminalUser(process, screen)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(screen)
