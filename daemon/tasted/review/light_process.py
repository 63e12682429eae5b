"""The way to the light process: calls go out, answers come back, in any order.

Reads frames from one descriptor on a thread of its own, and writes them to another on a second one,
so that the loop of the server never waits for a pipe.
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable

from tasted.review.api.problems import RefusedRequest
from tasted.rpc import framing
from tasted.rpc.review_encoding import call_frame, review_answer_from
from tasted.rpc.review_messages import (
    CallDone,
    CallRefused,
    Happened,
    PictureGiven,
    ReviewAnswer,
    ReviewCall,
)
from tasted.system.faultpoints import reach

CALL_SECONDS = 60.0
"""How long an answer is waited for."""


class LightProcess:
    """The other end of the pipes.

    Args:
        answers: the descriptor to read.
        calls: the descriptor to write.
        on_event: handed what happened, on the loop.
        on_end: called on the loop when the light process closed its pipe, or cannot be understood.
    """

    def __init__(
        self,
        answers: int,
        calls: int,
        *,
        on_event: Callable[[Happened], None],
        on_end: Callable[[], None],
    ) -> None:
        self._answers = answers
        self._calls = calls
        self._on_event = on_event
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[CallDone | PictureGiven]] = {}
        self._outgoing: queue.SimpleQueue[framing.Message] = queue.SimpleQueue()
        self._is_over = False

    def start(self) -> None:
        """Begin to listen and to write; both threads end with the process."""
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    async def ask(self, call: ReviewCall, *, seconds: float = CALL_SECONDS) -> CallDone:
        """Have something done and return the body.

        Raises:
            RefusedRequest: as the light process refuses it, or when no answer comes.
        """
        answer = await self._ask(call, seconds)
        if isinstance(answer, CallDone):
            return answer
        raise RefusedRequest("failed", "A picture came where none was asked for.")

    async def ask_picture(self, call: ReviewCall, *, seconds: float = CALL_SECONDS) -> PictureGiven:
        """Have a picture made and return it; raises as `ask`."""
        answer = await self._ask(call, seconds)
        if isinstance(answer, PictureGiven):
            return answer
        raise RefusedRequest("failed", "No picture came where one was asked for.")

    async def _ask(self, call: ReviewCall, seconds: float) -> CallDone | PictureGiven:
        number = next(self._numbers)
        answered: asyncio.Future[CallDone | PictureGiven] = self._loop.create_future()
        if self._is_over:
            raise _no_answer()
        reach("web.asked")
        self._waiting[number] = answered
        self._outgoing.put(call_frame(number, call))
        try:
            async with asyncio.timeout(seconds):
                return await answered
        except TimeoutError as error:
            raise _no_answer() from error
        finally:
            self._waiting.pop(number, None)

    # ---- the threads ------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while True:
                answer = review_answer_from(framing.read(self._answers))
                self._loop.call_soon_threadsafe(self._take, answer)
        except (framing.FrameError, OSError):
            self._tell_end()
        except RuntimeError:
            # the loop was closed: the process ends
            return

    def _write(self) -> None:
        try:
            while True:
                framing.write(self._calls, self._outgoing.get())
                reach("web.sent")
        except (framing.FrameError, OSError):
            self._tell_end()

    def _tell_end(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:
            # as above
            return

    # ---- on the loop ------------------------------------------------------------------

    def _take(self, answer: ReviewAnswer) -> None:
        if isinstance(answer, Happened):
            self._on_event(answer)
        elif isinstance(answer, CallDone | PictureGiven | CallRefused):
            reach("web.told")
            # a client that left, or waited too long, waits no more
            waiting = self._waiting.get(answer.number)
            if waiting is None or waiting.done():
                return
            if isinstance(answer, CallRefused):
                waiting.set_exception(RefusedRequest(answer.code, answer.message, answer.remedy))
            else:
                waiting.set_result(answer)

    def _end(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(_no_answer())
        self._on_end()


def _no_answer() -> RefusedRequest:
    return RefusedRequest(
        "no_answer", "tasted is not answering.", "Try again; see what it does: tasted status"
    )
