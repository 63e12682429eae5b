"""One look at inbox and outbox after another, and what follows from them for the queue.

Reads both folders. The pure parts are in `inbox`: settling, presence, reconcile.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import replace

from tasted.daemon.acting import Acting
from tasted.daemon.desk import Desk, Sight
from tasted.daemon.ignoring import Ignoring
from tasted.daemon.reporting import Reporter
from tasted.daemon.sighting import trusted_listing
from tasted.daemon.work_queue import LabelsUpdate
from tasted.faultpoints import reach
from tasted.home import Home
from tasted.inbox.listing import Listing, ends_whole
from tasted.inbox.naming import NameKind, kind_of_name
from tasted.inbox.presence import Presence, labels_digest, seen_references
from tasted.inbox.profiles import Folders, Looked, Profile, folder_of, folders_of, look_at_profiles
from tasted.inbox.reconcile import Reason, Task, gone, moved_away, next_retry, reconcile
from tasted.inbox.settling import Settling
from tasted.records import Current, InboxFile
from tasted.status import PlainFolder

# a file that is deleted and written again, as syncing programs do, was never gone
DOUBT_SECONDS = 2.0
# twenty likes in a row are one change of taste
LABELS_QUIET_SECONDS = 1.0
_WANTING_A_TASTE = {Reason.STALE, Reason.PROFILE, Reason.PROFILE_AGAIN}


class Survey:
    """Keeps the desk's sight and queue in step with the disk.

    Args:
        home: whose folders are looked at.
        desk: where sight and queue go.
        reporter: told what was counted.
        remove_sidecar: removes the sidecar of a path whose content has another name now.
        version: of this tasted.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        *,
        reporter: Reporter,
        remove_sidecar: Callable[[str], None],
        version: str,
    ) -> None:
        self._home = home
        self._desk = desk
        self._reporter = reporter
        self._remove_sidecar = remove_sidecar
        self._version = version
        self._acting = Acting(home, version=version)
        self._ignoring = Ignoring(home.ignored_file)
        quiet_seconds = desk.settings.watch.settle_seconds
        self._settling = Settling(quiet_seconds=quiet_seconds, is_whole=self._is_whole)
        self._profiles = Settling[Profile](quiet_seconds=quiet_seconds)
        self._profiles_wait = False
        """Whether a profile waits for its photos, or for quiet."""
        self._presence = Presence(patience_seconds=DOUBT_SECONDS)
        self._arrivals: dict[str, int] = {}
        self._known: frozenset[str] | None = None
        self._labels: LabelsUpdate | None = None
        self._labels_since = 0.0
        self._saw_all = False
        """Whether any look saw the whole inbox; before one, nothing is known to be absent."""

    @property
    def is_settled(self) -> bool:
        """Whether no file is still being waited for."""
        decided = self._labels is None and not self._presence.doubtful
        return self._settling.waiting == 0 and decided and not self._profiles_wait

    def look(self, hints: Collection[str]) -> None:
        """Look once, and replace the queue.

        Args:
            hints: paths relative to the inbox that stirred since the last look.

        Raises:
            InboxUnavailable: when the inbox cannot be listed.
            OutboxUnwritable: when the outbox cannot be listed.
            ServiceFault: when the list of ignored pictures cannot be read.
        """
        listing = trusted_listing(self._home.inbox, self._desk.current)
        self._saw_all = self._saw_all or listing.healthy
        listing = self._ignoring.passed_over(listing)
        now = time.monotonic()
        folders = folders_of(listing.files, listing.texts)
        quiet_seconds = self._desk.settings.watch.settle_seconds
        self._settling.quiet_seconds = self._profiles.quiet_seconds = quiet_seconds
        self._settling.touched(hints, now=now)
        self._settling.look(listing.files, now=now)
        self._profiles.touched(map(folder_of, hints), now=now)
        self._profiles.look(folders.profiles, now=now)
        self._note_arrivals(listing)
        with self._desk.lock:
            self._decide(listing, folders, now)

    def _is_whole(self, file: InboxFile) -> bool:
        entry = self._desk.ledger.entries.get(file.path)
        # what was done in this very state needs no second look at its end
        return (entry is not None and entry.stamp == file.stamp) or ends_whole(
            self._home.inbox, file
        )

    def seconds_to_next(self) -> float:
        """Return when to look again, in seconds, if nothing stirs."""
        now = time.monotonic()
        pauses = [float(self._desk.settings.watch.rescan_seconds)]
        for settling in (self._settling, self._profiles):
            next_look = settling.next_look()
            if next_look is not None:
                pauses.append(next_look - now)
        if self._presence.doubtful:
            pauses.append(DOUBT_SECONDS)
        if self._labels is not None:
            pauses.append(self._labels_since + LABELS_QUIET_SECONDS - now)
        with self._desk.lock:
            retry_at = next_retry(self._desk.ledger.entries, now=time.time())
        if retry_at is not None:
            pauses.append(retry_at - time.time())
        return max(min(pauses), 0.01)

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

    def _decide(self, listing: Listing, folders: Folders, now: float) -> None:
        desk, settled = self._desk, self._settling.settled
        desk.ledger.refresh()
        entries, current = desk.ledger.entries, desk.current
        if listing.healthy:
            for path in moved_away(listing.files, entries, passed_over=listing.passed_over):
                self._remove_sidecar(path)
                reach("scout.former_removed")
        orphans = gone(listing.files, entries, passed_over=listing.passed_over)
        tasks = [
            # who asked for another score doubts the old one, and all that it says
            replace(task, proven=None, content_id=None) if task.file.path in desk.forced else task
            for task in reconcile(settled, entries, current, now=time.time(), version=self._version)
        ]
        desk.forced &= listing.files.keys() | folders.profiles.keys()
        tasks += self._forced_tasks({task.file.path for task in tasks})
        undone = {task.file.path for task in tasks}
        looked = self._look_at_profiles(listing, folders, undone=undone)
        tasks += looked.tasks
        self._profiles_wait = looked.waiting > 0
        labels = self._labels_of(listing, now) if self._saw_all else None
        desk.sight = Sight(settled, labels, frozenset(folders.profiles))
        due = self._due(labels, current, tasks, now) if labels is not None else None
        if due is not None or self._labels is not None:
            # what is scored now carries a taste that is not published yet: nothing can be called
            # stale until it is
            tasks = [task for task in tasks if task.reason not in _WANTING_A_TASTE]
        desk.queue.replace(tasks, labels=due, arrivals=self._arrivals)
        self._reporter.saw(
            listing,
            settling=self._settling.waiting,
            orphans=len(orphans) + looked.orphans if listing.healthy else 0,
            restless=self._settling.restless(now=now),
            is_undecided=(
                self._labels is not None or self._presence.doubtful or self._profiles_wait
            ),
            plain=[PlainFolder(folder, why.value) for folder, why in folders.plain.items()],
        )

    def _look_at_profiles(self, listing: Listing, folders: Folders, *, undone: set[str]) -> Looked:
        """Say which profiles are due, and remove the documents of those that are none any more."""
        doubtful = {f"{folder}/" for folder in listing.unreadable} | {
            # it is there and may not be opened: the document with it in it stands
            folder_of(path)
            for path in listing.passed_over
            if kind_of_name(path.rpartition("/")[2]) is NameKind.PICTURE
        }
        looked = look_at_profiles(
            folders,
            self._desk.ledger.entries,
            self._desk.current,
            files=listing.files,
            settled=self._settling.settled,
            undone=undone,
            quiet=self._profiles.settled.keys(),
            doubtful=doubtful,
            forced=self._desk.forced,
            now=time.time(),
            version=self._version,
        )
        self._desk.forced -= looked.given_up
        if listing.healthy:
            for folder in (*looked.outdated, *looked.moved):
                self._remove_sidecar(folder)
        return looked

    def _forced_tasks(self, already: set[str]) -> list[Task]:
        settled = self._settling.settled
        return [
            Task(file, Reason.STALE if file.label is None else Reason.REFERENCE)
            for path in self._desk.forced
            if (file := settled.get(path)) is not None and path not in already
        ]

    def _labels_of(self, listing: Listing, now: float) -> LabelsUpdate:
        """Say which references count, by what is settled or was learnt in this very state."""
        seen = seen_references(
            listing.files,
            self._desk.ledger.entries,
            settled=self._settling.settled.keys(),
            passed_over=listing.passed_over,
        )
        self._presence.look(seen, healthy=listing.healthy, now=now)
        present = self._presence.present
        acting = self._acting.digest(self._desk.settings)
        return LabelsUpdate(tuple(present), labels_digest(present), acting)

    def _due(
        self, labels: LabelsUpdate, current: Current | None, tasks: list[Task], now: float
    ) -> LabelsUpdate | None:
        """Return the labels when the engine should publish anew: at once, or after a quiet time."""
        if current is None or current.acting_digest != labels.acting_digest:
            self._labels = None
            return labels
        if current.labels_digest == labels.labels_digest and not self._desk.has_learnt:
            self._labels = None
            return None
        learning = any(task.reason is Reason.REFERENCE for task in tasks)
        if self._labels != labels or learning:
            self._labels, self._labels_since = labels, now
        if now - self._labels_since < LABELS_QUIET_SECONDS:
            return None
        self._labels = None
        return labels
