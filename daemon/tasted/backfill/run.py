"""One run of a backfill: engines in threads, their answers into sidecars, until all is done.

Touches the outbox of the backfill, `.tasted/backfills`, and the tree by looking. Whatever ends it,
what has a sidecar is done, and the next run goes on from there: nothing else is remembered.
"""

import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from tasted import __version__
from tasted.backfill.keeping import DocumentKeeper
from tasted.backfill.plan import BackfillPlan, plan_of
from tasted.backfill.progress import BackfillProgress, ProgressMeter
from tasted.backfill.queue import BackfillQueue
from tasted.backfill.scoring import Take, TreeScoring
from tasted.backfill.shipped_taste import ShippedTaste
from tasted.backfill.tree import Tree, TreeListing, TreeUnavailable
from tasted.config import Settings
from tasted.errors import DiskFull, OutboxUnwritable
from tasted.home.backfill_files import BackfillPlace, BackfillState
from tasted.home.ignored import IgnoredList
from tasted.inbox.reconcile import Task
from tasted.outbox.backfill_outbox import backfill_ledger, backfill_outbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.plain_dataclass import dataclass
from tasted.rpc.engine_start import COMMAND
from tasted.rpc.messages import FileResult
from tasted.system.clock import from_epoch
from tasted.system.files import private_folder, remove_whole
from tasted.system.sweeping import sweep_temporary

_ROUNDS = 2
"""A second look finds what changed during the first round."""
_TURN_SECONDS = 1.0
_KEPT_EVERY_SECONDS = 5.0
_POWER_ASKED_EVERY_SECONDS = 30.0
_MEGABYTE = 1e6

Show = Callable[[BackfillProgress], None]
log = structlog.get_logger("tasted.backfill")


@dataclass(frozen=True, slots=True)
class BackfillOutcome:
    """What a run left."""

    state: BackfillState
    is_complete: bool
    """Whether every file of the tree has a sidecar."""
    scored: int
    """Files that this run answered, failures included."""
    seconds: float
    unreadable: tuple[str, ...]
    """Folders that could not be listed, relative to the tree."""


class Cluster(Protocol):
    """Other machines, which score in place of engines of this one."""

    def score(
        self,
        taste: ShippedTaste,
        roots: Mapping[str, str],
        tasks: Sequence[Task],
        take: Take,
        *,
        is_overtaken: Callable[[], bool],
    ) -> None:
        """Score files of a tree; see `ray_run.RayCluster`."""

    def interrupt(self) -> None:
        """End that at once, from another thread, for good."""


class BackfillRun:
    """Works on one backfill, whose lock the caller holds.

    Args:
        place: where it keeps what.
        state: what is known of it; its folders.
        taste: by which it is scored.
        settings: of the home: threads, memory, room on the disk.
        workers: how many engines.
        retries: whether everything that failed is tried again.
        waits_because: asks why it should pause, if it should; None never asks.
        cluster: scores in place of engines of this machine; None: these do.
        command: starts an engine; tests pass one of their own.
    """

    def __init__(
        self,
        place: BackfillPlace,
        state: BackfillState,
        taste: ShippedTaste,
        settings: Settings,
        *,
        workers: int = 1,
        retries: bool = False,
        waits_because: Callable[[], str | None] | None = None,
        cluster: Cluster | None = None,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._place = place
        self._state = state
        self._taste = taste
        self._settings = settings
        self._workers = workers
        self._retries = retries
        self._waits_because = waits_because
        self._cluster = cluster
        self._command = command
        self._tree = Tree.of(state.roots)
        self._outbox = backfill_outbox(place)
        self._ledger: Ledger = backfill_ledger(place)
        self._writer = Writer(
            self._outbox,
            self._ledger,
            check=place.home.check_outbox,
            # the command ends with the fault
            then="then run the same command again",
        )
        self._failing = threading.Lock()
        self._failure: BaseException | None = None
        self._engines: list[TreeScoring] = []

    def run(self, stop: threading.Event, show: Show = lambda _progress: None) -> BackfillOutcome:
        """Score what is to be scored, until it is done or `stop` is set.

        Raises:
            TreeUnavailable: when a folder is not there, or went away; what is written stays.
            ServiceFault: when nothing can be scored or written.
        """
        started = time.monotonic()
        self._make_ready()
        answered = 0
        for number in range(_ROUNDS):
            listing = self._tree.list()
            if not listing.files and self._ledger.entries:
                raise TreeUnavailable(
                    "There is no picture in any folder of this backfill, and there were some.",
                    remedy="Connect their disk, and run the same command again; or remove its "
                    f"results: tasted backfill --forget {self._place.name}",
                )
            plan = self._planned(listing, retries=self._retries and number == 0)
            if number and not plan.tasks:
                break
            changed, count = self._do(plan, listing, stop, show)
            answered += count
            if stop.is_set() or not changed:
                break
        self._ledger.save_index(is_last=True)
        return BackfillOutcome(
            self._state,
            is_complete=self._state.ended_at is not None,
            scored=answered,
            seconds=time.monotonic() - started,
            unreadable=listing.unreadable,
        )

    def interrupt(self) -> None:
        """End the engines at once, from another thread or a handler of signals."""
        for engine in list(self._engines):
            engine.interrupt()
        if self._cluster is not None:
            self._cluster.interrupt()

    def _make_ready(self) -> None:
        home = self._place.home
        home.check_outbox()
        if self._outbox.is_symlink():
            raise OutboxUnwritable(
                f"{self._outbox} is a link.", remedy="Replace it with a folder; links are not used."
            )
        self._tree.check()
        self._place.refuse_links()
        for left in self._place.folder.glob("engine-*"):
            # where nothing can be removed nothing can be written either, which is told
            with contextlib.suppress(OSError):
                remove_whole(left)
        private_folder(self._outbox, below=home.outbox)
        sweep_temporary(self._outbox, older_than_seconds=0)
        self._check_room()
        self._ledger.refresh()

    def _planned(self, listing: TreeListing, *, retries: bool) -> BackfillPlan:
        plan = plan_of(
            listing.files,
            self._ledger.entries,
            self._taste.facts.current,
            now=time.time(),
            version=__version__,
            retries=retries,
        )
        for path in plan.back:
            self._writer.mark(path, None)
        self._put_away(plan, listing)
        return plan

    def _put_away(self, plan: BackfillPlan, listing: TreeListing) -> None:
        """Mark the sidecars of files that are gone, and remove those that were marked long ago."""
        now = datetime.now(UTC)
        days = self._settings.outbox.keep_gone_days
        for path in plan.gone:
            entry = self._ledger.entry_of(path)
            if entry is None or listing.may_be_hidden(path):
                continue
            if entry.gone_since is None and days:
                self._writer.mark(path, now)
            elif not days or now - from_epoch(entry.gone_since or 0.0) > timedelta(days=days):
                self._writer.remove(path)

    def _do(
        self, plan: BackfillPlan, listing: TreeListing, stop: threading.Event, show: Show
    ) -> tuple[int, int]:
        """Do what a plan says; return how many files changed meanwhile, and were answered."""
        meter = ProgressMeter(len(listing.files), done=plan.done, failed=plan.failed)
        ignored = IgnoredList(self._place.home.ignored_file)
        keeper = DocumentKeeper(self._tree, self._writer, self._ledger, ignored, meter)
        workers = max(1, min(self._workers, len(plan.tasks)))
        queue = BackfillQueue(batch_size=self._settings.engine.batch_size, workers=workers)
        queue.put(plan.tasks)
        self._keep_state(meter.now(), listing)
        threads = [
            # an engine dies with the thread that started it
            threading.Thread(target=self._work, args=(ask, queue), name=f"engine-{number}")
            for number, ask in enumerate(self._asking(plan, queue, keeper, meter, workers), 1)
        ]
        for thread in threads:
            thread.start()
        try:
            self._attend(threads, queue, meter, listing, stop, show)
        finally:
            queue.end()
            for thread in threads:
                thread.join()
            if self._place.home.state.is_dir():
                self._keep_state(meter.now(), listing, is_over=not stop.is_set())
        if self._failure is not None:
            raise self._failure
        show(meter.now())
        return keeper.changed, meter.now().answered

    def _asking(
        self,
        plan: BackfillPlan,
        queue: BackfillQueue,
        keeper: DocumentKeeper,
        meter: ProgressMeter,
        workers: int,
    ) -> list[Callable[[], None]]:
        """Return what the threads do."""
        if not plan.tasks:
            return []
        if self._cluster is not None:
            return [partial(self._ask_cluster, self._cluster, plan, queue, keeper, meter)]
        return [
            partial(self._ask_engine, number, queue, keeper, meter)
            for number in range(1, workers + 1)
        ]

    def _attend(
        self,
        threads: list[threading.Thread],
        queue: BackfillQueue,
        meter: ProgressMeter,
        listing: TreeListing,
        stop: threading.Event,
        show: Show,
    ) -> None:
        """Show how far it is, keep that, and let it pause, until the threads have ended."""
        kept_at = asked_at = float("-inf")
        while any(thread.is_alive() for thread in threads):
            if self._failure is not None or stop.is_set():
                return
            now = time.monotonic()
            if self._waits_because is not None and now - asked_at >= _POWER_ASKED_EVERY_SECONDS:
                asked_at = now
                why = self._waits_because()
                queue.hold(is_held=why is not None)
                meter.pauses(why) if why is not None else meter.works()
            if now - kept_at >= _KEPT_EVERY_SECONDS:
                kept_at = now
                self._check_room()
                self._keep_state(meter.now(), listing)
                self._ledger.save_index()
            show(meter.now())
            stop.wait(_TURN_SECONDS)

    def _work(self, ask: Callable[[], None], queue: BackfillQueue) -> None:
        try:
            ask()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that attends
            log.warning("engine_thread_ended", error=str(error))
            with self._failing:
                self._failure = self._failure or error
            queue.end()

    def _ask_engine(
        self, number: int, queue: BackfillQueue, keeper: DocumentKeeper, meter: ProgressMeter
    ) -> None:
        with TreeScoring(
            self._taste,
            self._tree.roots,
            working=self._place.folder / f"engine-{number}",
            machine=self._settings,
            logs=self._place.logs / f"engine-{number}",
            command=self._command,
        ) as scoring:
            self._engines.append(scoring)
            while (tasks := queue.take()) is not None:
                if not tasks:
                    # it pauses, for who knows how long
                    scoring.engine.stop()
                    queue.wait_while_held()
                    continue
                left = {task.file.path: task for task in tasks}
                # an engine makes its folder, which must not be where a home was
                self._place.home.check()
                meter.works()

                def take(task: Task, result: FileResult, left: dict[str, Task] = left) -> None:
                    keeper.keep(task, result)
                    left.pop(task.file.path, None)

                try:
                    scoring.score(tasks, take, is_overtaken=lambda: queue.is_overtaken)
                finally:
                    queue.give_back(list(left.values()))

    def _ask_cluster(
        self,
        cluster: Cluster,
        plan: BackfillPlan,
        queue: BackfillQueue,
        keeper: DocumentKeeper,
        meter: ProgressMeter,
    ) -> None:
        meter.works()
        cluster.score(
            self._taste,
            self._tree.places,
            plan.tasks,
            keeper.keep,
            is_overtaken=lambda: queue.is_overtaken,
        )

    def _check_room(self) -> None:
        free_mb = shutil.disk_usage(self._place.home.root).free / _MEGABYTE
        least = self._settings.limits.min_free_mb
        if free_mb < least:
            raise DiskFull(
                f"Only {free_mb:.0f} MB are free on the disk of {self._place.home.root}, and "
                f"limits.min_free_mb is {least}.",
                remedy="Free some space, and run the same command again.",
            )

    def _keep_state(
        self, progress: BackfillProgress, listing: TreeListing, *, is_over: bool = False
    ) -> None:
        is_complete = is_over and self._failure is None
        is_complete = is_complete and progress.done + progress.failed >= progress.total
        self._state = replace(
            self._state,
            taste=self._taste.facts.taste,
            embedder=self._taste.facts.embedder,
            found=progress.total,
            scored=progress.done,
            failed=progress.failed,
            ended_at=datetime.now(UTC).isoformat(timespec="seconds") if is_complete else None,
            passed_over=dict(listing.passed_over),
        )
        self._place.write(self._state)
