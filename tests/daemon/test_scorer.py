"""Forgetting is served whatever else is at fault, and mends none of it."""

import shutil
import threading
from dataclasses import dataclass, field
from typing import Any

from kit.inbox_files import inbox_file
from kit.observed_daemon import NullWatcher
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.forget_order import Order, Target
from tasted.daemon.reporting import Reporter
from tasted.daemon.requests import leave_request
from tasted.daemon.scorer import Scorer
from tasted.daemon.scout import Scout
from tasted.daemon.work_queue import Forget, LabelsUpdate, Turn
from tasted.errors import MemoryCeilingTooLow, TastedError
from tasted.home import Home
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger

ORDER = Order((Target(paths=("a.png",)),), keeps_pictures=False, is_dry=False)
FAULT = MemoryCeilingTooLow("The model does not fit.", remedy="Give it more.")


class WatchedDesk(Desk):
    """Notes the scorer's pauses."""

    pauses = 0

    def pause_scorer(self, timeout_seconds: float) -> None:
        """Count, and wait as ever."""
        self.pauses += 1
        super().pause_scorer(timeout_seconds)


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

    def check_ground(self) -> None:
        """Fail as the engine would."""
        self.tries += 1
        raise FAULT


def _desk(home: Home) -> WatchedDesk:
    return WatchedDesk(Settings(), Ledger(home.outbox), None)


def _wait_for_work(desk: Desk) -> None:
    labels = LabelsUpdate((), "0", "0")
    desk.queue.replace([Task(inbox_file("a.png"), Reason.UNSCORED)], labels=labels, arrivals={})


def test_forgetting_leaves_what_is_held_as_it_is(home: Home) -> None:
    """It is served before the rest; the model is not loaded again, and the fault stays told."""
    desk, stop = _desk(home), threading.Event()
    worker: Any = HeldWorker(desk.settings)
    orders: list[Order] = []

    def carry_out(_engine: object, order: Order) -> dict[str, Any]:
        orders.append(order)
        return {"targets": []}

    scorer = Scorer(
        home,
        desk,
        make_worker=lambda _settings, _stop: worker,
        carry_out=carry_out,
        reporter=Reporter(home, desk, version="0.1.0"),
        stop=stop,
    )
    running = threading.Thread(target=scorer.run)
    _wait_for_work(desk)
    running.start()
    try:
        eventually(lambda: desk.pauses == 1, within_seconds=30)
        _wait_for_work(desk)
        desk.queue.ask(Forget("0123", ORDER))
        desk.nudge_scorer()
        eventually(lambda: desk.pauses == 2, within_seconds=30)
        assert (orders, worker.tries) == ([ORDER], 1)
        assert desk.fault is FAULT
        # what may have mended it ends the pause as ever
        desk.nudge_scorer()
        eventually(lambda: desk.pauses == 3, within_seconds=30)
        assert worker.tries == 2
    finally:
        stop.set()
        desk.queue.close()
        desk.nudge_scorer()
        running.join()


def test_a_fault_of_the_scout_refuses_all_but_forgetting(home: Home) -> None:
    """The inbox is gone: a score is refused at once, an order to forget reaches the scorer."""
    desk = _desk(home)
    scout = Scout(
        home,
        desk,
        reload=Settings,
        reporter=Reporter(home, desk, version="0.1.0"),
        on_idle=lambda: None,
        on_hold=lambda _fault: None,
        keep_folders=lambda: None,
        is_owner=lambda: True,
        stop=threading.Event(),
        version="0.1.0",
        remove_sidecar=lambda _path: None,
        make_watcher=NullWatcher,
    )
    shutil.rmtree(home.inbox)
    leave_request(home.requests, "score", inside=["a.png"], outside=[])
    leave_request(home.requests, "forget", **ORDER.to_json())
    scout.turn(frozenset())
    assert isinstance(desk.scout_fault, TastedError)
    assert desk.queue.counts()[Turn.ASKED] == 1
    assert len(list(home.requests.glob("*.answer.json"))) == 1
    taken = desk.queue.take(1, timeout=0)
    assert isinstance(taken, Forget)
    assert taken.order == ORDER
