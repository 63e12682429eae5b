"""The scorer: serves the queue until stopped, and waits when something is wrong with the service.

One thread of the daemon; what it does with work is in `worker`.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.forget_order import Order
from tasted.daemon.rebuilding import rebuild
from tasted.daemon.reporting import Reporter
from tasted.daemon.requests import failure, write_answer
from tasted.daemon.work_queue import BULK, Asked, Batch, Forget, LabelsUpdate, Rebuild, Turn, Work
from tasted.daemon.worker import Worker
from tasted.engine_process import EngineProcess
from tasted.errors import MemoryCeilingTooLow, ServiceFault
from tasted.home import Home

_PAUSES_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_SETTINGS_PAUSE_SECONDS = 3600.0

log = structlog.get_logger("tasted.scorer")


class Scorer:
    """One thread of the daemon.

    Args:
        home: whose inbox is scored.
        desk: what is shared with the scout.
        make_worker: builds a worker for settings and a stop event; called again when they change.
        carry_out: forgets pictures, with the engine's help; returns the answer.
        reporter: keeps status.json.
        stop: set when the daemon is ending.
        on_hold: told of each fault that holds the queue.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
        *,
        make_worker: Callable[[Settings, threading.Event], Worker],
        carry_out: Callable[[EngineProcess, Order], dict[str, Any]],
        reporter: Reporter,
        stop: threading.Event,
        on_hold: Callable[[ServiceFault], None] = lambda _fault: None,
    ) -> None:
        self._home = home
        self._desk = desk
        self._make_worker = make_worker
        self._carry_out = carry_out
        self._reporter = reporter
        self._stop = stop
        self._on_hold = on_hold
        self._worker = make_worker(desk.settings, stop)
        self._failures = 0
        self._pause_ends = 0.0

    def run(self) -> None:
        """Serve the queue until stopped, then let the engine leave."""
        while not self._stop.is_set():
            chosen = self._desk.settings.engine
            running = self._worker.engine.pid is not None
            work = self._desk.queue.take(
                chosen.batch_size, timeout=chosen.idle_seconds if running else None
            )
            if work is not None:
                self._attempt(work)
            elif not self._stop.is_set():
                self._let_engine_leave()
        self._worker.engine.stop()

    def interrupt(self) -> None:
        """End a request in the middle; called from another thread when there is no time left."""
        self._worker.engine.interrupt()

    def _attempt(self, work: Work) -> None:
        try:
            self._serve(work)
        except ServiceFault as fault:
            self._hold(work, fault)
        else:
            # forgetting needs neither model nor space, and proves nothing about them
            if not isinstance(work, Forget):
                self._failures = 0
                self._desk.blame("scorer", None)
        finally:
            self._desk.queue.done()
            self._desk.engine_pid = self._worker.engine.pid
        if self._reporter.idle:
            self._desk.wake_scout()
        else:
            self._reporter.write_soon()
        was_held = isinstance(work, Forget) and self._failures > 0
        if was_held and not self._desk.queue.counts()[Turn.ASKED]:
            # the request to forget had ended the pause
            self._desk.pause_scorer(max(0.0, self._pause_ends - time.monotonic()))

    def _let_engine_leave(self) -> None:
        self._worker.engine.stop()
        self._desk.engine_pid = None
        self._desk.wake_scout()

    def _hold(self, work: Work, fault: ServiceFault) -> None:
        """Wait while something is wrong that is no file's fault; the scout keeps the queue."""
        if self._stop.is_set():
            return
        pause = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS) - 1)]
        if isinstance(fault, MemoryCeilingTooLow):
            # trying means to load the whole model; saved settings end the pause
            pause = _SETTINGS_PAUSE_SECONDS
        if self._failures == 0:
            log.warning("held", code=fault.code, message=fault.message, remedy=fault.remedy)
        self._failures += 1
        self._desk.blame("scorer", fault)
        if isinstance(work, Asked | Rebuild):
            write_answer(self._home.requests, work.request_id, failure(fault))
        self._desk.queue.done()
        # what was in hand comes back with the next look, so that nobody takes this for idleness
        self._desk.wake_scout()
        self._reporter.write()
        self._on_hold(fault)
        self._pause_ends = time.monotonic() + pause
        self._desk.pause_scorer(pause)

    def _follow_settings(self) -> None:
        if self._desk.settings is not self._worker.settings:
            self._worker.engine.stop()
            self._worker = self._make_worker(self._desk.settings, self._stop)
            self._pause_ends = 0.0

    def _serve(self, work: Work) -> None:
        self._follow_settings()
        worker = self._worker
        if isinstance(work, Forget):
            self._forget(work)
            return
        worker.check_ground()
        if isinstance(work, LabelsUpdate):
            worker.update_labels(work)
            return
        labels = self._desk.sight.labels
        if isinstance(work, Rebuild):
            learnt = rebuild(self._home, self._desk, worker, labels)
            write_answer(self._home.requests, work.request_id, {"learnt": learnt})
            return
        was_synced = worker.synced or labels is None
        if not was_synced and labels is not None:
            worker.update_labels(labels)
        if isinstance(work, Batch):
            self._do(work, was_synced=was_synced)
        else:
            documents = worker.score_paths(work.paths, inside=work.inside)
            used = worker.settings
            answer = {
                "documents": documents,
                # who asks may have others, in the environment
                "settings": {"acting": used.acting_digest(), "model": used.embedder.model},
            }
            write_answer(self._home.requests, work.request_id, answer)
            self._desk.wake_scout()

    def _do(self, batch: Batch, *, was_synced: bool) -> None:
        is_profiles = batch.turn in {Turn.PROFILE, Turn.PROFILE_AGAIN}
        if (is_profiles or batch.turn is Turn.RESCORE) and not was_synced:
            # called stale by what was published before; the next look decides anew
            return
        if is_profiles:
            self._worker.profiles.do(batch.tasks, is_bulk=batch.turn in BULK)
            return
        tasks = batch.tasks
        if batch.turn is Turn.REFERENCE and not was_synced:
            # telling the engine what is present has taught it these, too
            tasks = tuple(task for task in tasks if not self._worker.has_learnt(task.file))
        if batch.turn is Turn.RESCORE:
            self._worker.do_again(tasks)
        else:
            self._worker.do(tasks, durable=True, is_bulk=batch.turn in BULK)
        if batch.turn is Turn.REFERENCE:
            self._desk.wake_scout()

    def _forget(self, work: Forget) -> None:
        """Forget, whatever else is at fault: neither the model nor free space is needed."""
        requests = self._home.requests
        try:
            answer = self._carry_out(self._worker.engine, work.order)
        except ServiceFault as fault:
            answer = failure(fault)
        self._desk.wake_scout()
        self._reporter.write()
        write_answer(requests, work.request_id, answer)
