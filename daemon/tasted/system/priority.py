"""Lets bulk work yield to everything else that the machine does. Touches this process.

Linux: a thread may be made less urgent by anybody, and more urgent again by nobody but root. So
bulk work has a thread of its own, which stays at the back, and what is urgent never was there.
Threads that it starts, as torch's OpenMP does, inherit its place (setpriority(2), ioprio_set(2)).
macOS: the process as a whole goes to the back and returns, for OpenMP shares its threads there, and
anybody may take back PRIO_DARWIN_BG (setpriority(2) of Darwin). Not run on a Mac.
"""

import contextlib
import ctypes
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Protocol, TypeVar

import structlog

from tasted.system.platform import DARWIN, LINUX

NICENESS = 10
"""How many steps bulk work stands behind what is urgent; 19 is the last place there is."""
_NICENESS_MAX = 19
# <linux/ioprio.h>: served when no other process wants the disk
_IOPRIO_WHO_PROCESS = 1
_IOPRIO_IDLE = 3 << 13
# the number of ioprio_set(2), which has no name in libc
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
# <sys/resource.h> of macOS
_PRIO_DARWIN_PROCESS = 4
_PRIO_DARWIN_BG = 0x1000

Result = TypeVar("Result")
log = structlog.get_logger("tasted.priority")


class Kernel(Protocol):
    """What is called of libc."""

    def setpriority(self, which: int, who: int, priority: int) -> int:
        """Set the urgency of a process on macOS."""

    def syscall(self, number: int, *arguments: int) -> int:
        """Call the kernel by number."""


def thread_count(chosen: int) -> int:
    """Return how many threads may compute at a time.

    Args:
        chosen: what the settings say; 0 means half of the cores that this process may use, for the
            other half is its user's.
    """
    if chosen:
        return chosen
    allowed: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed is not None else os.cpu_count() or 1
    return max(1, cores // 2)


def stand_back() -> None:
    """Make the calling thread less urgent than what is urgent, for good (Linux).

    What the kernel refuses is done without.
    """
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        here = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, min(here + NICENESS, _NICENESS_MAX))


def stand_back_wholly(*, system: str = sys.platform, kernel: Kernel | None = None) -> None:
    """Put this whole process behind everything else, for good; call it before it starts threads.

    Args:
        system: `sys.platform`; tests name another.
        kernel: libc; tests forge that of a Mac.
    """
    called = kernel if kernel is not None else _libc()
    if system == DARWIN:
        called.setpriority(_PRIO_DARWIN_PROCESS, 0, _PRIO_DARWIN_BG)
        return
    # threads that it starts later inherit both
    stand_back()
    number = _IOPRIO_SET.get(platform.machine())
    if system == LINUX and number is not None:
        called.syscall(number, _IOPRIO_WHO_PROCESS, 0, _IOPRIO_IDLE)


class Bulk:
    """Runs work at a low priority; used by one thread.

    Args:
        system: `sys.platform`; tests name another.
        kernel: libc; tests forge that of a Mac.
    """

    def __init__(self, *, system: str = sys.platform, kernel: Kernel | None = None) -> None:
        self._system = system
        self._kernel: Kernel = kernel if kernel is not None else _libc()
        self._niceness = _niceness()
        self._thread: ThreadPoolExecutor | None = None
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def run(self, work: Callable[[], Result]) -> Result:
        """Run work that nobody waits for, and return what it returns; raises what it raises."""
        if self._system == LINUX:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "bulk", initializer=self._stand_back)
            done = self._thread.submit(work)
            done.add_done_callback(lambda _done: self._calls.put(None))
            while (call := self._calls.get()) is not None:
                call()
            return done.result()
        if self._system == DARWIN:
            with self._in_background():
                return work()
        return work()

    def step_out(self, work: Callable[[], Result]) -> Result:
        """Do a part of bulk work where it was called from, and return what it returns.

        For what starts threads that urgent work will share: they would stay at the back. Any thread
        that bulk work has started may call it, too.
        """
        if self._thread is None or _niceness() <= self._niceness:
            return work()
        outcome: Future[Result] = Future()

        def call() -> None:
            try:
                outcome.set_result(work())
            except Exception as error:  # noqa: BLE001 - raised again where it was asked for
                outcome.set_exception(error)

        self._calls.put(call)
        return outcome.result()

    def _stand_back(self) -> None:
        """Send the calling thread to the back for good; what the kernel refuses is done without."""
        thread = threading.get_native_id()
        stand_back()
        number = _IOPRIO_SET.get(platform.machine())
        if number is not None:
            self._kernel.syscall(number, _IOPRIO_WHO_PROCESS, thread, _IOPRIO_IDLE)

    @contextlib.contextmanager
    def _in_background(self) -> Iterator[None]:
        self._kernel.setpriority(_PRIO_DARWIN_PROCESS, 0, _PRIO_DARWIN_BG)
        try:
            yield
        finally:
            if self._kernel.setpriority(_PRIO_DARWIN_PROCESS, 0, 0) != 0:
                # new pictures would be as slow as the backlog until the engine leaves
                log.warning("stays_in_background")


def _niceness() -> int:
    """Return the place of the calling thread; on macOS that of the process."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def _libc() -> Kernel:
    libc: Kernel = ctypes.CDLL(None)
    return libc
