"""What wakes the main thread: signals and other threads. Touches a pipe and signal handlers.

The kernel may hand a signal to any thread, and Python runs a handler only when the main thread,
which sleeps in select(2), runs again. So the wake-up comes from below Python: with
`signal.set_wakeup_fd` the interpreter itself writes into the pipe, on whatever thread.
"""

import contextlib
import os
import select
import signal
from collections.abc import Iterator

INSISTING = (signal.SIGTERM, signal.SIGINT)
"""Whoever sends one of these a second time does not want to wait for an orderly end."""
SIGNALS = (*INSISTING, signal.SIGHUP, signal.SIGUSR1)
"""What ends the daemon. A terminal that closes sends SIGHUP twice: kernel and shell."""
_ANY_BYTE = b"\0"


class MainWakeup:
    """A pipe that wakes the main thread; signals and threads write to it."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)

    def wake(self) -> None:
        """Wake the main thread. May be called from any thread."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._writing, _ANY_BYTE)

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """Wait to be woken; False when the time passed first."""
        if not select.select([self._reading], [], [], timeout_seconds)[0]:
            return False
        with contextlib.suppress(BlockingIOError):
            os.read(self._reading, 4096)
        return True

    @contextlib.contextmanager
    def woken_by_signals(self) -> Iterator[None]:
        """Let `SIGNALS` wake the main thread while the block runs, instead of what they do.

        SIGHUP stays ignored where it was: nohup(1) asks for that.
        """
        is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        meant = [number for number in SIGNALS if number != signal.SIGHUP or not is_ignored]
        former = {number: signal.signal(number, lambda *_: None) for number in meant}
        former_descriptor = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(former_descriptor)
            for number, handler in former.items():
                signal.signal(number, handler)

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._reading)
        os.close(self._writing)
