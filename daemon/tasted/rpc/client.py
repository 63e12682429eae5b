"""The light side of the engine: start it on demand, ask it, hold it to a deadline, end it.

The engine lives in a process of its own so that its memory really returns when it leaves, and so
that a picture that kills a decoder kills nothing else. `engine_start` starts it.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, Self, TypeVar, cast

import structlog

from tasted.errors import EngineFailed, MemoryCeilingTooLow, ServiceFault
from tasted.rpc import framing
from tasted.rpc.backfill_messages import ScoreTree
from tasted.rpc.batch_in_hand import BatchInHand
from tasted.rpc.encoding import answer_from, check_protocol, to_json
from tasted.rpc.engine_start import (
    EngineStart,
    Process,
    WaitingEngine,
    end,
    let_leave,
    not_started,
    was_killed,
)
from tasted.rpc.messages import (
    FILES_TOGETHER,
    BatchScored,
    EngineAnswer,
    EngineRequest,
    Fault,
    FileResult,
    Hello,
    ModelLoaded,
    ModelLoading,
    Ready,
    ReferencesMissing,
    RequestedFile,
    ScoreBatch,
    TastePublished,
    WarmedUp,
    WarmUp,
)
from tasted.system.machine_faults import tells_of_memory

AnswerT = TypeVar("AnswerT", bound=EngineAnswer)

_START_SECONDS = 120.0
_LOAD_SECONDS = 900.0
_STDERR_TAIL_BYTES = 2000
_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.rpc")


class Ask(Protocol):
    """`EngineProcess.ask`, for whoever is handed that alone."""

    def __call__(self, request: EngineRequest[AnswerT], *, deadlines: int = 1) -> AnswerT:
        """Send a request and wait for its answer."""
        ...


class EngineDiedError(Exception):
    """The engine went away, or missed its deadline, before it answered a request.

    Args:
        message: how it ended, with its last words.
        for_memory: whether it had no memory, or was killed by the system, which kills for that.
    """

    def __init__(self, message: str, *, for_memory: bool = False) -> None:
        super().__init__(message)
        self.for_memory = for_memory


class EngineProcess:
    """One engine at a time; `ask` starts it where none runs.

    Args:
        hello: the first request: home and settings.
        start: how it is started.
        deadline_seconds: for one answer, not counting the time in which the model is loaded.
        max_memory_bytes: what the engine may hold; one that holds more after an answer is ended,
            and the next request starts a new one.
        waiting: is taken when an engine is first needed, if it waits still.
    """

    def __init__(
        self,
        hello: Hello,
        start: EngineStart,
        *,
        deadline_seconds: float,
        max_memory_bytes: int = sys.maxsize,
        waiting: WaitingEngine | None = None,
    ) -> None:
        self._hello = hello
        self._start = start
        self._deadline_seconds = deadline_seconds
        self._max_memory_bytes = max_memory_bytes
        self._waiting = waiting
        self._process: Process | None = None
        self._is_loading = False
        self._is_fresh = True
        self._has_published_too_large = False
        self._is_over = False

    @property
    def pid(self) -> int | None:
        """The engine's pid while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, request: EngineRequest[AnswerT], *, deadlines: int = 1) -> AnswerT:
        """Send a request and wait for its answer.

        Args:
            request: what is asked; its class says what the answer is.
            deadlines: how many times the deadline it may take.

        Raises:
            ServiceFault: what the engine says is wrong with the service.
            EngineFailed: when the engine cannot be started, died while it loaded the model, or is
                of another version.
            MemoryCeilingTooLow: when the model alone holds more memory than is allowed.
            EngineDiedError: when it died or hung over this request. The next call starts a new one.
        """
        return self._ask(request, deadlines, _refuse)

    def score(
        self,
        batch: ScoreBatch | ScoreTree,
        keep: Callable[[FileResult], None],
        *,
        is_overtaken: Callable[[], bool] = lambda: False,
        more: Callable[[int], Sequence[RequestedFile]] = lambda _most: (),
    ) -> BatchScored:
        """Have a batch done; the deadline counts anew from every file that is answered.

        Args:
            batch: what is to be done.
            keep: called with the result of each file as it comes, in the middle of the request:
                what takes time is for another thread.
            is_overtaken: asked after each file: whether the rest of the batch is to be left.
            more: asked when half of the batch is left, for so many files, or fewer, that the engine
                is to go on with. They may not be answered: it may be done with the batch by then.

        Raises:
            as `ask`; what `keep` was called for is done all the same.
        """
        in_hand = BatchInHand(
            batch.files, keep, send=self._send_amid, is_overtaken=is_overtaken, more=more
        )
        deadlines = min(len(batch.files), FILES_TOGETHER)
        return self._ask(batch, deadlines, in_hand.take, in_hand.end)

    def _send_amid(self, frame: bytes) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            deadline = time.monotonic() + self._deadline_seconds
            framing.write_frame(process.stdin.fileno(), frame, deadline=deadline)

    def _ask(
        self,
        request: EngineRequest[AnswerT],
        deadlines: int,
        take: Callable[[EngineAnswer], None],
        at_end: Callable[[], None] = lambda: None,
    ) -> AnswerT:
        opens_model = isinstance(request, WarmUp | ScoreBatch) and request.needs_model
        process = self._running(opens_model=opens_model)
        allowed_seconds = max(1, deadlines) * self._deadline_seconds
        try:
            answer = self._exchange(process, request, allowed_seconds, take)
            if not isinstance(answer, Fault):
                at_end()
        except (framing.FrameError, OSError, TimeoutError) as error:
            is_killed = not isinstance(error, TimeoutError) and was_killed(process)
            last_words = self._bury(process)
            if self._is_loading:
                raise EngineFailed(
                    f"The engine ended while it loaded the model: {error}{last_words}.",
                    remedy="Close other programs if memory is short; tasted keeps trying.",
                ) from error
            for_memory = is_killed or tells_of_memory(last_words)
            raise EngineDiedError(f"{error}{last_words}", for_memory=for_memory) from error
        self._limit_memory(process, answer)
        self._is_fresh = self._is_fresh and isinstance(answer, WarmedUp)
        if isinstance(answer, Fault):
            fault = answer.error()
            if fault.needs_new_engine:
                self.stop()
            raise fault
        return cast("AnswerT", answer)

    def _limit_memory(self, process: Process, answer: EngineAnswer) -> None:
        """End an engine that holds too much; the next request starts a new one."""
        if answer.resident_bytes <= self._max_memory_bytes:
            return
        if self._is_fresh and isinstance(answer, TastePublished | ReferencesMissing):
            # it has opened the library and looked at no picture: a new one would hold as much,
            # unless this one has fitted a taste, which the next one finds on disk
            if isinstance(answer, ReferencesMissing) or self._has_published_too_large:
                self._check_ceiling(process, answer.resident_bytes)
            self._has_published_too_large = True
        log.info("engine_recycled", resident_mb=round(answer.resident_bytes / _MEGABYTE))
        self.stop()

    def _running(self, *, opens_model: bool) -> Process:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._process is not None:
            self._bury(self._process)
        if self._is_over:
            raise EngineFailed("The engine was ended with the daemon.")
        self._process = process = self._started()
        self._is_fresh = True
        try:
            hello = replace(self._hello, parent=os.getpid(), opens_model=opens_model)
            answer = self._exchange(process, hello, _START_SECONDS, _refuse)
        except (framing.FrameError, OSError, TimeoutError) as error:
            raise not_started(f"{error}{self._bury(process)}") from error
        try:
            if isinstance(answer, Fault):
                raise answer.error()
            check_protocol(answer.protocol if isinstance(answer, Ready) else None)
        except ServiceFault:
            self._bury(process)
            raise
        return process

    def _started(self) -> Process:
        process = self._waiting.take(self._start) if self._waiting is not None else None
        return process if process is not None else self._start.begin()

    def _exchange(
        self,
        process: Process,
        request: EngineRequest[EngineAnswer],
        allowed_seconds: float,
        take: Callable[[EngineAnswer], None],
    ) -> EngineAnswer:
        """Send a request and return what ends it; what comes before that is for `take`."""
        if process.stdin is None or process.stdout is None:
            raise framing.FrameError("the engine has no pipes")
        self._is_loading = False
        deadline = time.monotonic() + allowed_seconds
        framing.write(process.stdin.fileno(), to_json(request), deadline=deadline)
        while True:
            answer = answer_from(framing.read(process.stdout.fileno(), deadline=deadline))
            if isinstance(answer, ModelLoading):
                # a large model on a cold disk takes what it takes; the clock of the request rests
                self._is_loading = True
                deadline = time.monotonic() + _LOAD_SECONDS
            elif isinstance(answer, ModelLoaded):
                self._is_loading = False
                self._check_ceiling(process, answer.resident_bytes)
                deadline = time.monotonic() + allowed_seconds
            elif isinstance(answer, (Fault, *request.answer_types)):
                return answer
            else:
                take(answer)
                # what needs no model is answered while another thread loads it
                anew = time.monotonic() + allowed_seconds
                deadline = max(deadline, anew) if self._is_loading else anew

    def _check_ceiling(self, process: Process, held: int) -> None:
        if held <= self._max_memory_bytes:
            return
        self._bury(process)
        raise MemoryCeilingTooLow(
            f"The engine holds {held / _MEGABYTE:.0f} MB of memory before its first picture, and "
            f"engine.max_memory_mb is {self._max_memory_bytes / _MEGABYTE:.0f}.",
            remedy="Raise it: tasted config set max_memory_mb NUMBER; or choose a smaller model.",
        )

    def _bury(self, process: Process) -> str:
        """End a broken engine, wait for it, and return its last words for the log."""
        if self._process is process:
            self._process = None
        status = end(process)
        with contextlib.suppress(OSError):
            words = self._start.stderr_file.read_bytes()[-_STDERR_TAIL_BYTES:]
            last = words.decode("utf-8", "replace").strip().splitlines()
            return f" (exit status {status}{': ' + last[-1] if last else ''})"
        return f" (exit status {status})"

    def stop(self) -> None:
        """Let the engine leave: close its pipe, wait, and kill it when it does not go."""
        process, self._process = self._process, None
        if process is not None:
            let_leave(process)

    def interrupt(self) -> None:
        """Kill the engine from another thread, for good: `ask` ends, and starts no other."""
        self._is_over = True
        process = self._process
        if process is not None:
            process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def _refuse(answer: EngineAnswer) -> None:
    raise framing.FrameError(f"{type(answer).__name__} is not the answer")
