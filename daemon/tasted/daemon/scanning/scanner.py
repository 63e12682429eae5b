"""The scanner: scans when something changes, follows settings, takes requests.

One thread of the daemon. Events only make it scan sooner; what the scan sees decides.
"""

import math
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from tasted.config import Settings
from tasted.daemon.scanning.live_settings import LiveSettings
from tasted.daemon.scanning.power_hold import PowerHold
from tasted.daemon.scanning.scan import Scan
from tasted.daemon.scanning.watch import Watch, WatcherFactory
from tasted.daemon.shared.engine_lane import AnswerT
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.home_trials import HomeTrials
from tasted.daemon.shared.model_order import FollowsModel, ModelOrder, measured_body
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.requests import Request, answer_request, failure, waiting_requests
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.transfer_order import Transfer
from tasted.daemon.shared.turn_timer import TurnTimer
from tasted.daemon.shared.undo_order import UndoOrder
from tasted.daemon.shared.version_order import (
    VersionOrder,
    event_of_choice,
    version_answer,
    version_request,
)
from tasted.daemon.shared.work_queue import Asked, Forget, Rebuild, Wanted
from tasted.errors import (
    HomeGone,
    HomeLocked,
    HomeReplaced,
    InternalFault,
    ServiceFault,
    TastedError,
)
from tasted.feedback.events import Via
from tasted.home.layout import Home
from tasted.inbox.access import try_access
from tasted.inbox.reconcile import to_score_again
from tasted.inbox.settling import quiet_from
from tasted.inbox.watcher import Watcher
from tasted.outbox.places import of_backfill
from tasted.rpc.messages import EngineAnswer, EngineRequest
from tasted.rpc.model_messages import CheckModel
from tasted.system.faultpoints import reach
from tasted.system.platform import FileSystem, file_system_of

_UNHEALTHY_SECONDS = 5.0
_LEAST_SECONDS = 0.01
_SCAN_SHARE = 0.25
# five minutes without a heartbeat count as a dead daemon
_HEARTBEAT_SECONDS = 120.0

log = structlog.get_logger("tasted.scanner")


class Scanner:
    """One thread of the daemon.

    Args:
        home: whose folders are scanned.
        shared: what is shared with the worker.
        reload: loads the settings again; raises ConfigError.
        reporter: keeps status.json.
        on_idle: called whenever a scan finds nothing to do and nothing settling.
        on_hold: gets every fault that keeps the scanner from scanning.
        is_owner: returns whether this process still holds the home's lock.
        keep_folders: locks inbox and outbox as they lie now; raises HomeLocked.
        stop: set when the daemon is ending.
        version: of this tasted.
        remove_sidecar: removes the sidecar of a path whose content has another name now.
        mark_sidecar: notes in the sidecar of a path since when its file is gone.
        feedback: takes in what commands and hands did to the labels.
        prepare: removes leftovers before the first scan, while no thread writes anything.
        make_watcher: builds the watcher around its callbacks.
        file_system: returns the file system of a folder.
        turn_timer: read by the main thread.
        power_hold: holds the backlog while the machine saves power; without one it never waits.
        seconds_to_page: returns when the page is to be written again, which is done with a turn.
        on_review: answers requests about the page for judging.
        trials: what is on trial: followed with every turn.
        models: begins and ends changes of the model: followed with every turn.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        *,
        reload: Callable[[], Settings],
        reporter: Reporter,
        on_idle: Callable[[], None],
        on_hold: Callable[[ServiceFault], None],
        is_owner: Callable[[], bool],
        keep_folders: Callable[[], None],
        stop: threading.Event,
        version: str,
        remove_sidecar: Callable[[str], None],
        mark_sidecar: Callable[[str, datetime | None], None],
        feedback: FeedbackRecorder,
        prepare: Callable[[], None] = lambda: None,
        make_watcher: WatcherFactory = Watcher,
        file_system: Callable[[Path], FileSystem] = file_system_of,
        turn_timer: TurnTimer | None = None,
        power_hold: PowerHold | None = None,
        seconds_to_page: Callable[[], float | None] = lambda: None,
        on_review: Callable[[Request], None] | None = None,
        trials: HomeTrials | None = None,
        models: FollowsModel | None = None,
    ) -> None:
        self._home = home
        self._shared = shared
        self._reporter = reporter
        self._on_idle = on_idle
        self._on_hold = on_hold
        self._is_owner = is_owner
        self._keep_folders = keep_folders
        self._prepare = prepare
        self._stop = stop
        self._live_settings = LiveSettings(home, shared, reload)
        self._scan = Scan(
            home,
            shared,
            reporter=reporter,
            remove_sidecar=remove_sidecar,
            mark_sidecar=mark_sidecar,
            version=version,
            may_start_engine=lambda: power_hold is None or power_hold.lets_begin(),
            answers=feedback.catching_up,
        )
        self._feedback = feedback
        self._watch = Watch(
            home,
            hint=self._changed,
            wake=shared.wakeups.wake_scanner,
            make_watcher=make_watcher,
            file_system=file_system,
        )
        self._turn_timer = turn_timer or TurnTimer()
        self._power_hold = power_hold
        self._seconds_to_page = seconds_to_page
        self._on_review = on_review
        self._trials = trials
        self._models = models
        self._answered: set[str] = set()
        self._is_in_doubt = True
        """Whether hints were lost on the way to a scan."""
        self._told_at = -math.inf
        """When the turn began, in monotonic seconds."""

    def run(self) -> None:
        """Scan until stopped; watching stops then, however it ends."""
        try:
            self._scan_until_stopped()
        finally:
            self._watch.stop()

    def _scan_until_stopped(self) -> None:
        hints: frozenset[str] = frozenset()
        while not self._stop.is_set():
            started = self._told_at = time.monotonic()
            with self._turn_timer.turn():
                self._prepare_once()
                pause = self.turn(hints)
            ended = time.monotonic()
            woken, hints = self._shared.wakeups.pause_scanner(
                pause, every_seconds=_HEARTBEAT_SECONDS, meanwhile=self._reporter.write
            )
            if woken and not self._stop.is_set():
                # in a storm of events the daemon must not do nothing but scan
                rested, rest = time.monotonic() - ended, (ended - started) / _SCAN_SHARE
                time.sleep(max(0.0, min(rest, 1.0) - rested))

    def _prepare_once(self) -> None:
        prepare, self._prepare = self._prepare, lambda: None
        prepare()

    def turn(self, hints: frozenset[str]) -> float:
        """Do everything once, and return the seconds until the next turn is due.

        Raises:
            HomeReplaced: when the home is another one now, or another process may have it.
        """
        if self._home.is_replaced() or not self._is_owner():
            raise HomeReplaced(
                f"Another tasted folder is at {self._home.root} now. The one that this daemon "
                "started with was moved, or lost its folder .tasted.",
                remedy="To use the folder that is there now, start tasted again.",
            )
        try:
            self._home.check()
        except HomeGone as gone:
            self._is_in_doubt = True
            pause = self._held(gone)
            self._reporter.write()
            return pause
        self._feedback.catching_up.settle()
        settings_pause = self._live_settings.follow()
        model_pause = self._models.follow() if self._models is not None else None
        pause = self._scan_once(hints)
        scanned = time.monotonic()
        self._take_requests()
        self._reporter.set_watch(self._watch.report())
        self._reporter.set_access(try_access(self._home.inbox))
        self._reporter.write()
        trial_pause = self._trials.follow() if self._trials is not None else None
        others = (settings_pause, model_pause, self._seconds_to_page(), trial_pause)
        if self._shared.faults.of_scanner is None:
            # what took time since the scan is no reason to come late to a picture that settles
            pause = max(min(pause, _LEAST_SECONDS), pause - (time.monotonic() - scanned))
        return min([pause, *(other for other in others if other is not None)])

    def _scan_once(self, hints: frozenset[str]) -> float:
        try:
            self._own_folders()
            self._watch.keep(self._shared.settings.watch.poll)
            wakeups = self._shared.wakeups
            has_doubt, places = wakeups.take_doubt(), wakeups.take_places()
            tells_all = self._watch.tells_all()
            is_whole = has_doubt or self._is_in_doubt or not tells_all
            # whatever keeps this scan from its end, the next one knows nothing of these hints
            self._is_in_doubt = True
            now = quiet_from(self._told_at, seen_at=time.monotonic())
            self._scan.run(hints, places=places, is_whole=is_whole, now=now)
            self._is_in_doubt = False
            self._save_power()
            self._shared.ledger.save_index()
            reach("scanner.scanned")
        except ServiceFault as fault:
            self._is_in_doubt = True
            return self._held(fault)
        self._shared.faults.clear("scanner")
        if self._reporter.idle and self._scan.is_settled:
            # with nothing to score the worker's fault no longer matters; labels that wait for quiet
            # are work, too, though the queue is empty meanwhile
            self._shared.faults.clear("worker")
            self._on_idle()
        pause = self._watch.limit(self._scan.seconds_to_next())
        return pause if self._power_hold is None else self._power_hold.limit(pause)

    def _held(self, fault: ServiceFault) -> float:
        self._shared.faults.report("scanner", fault)
        self._shared.queue.replace([], labels=None, arrivals={})
        self._on_hold(fault)
        return _UNHEALTHY_SECONDS

    def _save_power(self) -> None:
        if self._power_hold is not None:
            self._power_hold.decide()
            self._reporter.set_saving(self._power_hold.why)

    def _own_folders(self) -> None:
        self._home.check_inbox()
        self._home.check_outbox()
        try:
            self._keep_folders()
        except HomeLocked as locked:
            # a folder has replaced another one: wait as for a missing one
            raise ServiceFault(locked.message, remedy=locked.remedy) from locked

    def _changed(self, path: str) -> None:
        """Take an event: wake whoever it concerns. Runs on watchdog's thread."""
        home, root = self._home, f"{self._watch.root}{os.sep}"
        if path.startswith(root):
            self._shared.wakeups.hint(path.removeprefix(root))
        elif path.startswith(outbox := f"{home.outbox}{os.sep}"):
            place = path.removeprefix(outbox)
            # the page is written by this daemon, and brings no news; a backfill is another's
            if not (place.endswith(".tmp") or path == str(home.page_file) or of_backfill(place)):
                self._shared.wakeups.hint_place(place)
        elif path.startswith(f"{home.requests}{os.sep}"):
            if not path.endswith((".answer.json", ".tmp")):
                self._shared.wakeups.wake_scanner()
        elif path in {str(home.config_file), str(home.environment_file)} or path in {
            str(home.inbox),
            str(self._watch.root),
            str(home.outbox),
        }:
            self._shared.wakeups.wake_scanner()
        elif path == str(home.models_file):
            self._shared.wakeups.wake_worker()
            self._shared.wakeups.wake_scanner()

    def _take_requests(self) -> None:
        try:
            for request in waiting_requests(self._home.requests, answered=self._answered):
                self._answered.add(request.id)
                self._serve(request)
        except OSError as error:
            # the folder is created again with the next watch; commands see that nobody answers
            log.warning("requests_not_read", error=str(error))
            self._watch.restart_soon()

    def _serve(self, request: Request) -> None:
        shared = self._shared
        fault = shared.faults.of_scanner
        if request.kind == "review" and self._on_review is not None:
            # it can be looked at whatever is at fault
            self._on_review(request)
        elif request.model is not None:
            self._serve_model(request.id, request.model)
        elif fault is not None and request.order is None:
            # forgetting scans by itself, and reports what prevents it
            answer_request(self._home, request.id, failure(fault))
        elif request.trial is not None and self._trials is not None:
            self._trials.take_request(request)
        elif request.version is not None:
            self._ask_about_versions(request.id, request.version)
        elif (wanted := _wanted(request)) is not None:
            shared.queue.ask(wanted)
            # a held worker tries this at once, and answers with its fault
            shared.wakeups.wake_worker()
        elif request.undo is not None:
            answer_request(self._home, request.id, self._undone(request.undo))
        else:
            count = len(shared.forced.add(to_score_again(shared.ledger.entries)))
            shared.wakeups.wake_scanner()
            # the asker watches the count in status.json, so it must be there before the answer
            self._reporter.write()
            answer_request(self._home, request.id, {"rescoring": count})

    def _serve_model(self, request_id: str, order: ModelOrder) -> None:
        if order.action == "measure":
            asked = CheckModel(order.model or "", is_asked=True)
            self._ask_engine(request_id, asked, measured_body)
        elif self._models is not None:
            try:
                answer = self._models.at_once(order)
            except TastedError as error:
                answer = failure(error)
            self._shared.wakeups.wake_scanner()
            answer_request(self._home, request_id, answer)

    def _undone(self, order: UndoOrder) -> dict[str, Any]:
        try:
            answer = order.carry_out(self._feedback)
        except TastedError as error:
            return failure(error)
        self._shared.wakeups.wake_scanner()
        return answer

    def _ask_about_versions(self, request_id: str, order: VersionOrder) -> None:
        ledger = self._shared.ledger

        def body(answer: EngineAnswer) -> dict[str, Any]:
            told = version_answer(answer, ledger.entries)
            self._feedback.note_choice(event_of_choice(order, told), via=Via.CLI)
            return told

        self._ask_engine(request_id, version_request(order, ledger.entries), body)

    def _ask_engine(
        self,
        request_id: str,
        request: EngineRequest[AnswerT],
        body: Callable[[AnswerT], dict[str, Any]],
    ) -> None:
        """Have the engine asked; the worker's thread answers the command."""
        asked = self._shared.queue.ask_engine(request)

        def answer(done: Future[AnswerT]) -> None:
            fault = done.exception()
            if isinstance(fault, TastedError):
                answered = failure(fault)
            elif fault is not None:
                log.error("command_not_answered", error=repr(fault))
                answered = failure(InternalFault("tasted itself failed.", remedy="Try again."))
            else:
                answered = body(done.result())
            answer_request(self._home, request_id, answered)

        asked.add_done_callback(answer)


def _wanted(request: Request) -> Wanted | None:
    """Return what the worker is to do for a request; None when it is not for the queue."""
    if request.kind == "score":
        is_inside = bool(request.inside)
        paths = request.inside if is_inside else request.outside
        return Asked(request.id, paths, inside=is_inside)
    if request.kind == "rebuild":
        return Rebuild(request.id)
    if request.transfer is not None:
        return Transfer(request.id, request.transfer)
    return Forget(request.id, request.order) if request.order is not None else None
