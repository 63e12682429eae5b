"""`tasted run --service`: what a person has to mend is waited for, not ended with.

A service manager starts anew what ends with a failure, every few seconds and for ever. So a broken
setting, or a home that is in other hands or may not be read, keeps this process alive in the state
`blocked`; `.tasted/blocked.json` says why, and it goes on by itself when that is mended.
Touches that file, stderr and the files that launchd made of stdout and stderr.
"""

import contextlib
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tasted.daemon.bell import Bell
from tasted.daemon.notifier import Notifier
from tasted.errors import CommandError, TastedError
from tasted.home import Home
from tasted.platform import access_remedy
from tasted.status import FaultReport, Heartbeat, write_blocked

_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
_STDOUT, _STDERR = 1, 2
_OUTPUT_BYTES_MAX = 5_000_000
_UNDER_LAUNCHD = "XPC_SERVICE_NAME"


def serve(
    attempt: Callable[[Bell], None], home: Home, *, notifier: Notifier, say: Callable[[str], None]
) -> None:
    """Try to be the daemon until that ends as asked, however long something stands in the way.

    Args:
        attempt: runs the daemon; calls `unblock` when it has the home; raises CommandError or
            OSError when it cannot.
        home: as it was named; it may not be there.
        notifier: the line to systemd.
        say: tells a human.
    """
    started_at = datetime.now(UTC)
    told = None
    failures = 0
    with contextlib.closing(Bell()) as bell, bell.rung_by_signals():
        while True:
            try:
                attempt(bell)
            except (CommandError, OSError) as error:
                report = _report(error)
            else:
                return
            if report != told:
                told = report
                # a full disk must not end what waits for space
                with contextlib.suppress(OSError):
                    say(
                        f"{datetime.now(UTC):%F %T}Z blocked: {report.message}\n  → {report.remedy}"
                    )
            _publish(home, Heartbeat(os.getpid(), "blocked", started_at, datetime.now(UTC), report))
            # a start that waits for a person is over: systemd must not end it
            notifier.ready()
            pause_seconds = _PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)]
            failures += 1
            if _asked_to_stop(bell, notifier, pause_seconds):
                notifier.stopping()
                unblock(home)
                return


def unblock(home: Home) -> None:
    """Take back what was said of being blocked."""
    with contextlib.suppress(OSError):
        home.blocked_file.unlink()


def cut_output(environment: Mapping[str, str]) -> None:
    """Empty the files that launchd appends stdout and stderr to, when they have grown long.

    It never rotates them, and whoever renames them is written past.
    """
    if not environment.get(_UNDER_LAUNCHD):
        return
    for descriptor in (_STDOUT, _STDERR):
        with contextlib.suppress(OSError):
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_size > _OUTPUT_BYTES_MAX:
                os.ftruncate(descriptor, 0)


def _asked_to_stop(bell: Bell, notifier: Notifier, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while True:
        left = max(0.0, ends - time.monotonic())
        if bell.wait(min(left, notifier.ping_seconds or left)):
            return True
        notifier.ping()
        if time.monotonic() >= ends:
            return False


def _publish(home: Home, beat: Heartbeat) -> None:
    # a home that is not there must not be made by telling so; what was said on stderr remains
    with contextlib.suppress(OSError):
        if home.state.is_dir():
            write_blocked(home.blocked_file, beat)


def _report(error: CommandError | OSError) -> FaultReport:
    if isinstance(error, TastedError):
        return FaultReport(error.code, error.message, error.remedy)
    where = f" ({error.filename})" if error.filename else ""
    return FaultReport(
        "not_permitted" if isinstance(error, PermissionError) else "system",
        f"The system refuses something that is needed: {error.strerror or error}{where}.",
        access_remedy(error, sys.executable)
        or "Check who owns it, and whether the disk is connected and not full; the service goes "
        "on by itself.",
    )
