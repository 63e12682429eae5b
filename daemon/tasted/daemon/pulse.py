"""Whether the thread that looks is getting on: it is stuck when one turn takes too long. No I/O."""

import contextlib
import time
from collections.abc import Callable, Iterator


class Pulse:
    """Felt by the main thread while the scout works.

    Args:
        on_first: called when the first turn is over.
    """

    def __init__(self, on_first: Callable[[], None] = lambda: None) -> None:
        self._on_first: Callable[[], None] | None = on_first
        self._began: float | None = None

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Be busy while the block runs; between two blocks the thread may sleep as it likes."""
        self._began = time.monotonic()
        yield
        self._began = None
        first, self._on_first = self._on_first, None
        if first is not None:
            first()

    @property
    def busy_seconds(self) -> float:
        """How long the turn in hand has been taking; 0 between turns."""
        began = self._began
        return 0.0 if began is None else time.monotonic() - began
