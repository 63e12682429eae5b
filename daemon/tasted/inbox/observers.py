"""Which of watchdog's observers listens, and how it admits that events were lost.

Touches watchdog's loggers. watchdog tells its handlers nothing of an overflow: on Linux it writes a
line to its log, and on macOS it does not look at the flags of FSEvents. Both end in `doubt` here:
everything has to be looked at, and the observer made anew. Not run on a Mac: the FSEvents side.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from tasted.system.platform import DARWIN

ObserverFactory = Callable[[], BaseObserver]

# the loggers on which watchdog tells what it tells nobody else
_LOGGERS = ("watchdog.observers.inotify_c", "fsevents")
_LATENCY_SECONDS = 0.1
_LOSSES = (
    "must_scan_subdirs",
    "is_user_dropped",
    "is_kernel_dropped",
    "is_event_ids_wrapped",
    "is_mount",
    "is_unmount",
)
_FSEVENTS_OBSERVER = "FSEventsObserver"


class LossListener(logging.Handler):
    """Calls `doubt` when watchdog warns in its log that events were lost or its thread failed.

    Several listeners may be attached at once, one for each watcher.
    """

    def __init__(self, doubt: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._doubt = doubt

    def emit(self, record: logging.LogRecord) -> None:
        """Take a warning of watchdog as what it means."""
        self._doubt(record.getMessage())

    def attach(self) -> None:
        """Begin to listen."""
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(self)

    def detach(self) -> None:
        """Stop listening."""
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)


def lost_events(events: Iterable[Any]) -> str | None:
    """Return the first flag of FSEvents that says "look at everything again", or None. Pure."""
    for event in events:
        for flag in _LOSSES:
            if getattr(event, flag, False):
                return flag
    return None


def admitting(emitter: type[Any], doubt: Callable[[str], None]) -> type[Any]:
    """Return a subclass of the FSEvents emitter that tells of lost events.

    The flags are read before the base class works, for it empties the list.
    """

    def queue_events(self: Any, timeout: float, events: list[Any]) -> None:
        lost = lost_events(events)
        if lost is not None:
            doubt(lost)
        emitter.queue_events(self, timeout, events)

    return type("AdmittingEmitter", (emitter,), {"queue_events": queue_events})


def native_observer(doubt: Callable[[str], None], *, system: str = sys.platform) -> BaseObserver:
    """Make the observer of this system.

    Args:
        doubt: called, on a thread of watchdog, with why events may have been lost.
        system: `sys.platform`.
    """
    if system != DARWIN:
        return Observer()
    from watchdog.observers import fsevents  # noqa: PLC0415 - there is no such module elsewhere

    observer = fsevents.FSEventsObserver(latency=_LATENCY_SECONDS)
    BaseObserver.__init__(
        observer, admitting(fsevents.FSEventsEmitter, doubt), latency=_LATENCY_SECONDS
    )
    return observer


def shortcoming(observer: BaseObserver, *, system: str = sys.platform) -> str | None:
    """Say what is wrong with the observer that watchdog chose; None when it is the right one."""
    name = type(observer).__name__
    if system == DARWIN and name != _FSEVENTS_OBSERVER:
        return f"FSEvents cannot be used ({name} is): install watchdog's wheel for this Python"
    return None
