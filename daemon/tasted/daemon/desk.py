"""What the threads of the daemon share. No I/O of its own.

The scout writes what it saw, the scorer writes what it did, and either wakes the scout. Ledger,
`forced` and faults are touched under `lock`; the other attributes are replaced whole, by one thread
each.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tasted.config import Settings
from tasted.daemon.work_queue import LabelsUpdate, WorkQueue
from tasted.errors import TastedError
from tasted.outbox.ledger import Ledger
from tasted.records import Current, InboxFile
from tasted.status import LastError

_RATE_WINDOW_SECONDS = 60.0
_HINTS_MAX = 10_000


@dataclass(slots=True)
class Sight:
    """What the scout saw in its last look."""

    settled: Mapping[str, InboxFile] = field(default_factory=dict)
    labels: LabelsUpdate | None = None
    """What the engine has to know of the references; None before the first look."""
    profiles: frozenset[str] = frozenset()
    """The folders that are profiles, with their slashes."""


class Desk:
    """The shared state of one running daemon."""

    def __init__(self, settings: Settings, ledger: Ledger, current: Current | None) -> None:
        self.lock = threading.RLock()
        self.queue = WorkQueue()
        self.ledger = ledger
        self.settings = settings
        self.settings_error: TastedError | None = None
        self.current = current
        self.sight = Sight()
        self.last_error: LastError | None = None
        self.last_scored: str | None = None
        self.engine_pid: int | None = None
        self.has_learnt = False
        """Whether the library knows more than was published."""
        self.forced: set[str] = set()
        """Paths that a command asked to be scored again, until they are."""
        self._faults: dict[str, TastedError] = {}
        self._hints: set[str] = set()
        self._wake = threading.Event()
        self._nudge = threading.Event()
        self._finished: deque[float] = deque(maxlen=10_000)

    def hint(self, path: str) -> None:
        """Note that a path of the inbox stirred, and wake the scout. Quick, never raises."""
        # losing hints is no loss: the look sees everything, hints only restart the quiet time
        if len(self._hints) < _HINTS_MAX:
            self._hints.add(path)
        self._wake.set()

    def wake_scout(self) -> None:
        """Let the scout look now."""
        self._wake.set()

    def await_wake(
        self,
        timeout_seconds: float,
        *,
        every_seconds: float = math.inf,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> tuple[bool, frozenset[str]]:
        """Wait until something stirs or the time passes; tell which, and the hints meanwhile.

        Args:
            timeout_seconds: the longest wait.
            every_seconds: how often in a long wait `meanwhile` is called.
            meanwhile: gives a sign of life.
        """
        left_seconds = timeout_seconds
        while not (woken := self._wake.wait(min(left_seconds, every_seconds))):
            left_seconds -= every_seconds
            if left_seconds <= 0:
                break
            meanwhile()
        self._wake.clear()
        hints, self._hints = self._hints, set()
        return woken, frozenset(hints)

    def nudge_scorer(self) -> None:
        """End a pause of the scorer: what held it back may be gone."""
        self._nudge.set()

    def pause_scorer(self, timeout_seconds: float) -> None:
        """Wait for a nudge, at most so long."""
        self._nudge.wait(timeout_seconds)
        self._nudge.clear()

    def blame(self, who: str, fault: TastedError | None) -> None:
        """Set or clear the fault that one party (scout, scorer) sees."""
        with self.lock:
            if fault is None:
                self._faults.pop(who, None)
            else:
                self._faults[who] = fault

    @property
    def scout_fault(self) -> TastedError | None:
        """What keeps the scout from looking; None when it can."""
        with self.lock:
            return self._faults.get("scout")

    @property
    def fault(self) -> TastedError | None:
        """Why nothing is scored just now; None when nothing stands in the way."""
        with self.lock:
            return next(iter(self._faults.values()), None)

    def finished(self, count: int) -> None:
        """Count finished files for the rate."""
        now = time.monotonic()
        with self.lock:
            self._finished.extend([now] * count)

    def per_minute(self) -> float | None:
        """Return how many files were finished a minute lately; None when there were too few."""
        now = time.monotonic()
        with self.lock:
            while self._finished and now - self._finished[0] > _RATE_WINDOW_SECONDS:
                self._finished.popleft()
            if len(self._finished) < 2:  # noqa: PLR2004 - a rate needs two points
                return None
            seconds = max(now - self._finished[0], 1e-3)
            return 60.0 * len(self._finished) / seconds
