"""Whether the scanner makes progress: it is stuck when one turn takes too long. No I/O."""

import contextlib
import time
from collections.abc import Callable, Iterator

# at the first turn every sidecar is read: a hundred thousand of them on a network drive take
# minutes, and a daemon that is ended over that would begin again forever
FIRST_TURN_SECONDS = 1800.0


class TurnTimer:
    """Times the turns of the scanner for the main thread.

    Args:
        clock: monotonic, seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._is_first = True

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Time the block; between two blocks the thread may sleep."""
        self._began = self._clock()
        yield
        self._began = None
        self._is_first = False

    def is_stuck(self, patience_seconds: float) -> bool:
        """Return whether the present turn takes longer than this; the first one has more time."""
        began = self._began
        allowed = max(patience_seconds, FIRST_TURN_SECONDS if self._is_first else 0.0)
        return began is not None and self._clock() - began >= allowed
