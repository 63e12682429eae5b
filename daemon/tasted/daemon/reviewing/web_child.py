"""The process of the page: start it with the listening socket, exchange frames, end it.

The door of `subprocess` for the web child. It gets no lock of the home, no file, and of the
environment only what it needs; what a library prints goes to `.tasted/logs/web.stderr`.
"""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from tasted.rpc import framing
from tasted.rpc.review_encoding import answer_frame
from tasted.rpc.review_messages import ReviewAnswer, ReviewHello
from tasted.system.files import open_anew, private_folder

COMMAND = (sys.executable, "-I", "-m", "tasted.review")
_LEAVE_SECONDS = 5.0
_SEND_SECONDS = 10.0
_STDERR_TAIL_BYTES = 2_000
# where to find programs, words and clocks; the last two are for tests and for measuring coverage
_INHERITED = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TASTED_FAULT_POINT"})
_INHERITED_BEGINNINGS = ("LC_", "COVERAGE_")


class WebChild:
    """One running web child.

    Args:
        listener: the socket that it accepts from.
        hello: the first thing that it is told.
        stderr_file: where its last words go; cut off at every start.
        command: what is started; the number of the socket's descriptor is added.

    Raises:
        OSError: when it cannot be started.
    """

    def __init__(
        self,
        listener: socket.socket,
        hello: ReviewHello,
        *,
        stderr_file: Path,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._stderr_file = stderr_file
        self._sending = threading.Lock()
        self._is_broken = False
        # only the folder of the logs: nothing is made where a home was unmounted
        private_folder(stderr_file.parent, below=stderr_file.parent.parent)
        with open_anew(stderr_file) as stderr:
            self._process = subprocess.Popen(
                (*command, str(listener.fileno())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=_environment(),
                cwd="/",
                bufsize=0,
                pass_fds=(listener.fileno(),),
            )
        self.send(hello)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that is readable when it says something, or left."""
        if self._process.stdout is None:
            raise framing.FrameError("the web child has no pipes")
        return self._process.stdout.fileno()

    def read(self) -> framing.Message:
        """Return the next frame; call it when `fileno` is readable.

        Raises:
            FrameError: when it left, or sent something that is none.
            TimeoutError: when it sent part of one and no more.
        """
        return framing.read(self.fileno(), deadline=time.monotonic() + _SEND_SECONDS)

    def send(self, answer: ReviewAnswer) -> None:
        """Tell it something; any thread may. A child that does not listen is ended."""
        pipe = self._process.stdin
        with self._sending:
            if pipe is None or pipe.closed or self._is_broken:
                return
            try:
                deadline = time.monotonic() + _SEND_SECONDS
                framing.write(pipe.fileno(), answer_frame(answer), deadline=deadline)
            except (OSError, TimeoutError, framing.FrameError):
                # part of a frame may have gone: nothing that follows could be understood
                self._is_broken = True
                self._process.kill()

    def end(self) -> None:
        """Let it leave: close its pipe, wait, and kill it when it does not go."""
        with self._sending:
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def bury(self) -> str:
        """End it whatever it does, and return its last words for the log."""
        self._process.kill()
        self.end()
        with contextlib.suppress(OSError):
            words = self._stderr_file.read_bytes()[-_STDERR_TAIL_BYTES:]
            last = words.decode("utf-8", "replace").strip().splitlines()
            return f"exit status {self._process.returncode}{': ' + last[-1] if last else ''}"
        return f"exit status {self._process.returncode}"


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_BEGINNINGS)
    }
