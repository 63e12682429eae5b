"""Bounded fuzzing: every input is counted, and one that hangs ends the run and is left behind.

`FUZZ_TIMES` multiplies how many inputs each test tries; `make fuzz` sets it.
"""

import contextlib
import faulthandler
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
SLOW_SECONDS = 5
HANG_SECONDS = 60
tried: Counter[str] = Counter()
"""How many inputs each test has tried so far."""

LEFT_BEHIND = Path(tempfile.gettempdir()) / f"tasted-fuzz-{os.getuid()}"


def fuzzed(examples: int) -> Callable[[Any], Any]:
    """Let hypothesis try so many examples, each of which must end within some seconds."""
    return settings(
        max_examples=examples * TIMES,
        deadline=timedelta(seconds=SLOW_SECONDS),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@contextlib.contextmanager
def bounded(test: str, data: bytes) -> Iterator[None]:
    """Try one input; if the block hangs, in C too, the process ends and the input can be found.

    A deadline of hypothesis is looked at only when an example has ended, and Python's own timers
    run only between two steps of Python; this one runs in a thread without it.
    """
    tried[test] += 1
    LEFT_BEHIND.mkdir(mode=0o700, exist_ok=True)
    record = LEFT_BEHIND / f"{test}-{os.getpid()}"
    record.write_bytes(data)
    with record.with_suffix(".traceback").open("w") as traceback:
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True, file=traceback)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            record.unlink()
            record.with_suffix(".traceback").unlink()
