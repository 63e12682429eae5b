"""The light side of the engine: start it on demand, ask it, hold it to a deadline, end it.

The door of `subprocess` for the engine. The engine lives in a process of its own so that its memory
really returns when it leaves, and so that a picture that kills a decoder kills nothing else.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tasted import frames
from tasted.errors import EngineFailed

COMMAND = (sys.executable, "-I", "-m", "tasted.engine")
_START_SECONDS = 120.0
_LOAD_SECONDS = 900.0
_LEAVE_SECONDS = 10.0
_STDERR_TAIL_BYTES = 2000

# offline for good: only `tasted models pull` may open a connection, and it is another process
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class EngineDiedError(Exception):
    """The engine went away, or missed its deadline, while it had a request in its hands."""


class EngineProcess:
    """One engine at a time; every `ask` starts it if need be.

    Args:
        hello: the first message: home and settings.
        stderr_file: where the engine's last words go; cut off at every start.
        deadline_seconds: for one answer, not counting the time in which the model is loaded.
        command: what is started; tests pass an engine of their own.
        on_start: called with the answer to `hello` after each start.
    """

    def __init__(
        self,
        hello: frames.Message,
        *,
        stderr_file: Path,
        deadline_seconds: float,
        command: tuple[str, ...] = COMMAND,
        on_start: Callable[[frames.Message], None] = lambda _answer: None,
    ) -> None:
        self._hello = hello
        self._stderr_file = stderr_file
        self._deadline_seconds = deadline_seconds
        self._command = command
        self._on_start = on_start
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The engine's pid while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def ask(self, message: frames.Message) -> frames.Message:
        """Send a request and wait for its answer.

        Raises:
            EngineFailed: when the engine cannot be started at all.
            EngineDiedError: when it died or hung over this request. The next call starts a new one.
        """
        process = self._running()
        try:
            return self._exchange(process, message)
        except (frames.FrameError, OSError, TimeoutError) as error:
            last_words = self._bury(process)
            raise EngineDiedError(f"{error}{last_words}") from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._process is not None:
            self._bury(self._process)
        self._process = process = self._started()
        try:
            answer = self._exchange(process, self._hello, deadline_seconds=_START_SECONDS)
        except (frames.FrameError, OSError, TimeoutError) as error:
            raise self._failed(f"{error}{self._bury(process)}") from error
        self._on_start(answer)
        return process

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **OFFLINE}
        try:
            with self._stderr_file.open("wb") as stderr:
                return subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env=environment,
                    cwd="/",
                    bufsize=0,
                )
        except OSError as error:
            raise self._failed(str(error)) from error

    @staticmethod
    def _failed(why: str) -> EngineFailed:
        return EngineFailed(
            f"The engine cannot be started: {why}.",
            remedy="Reinstall tasted; the log in .tasted/logs says more.",
        )

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        message: frames.Message,
        *,
        deadline_seconds: float | None = None,
    ) -> frames.Message:
        if process.stdin is None or process.stdout is None:
            raise frames.FrameError("the engine has no pipes")
        allowed = self._deadline_seconds if deadline_seconds is None else deadline_seconds
        deadline = time.monotonic() + allowed
        frames.write(process.stdin.fileno(), message, deadline=deadline)
        while True:
            answer = frames.read(process.stdout.fileno(), deadline=deadline)
            kind = answer.get("type")
            if kind == "loading":
                # a large model on a cold disk takes what it takes; the clock of the request rests
                deadline = time.monotonic() + _LOAD_SECONDS
            elif kind == "loaded":
                deadline = time.monotonic() + allowed
            else:
                return answer

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
        """Kill the engine from another thread, so that a waiting `ask` ends at once."""
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
