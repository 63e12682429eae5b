"""Keeps `outbox/results.html` in step with outbox and status. Writes that one file.

It reads the chosen sidecars and looks at their pictures by lstat. The page can always be made
again, so it is written without fsync, and when it cannot be written that is nobody's fault.
"""

import contextlib
import os
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tasted.errors import OutboxUnwritable
from tasted.files import write_atomically
from tasted.outbox.ledger import Ledger, read_sidecar
from tasted.outbox.page import PageView, render
from tasted.outbox.page_cards import Shown
from tasted.outbox.page_choice import Choice, choose
from tasted.outbox.page_notices import top_of
from tasted.outbox.sidecar import Sidecar
from tasted.status import Status

PAUSE_SECONDS = 5.0
_LONG_AGO = float("-inf")

log = structlog.get_logger("tasted.page")


class PageWriter:
    """Writes the page when what it shows has changed.

    Args:
        file: where it lies, at the top of the outbox.
        inbox: where the pictures lie.
        ledger: what the outbox proves.
        ledger_lock: held while the ledger is read.
        version: of this tasted.
        pause_seconds: between two pages while work goes on, or after one that could not be written.
    """

    def __init__(
        self,
        file: Path,
        inbox: Path,
        ledger: Ledger,
        ledger_lock: contextlib.AbstractContextManager[object],
        *,
        version: str,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._file = file
        self._inbox = inbox
        self._ledger = ledger
        self._ledger_lock = ledger_lock
        self._version = version
        self._pause_seconds = pause_seconds
        self._turn = threading.Lock()
        self._choice: Choice | None = None
        self._choice_changes = -1
        self._shown: object = None
        self._tried = _LONG_AGO
        self._has_failed = False

    def follow(self, status: Status | None) -> None:
        """Write the page if it would show something else: at once, or after a pause while busy.

        Called again and again from either thread; a page that is left out follows soon.

        Args:
            status: as of now; None when no daemon runs.
        """
        if status is not None and status.state in {"starting", "stopping"}:
            return
        # whoever forgets pictures, or writes this very page, is not waited for
        if not self._turn.acquire(blocking=False):
            return
        try:
            is_busy = status is not None and status.state == "working"
            rests = time.monotonic() - self._tried < self._pause_seconds
            if not (rests and (is_busy or self._has_failed)):
                self._follow(status)
        finally:
            self._turn.release()

    def _follow(self, status: Status | None) -> None:
        choice, changes = self._chosen()
        top = top_of(status)
        there = {path for path in choice.files() if self._is_there(path)}
        shown = (changes, top, there)
        if shown == self._shown and os.path.lexists(self._file):
            return
        self._tried = time.monotonic()
        groups = {
            group: [
                Shown(
                    sidecar,
                    path in there,
                    tuple(each for each in choice.photos.get(path, ()) if each in there),
                )
                for path in paths
                if (sidecar := self._sidecar(path)) is not None
            ]
            for group, paths in choice.paths.items()
        }
        view = PageView(top, groups, choice.counts, datetime.now(UTC), self._version)
        try:
            write_atomically(self._file, render(view).encode(), durable=False)
        except OSError as error:
            if not self._has_failed:
                log.warning("page_not_written", error=str(error))
            self._has_failed = True
        else:
            self._shown, self._has_failed = shown, False

    def _chosen(self) -> tuple[Choice, int]:
        with self._ledger_lock:
            if not self._ledger.changes:
                # nobody has looked yet, as with an inbox on a disk that is not connected; an outbox
                # that cannot be listed takes no page either
                with contextlib.suppress(OutboxUnwritable):
                    self._ledger.refresh()
            changes = self._ledger.changes
            if self._choice is None or changes != self._choice_changes:
                self._choice = choose(self._ledger.entries.values())
                self._choice_changes = changes
        return self._choice, changes

    def _is_there(self, path: str) -> bool:
        try:
            mode = os.lstat(self._inbox / path).st_mode
            return stat.S_ISDIR(mode) if path.endswith("/") else stat.S_ISREG(mode)
        except (OSError, ValueError):
            # gone, or a name that no file can have, written into a sidecar by hand
            return False

    def _sidecar(self, path: str) -> Sidecar | None:
        with self._ledger_lock:
            place = self._ledger.place_of(path)
        # read without the lock: two hundred files would keep others waiting
        return read_sidecar(self._file.parent, str(place)) if place is not None else None

    @contextlib.contextmanager
    def withheld(self) -> Iterator[None]:
        """Take the page away, and let none be written while the block runs.

        Raises:
            OSError: when it cannot be removed.
        """
        with self._turn:
            # something else of this name is none of ours
            if self._file.is_symlink() or self._file.is_file():
                self._file.unlink()
            self._shown, self._tried, self._has_failed = None, _LONG_AGO, False
            yield
