"""Which thread sees which fault of the service, and which of them holds the queue. No I/O."""

import threading
from typing import Literal

from tasted.errors import TastedError

Observer = Literal["scanner", "worker"]


class FaultBoard:
    """The present fault of each thread. For several threads; its lock is held for an instant."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._faults: dict[Observer, TastedError] = {}

    def report(self, observer: Observer, fault: TastedError) -> None:
        """Set the fault that a thread sees; it stays until that thread's fault is cleared."""
        with self._guard:
            self._faults[observer] = fault

    def clear(self, observer: Observer) -> None:
        """Remove the fault of a thread, if it has one."""
        with self._guard:
            self._faults.pop(observer, None)

    @property
    def of_scanner(self) -> TastedError | None:
        """What keeps the scanner from scanning; None when it can."""
        with self._guard:
            return self._faults.get("scanner")

    @property
    def holding(self) -> TastedError | None:
        """Why nothing is scored now; None when there is no fault."""
        with self._guard:
            # the cause comes first: what stops the scanner also makes the worker fail, and the
            # worker may have noticed it earlier
            return self._faults.get("scanner") or self._faults.get("worker")
