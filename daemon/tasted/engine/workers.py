"""Equal workers: threads that each take a few items of a batch and do all of their computing.

    give → a worker takes a group → the stages of `looking` → take

There are no queues between decoding and embedding: whoever decoded a picture embeds it. A worker
takes one item while little waits, so that the first answer comes at once, and more when there are
more, because a model is quicker over several pictures. To those it adds yet another one while the
model is busy with the pictures of another worker. Touches threads alone.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from tasted.engine.item import PipelineItem
from tasted.rpc.messages import FILES_TOGETHER

Another = Callable[[], PipelineItem | None]
"""Takes one more item into a group; None when none waits, or the group is large."""
Look = Callable[[list[PipelineItem], Another], None]

_BEGUN_TOGETHER = 2
"""A model is hardly quicker over more, and the first of them would wait for it."""
_WAITING = 1
"""For each worker, beside what it may have in hand: what waits has been read and takes memory."""


class WorkerThreads:
    """The threads of the workers, kept from one batch to the next.

    A new thread is as urgent as the thread that started it, and on Linux it cannot become more
    urgent later. So each thread that asks, the urgent one and that of bulk work, gets its own.

    Args:
        count: how many workers there are.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._own = threading.local()

    def own(self) -> Executor:
        """Return the threads of the thread that asks."""
        threads: Executor | None = getattr(self._own, "threads", None)
        if threads is None:
            threads = self._own.threads = ThreadPoolExecutor(self.count, "looks")
        return threads


class Workers:
    """The workers of one batch; used by one thread, as a context, which ends when they rest.

    Args:
        threads: that they work in.
        look: takes a group of items through its stages, and others that it takes into the group;
            called by several threads at a time.
    """

    def __init__(self, threads: WorkerThreads, look: Look) -> None:
        self._count = threads.count
        self._threads = threads.own()
        self._look = look
        self._guard = threading.Lock()
        self._waiting: deque[PipelineItem] = deque()
        self._running = 0
        self._started: list[Future[None]] = []
        self._done: SimpleQueue[Sequence[PipelineItem] | BaseException] = SimpleQueue()
        self._in_hand = 0

    @property
    def in_hand(self) -> int:
        """How many items were given and not taken back."""
        return self._in_hand

    @property
    def has_enough(self) -> bool:
        """Whether so many items are in hand that no worker would wait for another one."""
        return self._in_hand >= self._count * (_WAITING + FILES_TOGETHER)

    def give(self, item: PipelineItem) -> None:
        """Let the next worker that is free take an item."""
        self._in_hand += 1
        with self._guard:
            self._waiting.append(item)
            is_wanted = self._running < self._count
            self._running += is_wanted
        if is_wanted:
            self._started.append(self._threads.submit(self._work))

    def drop_waiting(self) -> None:
        """Take away what no worker has begun with."""
        with self._guard:
            self._in_hand -= len(self._waiting)
            self._waiting.clear()

    def take(self, *, waits: bool) -> Sequence[PipelineItem]:
        """Take back a group that is done; empty when there is none.

        Args:
            waits: wait for one; there must be items in hand.

        Raises:
            whatever a worker raised.
        """
        try:
            done = self._done.get(block=waits)
        except Empty:
            return ()
        if isinstance(done, BaseException):
            raise done
        self._in_hand -= len(done)
        return done

    def _work(self) -> None:
        while group := self._next():
            try:
                self._look(group, partial(self._another, group))
            except BaseException as error:  # noqa: BLE001 - raised again where it is taken back
                self._done.put(error)
            else:
                self._done.put(group)

    def _another(self, group: list[PipelineItem]) -> PipelineItem | None:
        with self._guard:
            # somebody may wait for the first pictures of a batch, which are taken one by one
            if not self._waiting or not _BEGUN_TOGETHER <= len(group) < FILES_TOGETHER:
                return None
            group.append(self._waiting.popleft())
            return group[-1]

    def _next(self) -> list[PipelineItem]:
        with self._guard:
            # the last items of a batch are shared out evenly
            share = -(-len(self._waiting) // self._count)
            group = [self._waiting.popleft() for _ in range(min(share, _BEGUN_TOGETHER))]
            self._running -= not group
            return group

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        with self._guard:
            self._waiting.clear()
        wait(self._started)
