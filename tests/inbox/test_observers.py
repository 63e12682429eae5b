"""Lost events are admitted: by watchdog's log on Linux, by forged FSEvents flags on a Mac."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from watchdog.observers import Observer

from tasted.inbox import observers


def test_row_01_an_overflow_in_watchdogs_log_is_a_doubt() -> None:
    """It is the one place where an overflow of inotify is told."""
    doubts: list[str] = []
    listener = observers.LossListener(doubts.append)
    logger = logging.getLogger("watchdog.observers.inotify_c")
    listener.attach()
    logger.warning("Inotify queue overflowed; filesystem events were lost")
    logger.debug("nothing of note")
    listener.detach()
    logger.warning("Inotify queue overflowed; filesystem events were lost")
    assert doubts == ["Inotify queue overflowed; filesystem events were lost"]


@pytest.mark.parametrize(
    "flag", ["must_scan_subdirs", "is_user_dropped", "is_kernel_dropped", "is_unmount"]
)
def test_row_01_dropped_events_of_a_mac_are_a_doubt(flag: str) -> None:
    """The flags are read before watchdog empties the list, and watchdog still gets the events."""
    doubts: list[str] = []
    queued: list[Any] = []

    class Emitter:
        """Stands for watchdog's emitter: it empties the list."""

        def queue_events(self, _timeout: float, events: list[Any]) -> None:
            """Take all events."""
            while events:
                queued.append(events.pop(0))

    emitter = observers.admitting(Emitter, doubts.append)()
    plain, lost = SimpleNamespace(is_created=True), SimpleNamespace(**{flag: True})
    emitter.queue_events(1.0, [plain])
    assert doubts == []
    emitter.queue_events(1.0, [plain, lost])
    assert doubts == [flag]
    assert queued == [plain, plain, lost]


def test_row_44_a_mac_without_fsevents_is_told_of() -> None:
    """The fallback to kqueue opens a descriptor for each file, under a limit of 256."""
    assert observers.shortcoming(Observer(), system="linux") is None
    warning = observers.shortcoming(Observer(), system="darwin")
    assert warning is not None
    assert "FSEvents" in warning
