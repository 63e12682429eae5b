"""The files that are still to be done, shared by the threads that ask the engines. No I/O."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence

from tasted.inbox.reconcile import Task


class BackfillQueue:
    """Tasks in order, handed out a few at a time, and a gate that holds them back.

    Args:
        batch_size: how many go together at most.
        workers: how many threads take them: the last ones are shared out.
    """

    def __init__(self, *, batch_size: int, workers: int) -> None:
        self._batch_size = batch_size
        self._workers = workers
        self._changed = threading.Condition()
        self._tasks: deque[Task] = deque()
        self._out = 0
        """How many batches are in somebody's hand."""
        self._is_held = False
        self._is_over = False

    @property
    def is_overtaken(self) -> bool:
        """Whether what is in hand is to be given back: it ends, or pauses."""
        return self._is_held or self._is_over

    def put(self, tasks: Iterable[Task]) -> None:
        """Add tasks at the end."""
        with self._changed:
            self._tasks.extend(tasks)
            self._changed.notify_all()

    def take(self) -> list[Task] | None:
        """Wait for tasks, and return some; None when there are none left, or it is over.

        An empty list says that it pauses: whoever holds something for the next ones lets it go.
        """
        with self._changed:
            if self._is_held and not self._is_over:
                return []
            while not self._is_over and not self._tasks and self._out:
                # what another one has in hand may come back
                self._changed.wait()
            if self._is_over or not self._tasks:
                return None
            share = -(-len(self._tasks) // (2 * self._workers))
            count = max(1, min(self._batch_size, share))
            self._out += 1
            return [self._tasks.popleft() for _ in range(min(count, len(self._tasks)))]

    def give_back(self, tasks: Sequence[Task]) -> None:
        """End what was taken, and put back what of it was not done."""
        with self._changed:
            self._out -= 1
            self._tasks.extendleft(reversed(tasks))
            self._changed.notify_all()

    def hold(self, *, is_held: bool) -> None:
        """Hold everything back, or let it go on."""
        with self._changed:
            self._is_held = is_held
            self._changed.notify_all()

    def wait_while_held(self) -> None:
        """Wait until it goes on, or is over."""
        with self._changed:
            while self._is_held and not self._is_over:
                self._changed.wait()

    def end(self) -> None:
        """Let nobody take anything any more."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
