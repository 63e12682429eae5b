"""`tasted run --service`: waits for what a person has to fix, instead of exiting.

A service manager restarts what fails every few seconds, forever. So a broken setting, or a home
that another process uses or that may not be read, keeps this process alive in the state `blocked`;
`.tasted/blocked.json` says why, and it continues by itself once that is fixed.
Touches that file, stderr and the files that launchd made of stdout and stderr.
"""

import contextlib
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tasted.daemon.main_wakeup import MainWakeup
from tasted.daemon.sd_notify import SystemdNotifier
from tasted.errors import CommandError, TastedError
from tasted.home.layout import Home
from tasted.home.status import FaultReport, Heartbeat, write_blocked
from tasted.system.platform import access_remedy

_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
_STDOUT, _STDERR = 1, 2
_OUTPUT_BYTES_MAX = 5_000_000
_UNDER_LAUNCHD = "XPC_SERVICE_NAME"


def serve(
    attempt: Callable[[MainWakeup], None],
    home: Home,
    *,
    notifier: SystemdNotifier,
    say: Callable[[str], None],
) -> None:
    """Run the daemon until it ends as asked, and wait as long as something prevents it.

    Args:
        attempt: runs the daemon; calls `unblock` when it has the home; raises CommandError or
            OSError when it cannot.
        home: as it was named; it may not be there.
        notifier: sends to systemd.
        say: prints a line for the user.
    """
    started_at = datetime.now(UTC)
    last_report = None
    failures = 0
    with contextlib.closing(MainWakeup()) as wakeup, wakeup.woken_by_signals():
        while True:
            try:
                attempt(wakeup)
            except (CommandError, OSError) as error:
                report = _report(error)
            else:
                return
            if report != last_report:
                last_report = report
                # a full disk must not end what waits for space
                with contextlib.suppress(OSError):
                    say(
                        f"{datetime.now(UTC):%F %T}Z blocked: {report.message}\n  → {report.remedy}"
                    )
            _publish(home, Heartbeat(os.getpid(), "blocked", started_at, datetime.now(UTC), report))
            # the start counts as done: systemd must not end a start that waits for a person
            notifier.ready()
            pause_seconds = _PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)]
            failures += 1
            if _asked_to_stop(wakeup, notifier, pause_seconds):
                notifier.stopping()
                unblock(home)
                return


def unblock(home: Home) -> None:
    """Remove the file that says why the service is blocked."""
    with contextlib.suppress(OSError):
        home.blocked_file.unlink()


def cut_output(environment: Mapping[str, str]) -> None:
    """Empty the files that launchd appends stdout and stderr to, when they have grown long.

    It never rotates them, and keeps writing to one that was renamed.
    """
    if not environment.get(_UNDER_LAUNCHD):
        return
    for descriptor in (_STDOUT, _STDERR):
        with contextlib.suppress(OSError):
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_size > _OUTPUT_BYTES_MAX:
                os.ftruncate(descriptor, 0)


def _asked_to_stop(wakeup: MainWakeup, notifier: SystemdNotifier, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while True:
        left = max(0.0, ends - time.monotonic())
        if wakeup.wait(min(left, notifier.ping_seconds or left)):
            return True
        notifier.ping()
        if time.monotonic() >= ends:
            return False


def _publish(home: Home, beat: Heartbeat) -> None:
    # a missing home must not be created for this; stderr has the reason
    with contextlib.suppress(OSError):
        if home.state.is_dir():
            write_blocked(home.blocked_file, beat)


def _report(error: CommandError | OSError) -> FaultReport:
    if isinstance(error, TastedError):
        return FaultReport(error.code, error.message, error.remedy)
    where = f" ({error.filename})" if error.filename else ""
    return FaultReport(
        "not_permitted" if isinstance(error, PermissionError) else "system",
        f"The system refuses what tasted needs{where}: {error.strerror or error}.",
        access_remedy(error, sys.executable)
        or "Check who owns it, and whether the disk is connected and not full; the service then "
        "continues.",
    )
