"""Keeps `outbox/results.html` in step with outbox and status. Writes that one file.

It reads the chosen sidecars and looks at their pictures by lstat. The page can always be made
again, so it is written without fsync, and when it cannot be made, for whatever reason, that is
nobody's fault: it is logged once, and tried again.
"""

import contextlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tasted.errors import OutboxUnwritable, ServiceFault
from tasted.home.status import Status
from tasted.outbox.ledger import Ledger
from tasted.outbox.page.cards import ResultCard, without_unseen
from tasted.outbox.page.choice import ChosenResults, choose
from tasted.outbox.page.notices import top_of
from tasted.outbox.page.page import PageView, render
from tasted.outbox.page.templates import environment
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_files import read_sidecar
from tasted.system.files import write_atomically

PAUSE_SECONDS = 5.0
_CHOICE_SHARE = 0.05
"""How much of the time may go by over choosing, where there is very much to choose from."""
_CHOICE_SECONDS = 0.1
"""What takes less is done at once."""
_LONG_AGO = float("-inf")

log = structlog.get_logger("tasted.page")


class PageWriter:
    """Writes the page when what it shows has changed.

    Args:
        file: where it lies, at the top of the outbox.
        inbox: where the pictures lie.
        ledger: what the outbox proves.
        version: of this tasted.
        pause_seconds: between two pages while work goes on, or after one that could not be written.
        check: refuses, before the page is written, an outbox that is not the one it was.
        review: returns the address at which pictures are judged; None while there is none.
        embedder: returns the fingerprint of the model in force; None before there is one.
    """

    def __init__(
        self,
        file: Path,
        inbox: Path,
        ledger: Ledger,
        *,
        version: str,
        pause_seconds: float = PAUSE_SECONDS,
        check: Callable[[], None] = lambda: None,
        review: Callable[[], str | None] = lambda: None,
        embedder: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._file = file
        self._inbox = inbox
        self._ledger = ledger
        self._version = version
        self._pause_seconds = pause_seconds
        self._check = check
        self._review = review
        self._embedder = embedder
        self._chosen_by: str | None = None
        """The model in force when it was chosen."""
        self._turn = threading.Lock()
        self._choice: ChosenResults | None = None
        self._choice_changes = -1
        self._choice_until = _LONG_AGO
        """Until when the choice stays, though others may be better by now."""
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
        if status is None or status.state == "stopped":
            # nothing follows
            self._choice_until = _LONG_AGO
        # whoever forgets pictures, or writes this very page, is not waited for
        if not self._turn.acquire(blocking=False):
            return
        try:
            is_busy = status is not None and status.state == "working"
            rests = time.monotonic() - self._tried < self._pause_seconds
            if not (rests and (is_busy or self._has_failed)):
                self._follow(status)
                self._has_failed = False
        except Exception as error:
            # a page decides nothing, so nothing that goes wrong with it may hold up who scores
            if not self._has_failed:
                log.warning("page_not_written", error=str(error), exc_info=_unforeseen(error))
            self._has_failed, self._tried = True, time.monotonic()
        finally:
            self._turn.release()

    def _follow(self, status: Status | None) -> None:
        choice, changes = self._chosen()
        top = top_of(status)
        there = {path for path in choice.files() if self._is_there(path)}
        review = self._review() if top.is_running else None
        shown = (changes, top, there, review)
        if shown == self._shown and os.path.lexists(self._file):
            return
        self._tried = time.monotonic()
        # what stays comes before what is soon freed: between sidecars it would keep their pages
        environment()
        groups = {
            group: [
                ResultCard(
                    sidecar,
                    path in there,
                    tuple(photo for photo in choice.photos.get(path, ()) if photo in there),
                    choice.ranks.get(path),
                )
                for path in paths
                if (sidecar := self._sidecar(path)) is not None
            ]
            for group, paths in choice.paths.items()
        }
        view = PageView(top, groups, choice.counts, datetime.now(UTC), self._version, review)
        self._check()
        write_atomically(self._file, render(view).encode(), durable=False)
        self._shown = shown

    def _chosen(self) -> tuple[ChosenResults, int]:
        if not self._ledger.changes:
            # nobody has looked yet, as with an inbox on a disk that is not connected; an outbox
            # that cannot be listed takes no page either
            with contextlib.suppress(OutboxUnwritable):
                self._ledger.refresh()
        changes, embedder = self._ledger.changes, self._embedder()
        is_held = time.monotonic() < self._choice_until and embedder == self._chosen_by
        is_old = changes != self._choice_changes or embedder != self._chosen_by
        if self._choice is None or (is_old and not is_held):
            before = time.thread_time()
            self._choice, self._chosen_by = choose(self._ledger.entries, embedder), embedder
            self._choice_changes = changes
            took = time.thread_time() - before
            if took > _CHOICE_SECONDS:
                self._choice_until = time.monotonic() + took / _CHOICE_SHARE
        return self._choice, self._choice_changes

    def seconds_to_choice(self) -> float | None:
        """Return when `follow` should be called again for a better choice; None: not by itself."""
        is_held = self._choice_until > _LONG_AGO and self._choice_changes != self._ledger.changes
        ready_at = max(self._choice_until, self._tried + self._pause_seconds)
        return max(ready_at - time.monotonic(), 1.0) if is_held else None

    def _is_there(self, path: str) -> bool:
        try:
            mode = os.lstat(self._inbox / path).st_mode
            return stat.S_ISDIR(mode) if path.endswith("/") else stat.S_ISREG(mode)
        except (OSError, ValueError):
            # gone, or a name that no file can have, written into a sidecar by hand
            return False

    def _sidecar(self, path: str) -> Sidecar | None:
        place = self._ledger.place_of(path)
        sidecar = read_sidecar(self._file.parent, str(place)) if place is not None else None
        return without_unseen(sidecar) if sidecar is not None else None

    @contextlib.contextmanager
    def withheld(self) -> Iterator[None]:
        """Take the page away, and let none be written while the block runs.

        Raises:
            OSError: when it cannot be removed.
        """
        with self._turn:
            self._check()
            # anything else of this name is not ours
            if self._file.is_symlink() or self._file.is_file():
                self._file.unlink()
            self._shown, self._tried, self._has_failed = None, _LONG_AGO, False
            yield


def _unforeseen(error: Exception) -> Exception | None:
    """Return what deserves a traceback: all but what a disk refuses."""
    return None if isinstance(error, OSError | ServiceFault) else error
