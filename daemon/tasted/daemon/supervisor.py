"""The daemon from its first thread to its last: signals, orderly end. Touches signals.

The main thread does nothing but wait, so that a signal is never delayed by work. While it waits it
tells systemd that the daemon is alive, as long as the scanner makes progress.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import structlog

from tasted import __version__
from tasted.amounts import counted
from tasted.config import Settings
from tasted.daemon.announcer import Announcer
from tasted.daemon.changing_model import ModelChange
from tasted.daemon.engine_and_page import make_engine, make_page
from tasted.daemon.leftovers import remove_leftovers
from tasted.daemon.main_wakeup import INSISTING, MainWakeup
from tasted.daemon.match_hook import MatchHook
from tasted.daemon.reviewing.review_parts import ReviewParts
from tasted.daemon.scanning.power_hold import PowerHold
from tasted.daemon.scanning.scanner import Scanner
from tasted.daemon.scanning.watch import WatcherFactory
from tasted.daemon.sd_notify import SystemdNotifier
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.home_trials import HomeTrials
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.turn_timer import TurnTimer
from tasted.daemon.transferring import transfer
from tasted.daemon.working.loop import WorkLoop
from tasted.daemon.working.worker import Worker
from tasted.errors import HomeReplaced, ServiceFault, SomeFailed, TastedError
from tasted.home.crash_reports import CrashLog
from tasted.home.folder_locks import FolderLocks
from tasted.home.layout import Home
from tasted.home.lock import is_lock_of
from tasted.home.status import Status, read_current
from tasted.home.taste_versions import is_published
from tasted.inbox.reconcile import failed_by_tasted, to_score_again
from tasted.inbox.watcher import Watcher
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import WaitingEngine
from tasted.system.power import saving_reason

_GRACE_SECONDS = 5.0
# twice this, the grace and the door must fit into the 30 seconds that service managers give
_JOIN_SECONDS = 10.0
_DOOR_SECONDS = 4.0

log = structlog.get_logger("tasted.daemon")


def _leave(status: int, *, why: BaseException | None = None) -> NoReturn:
    """End the process at once, and with it the lock: everything that counts is on disk."""
    try:
        if why is not None:
            log.error("end_failed", exc_info=why)
        logging.shutdown()
    finally:
        os._exit(status)


@contextlib.contextmanager
def _leaving_at_once() -> Iterator[None]:
    """Let a second signal end the process at once: what is on disk is always complete."""
    former = {number: signal.signal(number, lambda *_: os._exit(1)) for number in INSISTING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class Supervisor:
    """The threads of a daemon, which has locked its home; see `starting.run_daemon`.

    Args:
        home: that this process owns.
        settings: as loaded.
        status_file: of the home.
        lock: the descriptor of the home's lock.
        folders: the locks of inbox and outbox.
        wakeup: woken by signals.
        reload: loads the settings again.
        until_idle: end when nothing is left to do.
        on_progress: see `run_daemon`.
        on_status: see `run_daemon`.
        make_watcher: builds the watcher around its callbacks.
        engine_command: what is started as the engine.
        waiting: an engine that was started before it is needed.
        notifier: sends to systemd.
        power: returns why the machine saves power.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        status_file: StatusFile,
        lock: int,
        folders: FolderLocks,
        wakeup: MainWakeup,
        reload: Callable[[], Settings],
        until_idle: bool,
        on_progress: Callable[[int], None],
        on_status: Callable[[Status], None],
        make_watcher: WatcherFactory | None,
        engine_command: tuple[str, ...],
        waiting: WaitingEngine | None,
        notifier: SystemdNotifier,
        power: Callable[[], str | None] | None,
    ) -> None:
        ledger = Ledger.of(home)
        current = read_current(home.current_file)
        self._shared = shared = SharedState(settings, ledger, current)
        if current is not None and not is_published(home.tastes, current):
            # an engine was killed between the two
            shared.taste.outgrown()
        self._wakeup = wakeup
        self._notifier = notifier
        self._turn_timer = TurnTimer()
        self._fault: TastedError | None = None
        self._replaced: HomeReplaced | None = None
        self._crashes = CrashLog(home.crashes_file, version=__version__, check=home.check)
        self._until_idle = until_idle
        self._waiting = waiting
        self._stop = threading.Event()
        self._failed: list[str] = []
        page = make_page(home, shared)
        self._announcer = announcer = Announcer(lambda: shared.settings)
        self._match_hook = match_hook = MatchHook(lambda: shared.settings, home.inbox)

        def follow(status: Status) -> None:
            page.follow(status)
            announcer.follow(status)
            self._review.follow(status)
            on_status(status)

        def scored(sidecar: Sidecar) -> None:
            announcer.scored(sidecar)
            match_hook.scored(sidecar)

        self._reporter = Reporter(
            status_file, shared, version=__version__, on_progress=on_progress, on_status=follow
        )
        feedback = FeedbackRecorder(home, shared)
        self._change = change = ModelChange(home, shared, feedback)
        ask = shared.queue.ask_engine
        trials = HomeTrials(home, shared, feedback, ask=ask, models=change.orders)
        self._review = review = ReviewParts(
            home, shared, feedback, trials, change.orders, version=__version__, stop=self._stop
        )
        writer = Writer(home.outbox, ledger, check=home.check_outbox)

        def forget(engine: EngineProcess, order: Order) -> dict[str, Any]:
            # a daemon that is never asked to would hold a megabyte for it
            from tasted.daemon.forgetting.erasing import Eraser  # noqa: PLC0415 - as said

            return Eraser(
                home, shared, writer, engine, page, status_file, feedback, trials.board
            ).carry_out(order)

        def prepare() -> None:
            remove_leftovers(home, writer)
            # after the copies of killed commands were swept
            feedback.catching_up.recover()

        self._scanner = Scanner(
            home,
            shared,
            reload=reload,
            reporter=self._reporter,
            on_idle=self._idle,
            on_hold=self._held,
            is_owner=lambda: is_lock_of(home, lock),
            keep_folders=folders.keep,
            stop=self._stop,
            version=__version__,
            remove_sidecar=writer.remove,
            prepare=prepare,
            mark_sidecar=writer.mark,
            feedback=feedback,
            on_review=review.take_request,
            trials=trials,
            models=change.orders,
            seconds_to_page=page.seconds_to_choice,
            make_watcher=make_watcher or Watcher,
            turn_timer=self._turn_timer,
            # a user who waits for the end wants the work done now
            power_hold=None
            if until_idle
            else PowerHold(shared.queue, lambda: shared.settings, reason=power or saving_reason),
        )
        self._work_loop = WorkLoop(
            home,
            shared,
            make_worker=lambda settings, stop: Worker(
                home,
                shared,
                writer,
                make_engine(home, settings, lock=lock, command=engine_command, waiting=waiting),
                settings,
                stop=stop,
                version=__version__,
                on_score=scored,
                not_by_chance=feedback.standing.not_by_chance,
            ),
            carry_out=review.unseen(forget),
            transfer=transfer,
            reporter=self._reporter,
            stop=self._stop,
            on_hold=self._held,
            change_model=change.step,
        )

    def run(self, *, rescore: bool) -> None:
        """Work until asked to stop, and end every thread; no thread outlives the lock."""
        self._reporter.write(state="starting")
        log.info("started", version=__version__, pid=os.getpid())
        if rescore:
            self._force_everything()
        scanner = threading.Thread(target=self._guarded, args=(self._scanner.run,), name="scanner")
        worker = threading.Thread(target=self._guarded, args=(self._work_loop.run,), name="worker")
        door = threading.Thread(target=self._guarded, args=(self._review.door.run,), name="door")
        try:
            self._announcer.start()
            scanner.start()
            worker.start()
            door.start()
            self._notifier.ready()
            self._wait()
            with _leaving_at_once():
                is_over = self._end(scanner, worker, door)
        except BaseException as error:  # noqa: BLE001 - it is logged, and nothing follows it
            # a process whose threads go on without the lock would be alive and useless
            _leave(1, why=error)
        if not is_over:
            _leave(int(bool(self._failed or self._fault)), why=self._fault)
        if self._failed:
            raise RuntimeError(f"thread {self._failed[0]} ended by itself")
        if self._fault is not None:
            raise self._fault
        if self._until_idle:
            self._refuse_failures()

    def _refuse_failures(self) -> None:
        """Do not exit as if all were well when tasted itself failed on something."""
        last_scan = self._shared.last_scan
        there = last_scan.settled.keys() | last_scan.profiles
        failed = there & failed_by_tasted(self._shared.ledger.entries)
        if failed:
            raise SomeFailed(
                f"tasted itself failed on {counted(len(failed), 'file')}; your files are fine.",
                remedy="See what to report: tasted doctor. To try again: tasted rescore",
            )

    def _wait(self) -> None:
        patience_seconds = self._notifier.watchdog_seconds or 0.0
        while not self._wakeup.wait(self._notifier.ping_seconds):
            # without a ping systemd ends the daemon, which is stuck, and restarts it
            if not self._turn_timer.is_stuck(patience_seconds):
                self._notifier.ping()

    def _force_everything(self) -> None:
        self._shared.ledger.refresh()
        entries = self._shared.ledger.entries
        self._shared.forced.add(to_score_again(entries))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work: whatever it does not handle ends the daemon, and is logged.

        launchd or systemd restarts it, and everything it knows is on disk.
        """
        try:
            work()
        except HomeReplaced as replaced:
            # nothing is broken: another home is at the path of this daemon's home
            log.warning("home_replaced", message=replaced.message)
            self._replaced = self._fault = replaced
            self._wakeup.wake()
        except BaseException as error:
            # BaseException: a panic of pydantic's Rust code is not an Exception
            name = threading.current_thread().name
            self._failed.append(name)
            self._wakeup.wake()
            log.exception("thread_failed", thread=name)
            self._crashes.note(error, name)

    def _idle(self) -> None:
        if self._waiting is not None:
            # what stirred the inbox was nothing to be scored
            self._waiting.dismiss()
        if self._until_idle:
            self._wakeup.wake()

    def _held(self, fault: ServiceFault) -> None:
        if self._until_idle:
            self._fault = fault
            self._wakeup.wake()

    def _end(
        self, scanner: threading.Thread, worker: threading.Thread, door: threading.Thread
    ) -> bool:
        """Stop everything in the order in which work flows; return whether all threads ended.

        The scanner first, so that nothing new comes; then the queue, so that the worker takes
        nothing more; then the worker, which finishes the batch in hand or loses it: a batch that is
        not written was not done, and is found again at the next start; then who is told of news.
        """
        if self._replaced is None:
            # a service goes on with the home that is there now
            self._notifier.stopping()
        self._reporter.write(state="stopping")
        self._stop.set()
        self._change.orders.stop()
        self._review.door.wake()
        self._shared.wakeups.wake_scanner()
        self._shared.queue.close()
        self._shared.wakeups.wake_worker()
        worker.join(_GRACE_SECONDS)
        if worker.is_alive():
            log.info("batch_abandoned")
            self._work_loop.interrupt()
        worker.join(_JOIN_SECONDS)
        scanner.join(_JOIN_SECONDS)
        door.join(_DOOR_SECONDS)
        if not (worker.is_alive() or scanner.is_alive()):
            self._shared.ledger.save_index(is_last=True)
        self._reporter.write(state="stopped")
        # after those who give it news; a stop that a person asked for waits for no desktop
        self._announcer.close(shows_rest=self._until_idle)
        self._match_hook.close(runs_rest=self._until_idle)
        log.info("stopped")
        return not (worker.is_alive() or scanner.is_alive() or door.is_alive())
