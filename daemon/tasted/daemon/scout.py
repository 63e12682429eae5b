"""The scout: looks at inbox and outbox, decides what needs work, and keeps the status current.

Touches the inbox and the outbox by reading, `.tasted/status.json` by writing. Events make it look
sooner; what it sees decides.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from tasted.config import Settings
from tasted.daemon.acting import Acting
from tasted.daemon.desk import Desk, Sight
from tasted.daemon.reporting import Reporter
from tasted.daemon.requests import Request, failure, waiting_requests, write_answer
from tasted.daemon.work_queue import Asked, LabelsUpdate
from tasted.errors import ConfigError, InboxUnavailable, OutboxUnwritable, ServiceFault
from tasted.home import Home
from tasted.inbox.listing import Listing, list_inbox
from tasted.inbox.presence import Presence, labels_digest
from tasted.inbox.reconcile import Reason, Task, next_retry, reconcile
from tasted.inbox.settling import Settling
from tasted.inbox.watcher import Watcher
from tasted.records import FileStamp

_UNHEALTHY_SECONDS = 5.0
_DOUBT_SECONDS = 2.0
_LOOK_SHARE = 0.25

log = structlog.get_logger("tasted.scout")


@dataclass(frozen=True, slots=True)
class _ConfigStamp:
    """Tells whether one of the settings files was saved."""

    stamps: tuple[tuple[int, int] | None, ...]

    @classmethod
    def of(cls, home: Home) -> "_ConfigStamp":
        return cls(tuple(map(_stamp_or_none, (home.config_file, home.environment_file))))


def _stamp_or_none(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class Scout:
    """One thread of the daemon.

    Args:
        home: whose folders are looked at.
        desk: what is shared with the scorer.
        reload: loads the settings anew; raises ConfigError.
        on_idle: called whenever a look finds nothing to do and nothing settling.
        stop: set when the daemon is ending.
        version: of this tasted.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        *,
        reload: Callable[[], Settings],
        reporter: Reporter,
        on_idle: Callable[[], None],
        stop: threading.Event,
        version: str,
        make_watcher: Callable[[Callable[[str], None]], Watcher] = Watcher,
    ) -> None:
        self._home = home
        self._desk = desk
        self._reload = reload
        self._reporter = reporter
        self._on_idle = on_idle
        self._stop = stop
        self._version = version
        self._acting = Acting(home, version=version)
        self._watcher = make_watcher(self._stirred)
        self._watched: tuple[int, int] | None = None
        self._settling = Settling(quiet_seconds=desk.settings.watch.settle_seconds)
        self._presence = Presence()
        self._arrivals: dict[str, int] = {}
        self._known: frozenset[str] | None = None
        self._answered: set[str] = set()
        self._config_stamp = _ConfigStamp.of(home)
        self._look_seconds = 0.0

    def run(self) -> None:
        """Look until stopped."""
        hints: frozenset[str] = frozenset()
        while not self._stop.is_set():
            pause = self.turn(hints)
            hints = self._desk.await_wake(pause)
            if hints and not self._stop.is_set():
                # a storm of events must not make looking the main occupation
                time.sleep(min(self._look_seconds / _LOOK_SHARE, 1.0))
        self._watcher.stop()

    def turn(self, hints: frozenset[str]) -> float:
        """Do everything once, and return the seconds until the next turn is due."""
        self._follow_settings()
        try:
            self._watch()
            self._look(hints)
        except ServiceFault as fault:
            self._desk.blame("scout", fault)
            self._desk.queue.replace([], labels=None, arrivals={})
            self._reporter.write()
            return _UNHEALTHY_SECONDS
        self._desk.blame("scout", None)
        self._take_requests()
        self._reporter.write()
        if self._settling.waiting == 0 and self._reporter.idle:
            self._on_idle()
        return self._pause()

    def _stirred(self, path: str) -> None:
        """Sort out an event. Runs on watchdog's thread."""
        home = self._home
        if path.startswith(f"{home.inbox}{os.sep}"):
            self._desk.hint(os.path.relpath(path, home.inbox))
        elif path.startswith((f"{home.outbox}{os.sep}", f"{home.requests}{os.sep}")):
            if not path.endswith((".answer.json", ".tmp")):
                self._desk.wake_scout()
        elif path in {str(home.config_file), str(home.environment_file)}:
            self._desk.wake_scout()
        elif path == str(home.models_file):
            self._desk.nudge_scorer()
            self._desk.wake_scout()

    def _watch(self) -> None:
        """Make sure that the watcher hears the folder that is at the inbox's path now."""
        home = self._home
        try:
            status = home.inbox.stat()
        except OSError as error:
            self._watcher.stop()
            self._watched = None
            raise self._unavailable(error) from error
        identity = (status.st_dev, status.st_ino)
        if self._watcher.healthy and identity == self._watched:
            return
        self._watcher.stop()
        self._watched = identity
        try:
            self._watcher.start(
                [home.inbox],
                deletions_in=[home.outbox],
                folders=[home.state, home.requests, home.config_file.parent],
            )
        except OSError as error:
            # the kernel's watches are used up, or a folder vanished this instant: looks still find
            # everything, only later
            log.warning("cannot_watch", error=str(error))

    def _unavailable(self, error: OSError) -> InboxUnavailable:
        return InboxUnavailable(
            f"The inbox {self._home.inbox} cannot be read: {error.strerror}.",
            remedy="Check that the folder exists and belongs to you; scoring goes on by itself.",
        )

    def _look(self, hints: frozenset[str]) -> None:
        started = time.monotonic()
        try:
            listing = list_inbox(self._home.inbox)
        except OSError as error:
            raise self._unavailable(error) from error
        now = time.monotonic()
        self._settling.touched(hints, now=now)
        self._settling.look(listing.files, now=now)
        self._note_arrivals(listing)
        self._decide(listing)
        self._look_seconds = time.monotonic() - started

    def _note_arrivals(self, listing: Listing) -> None:
        paths = frozenset(listing.files)
        if self._known is not None:
            fresh = sorted(
                paths - self._known, key=lambda path: listing.files[path].stamp.modified_ns
            )
            first = max(self._arrivals.values(), default=0) + 1
            kept = {path: turn for path, turn in self._arrivals.items() if path in paths}
            self._arrivals = kept | {path: first + index for index, path in enumerate(fresh)}
        self._known = paths

    def _decide(self, listing: Listing) -> None:
        desk = self._desk
        with desk.lock:
            try:
                desk.ledger.refresh()
            except OSError as error:
                raise OutboxUnwritable(
                    f"The outbox {self._home.outbox} cannot be read: {error.strerror}.",
                    remedy="Check that the folder exists and belongs to you.",
                ) from error
            entries = desk.ledger.entries
            orphans = {
                entry.content_id: path
                for path, entry in entries.items()
                if path not in listing.files and entry.content_id is not None and listing.healthy
            }
            tasks = reconcile(
                self._settling.settled,
                entries,
                desk.current,
                now=time.time(),
                version=self._version,
            )
            tasks += self._forced_tasks({task.file.path for task in tasks}, listing)
            labels = self._labels(listing)
            desk.sight = Sight(self._settling.settled, labels, orphans)
        due = None if self._is_published(labels) else labels
        desk.queue.replace(tasks, labels=due, arrivals=self._arrivals)
        self._reporter.saw(listing, settling=self._settling.waiting, orphans=len(orphans))

    def _forced_tasks(self, already: set[str], listing: Listing) -> list[Task]:
        self._desk.forced &= set(listing.files)
        settled = self._settling.settled
        return [
            Task(settled[path], Reason.STALE)
            for path in self._desk.forced
            if path in settled and path not in already
        ]

    def _labels(self, listing: Listing) -> LabelsUpdate:
        """Say which references count, by what is settled or was learnt in this very state."""
        entries, settled = self._desk.ledger.entries, self._settling.settled
        seen: dict[str, FileStamp | None] = {}
        for path, file in listing.files.items():
            if file.label is None:
                continue
            entry = entries.get(path)
            is_known = path in settled or (entry is not None and entry.stamp == file.stamp)
            seen[path] = file.stamp if is_known else None
        self._presence.look(seen, healthy=listing.healthy)
        present = self._presence.present
        acting = self._acting.digest(self._desk.settings)
        return LabelsUpdate(tuple(present), labels_digest(present), acting)

    def _is_published(self, labels: LabelsUpdate) -> bool:
        current = self._desk.current
        return (
            current is not None
            and current.acting_digest == labels.acting_digest
            and current.labels_digest == labels.labels_digest
        )

    def _take_requests(self) -> None:
        for request in waiting_requests(self._home.requests, answered=self._answered):
            self._answered.add(request.id)
            self._serve(request)

    def _serve(self, request: Request) -> None:
        desk = self._desk
        if request.kind == "score":
            fault = desk.fault
            if fault is not None:
                write_answer(self._home.requests, request.id, failure(fault))
            elif request.inside:
                desk.queue.ask(Asked(request.id, request.inside, inside=True))
            else:
                desk.queue.ask(Asked(request.id, request.outside, inside=False))
            return
        if request.kind == "rescore":
            with desk.lock:
                scored = {
                    path for path, entry in desk.ledger.entries.items() if entry.status == "scored"
                }
            desk.forced |= scored & set(self._settling.settled)
            desk.wake_scout()
            # the asker watches the count in status.json, so it must be there before the answer
            self._reporter.write()
            write_answer(self._home.requests, request.id, {"rescoring": len(desk.forced)})
            return
        write_answer(self._home.requests, request.id, {"looked": True})

    def _follow_settings(self) -> None:
        stamp = _ConfigStamp.of(self._home)
        if stamp == self._config_stamp:
            return
        self._config_stamp = stamp
        try:
            settings = self._reload()
        except ConfigError as error:
            self._desk.settings_error = error
            log.warning("settings_kept", error=error.message)
            return
        self._desk.settings = settings
        self._desk.settings_error = None
        self._settling.quiet_seconds = settings.watch.settle_seconds
        self._desk.nudge_scorer()
        log.info("settings_reloaded")

    def _pause(self) -> float:
        pauses = [float(self._desk.settings.watch.rescan_seconds)]
        next_look = self._settling.next_look()
        if next_look is not None:
            pauses.append(next_look - time.monotonic())
        if self._presence.doubtful:
            pauses.append(_DOUBT_SECONDS)
        with self._desk.lock:
            retry_at = next_retry(self._desk.ledger.entries, now=time.time())
        if retry_at is not None:
            pauses.append(retry_at - time.time())
        if not self._watcher.healthy:
            pauses.append(_UNHEALTHY_SECONDS)
        return max(min(pauses), 0.01)
