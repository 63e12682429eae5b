"""One scan of inbox and outbox, and what follows from it for the queue.

Reads both folders. The pure parts are in `inbox`: settling, presence, reconcile.

Where events tell what stirred, a scan looks at that alone and decides about that alone, and what it
keeps is what a scan of everything would have found. Everything is looked at in every doubt, and now
and then without any.
"""

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from tasted.daemon.scanning.arrivals import Arrivals
from tasted.daemon.scanning.decided import Decided, is_there, may_be_of_a_folder, moved_among
from tasted.daemon.scanning.file_decisions import FileDecisions
from tasted.daemon.scanning.foresight import Foresight
from tasted.daemon.scanning.gone_files import GoneFiles
from tasted.daemon.scanning.known_files import KnownFiles
from tasted.daemon.scanning.looks import STIRRED_MAX, HomeLooks
from tasted.daemon.scanning.seen_labels import FollowsLabels, SeenLabels
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.home.layout import Home
from tasted.home.status import PlainFolder
from tasted.inbox.due_profiles import DueProfiles, look_at_profiles
from tasted.inbox.listing import Listing
from tasted.inbox.naming import NameKind, kind_of_name, label_of
from tasted.inbox.packed_files import PackedFiles, Sight
from tasted.inbox.profiles import Folders, Profile, details_in_sidecars, folder_of, folders_of
from tasted.inbox.reconcile import Reason, moved_away, next_retry
from tasted.inbox.settling import Settling
from tasted.packing.entries import Entries
from tasted.records import LedgerEntry
from tasted.system.faultpoints import reach

# a file that is deleted and written again, as syncing programs do, was never gone
DOUBT_SECONDS = 2.0
_PERHAPS_PICTURES = {NameKind.PICTURE, NameKind.UNKNOWN}
_WANTING_A_TASTE = {Reason.STALE, Reason.PROFILE, Reason.PROFILE_AGAIN}


class Scan:
    """Keeps the queue and the last scan of the shared state in step with the disk.

    Args:
        home: whose folders are scanned.
        shared: gets the queue and the result of the scan.
        reporter: gets the counts.
        remove_sidecar: removes the sidecar of a path whose content has another name now.
        mark_sidecar: notes in the sidecar of a path since when its file is gone.
        version: of this tasted.
        patience_seconds: between two scans that agree on an absence.
        answers: logs those that were given by hand in the label folders.
        may_start_engine: tells whether what lay there before the daemon began would be scored now.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        *,
        reporter: Reporter,
        remove_sidecar: Callable[[str], None],
        mark_sidecar: Callable[[str, datetime | None], None],
        version: str,
        patience_seconds: float = DOUBT_SECONDS,
        answers: FollowsLabels | None = None,
        may_start_engine: Callable[[], bool] = lambda: True,
    ) -> None:
        self._home = home
        self._shared = shared
        self._reporter = reporter
        self._remove_sidecar = remove_sidecar
        self._mark_sidecar = mark_sidecar
        self._foresight = Foresight(shared.ledger, may_start_engine)
        self._has_changed_outbox = False
        """Whether this scan changed the outbox after it had read the ledger."""
        self._version = version
        self._labels = SeenLabels(home, answers, version=version, patience_seconds=patience_seconds)
        self._looks = HomeLooks(home, shared)
        quiet_seconds = shared.settings.watch.settle_seconds
        self._known = known = KnownFiles(home.inbox, shared.ledger)
        self._settling = Settling[Sight](
            quiet_seconds=quiet_seconds, is_whole=known.is_whole, is_done=known.is_done
        )
        self._profiles = Settling[Profile](quiet_seconds=quiet_seconds)
        self._profiles_wait = False
        """Whether a profile waits for its photos, or for quiet."""
        self._gone = GoneFiles(
            home.folders_file,
            mark=self._mark,
            remove=self._remove,
            patience_seconds=patience_seconds,
            check=home.check,
        )
        self._arrivals = Arrivals()
        self._decided_at = -1
        """The state of the ledger that the last scan decided about."""
        self._followed = shared.ledger.follow()
        self._decided: Decided | None = None
        """What the last scan decided; None: nothing of it can be kept."""

    @property
    def is_settled(self) -> bool:
        """Whether no file is still being waited for."""
        # what was written since the scan has not been decided about
        is_of_now = self._shared.ledger.changes == self._decided_at
        return is_of_now and self._settling.waiting == 0 and not self._is_undecided

    @property
    def _is_undecided(self) -> bool:
        """Whether a change of labels, an absence or a profile waits for something."""
        is_doubtful = self._labels.doubtful or self._gone.doubtful or self._gone.has_more
        return self._shared.taste.is_waiting or is_doubtful or self._profiles_wait

    def run(
        self,
        hints: Collection[str],
        *,
        places: Collection[str] = (),
        is_whole: bool = True,
        now: float | None = None,
    ) -> None:
        """Scan once, and replace the queue.

        Args:
            hints: paths relative to the inbox that changed since the last scan.
            places: relative to the outbox, from which something went.
            is_whole: look at everything, since hints may be missing.
            now: monotonic seconds, of a moment before the look; None: just before it.

        Raises:
            InboxUnavailable: when the inbox cannot be listed.
            OutboxUnwritable: when the outbox cannot be listed.
            ServiceFault: when the list of ignored pictures cannot be read.
        """
        now = time.monotonic() if now is None else now
        decided, self._decided = self._decided, None
        paths = {*hints, *self._settling.waiting_for, *self._labels.missed, *self._gone.missed}
        self._labels.begin()
        listing, stirred = self._looks.look(paths, places, is_whole=is_whole)
        proven = self._followed.take()
        quiet_seconds = self._shared.settings.watch.settle_seconds
        self._settling.quiet_seconds = self._profiles.quiet_seconds = quiet_seconds
        self._settling.touched(hints, now=now)
        self._profiles.touched(map(folder_of, hints), now=now)
        waited = self._settling.waiting_for
        self._settling.look(listing.files.sights, now=now, stirred=stirred)
        fresh = self._arrivals.look(listing.files, stirred)
        if self._foresight.sees(listing, arrived=fresh, waiting=self._settling.waiting_for):
            self._shared.queue.foresee()
        changed = None if stirred is None else {*stirred, *proven, *waited}
        if decided is not None and changed is not None and self._may_keep(decided, changed):
            self._decide_about(changed, decided, listing, now)
        else:
            self._decide_everything(listing, now)
        if self._has_changed_outbox:
            # the next scan decides about it
            self._shared.wakeups.wake_scanner()

    def _may_keep(self, decided: Decided, changed: Collection[str]) -> bool:
        """Tell whether only what changed has to be decided about."""
        return (
            decided.current == self._shared.taste.current
            and decided.settings is self._shared.settings
            and decided.unlike is self._labels.unlike
            and not (self._profiles_wait or self._gone.has_more)
            and time.time() < decided.retry_at
            and len(changed) <= STIRRED_MAX
            and not any(map(may_be_of_a_folder, {*changed, *self._shared.forced.paths}))
        )

    def _mark(self, path: str, gone_since: datetime | None) -> None:
        self._mark_sidecar(path, gone_since)
        self._has_changed_outbox = True

    def _remove(self, path: str) -> None:
        self._remove_sidecar(path)
        self._has_changed_outbox = True

    def _remove_former(self, moved: Iterable[str]) -> None:
        """Remove the sidecars of contents that have another name now."""
        for path in moved:
            self._remove_sidecar(path)
            reach("scanner.former_removed")

    def seconds_to_next(self) -> float:
        """Return when to scan again, in seconds, if nothing changes."""
        now = time.monotonic()
        pauses = [self._looks.whole_until - now]
        for settling in (self._settling, self._profiles):
            next_scan = settling.next_look()
            if next_scan is not None:
                pauses.append(next_scan - now)
        if self._labels.doubtful or self._gone.doubtful:
            pauses.append(DOUBT_SECONDS)
        if self._gone.has_more:
            pauses.append(0.0)
        seconds_to_due = self._shared.taste.seconds_to_due(now)
        if seconds_to_due is not None:
            pauses.append(seconds_to_due)
        if self._decided is not None and self._decided.retry_at < math.inf:
            pauses.append(self._decided.retry_at - time.time())
        return max(min(pauses), 0.01)

    def _decide_everything(self, listing: Listing, now: float) -> None:
        """Decide about every file and folder."""
        shared, ledger = self._shared, self._shared.ledger
        unlike = self._labels.unlike
        folders = folders_of(
            listing.files,
            listing.texts,
            content_of=self._known.content_of,
            details_of=details_in_sidecars(ledger.live_entries),
            marked=listing.marked,
            unlike=unlike,
        )
        self._profiles.look(folders.profiles, now=now)
        if listing.healthy:
            self._remove_former(
                moved_away(listing.files, ledger.entries, passed_over=listing.passed_over)
            )
        # in this order: what is written in between is decided about once more
        self._decided_at, self._has_changed_outbox = ledger.changes, False
        entries, current = ledger.entries, shared.taste.current
        decided = Decided(
            current=current,
            settings=shared.settings,
            unlike=unlike,
            folders=folders,
            retry_at=next_retry(entries, now=time.time()) or math.inf,
        )
        decided.forced = shared.forced.keep_only(listing.files, folders.profiles, folders.undecided)
        settled = PackedFiles(self._settling.settled)
        decide = FileDecisions(settled, entries, current, now=time.time(), version=self._version)
        decide.about({*decide.not_current(), *decided.forced}, decided.files, forced=decided.forced)
        profiles = self._due_profiles(
            listing,
            folders,
            entries,
            undone=decided.files.tasks.keys(),
            forced=decided.forced,
        )
        decided.profiles = profiles
        decided.files.rows.update(
            {task.file.path: entries.rows.get(task.file.path) for task in profiles.tasks}
        )
        shared.forced.remove(profiles.given_up)
        keep_days = shared.settings.outbox.keep_gone_days
        self._gone.update(listing, folders, entries, keep_days=keep_days, now=now)
        self._profiles_wait = profiles.waiting > 0
        decided.labelled = {path for path in listing.files if label_of(path) is not None}
        decided.labels = self._labels_seen(decided, listing, entries, now)
        self._conclude(decided, listing, now)
        outdated = (*profiles.outdated, *profiles.moved) if listing.healthy else ()
        for folder in outdated:
            self._remove(folder)

    def _decide_about(
        self, changed: set[str], decided: Decided, listing: Listing, now: float
    ) -> None:
        """Decide about the files at some paths, all of them in no folder that may be a profile."""
        shared, ledger = self._shared, self._shared.ledger
        # nothing is due, but what rests is not to be waited for again and again
        self._profiles.look(decided.folders.profiles, now=now)
        moved = moved_among(changed, self._gone.absent, listing, ledger.entries)
        self._remove_former(moved)
        changed |= set(moved)
        self._decided_at, self._has_changed_outbox = ledger.changes, False
        entries = ledger.entries
        forced = shared.forced.keep_only(
            listing.files, decided.folders.profiles, decided.folders.undecided
        )
        changed |= forced ^ decided.forced
        decided.forced = forced
        settled = PackedFiles(self._settling.settled)
        decide = FileDecisions(
            settled, entries, decided.current, now=time.time(), version=self._version
        )
        decide.about(changed, decided.files, forced=forced)
        own = {path: entry for path in changed if (entry := entries.get(path)) is not None}
        next_of_own = next_retry(own, now=time.time())
        decided.retry_at = min(decided.retry_at, next_of_own or math.inf)
        keep_days = shared.settings.outbox.keep_gone_days
        self._gone.update(
            listing, decided.folders, entries, keep_days=keep_days, now=now, stirred=changed
        )
        labelled = {path for path in changed if label_of(path) is not None}
        if labelled or self._labels.missed or decided.labels is None:
            decided.labelled -= labelled
            decided.labelled |= {path for path in labelled if path in listing.files}
            decided.labels = self._labels_seen(decided, listing, entries, now)
        else:
            decided.labels = self._labels.again(decided.labels, shared.settings)
        self._conclude(decided, listing, now)

    def _labels_seen(
        self, decided: Decided, listing: Listing, entries: Entries, now: float
    ) -> PresentLabels | None:
        if not self._looks.saw_all:
            return None
        return self._labels.look(
            listing,
            entries,
            decided.labelled,
            settled=PackedFiles(self._settling.settled),
            settings=self._shared.settings,
            now=now,
        )

    def _conclude(self, decided: Decided, listing: Listing, now: float) -> None:
        """Replace the queue by what was decided; no lock is held while others write."""
        shared, ledger, rows = self._shared, self._shared.ledger, decided.files.rows
        folders, profiles = decided.folders, decided.profiles
        labels = decided.labels if self._looks.saw_all else None
        settled = PackedFiles(self._settling.settled)
        shared.last_scan = ScanResult(settled, labels, folders.undecided.union(folders.profiles))
        tasks = [*decided.files.tasks.values(), *profiles.tasks]
        is_learning = any(task.reason is Reason.REFERENCE for task in tasks)
        due = (
            shared.taste.due(labels, seen=decided.current, is_learning=is_learning, now=now)
            if labels is not None
            else None
        )
        if due is not None or shared.taste.is_waiting:
            # what is scored now carries a taste that is not published yet: nothing can be called
            # stale until it is
            tasks = [task for task in tasks if task.reason not in _WANTING_A_TASTE]
        shared.queue.replace(
            tasks,
            labels=due,
            arrivals=self._arrivals.numbers,
            # the very row: whoever writes another one has done the task, or changes what it is
            is_due=lambda task: ledger.row_of(task.file.path) is rows.get(task.file.path),
        )
        error = shared.last_error
        if error is not None and listing.healthy and not is_there(error.path, listing, folders):
            # the failure has gone with its file
            shared.last_error = None
        self._reporter.set_scan(
            listing,
            settling=self._settling.waiting,
            restless=self._settling.restless(now=now),
            is_undecided=self._is_undecided,
            plain=[PlainFolder(folder, why.value) for folder, why in folders.plain.items()],
        )
        self._decided = decided
        if labels is not None:
            self._labels.tell(labels)

    def _due_profiles(
        self,
        listing: Listing,
        folders: Folders,
        entries: Mapping[str, LedgerEntry],
        *,
        undone: AbstractSet[str],
        forced: frozenset[str],
    ) -> DueProfiles:
        """Return which profiles are due, and which have documents but are no longer profiles."""
        doubtful = {f"{folder}/" for folder in listing.unreadable} | {
            # the picture is there but may not be opened: the profile's document stays
            folder_of(path)
            for path in listing.passed_over
            if kind_of_name(path.rpartition("/")[2]) in _PERHAPS_PICTURES
        }
        return look_at_profiles(
            folders,
            entries,
            self._shared.taste.current,
            files=listing.files,
            settled=PackedFiles(self._settling.settled),
            undone=undone,
            quiet=self._profiles.settled.keys(),
            doubtful=doubtful,
            forced=forced,
            now=time.time(),
            version=self._version,
        )
