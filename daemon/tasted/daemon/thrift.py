"""Whether the backlog waits for power. Asks the system, seldom, and only while a backlog waits."""

import time
from collections.abc import Callable

import structlog

from tasted.config import Settings
from tasted.daemon.work_queue import Turn, WorkQueue
from tasted.power import saving_reason

ASK_SECONDS = 60.0

log = structlog.get_logger("tasted.thrift")


class Thrift:
    """Holds the backlog of a queue; used by one thread.

    A backlog that has just come is held until it is known whether there is power for it.

    Args:
        queue: whose backlog.
        settings: returns those in force.
        reason: asks the system why it saves power; None when it does not.
        clock: monotonic, seconds.
    """

    def __init__(
        self,
        queue: WorkQueue,
        settings: Callable[[], Settings],
        *,
        reason: Callable[[], str | None] = saving_reason,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._settings = settings
        self._reason = reason
        self._clock = clock
        self._asked_at: float | None = None
        self.why: str | None = None
        """Why the backlog waits, as part of a sentence; None when it does not, or there is none."""
        queue.hold_backlog(is_held=True)

    def look(self) -> None:
        """Decide anew, after the queue was filled."""
        if not self._queue.counts()[Turn.BACKLOG]:
            self.why = self._asked_at = None
            self._queue.hold_backlog(is_held=True)
            return
        before, now = self.why, self._clock()
        if not self._settings().engine.save_power:
            self.why = self._asked_at = None
        elif self._asked_at is None or now - self._asked_at >= ASK_SECONDS:
            self.why, self._asked_at = self._reason(), now
        self._queue.hold_backlog(is_held=self.why is not None)
        if self.why is not None and before is None:
            log.info("backlog_waits", why=self.why)

    def limit(self, pause_seconds: float) -> float:
        """Return the pause until the next look, short enough to see in time that power is back."""
        if self._asked_at is None:
            return pause_seconds
        return min(pause_seconds, max(self._asked_at + ASK_SECONDS - self._clock(), 0.01))
