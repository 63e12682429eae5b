"""Has a model downloaded by a process of its own: `tasted models pull`, and nothing else.

The daemon itself opens no connection. The process is the command that a person would type, so a
download that was broken off is gone on with, and ends with the daemon that began it.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from tasted.errors import DownloadFailed
from tasted.home.switch_file import SwitchReason

_WORDS_MAX = 500
_LAST_WORDS_SECONDS = 1.0

log = structlog.get_logger("tasted.switching")


class ModelFetch:
    """One download at a time.

    Args:
        home_root: of the home.
        on_progress: called with the bytes so far, and of all, by a thread of its own.
        on_end: called with why it failed, or None, by that thread.
        command: what is started in the place of `tasted`.
    """

    def __init__(
        self,
        home_root: Path,
        *,
        on_progress: Callable[[str, int, int], None],
        on_end: Callable[[str, SwitchReason | None], None],
        command: tuple[str, ...] = (sys.executable, "-I", "-m", "tasted"),
    ) -> None:
        self._home_root = home_root
        self._on_progress = on_progress
        self._on_end = on_end
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a download is going on."""
        return self._process is not None and self._process.poll() is None

    def start(self, switch_id: str, model: str) -> None:
        """Begin to download a model; what is there already is kept."""
        if self.is_running:
            return
        words = ("--home", str(self._home_root), "--json", "models", "pull", model, "--progress")
        try:
            self._process = process = subprocess.Popen(
                [*self._command, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            self._on_end(switch_id, _failed(f"It cannot be started: {error.strerror}."))
            return
        threading.Thread(
            target=self._follow, args=(switch_id, process), name="model fetch", daemon=True
        ).start()

    def stop(self) -> None:
        """End a download; finished files are kept."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()

    def _follow(self, switch_id: str, process: subprocess.Popen[bytes]) -> None:
        said: list[bytes] = []
        with process:
            errors = process.stderr or ()
            reader = threading.Thread(target=lambda: said.extend(errors), daemon=True)
            reader.start()
            for line in process.stdout or ():
                self._progress(switch_id, line)
            status = process.wait()
            reader.join(_LAST_WORDS_SECONDS)
        if process is not self._process:
            # it was cancelled, and nobody waits for it
            return
        self._process = None
        log.info("model_fetched", status=status)
        self._on_end(switch_id, None if status == 0 else _failed(_words(said)))

    def _progress(self, switch_id: str, line: bytes) -> None:
        try:
            value = json.loads(line)
            done, total = value["done_bytes"], value["total_bytes"]
        except (ValueError, KeyError, TypeError):
            return
        if isinstance(done, int) and isinstance(total, int):
            self._on_progress(switch_id, done, total)


def _words(said: list[bytes]) -> str:
    text = b" ".join(said).decode("utf-8", "replace")
    return " ".join(text.split())[-_WORDS_MAX:]


def _failed(why: str) -> SwitchReason:
    return SwitchReason(
        DownloadFailed.code,
        f"The model could not be downloaded. {why}".strip(),
        "Try again: tasted models use NAME; finished files are kept.",
    )
