"""How the scanner and the worker pause, and what ends a pause early. No I/O.

The scanner pauses between two scans and the worker while a fault holds the queue. Any thread may
wake either of them.
"""

import math
import threading
from collections.abc import Callable

_HINTS_MAX = 10_000


class ThreadWakeups:
    """The wake-ups of the scanner and the worker."""

    def __init__(self) -> None:
        self._noting = threading.Lock()
        """Held for an instant: what is noted while it is taken must be in one of the two sets."""
        self._hints: set[str] = set()
        self._places: set[str] = set()
        self._has_doubt = False
        self._scanner_woken = threading.Event()
        self._worker_woken = threading.Event()

    def hint(self, path: str) -> None:
        """Note that a path of the inbox changed, and wake the scanner. Quick, never raises.

        Args:
            path: relative to the inbox; one that ends in a slash is a folder that came or went, and
                an empty one, or one too many, means everything.
        """
        with self._noting:
            self._note(self._hints, path)
        self._scanner_woken.set()

    def hint_place(self, place: str) -> None:
        """Note that something went from a place of the outbox, and wake the scanner; as `hint`."""
        with self._noting:
            self._note(self._places, place)
        self._scanner_woken.set()

    def _note(self, noted: set[str], path: str) -> None:
        if path and len(noted) < _HINTS_MAX:
            noted.add(path)
        else:
            self._has_doubt = True

    def doubt(self) -> None:
        """Let the scanner look at everything now: what changed is not known."""
        with self._noting:
            self._has_doubt = True
        self._scanner_woken.set()

    def take_places(self) -> frozenset[str]:
        """Return the places of the outbox that were hinted at since they were last taken."""
        with self._noting:
            places, self._places = self._places, set()
        return frozenset(places)

    def take_doubt(self) -> bool:
        """Return whether hints may be missing since this was last asked."""
        with self._noting:
            doubt, self._has_doubt = self._has_doubt, False
        return doubt

    def wake_scanner(self) -> None:
        """Let the scanner scan now."""
        self._scanner_woken.set()

    def pause_scanner(
        self,
        timeout_seconds: float,
        *,
        every_seconds: float = math.inf,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[bool, frozenset[str]]:
        """Wait until something wakes the scanner or the time passes.

        Args:
            timeout_seconds: the longest wait.
            every_seconds: how often `meanwhile` is called in a long wait.
            meanwhile: gives a sign of life.

        Returns:
            Whether it was woken, and the paths hinted at since the last pause.
        """
        left_seconds = timeout_seconds
        while not (woken := self._scanner_woken.wait(min(left_seconds, every_seconds))):
            left_seconds -= every_seconds
            if left_seconds <= 0:
                break
            meanwhile()
        self._scanner_woken.clear()
        with self._noting:
            hints, self._hints = self._hints, set()
        return woken, frozenset(hints)

    def wake_worker(self) -> None:
        """End a pause of the worker: what held it may be gone."""
        self._worker_woken.set()

    def begin_attempt(self, *, ends_pause: bool) -> None:
        """Drop wake-ups of the worker that came before an attempt, which sees what they are about.

        Args:
            ends_pause: False for work that is done in the middle of a pause, which then goes on.
        """
        if ends_pause:
            self._worker_woken.clear()

    def pause_worker(self, timeout_seconds: float) -> bool:
        """Wait for a wake-up since the attempt began; return whether it came in time."""
        was_woken = self._worker_woken.wait(timeout_seconds)
        self._worker_woken.clear()
        return was_woken
