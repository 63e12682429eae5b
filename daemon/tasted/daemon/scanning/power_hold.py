"""Holds the backlog while the machine saves power. Asks the system only while a backlog waits."""

import time
from collections.abc import Callable

import structlog

from tasted.config import Settings
from tasted.daemon.shared.turns import OF_BACKLOG
from tasted.daemon.shared.work_queue import WorkQueue
from tasted.system.power import saving_reason

ASK_SECONDS = 60.0

log = structlog.get_logger("tasted.power_hold")


class PowerHold:
    """Holds the backlog of a queue; used by one thread.

    A new backlog is held until it is known whether the machine saves power.

    Args:
        queue: whose backlog is held.
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

    def lets_begin(self) -> bool:
        """Tell whether a backlog would be worked on, before there is one; asks the system."""
        return not self._settings().engine.save_power or self._reason() is None

    def decide(self) -> None:
        """Hold or release the backlog; called after the queue was filled."""
        counts = self._queue.counts()
        is_waited_for = any(counts[turn] for turn in OF_BACKLOG) or self._queue.is_step_wanted
        if not is_waited_for:
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
        """Return the pause until the next scan, short enough to notice that power is back."""
        if self._asked_at is None:
            return pause_seconds
        return min(pause_seconds, max(self._asked_at + ASK_SECONDS - self._clock(), 0.01))
