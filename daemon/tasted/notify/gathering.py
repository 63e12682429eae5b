"""When to notify: once for a burst, and not again for a while after that. Pure.

Times are seconds of one monotonic clock, passed in.
"""

import math

from tasted.notify.news import News

QUIET_SECONDS = 10.0
PATIENCE_SECONDS = 60.0
# a backlog has matches for hours
PAUSE_SECONDS = 600.0
FAULT_SECONDS = 30.0


class Gathering:
    """News that no notification has announced yet.

    Args:
        quiet_seconds: a burst is over when nothing came for so long.
        patience_seconds: one that does not end is announced so long after it began.
        pause_seconds: the least time between two notifications of the same kind.
        fault_seconds: a fault that clears sooner is not announced.
    """

    def __init__(
        self,
        *,
        quiet_seconds: float = QUIET_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
        fault_seconds: float = FAULT_SECONDS,
    ) -> None:
        self._quiet_seconds = quiet_seconds
        self._patience_seconds = patience_seconds
        self._pause_seconds = pause_seconds
        self._fault_seconds = fault_seconds
        self._matches = 0
        self._strong = 0
        self._first = 0.0
        self._last = 0.0
        self._blocked_at: float | None = None
        self._is_block_shown = False
        self._matches_shown_at = -math.inf
        self._block_shown_at = -math.inf

    def matched(self, *, is_strong: bool, now: float) -> None:
        """Note a match."""
        if not self._matches:
            self._first = now
        self._last = now
        self._matches += 1
        self._strong += is_strong

    def blocked(self, *, now: float) -> None:
        """Note that nothing is scored; until `unblocked`, repeated calls mean the same block."""
        if self._blocked_at is None:
            self._blocked_at = now

    def unblocked(self) -> None:
        """Note that work continues: a block that was not announced is no longer news."""
        self._blocked_at = None
        self._is_block_shown = False

    def due_at(self) -> float | None:
        """Return when the next notification is due; None when there is no news."""
        times = [at for at in (self._matches_due_at(), self._block_due_at()) if at is not None]
        return min(times, default=None)

    def take(self, *, now: float) -> News:
        """Return the news that are due by now, as announced; empty when it is too early."""
        are_matches_due = _is_due(self._matches_due_at(), now)
        is_block_due = _is_due(self._block_due_at(), now)
        if is_block_due:
            self._is_block_shown = True
            self._block_shown_at = now
        if not are_matches_due:
            return News(is_blocked=is_block_due)
        self._matches_shown_at = now
        news = self.take_matches()
        return News(news.matches, news.strong, is_blocked=is_block_due)

    def take_matches(self) -> News:
        """Return the matches that were not announced, whatever the time is."""
        news = News(self._matches, self._strong)
        self._matches = self._strong = 0
        return news

    def _matches_due_at(self) -> float | None:
        if not self._matches:
            return None
        over = min(self._last + self._quiet_seconds, self._first + self._patience_seconds)
        return max(over, self._matches_shown_at + self._pause_seconds)

    def _block_due_at(self) -> float | None:
        if self._blocked_at is None or self._is_block_shown:
            return None
        return max(
            self._blocked_at + self._fault_seconds, self._block_shown_at + self._pause_seconds
        )


def _is_due(at: float | None, now: float) -> bool:
    return at is not None and at <= now
