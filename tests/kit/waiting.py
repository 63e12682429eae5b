"""Waiting for conditions, never for time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_POLL_SECONDS = 0.01


def eventually(condition: Callable[[], T], *, within_seconds: float = 5.0) -> T:
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
