"""What the threads of the daemon share. No I/O.

The scanner writes what its scan found, the worker writes what it did. The parts (queue, ledger,
faults, taste, wake-ups, forced paths, throughput) each have a lock of their own, which is held for
an instant and never while anything is read or written. The plain attributes have no lock: they are
replaced whole, and never changed in place.
"""

import threading
import time
from collections import deque
from collections.abc import Container, Iterable, Mapping
from dataclasses import field

from tasted.config import Settings
from tasted.daemon.shared.fault_board import FaultBoard
from tasted.daemon.shared.published_taste import PublishedTaste
from tasted.daemon.shared.wakeups import ThreadWakeups
from tasted.daemon.shared.work_queue import PresentLabels, WorkQueue
from tasted.errors import TastedError
from tasted.home.status import LastError, VerdictChanges
from tasted.home.switch_file import Switches
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.succession import has_new_verdict
from tasted.plain_dataclass import dataclass
from tasted.records import Current, InboxFile

_RATE_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class ScanResult:
    """What the last scan found."""

    settled: Mapping[str, InboxFile] = field(default_factory=dict)
    labels: PresentLabels | None = None
    """What the engine has to know of the references; None before the first scan."""
    profiles: frozenset[str] = frozenset()
    """The folders that are profiles, or may be, with their slashes."""


class ForcedPaths:
    """Paths that a command asked to be scored again, until they are."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._paths: frozenset[str] = frozenset()

    @property
    def paths(self) -> frozenset[str]:
        """The paths of this moment."""
        return self._paths

    def add(self, paths: Iterable[str]) -> frozenset[str]:
        """Force these, too; return all that are forced now."""
        with self._guard:
            self._paths = self._paths.union(paths)
            return self._paths

    def remove(self, paths: Iterable[str]) -> None:
        """Force these no longer."""
        with self._guard:
            self._paths = self._paths.difference(paths)

    def keep_only(self, *existing: Container[str]) -> frozenset[str]:
        """Drop the paths that are in none of these any longer, and return the others."""
        with self._guard:
            self._paths = frozenset(
                path for path in self._paths if any(path in known for known in existing)
            )
            return self._paths


class Throughput:
    """How many files were finished in the last minute."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._finished: deque[float] = deque(maxlen=10_000)

    def finished(self, count: int) -> None:
        """Count finished files."""
        now = time.monotonic()
        with self._guard:
            self._finished.extend([now] * count)

    def per_minute(self) -> float | None:
        """Return how many files a minute were finished lately; None when there were too few."""
        now = time.monotonic()
        with self._guard:
            while self._finished and now - self._finished[0] > _RATE_WINDOW_SECONDS:
                self._finished.popleft()
            if len(self._finished) < 2:  # noqa: PLR2004 - a rate needs two points
                return None
            seconds = max(now - self._finished[0], 1e-3)
            return 60.0 * len(self._finished) / seconds


class SharedState:
    """The shared state of one running daemon.

    Args:
        settings: as loaded.
        ledger: what the outbox proves.
        current: what was published last; None before the first time.
        wakeups: of the scanner and the worker.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        current: Current | None,
        *,
        wakeups: ThreadWakeups | None = None,
    ) -> None:
        self.wakeups = wakeups or ThreadWakeups()
        self.queue = WorkQueue(self.wakeups.wake_worker)
        self.ledger = ledger
        self.faults = FaultBoard()
        self.forced = ForcedPaths()
        self.throughput = Throughput()
        self.settings = settings
        """With the model in force."""
        self.wish = settings
        """As loaded: its model is the one that is wanted."""
        self.switches = Switches()
        """As `.tasted/switch.json` has it."""
        self.former_results = 0
        """How many results are still scored by a former model."""
        self.lost_model: str | None = None
        """The model that was in force until its files were gone."""
        self.settings_error: TastedError | None = None
        self.taste = PublishedTaste(current)
        self.last_scan = ScanResult()
        self.last_error: LastError | None = None
        self.last_scored: str | None = None
        self.engine_pid: int | None = None
        self.verdict_changes = VerdictChanges()
        """How many verdicts the last change of taste changed."""
        self._verdict_guard = threading.Lock()

    def note_verdict(self, sidecar: Sidecar) -> None:
        """Count a new score that changed a verdict, unless the user has judged the picture.

        Several threads may call it.
        """
        taste = sidecar.ledger_entry().taste_fingerprint
        if sidecar.status != "scored" or taste is None:
            return
        is_change = has_new_verdict(sidecar) and sidecar.judgement is None
        with self._verdict_guard:
            before = self.verdict_changes
            count = before.count if before.taste_fingerprint == taste else 0
            self.verdict_changes = VerdictChanges(taste, count + is_change)
