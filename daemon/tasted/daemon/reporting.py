"""Turns what the threads know into status.json. Writes that one file; decides nothing."""

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from tasted.daemon.desk import Desk
from tasted.daemon.work_queue import Turn
from tasted.errors import TastedError
from tasted.home import Home
from tasted.inbox.listing import Listing
from tasted.status import (
    AccessReport,
    FaultReport,
    PlainFolder,
    QueueReport,
    Status,
    WatchReport,
    write_status,
)

_WORKING_PAUSE_SECONDS = 1.0
_RESTLESS_SHOWN = 5
_PLAIN_SHOWN = 5

log = structlog.get_logger("tasted.reporting")


class Reporter:
    """Keeps `status.json` current while the daemon runs.

    Args:
        home: whose status it is.
        desk: what the threads share.
        version: of this tasted.
        on_progress: told how many files are still to be scored again because a command asked for
            it, as the status is written.
        on_status: handed each snapshot, so that the page can follow.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        *,
        version: str,
        on_progress: Callable[[int], None] = lambda _asked_again: None,
        on_status: Callable[[Status], None] = lambda _status: None,
    ) -> None:
        self._home = home
        self._desk = desk
        self._version = version
        self._on_progress = on_progress
        self._on_status = on_status
        self._started_at = _now()
        self._ignored: dict[str, int] = {}
        self._settling = 0
        self._orphans = 0
        self._is_undecided = False
        self._restless: tuple[str, ...] = ()
        self._plain: tuple[PlainFolder, ...] = ()
        self._watch = WatchReport()
        self._saving: str | None = None
        self._access: AccessReport | None = None
        self._written = 0.0

    def listens(self, watch: WatchReport) -> None:
        """Take in how the inbox is followed."""
        self._watch = watch

    def saves(self, why: str | None) -> None:
        """Take in why the backlog waits for power, or that it does not."""
        self._saving = why

    def may_read(self, access: AccessReport) -> None:
        """Take in what this process may read of the inbox."""
        self._access = access

    def saw(
        self,
        listing: Listing,
        *,
        settling: int,
        orphans: int,
        restless: Sequence[str] = (),
        is_undecided: bool = False,
        plain: Sequence[PlainFolder] = (),
    ) -> None:
        """Take in what the scout's look counted.

        Args:
            listing: what it saw.
            settling: how many files are waited for.
            orphans: how many sidecars have no file.
            restless: files that have been changing for too long.
            is_undecided: whether a change of labels, or a profile, waits for something.
            plain: folders of several pictures that are no profiles.
        """
        self._is_undecided = is_undecided
        if restless and not self._restless:
            log.warning("keeps_changing", path=restless[0], files=len(restless))
        self._restless = tuple(restless[:_RESTLESS_SHOWN])
        self._ignored = dict(listing.ignored)
        self._plain = tuple(plain)
        self._settling = settling
        self._orphans = orphans

    @property
    def idle(self) -> bool:
        """Whether nothing waits that may be served, and nothing is in hand."""
        return not self._desk.queue.is_busy and not self._desk.queue.has_work

    def write_soon(self) -> None:
        """Write the status unless it was written a moment ago."""
        if time.monotonic() - self._written >= _WORKING_PAUSE_SECONDS:
            self.write()

    def write(self, *, state: str | None = None) -> None:
        """Write the status now; one that cannot be written is logged and does no other harm."""
        self._written = time.monotonic()
        self._on_progress(len(self._desk.forced))
        snapshot = self._snapshot(state)
        # first, so that whoever waits for a state finds the page that belongs to it
        self._on_status(snapshot)
        try:
            write_status(self._home.status_file, snapshot)
        except OSError as error:
            log.warning("status_not_written", error=str(error))

    def _snapshot(self, state: str | None) -> Status:
        desk = self._desk
        fault = desk.fault
        with desk.lock:
            counts = Counter(
                "profiles" if entry.is_profile else entry.status
                for entry in desk.ledger.entries.values()
            )
            invalid = desk.ledger.invalid
        current = desk.current
        return Status(
            pid=os.getpid(),
            state=state or self._state(fault),
            started_at=self._started_at,
            heartbeat_at=_now(),
            version=self._version,
            model=desk.settings.embedder.model,
            engine_pid=desk.engine_pid,
            queue=self._queue(),
            watch=self._watch,
            saving=self._saving,
            access=self._access,
            restless=self._restless,
            fault=_report(fault) if fault is not None else None,
            settings_error=_report(desk.settings_error) if desk.settings_error else None,
            last_error=desk.last_error,
            last_scored=desk.last_scored,
            counts={**counts, "orphaned": self._orphans, "invalid": invalid},
            ignored=self._ignored,
            contradictions=current.contradictions if current else (),
            suspects=current.suspects if current else (),
            next=current.next if current else None,
            liked=current.liked if current else 0,
            rejected=current.rejected if current else 0,
            plain=self._plain[:_PLAIN_SHOWN],
            plain_count=len(self._plain),
        )

    def _state(self, fault: TastedError | None) -> str:
        if fault is not None:
            return "blocked"
        waits = self._settling > 0 or self._is_undecided
        if waits or not self.idle:
            return "working"
        return "waiting" if self._saving is not None else "idle"

    def _queue(self) -> QueueReport:
        counts = self._desk.queue.counts()
        rate = self._desk.per_minute()
        # nobody knows how long the machine saves power
        waiting = sum(counts.values()) if self._saving is None else 0
        return QueueReport(
            references=counts[Turn.REFERENCE],
            new=counts[Turn.NEW],
            backlog=counts[Turn.BACKLOG],
            retries=counts[Turn.RETRY],
            rescores=counts[Turn.RESCORE],
            settling=self._settling,
            asked_again=len(self._desk.forced),
            profiles=counts[Turn.PROFILE] + counts[Turn.PROFILE_AGAIN],
            per_minute=round(rate, 1) if rate else None,
            seconds_left=round(60 * waiting / rate, 1) if rate and waiting else None,
        )


def _report(fault: TastedError) -> FaultReport:
    return FaultReport(fault.code, fault.message, fault.remedy)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
