"""How fast a backfill is, and how long it takes yet. Pure, but for the clock that it is given."""

import threading
import time
from collections import deque
from collections.abc import Callable

from tasted.plain_dataclass import dataclass

_WINDOW_SECONDS = 120.0
_SURE_SECONDS = 3.0
"""A rate over less time says little."""


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """How far a backfill is, at one moment."""

    done: int
    """Files with a score, of this run and of those before."""
    failed: int
    total: int
    per_second: float | None
    """Files a second, lately; None as long as that is not known."""
    seconds_left: float | None
    answered: int = 0
    """Files of this run, with whatever came of them."""
    waits: str | None = None
    """Why it pauses, as part of a sentence; None: it does not."""


class ProgressMeter:
    """Counts files as they are done; several threads use it.

    Args:
        total: files of the tree.
        done: of those, how many had a score before.
        failed: how many had failed.
        clock: monotonic, seconds.
    """

    def __init__(
        self,
        total: int,
        *,
        done: int,
        failed: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guard = threading.Lock()
        self._clock = clock
        self._total, self._done, self._failed = total, done, failed
        self._worked_seconds = 0.0
        """The time in which it did not pause, up to the last change."""
        self._since: float | None = None
        self._seen: deque[tuple[float, int]] = deque([(0.0, 0)])
        """How many files had been answered by when, in seconds of work."""
        self._answered = 0
        self._waits: str | None = None

    def works(self) -> None:
        """Note that the first file was begun, or that a pause is over."""
        with self._guard:
            self._waits = None
            if self._since is None:
                self._since = self._clock()

    def pauses(self, why: str) -> None:
        """Note that nothing is done from now on."""
        with self._guard:
            if self._since is not None:
                self._worked_seconds += self._clock() - self._since
            self._since, self._waits = None, why

    def answered(self, *, is_failed: bool | None) -> None:
        """Count a file: scored, failed, or without any document (None)."""
        with self._guard:
            self._answered += 1
            self._done += is_failed is False
            self._failed += is_failed is True
            self._total -= is_failed is None
            self._seen.append((self._worked(), self._answered))
            while self._seen[-1][0] - self._seen[0][0] > _WINDOW_SECONDS:
                self._seen.popleft()

    def now(self) -> BackfillProgress:
        """Return how far it is."""
        with self._guard:
            began, answered = self._seen[0]
            seconds = self._worked() - began
            count = self._answered - answered
            rate = count / seconds if seconds >= _SURE_SECONDS and count else None
            left = max(0, self._total - self._done - self._failed)
            return BackfillProgress(
                self._done,
                self._failed,
                self._total,
                rate,
                left / rate if rate is not None else None,
                self._answered,
                self._waits,
            )

    def _worked(self) -> float:
        since = self._clock() - self._since if self._since is not None else 0.0
        return self._worked_seconds + since
