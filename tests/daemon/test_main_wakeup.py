"""What wakes the main thread, and that no signal is slept through."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tasted.daemon.main_wakeup import SIGNALS, MainWakeup

_MEANWHILE_SECONDS = 0.2


@pytest.fixture
def wakeup() -> Iterator[MainWakeup]:
    """One wake-up, closed afterwards."""
    with contextlib.closing(MainWakeup()) as wakeup:
        yield wakeup


@contextlib.contextmanager
def taken_by_another_thread(number: int) -> Iterator[None]:
    """Send a signal that another thread takes while the main one waits."""
    # it was started before the mask is set, and so does not inherit it
    other = threading.Timer(_MEANWHILE_SECONDS, os.kill, (os.getpid(), number))
    other.start()
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    try:
        yield
    finally:
        other.join()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])


def test_waits_until_woken_or_until_the_time_has_passed(wakeup: MainWakeup) -> None:
    """A wake-up ends one wait; several before the wait are one."""
    assert not wakeup.wait(0)
    wakeup.wake()
    wakeup.wake()
    assert wakeup.wait(0)
    assert not wakeup.wait(0)


@pytest.mark.parametrize("number", SIGNALS)
def test_is_woken_by_a_signal(wakeup: MainWakeup, number: int) -> None:
    """Whatever ends the daemon wakes it."""
    with wakeup.woken_by_signals():
        os.kill(os.getpid(), number)
        assert wakeup.wait(10)


@pytest.mark.parametrize("number", SIGNALS)
def test_row_13_is_woken_though_another_thread_took_the_signal(
    wakeup: MainWakeup, number: int
) -> None:
    """Python's handler would run only after the wait that it is to end."""
    with wakeup.woken_by_signals(), taken_by_another_thread(number):
        assert wakeup.wait(10)


def test_gives_the_signals_back() -> None:
    """What was done with them before is done again."""
    before = [signal.getsignal(number) for number in SIGNALS]
    with contextlib.closing(MainWakeup()) as wakeup, wakeup.woken_by_signals():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_leaves_an_ignored_hangup_ignored(wakeup: MainWakeup) -> None:
    """As nohup(1) asks."""
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with wakeup.woken_by_signals():
            os.kill(os.getpid(), signal.SIGHUP)
            assert not wakeup.wait(0.05)
    finally:
        signal.signal(signal.SIGHUP, former)
