"""A terminal as one screen: raw keys, its size, and leaving it as it was. Two descriptors."""

import contextlib
import fcntl
import os
import select
import struct
import termios
import time
import tty
from collections.abc import Callable, Iterator, Sequence

from tasted.terminal_review.drawing import Cells
from tasted.terminal_review.keyboard import RepeatGuard, keys_in

_ENTER = b"\x1b[?1049h\x1b[?25l"
_LEAVE = b"\x1b[0m\x1b[?25h\x1b[?1049l"
_CLEAR = b"\x1b[0m\x1b[2J\x1b[H"
_SIZE = struct.Struct("HHHH")
_USUAL = Cells(80, 24)
_KEYS_AT_ONCE = 64
_LOOK_SECONDS = 0.5
"""How often a change of size is looked for."""


class Terminal:
    """One terminal, in use.

    Args:
        reading: descriptor for keys.
        writing: descriptor for the screen.
        clock: monotonic, seconds.
    """

    def __init__(
        self, reading: int, writing: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reading = reading
        self._writing = writing
        self._clock = clock
        self._repeats = RepeatGuard()
        self._keys: list[str] = []

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the whole screen; afterwards everything is as it was, whatever was raised."""
        former = termios.tcgetattr(self._reading)
        try:
            # ctrl+c still interrupts, and ctrl+z suspends
            tty.setcbreak(self._reading)
            self._write(_ENTER)
            yield
        finally:
            self._write(_LEAVE)
            termios.tcsetattr(self._reading, termios.TCSADRAIN, former)

    def size(self) -> Cells:
        """Return the size of the screen."""
        with contextlib.suppress(OSError):
            told = fcntl.ioctl(self._writing, termios.TIOCGWINSZ, bytes(_SIZE.size))
            lines, columns, _width, _height = _SIZE.unpack(told)
            if lines and columns:
                return Cells(columns, lines)
        return _USUAL

    def show(self, parts: Sequence[tuple[int, bytes]], *, before: bytes = b"") -> None:
        """Draw the screen anew.

        Args:
            parts: each at the beginning of a line, which is counted from 1.
            before: sent first: what takes former pictures away.
        """
        drawn = b"".join(b"\x1b[%d;1H%s" % (line, data) for line, data in parts)
        self._write(before + _CLEAR + drawn)

    def drop_keys(self) -> None:
        """Forget what was pressed until now: it was meant for what was visible then."""
        self._keys.clear()
        with contextlib.suppress(termios.error):
            termios.tcflush(self._reading, termios.TCIFLUSH)

    def key(self, seconds: float) -> str | None:
        """Return the next key that was pressed, not one that is held; None after some seconds.

        A change of the terminal's size is the key `resize`.
        """
        end = self._clock() + seconds
        size = self.size()
        while True:
            while self._keys:
                key = self._keys.pop(0)
                if not self._repeats.is_repeat(key, self._clock()):
                    return key
            left = end - self._clock()
            if left <= 0:
                return None
            if select.select([self._reading], [], [], min(left, _LOOK_SECONDS))[0]:
                data = os.read(self._reading, _KEYS_AT_ONCE)
                if not data:
                    # nobody sits there any more
                    return "escape"
                self._keys += keys_in(data)
            elif self.size() != size:
                return "resize"

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._writing, view) :]
