"""Threads on which the calls of the web child are carried out. No I/O of their own.

What judges has one thread, so that answers are kept in the order in which they came; what only
looks has a few. They exist while there is a child.
"""

import queue
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger("tasted.reviewing")

Work = Callable[[], None]


class Lane:
    """Carries out work on threads of its own, in the order in which it came.

    Args:
        name: of the threads.
        threads: how many of them.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads = [
            # whatever they are in the middle of may be left at any step: it is done again
            threading.Thread(target=self._run, name=name, daemon=True)
            for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def do(self, work: Work) -> None:
        """Have something done; it tells by itself what came of it."""
        self._waiting.put(work)

    def close(self, *, wait_seconds: float = 0.0) -> None:
        """Do what was asked for so far, and end."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(wait_seconds)

    def _run(self) -> None:
        while (work := self._waiting.get()) is not None:
            try:
                work()
            except Exception:
                # whoever asked has an answer for this; a lane that ended would answer nobody
                log.exception("call_failed")
