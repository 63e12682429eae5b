"""The worker: serves the queue until stopped, and waits when something is wrong with the service.

One thread of the daemon; what it does with work is in `worker`.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

from tasted import __version__
from tasted.config import Settings
from tasted.config.sections import EngineSettings
from tasted.daemon.shared.engine_lane import EngineCall, forgotten_meanwhile
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.requests import answer_request, failure
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.transfer_order import Transfer, TransferOrder
from tasted.daemon.shared.turns import BULK, Turn
from tasted.daemon.shared.work_queue import (
    FLOWING,
    Asked,
    Batch,
    Foreseen,
    Forget,
    ModelStep,
    PresentLabels,
    Rebuild,
    Work,
)
from tasted.daemon.working.rebuild import rebuild
from tasted.daemon.working.worker import Worker
from tasted.errors import InternalFault, MemoryCeilingTooLow, ServiceFault, TastedError
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.rpc.asking_messages import ChooseCards, MakePreview, TakeAnswers
from tasted.rpc.client import EngineProcess
from tasted.rpc.messages import EngineAnswer
from tasted.system.machine_faults import machine_fault

JUDGING_SECONDS = 300.0
"""So long after a card or an answer the engine stays: scores follow each answer at once."""
_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_SETTINGS_PAUSE_SECONDS = 3600.0

log = structlog.get_logger("tasted.worker")


class WorkLoop:
    """One thread of the daemon.

    Args:
        home: whose inbox is scored.
        shared: what is shared with the scanner.
        make_worker: builds a worker for settings and a stop event; called again when they change.
        carry_out: forgets pictures, with the engine's help; returns the answer.
        transfer: exports or imports, with the engine's help; returns the answer.
        reporter: keeps status.json.
        stop: set when the daemon is ending.
        on_hold: handed every fault that holds the queue.
        change_model: takes one step of a change of the model; returns whether there is another.
        judging_seconds: how long the engine stays after a card or an answer.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        *,
        make_worker: Callable[[Settings, threading.Event], Worker],
        carry_out: Callable[[EngineProcess, Order], dict[str, Any]],
        transfer: Callable[[EngineProcess, TransferOrder], dict[str, Any]],
        reporter: Reporter,
        stop: threading.Event,
        on_hold: Callable[[ServiceFault], None] = lambda _fault: None,
        change_model: Callable[[Worker], bool] = lambda _worker: False,
        judging_seconds: float = JUDGING_SECONDS,
    ) -> None:
        self._home = home
        self._shared = shared
        self._make_worker = make_worker
        self._carry_out = carry_out
        self._transfer = transfer
        self._reporter = reporter
        self._stop = stop
        self._on_hold = on_hold
        self._change_model = change_model
        self._judging_seconds = judging_seconds
        self._worker = make_worker(shared.settings, stop)
        self._crashes = CrashLog(home.crashes_file, version=__version__, check=home.check)
        self._failures = 0
        self._pause_ends = 0.0
        self._rescored = 0
        self._judging_until = float("-inf")
        """Until when somebody who was asked about a picture may well answer."""

    def run(self) -> None:
        """Serve the queue until stopped, then let the engine leave."""
        while not self._stop.is_set():
            chosen = self._shared.settings.engine
            running = self._worker.engine.pid is not None
            work = self._shared.queue.take(
                chosen.batch_size, timeout=self._idle_seconds(chosen) if running else None
            )
            if isinstance(work, EngineCall):
                self._serve_page(work)
            elif isinstance(work, Foreseen):
                self._warm_up()
            elif work is not None:
                self._attempt(work)
            elif not self._stop.is_set():
                self._let_engine_leave()
        self._worker.engine.stop()

    def _idle_seconds(self, chosen: EngineSettings) -> float:
        """Return how long the engine is kept without work: longer while a person judges."""
        left = self._judging_until - time.monotonic()
        return max(chosen.idle_seconds, left)

    def interrupt(self) -> None:
        """End a request in the middle; called from another thread when there is no time left."""
        self._worker.engine.interrupt()

    def _attempt(self, work: Work) -> None:
        # a nudge while all was well must not take the pause away from a fault that comes later
        self._shared.wakeups.begin_attempt(ends_pause=not isinstance(work, Forget))
        try:
            self._serve(work)
        except ServiceFault as fault:
            self._hold(work, fault)
        except TastedError:
            raise
        except Exception as error:
            # it would be found again at every start: it is waited for, like a fault of the service
            log.exception("work_failed", work=type(work).__name__)
            self._worker.engine.stop()
            crashed = machine_fault(error) or self._crashed(error, type(work).__name__)
            self._hold(work, crashed)
        else:
            # forgetting needs neither model nor space, and proves nothing about them
            if not isinstance(work, Forget):
                self._failures = 0
                self._shared.faults.clear("worker")
        finally:
            self._let_go()
        if isinstance(work, Forget):
            self._go_on_pausing()

    def _go_on_pausing(self) -> None:
        """Go on with the pause of a fault: what was served had ended it, and mended nothing."""
        if self._failures and not self._is_waited_for():
            self._shared.wakeups.pause_worker(max(0.0, self._pause_ends - time.monotonic()))

    def _is_waited_for(self) -> bool:
        queue = self._shared.queue
        return bool(queue.counts()[Turn.ASKED]) or queue.calls.is_waiting

    # ---- what the page asks ---------------------------------------------------------------

    def _serve_page(self, call: EngineCall[EngineAnswer]) -> None:
        """Answer what the page asks of the engine, while nothing else is in hand."""
        before = self._shared.engine_pid
        self._answer_page(call, follow=self._follow_settings)
        self._note_judging(call)
        self._shared.engine_pid = self._worker.engine.pid
        if self._shared.engine_pid != before:
            self._reporter.write_soon()
        self._go_on_pausing()

    def _serve_page_between(self) -> None:
        """Answer what the page asks in the middle of a batch, which goes on after that."""
        queue = self._shared.queue
        while not queue.is_to_forget and (call := queue.calls.take()) is not None:
            self._answer_page(call)
            self._note_judging(call)

    def _note_judging(self, call: EngineCall[EngineAnswer]) -> None:
        if isinstance(call.request, ChooseCards | TakeAnswers):
            self._judging_until = time.monotonic() + self._judging_seconds

    def _answer_page(
        self, call: EngineCall[EngineAnswer], *, follow: Callable[[], None] = lambda: None
    ) -> None:
        if not call.begin():
            return
        try:
            follow()
            self._home.check()
            # a picture is shown whatever counts as a label
            is_of_labels = not isinstance(call.request, MakePreview)
            answer = self._worker.answer_page(
                call.request,
                prepare=self._tell_labels if is_of_labels else lambda: None,
            )
        except ServiceFault as fault:
            # whoever asked is told; work finds out for itself
            call.refuse(fault)
        except TastedError as error:
            call.refuse(error)
            raise
        except Exception as error:
            log.exception("page_not_answered", request=type(call.request).__name__)
            self._worker.engine.stop()
            call.refuse(machine_fault(error) or self._crashed(error, type(call.request).__name__))
        else:
            if self._shared.queue.is_to_forget:
                call.refuse(forgotten_meanwhile())
            else:
                call.answer(answer)

    def _warm_up(self) -> None:
        """Start the engine while a picture settles; a fault is told when that is to be scored."""
        try:
            if self._failures == 0 and self._worker.engine.pid is None:
                self._follow_settings()
                self._worker.preflight()
                self._worker.warm_up(self._shared.last_scan.labels)
        except TastedError as error:
            log.debug("not_warmed_up", code=error.code)
        except Exception:
            log.exception("not_warmed_up")
            self._worker.engine.stop()
        finally:
            # the picture may be gone by now, and no scan saw that nothing is left to do
            self._let_go()

    def _let_go(self) -> None:
        """Let go of what was in hand, and have a scan follow where that is due."""
        is_look_due = self._shared.queue.done()
        self._shared.engine_pid = self._worker.engine.pid
        is_idle = self._reporter.idle
        if is_idle or is_look_due:
            self._shared.wakeups.wake_scanner()
        if not is_idle:
            self._reporter.write_soon()

    def _crashed(self, error: Exception, doing: str) -> ServiceFault:
        self._crashes.note(error, doing)
        return InternalFault(
            f"tasted itself failed ({type(error).__name__}); no picture is at fault.",
            remedy="It is tried again by itself. What to report: tasted doctor",
        )

    def _let_engine_leave(self) -> None:
        self._worker.engine.stop()
        self._shared.engine_pid = None
        self._shared.wakeups.wake_scanner()

    def _hold(self, work: Work, fault: ServiceFault) -> None:
        """Wait while something is wrong that is no file's fault; the scanner keeps the queue."""
        if self._stop.is_set():
            return
        pause = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS) - 1)]
        if isinstance(fault, MemoryCeilingTooLow):
            # trying means to load the whole model; saved settings end the pause
            pause = _SETTINGS_PAUSE_SECONDS
        if self._failures == 0:
            log.warning("held", code=fault.code, message=fault.message, remedy=fault.remedy)
        self._failures += 1
        self._shared.faults.report("worker", fault)
        if isinstance(work, Asked | Rebuild | Transfer):
            self._answer(work, failure(fault))
        self._shared.queue.done()
        # what was in hand comes back with the next look, so that nobody takes this for idleness
        self._shared.wakeups.wake_scanner()
        self._reporter.write()
        self._on_hold(fault)
        self._pause_ends = time.monotonic() + pause
        if not self._is_waited_for():
            # what a command waits for is tried at once, and answered with what holds it
            self._shared.wakeups.pause_worker(pause)

    def _follow_settings(self) -> None:
        if self._shared.settings is not self._worker.settings:
            self._worker.engine.stop()
            self._worker = self._make_worker(self._shared.settings, self._stop)
            self._pause_ends = 0.0

    def _serve(self, work: Work) -> None:
        self._follow_settings()
        worker = self._worker
        if isinstance(work, Forget):
            self._forget(work)
            return
        worker.preflight()
        if isinstance(work, PresentLabels):
            worker.update_labels(work)
            return
        if isinstance(work, Transfer):
            answer_request(self._home, work.request_id, self._transfer(worker.engine, work.order))
            return
        labels = self._shared.last_scan.labels
        if isinstance(work, Rebuild):
            learnt = rebuild(self._home, self._shared, worker, labels)
            answer_request(self._home, work.request_id, {"learnt": learnt})
            return
        knew_labels = self._tell_labels()
        if isinstance(work, ModelStep):
            has_more = self._change_model(worker)
            self._shared.queue.want_model_step(is_wanted=has_more)
            if not has_more:
                self._shared.wakeups.wake_scanner()
        elif isinstance(work, Batch):
            self._do(work, knew_labels=knew_labels)
        else:
            documents = worker.score_paths(work.paths, inside=work.inside)
            used = worker.settings
            answer = {
                "documents": documents,
                # who asks may have others, in the environment
                "settings": {"acting": used.config_digest(), "model": used.embedder.model},
            }
            self._answer(work, answer)
            self._shared.wakeups.wake_scanner()

    def _tell_labels(self) -> bool:
        """Let an engine that was just started know the labels; return whether it knew them."""
        labels = self._shared.last_scan.labels
        if labels is None or self._shared.taste.is_known_to(self._worker.engine.pid):
            return True
        self._worker.update_labels(labels)
        return False

    def _answer(self, work: Asked | Rebuild | Transfer, answer: dict[str, Any]) -> None:
        if isinstance(work, Asked) and work.deliver is not None:
            work.deliver(answer)
        else:
            answer_request(self._home, work.request_id, answer)

    def _do(self, batch: Batch, *, knew_labels: bool) -> None:
        is_profiles = batch.turn in {Turn.PROFILE, Turn.PROFILE_AGAIN}
        if (is_profiles or batch.turn is Turn.RESCORE) and not knew_labels:
            # called stale by what was published before; the next scan decides again
            return
        if is_profiles:
            self._worker.profiles.score(batch.tasks, is_bulk=batch.turn in BULK)
            return
        tasks = batch.tasks
        if batch.turn is Turn.REFERENCE and not knew_labels:
            # publishing had these learnt, too
            tasks = tuple(task for task in tasks if not self._worker.labels.is_learnt(task.file))
        if batch.turn is Turn.RESCORE:
            self._worker.rescore(tasks, between=self._serve_page_between)
            self._log_rescores(len(tasks))
        else:
            self._worker.score_or_learn(
                tasks,
                durable=True,
                is_bulk=batch.turn in BULK,
                between=self._serve_page_between,
                goes_on=batch.turn in FLOWING,
            )
        if batch.turn in {Turn.REFERENCE, Turn.NEW}:
            # what follows at once, before any backlog: scores with the new labels, or the texts of
            # what was looked at
            self._shared.queue.look_after()

    def _log_rescores(self, count: int) -> None:
        """Log re-scores as one line at their end: one for every picture would hide the rest."""
        self._rescored += count
        if not self._shared.queue.counts()[Turn.RESCORE]:
            log.info("rescored", pictures=self._rescored)
            self._rescored = 0

    def _forget(self, work: Forget) -> None:
        """Forget, whatever else is at fault: neither the model nor free space is needed."""
        try:
            answer = self._carry_out(self._worker.engine, work.order)
        except ServiceFault as fault:
            answer = failure(fault)
        if not work.order.is_dry:
            self._shared.queue.calls.refuse_all()
        self._shared.wakeups.wake_scanner()
        self._reporter.write()
        answer_request(self._home, work.request_id, answer)
