"""Forgetting is served whatever else is at fault, and repairs none of it."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from structlog.testing import capture_logs

from kit.inbox_files import inbox_file
from kit.observed_daemon import NullWatcher
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.scanning.scanner import Scanner
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.requests import leave_request
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.turns import Turn
from tasted.daemon.shared.wakeups import ThreadWakeups
from tasted.daemon.shared.work_queue import Forget, PresentLabels
from tasted.daemon.working.loop import WorkLoop
from tasted.errors import MemoryCeilingTooLow, TastedError
from tasted.home.crash_reports import read_crash_reports
from tasted.home.layout import Home
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger

ORDER = Order((Target(paths=("a.png",)),), keeps_pictures=False, is_dry=False)
FAULT = MemoryCeilingTooLow("The model does not fit.", remedy="Give it more.")


class CountedWakeups(ThreadWakeups):
    """Counts the worker's pauses."""

    pauses = 0
    skipped = 0

    def pause_worker(self, timeout_seconds: float) -> bool:
        """Count, also the pauses that end before they begin, and wait as ever."""
        was_woken = super().pause_worker(0.0)
        self.skipped += was_woken
        self.pauses += 1
        return was_woken or super().pause_worker(timeout_seconds)


class NoEngine:
    """An engine that does not run."""

    pid = None

    def stop(self) -> None:
        """Have nothing to stop."""


@dataclass
class HeldWorker:
    """A worker whose model is too large."""

    settings: Settings
    engine: NoEngine = field(default_factory=NoEngine)
    tries: int = 0

    def preflight(self) -> None:
        """Fail as the engine would."""
        self.tries += 1
        raise FAULT


class WatchedState(SharedState):
    """A shared state whose pauses are counted."""

    wakeups: CountedWakeups


def _shared(home: Home) -> WatchedState:
    return WatchedState(Settings(), Ledger(home.outbox), None, wakeups=CountedWakeups())


def loop_of(home: Home, shared: SharedState, worker: Any, stop: threading.Event) -> WorkLoop:
    """Return a work loop that lets this worker do everything."""
    return WorkLoop(
        home,
        shared,
        make_worker=lambda _settings, _stop: worker,
        carry_out=lambda _engine, _order: {},
        transfer=lambda _engine, _order: {},
        reporter=Reporter(StatusFile(home), shared, version="0.1.0"),
        stop=stop,
    )


def _wait_for_work(shared: SharedState) -> None:
    labels = PresentLabels((), "0", "0")
    shared.queue.replace([Task(inbox_file("a.png"), Reason.UNSCORED)], labels=labels, arrivals={})


def test_forgetting_leaves_what_is_held_as_it_is(home: Home) -> None:
    """It is served before the rest; the model is not loaded again, and the fault still shows."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = HeldWorker(shared.settings)
    orders: list[Order] = []

    def carry_out(_engine: object, order: Order) -> dict[str, Any]:
        orders.append(order)
        return {"targets": []}

    work_loop = WorkLoop(
        home,
        shared,
        make_worker=lambda _settings, _stop: worker,
        carry_out=carry_out,
        transfer=lambda _engine, _order: {},
        reporter=Reporter(StatusFile(home), shared, version="0.1.0"),
        stop=stop,
    )
    running = threading.Thread(target=work_loop.run)
    _wait_for_work(shared)
    running.start()
    try:
        eventually(lambda: shared.wakeups.pauses == 1)
        _wait_for_work(shared)
        shared.queue.ask(Forget("0123", ORDER))
        shared.wakeups.wake_worker()
        eventually(lambda: shared.wakeups.pauses == 2)
        assert (orders, worker.tries) == ([ORDER], 1)
        assert shared.faults.holding is FAULT
        # what may have mended it ends the pause as ever
        shared.wakeups.wake_worker()
        eventually(lambda: shared.wakeups.pauses == 3)
        assert worker.tries == 2
    finally:
        stop.set()
        shared.queue.close()
        shared.wakeups.wake_worker()
        running.join()


def test_a_nudge_while_all_is_well_takes_no_pause_away(home: Home) -> None:
    """It tells of what the attempt knew that failed; one that comes later ends the pause."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = HeldWorker(shared.settings)
    work_loop = loop_of(home, shared, worker, stop)
    shared.wakeups.wake_worker()
    running = threading.Thread(target=work_loop.run)
    _wait_for_work(shared)
    running.start()
    try:
        eventually(lambda: shared.wakeups.pauses == 1)
        assert shared.wakeups.skipped == 0
        _wait_for_work(shared)
        shared.wakeups.wake_worker()
        eventually(lambda: worker.tries == 2)
    finally:
        stop.set()
        shared.queue.close()
        shared.wakeups.wake_worker()
        running.join()


def test_row_38_a_fault_keeps_the_engine_from_starting_early(home: Home) -> None:
    """It is told when the picture is to be scored, which waits no longer for that."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = HeldWorker(shared.settings)
    running = threading.Thread(target=loop_of(home, shared, worker, stop).run)
    shared.queue.foresee()
    running.start()
    try:
        eventually(lambda: worker.tries == 1 and not shared.queue.is_busy)
        assert (shared.faults.holding, shared.wakeups.pauses) == (None, 0)
        # the picture may be gone: a scan has to see that nothing is left to do
        assert shared.wakeups.pause_scanner(30)[0]
        _wait_for_work(shared)
        eventually(lambda: shared.wakeups.pauses == 1)
        assert shared.faults.holding is FAULT
        # nothing is tried early while a fault is known
        shared.queue.foresee()
        shared.wakeups.wake_worker()
        eventually(lambda: not shared.queue.is_busy)
        assert worker.tries == 2
    finally:
        stop.set()
        shared.queue.close()
        shared.wakeups.wake_worker()
        running.join()


@dataclass
class SurprisedWorker(HeldWorker):
    """A worker in which something happens that nobody foresaw."""

    def preflight(self) -> None:
        """Fail as no engine would."""
        self.tries += 1
        raise KeyError("anna.png")


def test_row_48_a_surprise_of_the_worker_is_told_and_tried_again(home: Home) -> None:
    """It ends no daemon, which would find the same work at its next start, and names no picture."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = SurprisedWorker(shared.settings)
    work_loop = loop_of(home, shared, worker, stop)
    running = threading.Thread(target=work_loop.run)
    _wait_for_work(shared)
    running.start()
    try:
        eventually(lambda: shared.wakeups.pauses == 1)
        fault = shared.faults.holding
        assert fault is not None
        assert fault.code == "internal"
        assert fault.message == "tasted itself failed (KeyError); no picture is at fault."
        _wait_for_work(shared)
        shared.wakeups.wake_worker()
        eventually(lambda: shared.wakeups.pauses == 2)
        assert running.is_alive()
    finally:
        stop.set()
        shared.queue.close()
        shared.wakeups.wake_worker()
        running.join()
    (crash,) = read_crash_reports(home.crashes_file)
    assert (crash.error, crash.count, crash.doing) == ("KeyError", 2, "PresentLabels")


@dataclass
class SwiftWorker(HeldWorker):
    """A worker that has nothing to do with re-scores."""

    batches: list[int] = field(default_factory=list)

    def preflight(self) -> None:
        """Find everything as it should be."""

    def rescore(self, tasks: Sequence[Task], **_between: object) -> None:
        """Count them."""
        self.batches.append(len(tasks))


def test_re_scores_are_logged_as_one_line(home: Home) -> None:
    """However many batches they are served in."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = SwiftWorker(shared.settings)
    work_loop = loop_of(home, shared, worker, stop)
    stale = [Task(inbox_file(f"{number}.png"), Reason.STALE) for number in range(900)]
    shared.queue.replace(stale, labels=None, arrivals={})
    running = threading.Thread(target=work_loop.run)
    with capture_logs() as logged:
        running.start()
        eventually(lambda: sum(worker.batches) == 900)
        stop.set()
        shared.queue.close()
        running.join()
    assert len(worker.batches) > 1
    lines = [line for line in logged if line["event"] == "rescored"]
    assert [line["pictures"] for line in lines] == [900]


@dataclass
class OvertakenWorker(SwiftWorker):
    """A worker that leaves its first batch to what is served before it."""

    shared: SharedState | None = None
    is_woken_early: bool = False

    def score_or_learn(
        self, tasks: Sequence[Task], *, durable: bool, is_bulk: bool, **_between: object
    ) -> None:
        """Leave them, and tell whether a scan is asked for while they are in hand."""
        assert self.shared is not None
        if not self.batches:
            assert (durable, is_bulk) == (True, True)
            self.shared.queue.look_after()
            self.is_woken_early = self.shared.wakeups.pause_scanner(0)[0]
        self.batches.append(len(tasks))


def test_what_is_left_of_a_batch_is_looked_for_when_it_is_let_go(home: Home) -> None:
    """A scan leaves out what is in hand; and it does not wait until all other work is done."""
    shared, stop = _shared(home), threading.Event()
    worker: Any = OvertakenWorker(shared.settings, shared=shared)
    tasks = [Task(inbox_file("a.png"), Reason.UNSCORED), Task(inbox_file("b.png"), Reason.RETRY)]
    shared.queue.replace(tasks, labels=None, arrivals={})
    running = threading.Thread(target=loop_of(home, shared, worker, stop).run)
    running.start()
    try:
        assert shared.wakeups.pause_scanner(30)[0]
        eventually(lambda: worker.batches == [1, 1])
        assert not worker.is_woken_early
    finally:
        stop.set()
        shared.queue.close()
        running.join()


def test_a_fault_of_the_scout_refuses_all_but_forgetting(home: Home) -> None:
    """The inbox is gone: a score is refused at once, an order to forget reaches the work loop."""
    shared = _shared(home)
    scanner = Scanner(
        home,
        shared,
        reload=Settings,
        reporter=Reporter(StatusFile(home), shared, version="0.1.0"),
        on_idle=lambda: None,
        on_hold=lambda _fault: None,
        keep_folders=lambda: None,
        is_owner=lambda: True,
        stop=threading.Event(),
        version="0.1.0",
        remove_sidecar=lambda _path: None,
        mark_sidecar=lambda _path, _since: None,
        feedback=FeedbackRecorder(home, shared),
        make_watcher=NullWatcher,
    )
    shutil.rmtree(home.inbox)
    leave_request(home.requests, "score", inside=["a.png"], outside=[])
    leave_request(home.requests, "forget", **ORDER.to_json())
    scanner.turn(frozenset())
    assert isinstance(shared.faults.of_scanner, TastedError)
    assert shared.queue.counts()[Turn.ASKED] == 1
    assert len(list(home.requests.glob("*.answer.json"))) == 1
    taken = shared.queue.take(1, timeout=0)
    assert isinstance(taken, Forget)
    assert taken.order == ORDER
