"""The light side of the engine: start it on demand, ask it, hold it to a deadline, end it.

The door of `subprocess` for the engine. The engine lives in a process of its own so that its memory
really returns when it leaves, and so that a picture that kills a decoder kills nothing else.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import structlog

from tasted import frames
from tasted.errors import EngineFailed, MemoryCeilingTooLow
from tasted.files import private_folder

COMMAND = (sys.executable, "-I", "-m", "tasted.engine")
_START_SECONDS = 120.0
_LOAD_SECONDS = 900.0
_LEAVE_SECONDS = 10.0
_STDERR_TAIL_BYTES = 2000
_MEGABYTE = 1_000_000

# offline for good: only `tasted models pull` may open a connection, and it is another process
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


log = structlog.get_logger("tasted.engine_process")

# torch's threads wait for each other busily: on a machine with other work to do that is where most
# of the processor's time goes. Who knows better may set it otherwise
RESTING = {"OMP_WAIT_POLICY": "PASSIVE"}


# OpenMP, OpenBLAS, MKL and Accelerate: each would take every core there is
_CAPPED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class EngineDiedError(Exception):
    """The engine went away, or missed its deadline, while it had a request in its hands."""


class EngineProcess:
    """One engine at a time; every `ask` starts it if need be.

    Args:
        hello: the first message: home and settings.
        stderr_file: where the engine's last words go; cut off at every start.
        deadline_seconds: for one answer, not counting the time in which the model is loaded.
        max_memory_bytes: what the engine may hold; one that holds more after an answer is ended,
            and started anew by the next question.
        threads: how many threads may compute at a time; None leaves that to the libraries.
        command: what is started; tests pass an engine of their own.
        lock: a descriptor that the engine keeps open, so that the home stays locked until both
            processes have gone.
    """

    def __init__(
        self,
        hello: frames.Message,
        *,
        stderr_file: Path,
        deadline_seconds: float,
        max_memory_bytes: int = sys.maxsize,
        threads: int | None = None,
        command: tuple[str, ...] = COMMAND,
        lock: int | None = None,
    ) -> None:
        self._hello = hello
        self._stderr_file = stderr_file
        self._deadline_seconds = deadline_seconds
        self._max_memory_bytes = max_memory_bytes
        self._caps = {} if threads is None else dict.fromkeys(_CAPPED, str(threads))
        self._command = command
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None
        self._is_loading = False
        self._is_fresh = True
        self._is_over = False

    @property
    def pid(self) -> int | None:
        """The engine's pid while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, message: frames.Message, *, parts: int = 1) -> frames.Message:
        """Send a request and wait for its answer.

        Args:
            message: the request.
            parts: how many times the deadline it may take: one for each file of a batch.

        Raises:
            EngineFailed: when the engine cannot be started, or died while it loaded the model.
            MemoryCeilingTooLow: when the model alone holds more memory than is allowed.
            EngineDiedError: when it died or hung over this request. The next call starts a new one.
        """
        process = self._running()
        try:
            answer = self._exchange(process, message, parts * self._deadline_seconds)
        except (frames.FrameError, OSError, TimeoutError) as error:
            last_words = self._bury(process)
            if self._is_loading:
                raise EngineFailed(
                    f"The engine ended while it loaded the model: {error}{last_words}.",
                    remedy="Close other programs if memory is short; tasted goes on trying.",
                ) from error
            raise EngineDiedError(f"{error}{last_words}") from error
        held = answer.get("resident_bytes", 0)
        if held > self._max_memory_bytes:
            if message.get("type") == "labels" and self._is_fresh:
                # it has opened the library and nothing else: a new one would hold as much
                self._check_ceiling(process, held)
            log.info("engine_recycled", resident_mb=round(held / _MEGABYTE))
            self.stop()
        self._is_fresh = False
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._process is not None:
            self._bury(self._process)
        if self._is_over:
            raise EngineFailed("The engine was ended with the daemon.")
        self._process = process = self._started()
        self._is_fresh = True
        try:
            self._exchange(process, {**self._hello, "parent": os.getpid()}, _START_SECONDS)
        except (frames.FrameError, OSError, TimeoutError) as error:
            raise self._failed(f"{error}{self._bury(process)}") from error
        return process

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**RESTING, **os.environ, **self._caps, **OFFLINE}
        try:
            private_folder(self._stderr_file.parent)
            with self._stderr_file.open("wb") as stderr:
                return subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=environment,
                    cwd="/",
                    bufsize=0,
                    pass_fds=() if self._lock is None else (self._lock,),
                )
        except OSError as error:
            raise self._failed(str(error)) from error

    @staticmethod
    def _failed(why: str) -> EngineFailed:
        return EngineFailed(
            f"The engine cannot be started: {why}.",
            remedy="The log in .tasted/logs says more; tasted goes on trying.",
        )

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        message: frames.Message,
        allowed: float,
    ) -> frames.Message:
        if process.stdin is None or process.stdout is None:
            raise frames.FrameError("the engine has no pipes")
        self._is_loading = False
        deadline = time.monotonic() + allowed
        frames.write(process.stdin.fileno(), message, deadline=deadline)
        while True:
            answer = frames.read(process.stdout.fileno(), deadline=deadline)
            kind = answer.get("type")
            self._is_loading = kind == "loading"
            if kind == "loading":
                # a large model on a cold disk takes what it takes; the clock of the request rests
                deadline = time.monotonic() + _LOAD_SECONDS
            elif kind == "loaded":
                self._check_ceiling(process, answer.get("resident_bytes", 0))
                deadline = time.monotonic() + allowed
            else:
                return answer

    def _check_ceiling(self, process: subprocess.Popen[bytes], held: int) -> None:
        if held <= self._max_memory_bytes:
            return
        self._bury(process)
        raise MemoryCeilingTooLow(
            f"The engine holds {held / _MEGABYTE:.0f} MB of memory before its first picture, and "
            f"engine.max_memory_mb is {self._max_memory_bytes / _MEGABYTE:.0f}.",
            remedy="Raise engine.max_memory_mb in config/tasted.toml, or choose a smaller model.",
        )

    def _bury(self, process: subprocess.Popen[bytes]) -> str:
        """End a broken engine, wait for it, and return its last words for the log."""
        if self._process is process:
            self._process = None
        process.kill()
        status = process.wait()
        self._close_pipes(process)
        with contextlib.suppress(OSError):
            words = self._stderr_file.read_bytes()[-_STDERR_TAIL_BYTES:]
            last = words.decode("utf-8", "replace").strip().splitlines()
            return f" (exit status {status}{': ' + last[-1] if last else ''})"
        return f" (exit status {status})"

    def stop(self) -> None:
        """Let the engine leave: close its pipe, wait, and kill it when it does not go."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._close_pipes(process)

    def interrupt(self) -> None:
        """Kill the engine from another thread, for good: a waiting `ask` ends, none starts anew."""
        self._is_over = True
        process = self._process
        if process is not None:
            process.kill()

    @staticmethod
    def _close_pipes(process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
