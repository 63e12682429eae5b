"""Whether the published taste still stands: the one place that scanner and worker ask. No I/O.

It stands while four things do: the settings and the model, the labels, what the library has learnt
since, and the history that it was fitted with. The scanner asks whether a taste is due to be
published, the worker whether its engine knows which references are present.
"""

import threading
from dataclasses import dataclass

from tasted.daemon.shared.work_queue import PresentLabels
from tasted.records import Current

# twenty likes in a row are one change of taste
LABELS_QUIET_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Labels that changed, and the monotonic time of their last change."""

    labels: PresentLabels
    since: float


class PublishedTaste:
    """The taste that was published last, and what has happened since.

    The worker's thread calls what changes it; `due` and what it waits for are the scanner's.

    Args:
        current: as `.tasted/current.json` says; None before the first taste.
    """

    def __init__(self, current: Current | None) -> None:
        self._guard = threading.Lock()
        self._current = current
        self._is_outgrown = False
        self._engine_pid: int | None = None
        self._waiting: _Waiting | None = None

    @property
    def current(self) -> Current | None:
        """What is published; None when nothing is, and then nothing is known to be stale."""
        return self._current

    # ---- what the worker says -------------------------------------------------------------

    def published(self, current: Current, *, engine_pid: int | None) -> None:
        """Take in that an engine published a taste by what it has learnt and was told.

        Args:
            current: what it published.
            engine_pid: of the engine; None when it has left since.
        """
        with self._guard:
            self._current = current
            self._is_outgrown = False
            self._engine_pid = engine_pid

    def outgrown(self) -> None:
        """Take in that publishing again would give another taste, though no label has changed."""
        with self._guard:
            self._is_outgrown = True

    def replace(self, current: Current | None) -> None:
        """Take in that what is published was edited, or withdrawn (None)."""
        with self._guard:
            self._current = current

    def is_known_to(self, engine_pid: int | None) -> bool:
        """Tell whether the engine that runs was told which references are present.

        Args:
            engine_pid: of the engine; None when none runs.
        """
        return engine_pid is not None and engine_pid == self._engine_pid

    # ---- what the scanner asks ------------------------------------------------------------

    def due(
        self, labels: PresentLabels, *, seen: Current | None, is_learning: bool, now: float
    ) -> PresentLabels | None:
        """Return the labels when a taste is due to be published by them, else None.

        Changed settings are due at once, changed labels after a quiet time.

        Args:
            labels: what the scan found.
            seen: what was published when the scan began, by which it calls sidecars stale.
            is_learning: whether references wait to be learnt: the quiet time begins after that.
            now: monotonic seconds.
        """
        if seen is None or seen.config_digest != labels.config_digest:
            self._waiting = None
            return labels
        if seen.labels_digest == labels.labels_digest and not self._is_outgrown:
            self._waiting = None
            return None
        if self._waiting is None or self._waiting.labels != labels or is_learning:
            self._waiting = _Waiting(labels, now)
        if now - self._waiting.since < LABELS_QUIET_SECONDS:
            return None
        self._waiting = None
        return labels

    @property
    def is_waiting(self) -> bool:
        """Whether changed labels wait for a quiet time."""
        return self._waiting is not None

    def seconds_to_due(self, now: float) -> float | None:
        """Return when waiting labels will be due, in seconds; None when none wait.

        Args:
            now: monotonic seconds.
        """
        waiting = self._waiting
        return waiting.since + LABELS_QUIET_SECONDS - now if waiting is not None else None
