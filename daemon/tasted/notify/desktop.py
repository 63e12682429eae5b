"""Shows a notification: osascript on macOS, notify-send elsewhere. Starts a process for each one.

The only place that starts a process for notifications. Words travel as arguments, never as part of
a script.
"""

import contextlib
import shutil
import subprocess
import sys

from tasted.notify.news import TITLE
from tasted.plain_dataclass import dataclass
from tasted.system.platform import DARWIN

DEADLINE_SECONDS = 10.0
_SCRIPT = (
    "on run words",
    "display notification (item 1 of words) with title (item 2 of words)",
    "end run",
)
TEST_TEXT = "Notifications from tasted look like this."
_HIDDEN_ON_A_MAC = (
    "If none appeared: System Settings > Notifications > Script Editor, allow notifications; "
    "Focus may hide them too."
)
_HIDDEN_ELSEWHERE = "If none appeared, check the notification settings of your desktop."
_MESSAGE_CHARACTERS_MAX = 200
_NO_PROGRAM = {
    "osascript": "osascript is part of macOS: check that /usr/bin is in PATH.",
    "notify-send": "Install it: on Debian and Ubuntu it is in the package libnotify-bin.",
}


class NotShown(Exception):
    """A notification could not be handed over.

    Attributes:
        remedy: what to do.
    """

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Desktop:
    """Shows notifications, one at a time.

    Args:
        system: `sys.platform`; tests name another.
        path: the folders in which the program is looked for, as in PATH; None: the environment's.
        deadline_seconds: how long the program may take.
    """

    def __init__(
        self,
        *,
        system: str = sys.platform,
        path: str | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.program = "osascript" if system == DARWIN else "notify-send"
        self._path = path
        self._deadline_seconds = deadline_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def show(self, text: str) -> None:
        """Show one, and wait until the program has taken it.

        That macOS took it does not mean that anybody sees it: it is shown in the name of Script
        Editor, whose notifications may be switched off.

        Raises:
            NotShown: when there is no such program, or it failed or hung.
        """
        found = shutil.which(self.program, path=self._path)
        if found is None:
            raise NotShown(f"There is no program {self.program}.", remedy=_NO_PROGRAM[self.program])
        try:
            self._run([found, *self._arguments(text)])
        except OSError as error:
            raise self._failed(error.strerror or str(error)) from error

    def _arguments(self, text: str) -> list[str]:
        if self.program == "osascript":
            lines = [word for line in _SCRIPT for word in ("-e", line)]
            return [*lines, "--", text, TITLE]
        return [f"--app-name={TITLE}", "--", TITLE, text]

    def _run(self, command: list[str]) -> None:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
        ) as process:
            self._process = process
            if self._is_over:
                process.kill()
            try:
                _nothing, complaint = process.communicate(timeout=self._deadline_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                raise self._failed(f"no answer in {self._deadline_seconds:.0f} seconds") from None
            finally:
                self._process = None
        if process.returncode:
            words = " ".join(complaint.decode("utf-8", "replace").split())[:_MESSAGE_CHARACTERS_MAX]
            raise self._failed(words or f"exit status {process.returncode}")

    def _failed(self, why: str) -> NotShown:
        return NotShown(
            f"{self.program} failed: {why}",
            remedy="Notifications need a desktop session: log in to one.",
        )

    def interrupt(self) -> None:
        """End the program from another thread, for good."""
        self._is_over = True
        process = self._process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a test notification.

    Attributes:
        is_handed_over: whether the program took it; only a person sees whether it appeared.
        message: what happened.
        remedy: what to do when none appeared.
    """

    is_handed_over: bool
    message: str
    remedy: str


def try_out(desktop: Desktop) -> Trial:
    """Show one notification now, whatever the settings say."""
    try:
        desktop.show(TEST_TEXT)
    except NotShown as error:
        return Trial(is_handed_over=False, message=str(error), remedy=error.remedy)
    remedy = _HIDDEN_ON_A_MAC if desktop.program == "osascript" else _HIDDEN_ELSEWHERE
    return Trial(
        is_handed_over=True,
        message=f"Sent a test notification through {desktop.program}.",
        remedy=remedy,
    )
