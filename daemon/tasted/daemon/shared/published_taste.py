"""Whether the published taste still stands: the one place that scanner and worker ask. No I/O.

It stands while four things do: the settings and the model, the labels, what the library has learnt
since, and the history that it was fitted with. The scanner asks whether a taste is due to be
published, the worker whether its engine knows which references are present.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from tasted.daemon.shared.publishing_pace import PublishingPace
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.records import Current


class PublishedTaste:
    """The taste that was published last, and what has happened since.

    The worker's thread calls what changes it; `due` and what it waits for are the scanner's.

    Args:
        current: as `.tasted/current.json` says; None before the first taste.
        clock: monotonic seconds.
    """

    def __init__(
        self, current: Current | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._guard = threading.Lock()
        self._clock = clock
        self._pace = PublishingPace()
        self._current = current
        self._is_outgrown = False
        self._engine_pid: int | None = None
        self._waiting: PresentLabels | None = None
        self._publishing: PresentLabels | None = None

    @property
    def current(self) -> Current | None:
        """What is published; None when nothing is, and then nothing is known to be stale."""
        return self._current

    # ---- what the worker says -------------------------------------------------------------

    @contextlib.contextmanager
    def publishing(self, labels: PresentLabels) -> Iterator[None]:
        """Have these labels not be called due while an engine publishes by them."""
        with self._guard:
            if self._waiting is not None:
                self._pace.published(self._clock())
            self._waiting, self._publishing = None, labels
        try:
            yield
        finally:
            with self._guard:
                self._publishing = None

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

        Changed settings are due at once, changed labels when they have been quiet for as long as
        `PublishingPace` says.

        Args:
            labels: what the scan found.
            seen: what was published when the scan began, by which it calls sidecars stale.
            is_learning: whether references wait to be learnt: the quiet time begins after that.
            now: monotonic seconds.
        """
        with self._guard:
            return self._due(labels, seen=seen, is_learning=is_learning, now=now)

    def _due(
        self, labels: PresentLabels, *, seen: Current | None, is_learning: bool, now: float
    ) -> PresentLabels | None:
        if seen is None or seen.config_digest != labels.config_digest:
            self._waiting = None
            return labels
        if labels == self._publishing:
            return None
        if self._stands(seen, labels):
            self._waiting = None
            self._pace.taken_back()
            return None
        if self._waiting != labels:
            self._waiting = labels
            self._pace.changed(now)
        if is_learning:
            self._pace.learning(now)
        # until a worker takes it, for each scan replaces what waits for one
        return labels if now >= self._pace.due_at else None

    def _stands(self, seen: Current, labels: PresentLabels) -> bool:
        """Tell whether a taste of these labels is published, or was when the scan began."""
        if self._is_outgrown:
            return False
        published = self._current or seen
        return labels.labels_digest in {seen.labels_digest, published.labels_digest}

    @property
    def is_waiting(self) -> bool:
        """Whether changed labels wait for a quiet time, or a taste is being made of them."""
        with self._guard:
            return self._waiting is not None or self._publishing is not None

    def seconds_to_due(self, now: float) -> float | None:
        """Return when waiting labels will be due, in seconds; None when none wait.

        Args:
            now: monotonic seconds.
        """
        with self._guard:
            return self._pace.due_at - now if self._waiting is not None else None
