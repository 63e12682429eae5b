"""Notices changes in the inbox that is at its path now: watches or polls, and restarts in doubt.

Touches watchdog through `inbox.watcher`, the inbox by stat, and the table of mounts. Whatever goes
wrong here costs time and no file, for a scan of the whole inbox finds everything.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import structlog

from tasted.home.layout import Home
from tasted.home.status import WatchReport
from tasted.inbox.listing import unavailable
from tasted.inbox.watcher import Watcher
from tasted.system.files import private_folder
from tasted.system.platform import FileSystem, canonical, file_system_of

POLL_SECONDS = 5.0
INTERRUPTION_SECONDS = 30.0
# FSEvents streams have gone silent after days without a word
_REBUILD_SECONDS = 3600.0
# after a refusal of the kernel, which must be freed of other watches first
_REFUSED_SECONDS = 60.0

log = structlog.get_logger("tasted.watch")

Poll = Literal["auto", "on", "off"]
WatcherFactory = Callable[[Callable[[str], None], Callable[[str], None]], Watcher]


class Watch:
    """The watch of the scanner; used by its thread, except `_doubt`.

    Args:
        home: whose folders are watched.
        hint: gets every absolute path that changed, on watchdog's thread.
        wake: ends the scanner's pause.
        make_watcher: builds the watcher around `hint` and a callback for doubts.
        file_system: returns the file system of a folder.
    """

    def __init__(
        self,
        home: Home,
        *,
        hint: Callable[[str], None],
        wake: Callable[[], None],
        make_watcher: WatcherFactory = Watcher,
        file_system: Callable[[Path], FileSystem] = file_system_of,
    ) -> None:
        self._home = home
        self._wake = wake
        self._file_system = file_system
        self._watcher = make_watcher(hint, self._doubt)
        self._interruptions = Interruptions(wall=time.time(), monotonic=time.monotonic())
        self._watched: object = None
        self._started = -math.inf
        self._refused = -math.inf
        self._doubted = False
        self._losses = 0
        self._restarts = -1
        self._is_fresh = True
        self._why_polling: str | None = None
        self.root = home.inbox
        """The inbox as events name it: without links, in the spelling of the disk."""

    def keep(self, poll: Poll) -> None:
        """Make sure that the folder at the inbox's path is the one that is watched.

        Args:
            poll: the setting `watch.poll`.

        Raises:
            InboxUnavailable: when there is no folder to watch.
        """
        try:
            status = self._home.inbox.stat()
            self.root = canonical(self._home.inbox)
        except OSError as error:
            self.stop()
            raise unavailable(self._home.inbox, error) from error
        now = time.monotonic()
        interrupted = self._interruptions.happened(wall=time.time(), monotonic=now)
        if interrupted:
            log.info("slept_or_clock_set")
        wanted = (status.st_dev, status.st_ino, self.root, poll)
        fresh = self._watched == wanted and not (interrupted or self._doubted)
        if fresh and self._watcher.healthy and now - self._started < _REBUILD_SECONDS:
            return
        if fresh and now - self._refused < _REFUSED_SECONDS:
            return
        self._restart(wanted, poll, now)

    def _restart(self, wanted: object, poll: Poll, now: float) -> None:
        self._watcher.stop()
        self._doubted = False
        self._restarts += 1
        self._is_fresh = True
        self._watched, self._started, self._refused = wanted, now, -math.inf
        self._why_polling = self._reason_to_poll(poll)
        home = self._home
        try:
            private_folder(home.requests, below=home.state)
            self._watcher.start(
                [] if self._why_polling else [self.root],
                deletions_in=[] if self._file_system(home.outbox).is_remote else [home.outbox],
                folders=[home.config_file.parent],
                # a watched folder reports no rename or replacement of itself; its parent does. What
                # is of interest in the others is only ever replaced as a whole
                comings_and_goings_in={self.root.parent, home.root, home.state, home.requests},
            )
        except OSError as error:
            # the kernel's watches are used up, or a folder has just vanished: scans still find
            # everything, only later
            self._refused = now
            self._why_polling = f"the system refused: {error.strerror or error}"
            log.warning("cannot_watch", error=str(error))
        else:
            if self._watcher.shortcoming is not None:
                log.warning("watches_badly", why=self._watcher.shortcoming)

    def _reason_to_poll(self, poll: Poll) -> str | None:
        if poll == "on":
            return "watch.poll is on"
        found = self._file_system(self.root)
        if poll == "auto" and found.is_remote:
            return f"the inbox is on {found.kind or 'a network drive'}, which reports no changes"
        return None

    def _doubt(self, why: str) -> None:
        """Assume that hints were lost. Runs on any thread, quick, never raises."""
        self._losses += 1
        self._doubted = True
        log.warning("events_lost", why=why)
        self._wake()

    def tells_all(self) -> bool:
        """Return whether everything that changed since this was last asked was told by hints."""
        is_fresh, self._is_fresh = self._is_fresh, False
        return not (is_fresh or self._is_polling)

    @property
    def _is_polling(self) -> bool:
        return self._why_polling is not None or not self._watcher.healthy

    def limit(self, pause: float) -> float:
        """Return the pause until the next scan, shorter when events are missing."""
        return min(pause, POLL_SECONDS) if self._is_polling else pause

    def restart_soon(self) -> None:
        """Restart with the next scan: a watched folder is gone."""
        self._watched = None

    def report(self) -> WatchReport:
        """Return how the inbox is watched."""
        return WatchReport(
            how="polling" if self._why_polling else "events",
            why=self._why_polling or self._watcher.shortcoming,
            losses=self._losses,
            restarts=max(self._restarts, 0),
        )

    def stop(self) -> None:
        """Stop watching; `keep` starts again."""
        self._watcher.stop()
        self._watched = None


class Interruptions:
    """Detects that the machine slept or its clock was set. Pure.

    A monotonic clock stands still while the machine sleeps and does not follow a clock that is
    set. Either way the two clocks move apart, and events may have been missed meanwhile.

    Args:
        wall: seconds since the epoch, now.
        monotonic: seconds of the monotonic clock, now.
    """

    def __init__(self, *, wall: float, monotonic: float) -> None:
        self._apart = wall - monotonic

    def happened(self, *, wall: float, monotonic: float) -> bool:
        """Return whether the clocks moved apart, or together, since they were last compared."""
        former, self._apart = self._apart, wall - monotonic
        return abs(self._apart - former) > INTERRUPTION_SECONDS
