"""Turns what the threads know into status.json. Writes that one file; decides nothing."""

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.training_words import training_now
from tasted.daemon.shared.turns import Turn
from tasted.errors import TastedError
from tasted.home.status import (
    AccessReport,
    FaultReport,
    IgnoredPath,
    LastError,
    PlainFolder,
    QueueReport,
    Status,
    VerdictChanges,
    WatchReport,
)
from tasted.home.switch_words import remedy, sentence
from tasted.home.taste_versions import held_sentence
from tasted.inbox.listing import Listing
from tasted.outbox.held_rows import Census

_WORKING_PAUSE_SECONDS = 1.0
_RESTLESS_SHOWN = 5
_PLAIN_SHOWN = 5
_BLANK_SHOWN = 5
_NOTHING_TO_SEE = "It shows nothing, but still counts."
_ENDING = {"stopping", "stopped"}

log = structlog.get_logger("tasted.reporting")


class Reporter:
    """Keeps `status.json` current while the daemon runs.

    Args:
        file: status.json, of which this is not the only user.
        shared: what the threads share.
        version: of this tasted.
        on_progress: gets the number of files still to be scored again on request, whenever the
            status is written.
        on_status: handed each snapshot, so that the page can follow.
    """

    def __init__(
        self,
        file: StatusFile,
        shared: SharedState,
        *,
        version: str,
        on_progress: Callable[[int], None] = lambda _asked_again: None,
        on_status: Callable[[Status], None] = lambda _status: None,
    ) -> None:
        self._file = file
        self._shared = shared
        self._version = version
        self._on_progress = on_progress
        self._on_status = on_status
        self._started_at = _now()
        self._ignored: dict[str, int] = {}
        self._ignored_newest: tuple[IgnoredPath, ...] = ()
        self._settling = 0
        self._is_undecided = False
        self._restless: tuple[str, ...] = ()
        self._plain: tuple[PlainFolder, ...] = ()
        self._watch = WatchReport()
        self._saving: str | None = None
        self._access: AccessReport | None = None
        self._written = 0.0
        self._ending: str | None = None
        self._logged_changes = VerdictChanges()

    def set_watch(self, watch: WatchReport) -> None:
        """Take in how the inbox is followed."""
        self._watch = watch

    def set_saving(self, why: str | None) -> None:
        """Take in why the backlog waits for power, or that it does not."""
        self._saving = why

    def set_access(self, access: AccessReport) -> None:
        """Take in what this process may read of the inbox."""
        self._access = access

    def set_scan(
        self,
        listing: Listing,
        *,
        settling: int,
        restless: Sequence[str] = (),
        is_undecided: bool = False,
        plain: Sequence[PlainFolder] = (),
    ) -> None:
        """Take in the counts of a scan.

        Args:
            listing: what the scan saw.
            settling: how many files are waited for.
            restless: files that have been changing for too long.
            is_undecided: whether a change of labels, or a profile, waits for something.
            plain: folders of several pictures that are no profiles.
        """
        self._is_undecided = is_undecided
        if restless and not self._restless:
            log.warning("keeps_changing", path=restless[0], files=len(restless))
        self._restless = tuple(restless[:_RESTLESS_SHOWN])
        self._ignored = dict(listing.ignored)
        self._ignored_newest = tuple(
            IgnoredPath(entry.path, entry.why) for entry in listing.ignored_newest
        )
        self._plain = tuple(plain)
        self._settling = settling

    @property
    def idle(self) -> bool:
        """Whether nothing waits that may be served, and nothing is in hand."""
        return not self._shared.queue.is_busy and not self._shared.queue.has_work

    def write_soon(self) -> None:
        """Write the status unless it was written a moment ago."""
        if time.monotonic() - self._written >= _WORKING_PAUSE_SECONDS:
            self.write()

    def write(self, *, state: str | None = None) -> None:
        """Write the status now; one that cannot be written is logged and does no other harm.

        Args:
            state: `starting`, or a state of ending, which stays; None: as the shared state says.
        """
        self._written = time.monotonic()
        if state in _ENDING:
            self._ending = state
        turn = self._file.begin()
        self._log_changes()
        self._on_progress(len(self._shared.forced.paths))
        snapshot = self._snapshot(state)
        # before the file, so that whoever waits for a state finds the matching page
        self._on_status(snapshot)
        try:
            self._file.write(turn, snapshot)
        except OSError as error:
            log.warning("status_not_written", error=str(error))

    def _log_changes(self) -> None:
        """Log once how many verdicts the last change of taste changed, when all are scored."""
        changes = self._shared.verdict_changes
        if changes != self._logged_changes and changes.count and self.idle:
            log.info("verdicts_changed", count=changes.count, see="tasted results --changes")
            self._logged_changes = changes

    def _snapshot(self, state: str | None) -> Status:
        shared = self._shared
        fault = shared.faults.holding
        counts: Counter[str] = Counter()
        for kind, count in shared.ledger.census().items():
            word = _counted_as(kind)
            if word is not None:
                counts[word] += count
        invalid = shared.ledger.invalid
        blank = self._blank_references()
        last_error, last_scored = self._last()
        current = shared.taste.current
        return Status(
            pid=os.getpid(),
            state=self._ending or state or self._state(fault),
            started_at=self._started_at,
            heartbeat_at=_now(),
            version=self._version,
            model=shared.settings.embedder.model,
            engine_pid=shared.engine_pid,
            queue=self._queue(),
            watch=self._watch,
            saving=self._saving,
            access=self._access,
            restless=self._restless,
            fault=_report(fault) if fault is not None else None,
            settings_error=_report(shared.settings_error) if shared.settings_error else None,
            last_error=last_error,
            last_scored=last_scored,
            counts={**counts, "gone": counts["gone"], "invalid": invalid},
            ignored=self._ignored,
            contradictions=current.contradictions if current else (),
            suspects=(*(current.suspects if current else ()), *blank),
            next=current.next if current else None,
            verdict_changes=shared.verdict_changes,
            liked=current.liked if current else 0,
            rejected=current.rejected if current else 0,
            copies=current.copies if current else 0,
            lookalikes=current.lookalikes if current else 0,
            plain=self._plain[:_PLAIN_SHOWN],
            plain_count=len(self._plain),
            ignored_newest=self._ignored_newest,
            held=held_sentence(current),
            set_aside=current.set_aside if current else None,
            model_change=sentence(
                shared.switches,
                current,
                wished=shared.wish.embedder.model,
                lost=shared.lost_model,
                others=shared.former_results,
            ),
            model_remedy=remedy(shared.switches, wished=shared.wish.embedder.model),
            former_results=shared.former_results,
            training=training_now(self._file.home),
        )

    def _blank_references(self) -> list[tuple[str, str]]:
        labels, entries = self._shared.last_scan.labels, self._shared.ledger.live_entries
        present = labels.paths if labels is not None else ()
        blank = (
            path for path in present if (entry := entries.get(path)) is not None and entry.blank
        )
        return [(path, _NOTHING_TO_SEE) for path in itertools.islice(blank, _BLANK_SHOWN)]

    def _last(self) -> tuple[LastError | None, str | None]:
        """Return what failed and what was scored last, as long as the outbox says so."""
        entries, error, scored = self._shared.ledger.live_entries, self._shared.last_error, None
        failed = entries.get(error.path) if error is not None else None
        if failed is None or failed.is_gone or failed.status != "error":
            # fixed, or gone: there is nothing left to do about it
            error = None
        if self._shared.last_scored is not None:
            done = entries.get(self._shared.last_scored)
            scored = done.path if done is not None and not done.is_gone else None
        return error, scored

    def _state(self, fault: TastedError | None) -> str:
        if fault is not None:
            return "blocked"
        waits = self._settling > 0 or self._is_undecided
        if waits or not self.idle:
            return "working"
        return "waiting" if self._saving is not None else "idle"

    def _queue(self) -> QueueReport:
        counts = self._shared.queue.counts()
        rate = self._shared.throughput.per_minute()
        # nobody knows for how long the machine saves power
        waiting = sum(counts.values()) if self._saving is None else 0
        return QueueReport(
            references=counts[Turn.REFERENCE],
            new=counts[Turn.NEW],
            backlog=counts[Turn.BACKLOG],
            texts=counts[Turn.NEW_TEXT] + counts[Turn.BACKLOG_TEXT],
            retries=counts[Turn.RETRY],
            rescores=counts[Turn.RESCORE],
            settling=self._settling,
            asked_again=len(self._shared.forced.paths),
            profiles=counts[Turn.PROFILE] + counts[Turn.PROFILE_AGAIN],
            per_minute=round(rate, 1) if rate else None,
            seconds_left=round(60 * waiting / rate, 1) if rate and waiting else None,
        )


def _counted_as(kind: Census) -> str | None:
    """Return under which word the status counts a sidecar; None: under none."""
    if kind.is_gone:
        # a profile counts by its pictures, and a missing reference is not a result
        return "gone" if kind.is_result and not kind.is_profile else None
    return "profiles" if kind.is_profile else kind.status


def _report(fault: TastedError) -> FaultReport:
    return FaultReport(fault.code, fault.message, fault.remedy)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
