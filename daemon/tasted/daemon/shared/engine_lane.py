"""What other threads want of the engine, one thing after the other. No I/O.

The engine is asked by the worker's thread alone, so a request waits here until that has a moment:
between two files of a batch at the latest. Whoever asks gets a future.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

from tasted.errors import EngineFailed, ServiceFault
from tasted.rpc.messages import EngineAnswer, EngineRequest

AnswerT = TypeVar("AnswerT", bound=EngineAnswer)


class AskEngine(Protocol):
    """Hands a request to the engine."""

    def __call__(self, request: EngineRequest[AnswerT], /) -> "Future[AnswerT]":
        """Return the answer to be."""
        ...


class EngineCall(Generic[AnswerT]):
    """A request and the future of its answer.

    Args:
        request: to the engine.
    """

    def __init__(self, request: EngineRequest[AnswerT]) -> None:
        self.request = request
        self.future: Future[AnswerT] = Future()

    def begin(self) -> bool:
        """Take it up; False when nobody waits for it any more."""
        return self.future.set_running_or_notify_cancel()

    def answer(self, answer: AnswerT) -> None:
        """Hand the answer over."""
        self.future.set_result(answer)

    def refuse(self, fault: Exception) -> None:
        """Say why there is none; also before it was taken up."""
        if self.future.running() or self.begin():
            self.future.set_exception(fault)


class EngineLane:
    """The calls that wait. Any thread may ask; one takes.

    Args:
        changed: of the queue that this is a lane of; told of every call.
        wake: ends a pause of the one that takes.
    """

    def __init__(self, changed: threading.Condition, wake: Callable[[], None]) -> None:
        self._changed = changed
        self._wake = wake
        self._waiting: deque[EngineCall[Any]] = deque()
        self._is_closed = False

    def ask(self, request: EngineRequest[AnswerT]) -> Future[AnswerT]:
        """Let a request wait; see `WorkQueue.ask_engine`."""
        call = EngineCall(request)
        with self._changed:
            is_served = not self._is_closed
            if is_served:
                self._waiting.append(call)
                self._changed.notify_all()
        if is_served:
            self._wake()
        else:
            call.refuse(_ending())
        return call.future

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is served."""
        with self._changed:
            return self._is_closed

    @property
    def is_waiting(self) -> bool:
        """Whether there is any."""
        with self._changed:
            return bool(self._waiting)

    def take(self) -> EngineCall[EngineAnswer] | None:
        """Return the call that has waited longest; None without any."""
        with self._changed:
            return self._waiting.popleft() if self._waiting else None

    def refuse_all(self) -> None:
        """Refuse what was asked before pictures were forgotten: an answer might show them."""
        self._refuse(forgotten_meanwhile)

    def close(self) -> None:
        """Serve nothing more, and refuse what waits."""
        with self._changed:
            self._is_closed = True
        self._refuse(_ending)

    def _refuse(self, fault: Callable[[], ServiceFault]) -> None:
        with self._changed:
            refused = list(self._waiting)
            self._waiting.clear()
        # outside of the lock: callbacks of whoever asked run now
        for call in refused:
            call.refuse(fault())


def forgotten_meanwhile() -> ServiceFault:
    """Return why there is no answer to what was asked before pictures were forgotten."""
    return ServiceFault("Pictures were forgotten meanwhile.", remedy="Ask again.")


def _ending() -> ServiceFault:
    return EngineFailed("tasted is ending.", remedy="Start it again: tasted run")
