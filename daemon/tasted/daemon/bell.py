"""What wakes the main thread: signals and other threads. Touches a pipe and signal handlers.

Handlers only write a byte into the pipe: an Event must not be set from one, for the interrupted
thread may hold its lock.
"""

import contextlib
import os
import select
import signal
from collections.abc import Iterator

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ANY_BYTE = b"\0"


class Bell:
    """A pipe that wakes the main thread: rung by signals and by threads."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def ring(self) -> None:
        """Wake the main thread. May be called from any thread, and from a signal handler."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._writing, _ANY_BYTE)

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """Wait until the bell was rung; False when the time passed first."""
        if not select.select([self._reading], [], [], timeout_seconds)[0]:
            return False
        with contextlib.suppress(BlockingIOError):
            os.read(self._reading, 4096)
        return True

    @contextlib.contextmanager
    def rung_by_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ring the bell while the block runs, instead of what they do."""
        former = {each: signal.signal(each, lambda *_: self.ring()) for each in SIGNALS}
        try:
            yield
        finally:
            for each, handler in former.items():
                signal.signal(each, handler)

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._reading)
        os.close(self._writing)
