"""Waiting for conditions, never for time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 240.0
"""For what takes seconds where nothing else runs: only a test that fails waits so long."""
_POLL_SECONDS = 0.01


def eventually(condition: Callable[[], T], *, within_seconds: float = PATIENCE_SECONDS) -> T:
    """Return the condition's first true value.

    Raises:
        AssertionError: when the time passed without one.
    """
    end = time.monotonic() + within_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within_seconds} s; the last answer was {value!r}")
        time.sleep(_POLL_SECONDS)
