"""How soon changed labels become a taste: at once for one answer, seldom while many come. No I/O.

Each new taste makes all sidecars stale. A single like is to show within about two seconds; two
hundred answers in a row must not write ten thousand sidecars two hundred times. So:

    one change, or a few together, after a rest     after a quiet second
    more of them                                    after five quiet seconds
    as long as a person goes on judging             and not within a minute of the last taste
"""

from collections import deque

LABELS_QUIET_SECONDS = 1.0
TOGETHER_SECONDS = 2.5
"""So long may the changes of one command last: a loop over a few files, or a like that becomes a
reject, whose old copy must be missing twice."""
BURST_QUIET_SECONDS = 5.0
SITTING_PAUSE_SECONDS = 60.0
SITTING_CHANGES = 12
"""With so many changes in one taste a person is judging."""
TASTES_A_MINUTE = 4
"""So many tastes within `SITTING_PAUSE_SECONDS` are as good as a burst."""


class PublishingPace:
    """What has changed since the last taste, and when the next one is due; times are monotonic."""

    def __init__(self) -> None:
        self._first_at: float | None = None
        self._changed_at: float | None = None
        self._quiet_since = 0.0
        self._changes = 0
        self._is_after_rest = True
        self._is_sitting = False
        self._published_at: deque[float] = deque()

    def changed(self, now: float) -> None:
        """Take in that labels changed.

        Args:
            now: monotonic seconds.
        """
        before, self._changed_at = self._changed_at, now
        rest = now - before if before is not None else None
        if rest is None or rest >= SITTING_PAUSE_SECONDS:
            self._is_sitting = False
        if self._first_at is None:
            self._first_at = now
            self._is_after_rest = rest is None or rest >= BURST_QUIET_SECONDS
        self._changes += 1
        self._quiet_since = now

    def learning(self, now: float) -> None:
        """Take in that references still wait to be learnt: the quiet time begins after that."""
        self._quiet_since = now

    def taken_back(self) -> None:
        """Take in that what is published stands again, so that nothing waits."""
        self._first_at = None
        self._changes = 0

    def published(self, now: float) -> None:
        """Take in that a taste was published with all changes so far."""
        self._published_at.append(now)
        while now - self._published_at[0] >= SITTING_PAUSE_SECONDS:
            self._published_at.popleft()
        is_burst = self._changes >= SITTING_CHANGES
        self._is_sitting |= is_burst or len(self._published_at) >= TASTES_A_MINUTE
        self.taken_back()

    @property
    def due_at(self) -> float:
        """When the changes so far are due, if no others come."""
        due = self._quiet_since + (LABELS_QUIET_SECONDS if self._is_prompt else BURST_QUIET_SECONDS)
        if self._is_sitting and self._published_at:
            due = max(due, self._published_at[-1] + SITTING_PAUSE_SECONDS)
        return due

    @property
    def _is_prompt(self) -> bool:
        first, last = self._first_at, self._changed_at
        is_short = first is None or last is None or last - first <= TOGETHER_SECONDS
        return is_short and self._is_after_rest and not self._is_sitting
