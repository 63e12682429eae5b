"""The scout: lets the survey look when something stirs, follows settings, takes requests.

One thread of the daemon. Events make it look sooner; what a look sees decides.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from tasted.config import Settings
from tasted.daemon.desk import Desk
from tasted.daemon.live_settings import LiveSettings
from tasted.daemon.lookout import Lookout, WatcherFactory
from tasted.daemon.pulse import Pulse
from tasted.daemon.reporting import Reporter
from tasted.daemon.requests import Request, failure, waiting_requests, write_answer
from tasted.daemon.survey import Survey
from tasted.daemon.thrift import Thrift
from tasted.daemon.work_queue import Asked, Forget, Rebuild
from tasted.errors import HomeLocked, ServiceFault
from tasted.faultpoints import reach
from tasted.home import Home
from tasted.inbox.access import try_access
from tasted.inbox.watcher import Watcher
from tasted.platform import FileSystem, file_system_of

_UNHEALTHY_SECONDS = 5.0
_LOOK_SHARE = 0.25
# whoever asks whether the daemon lives takes five minutes of silence for a no
_HEARTBEAT_SECONDS = 120.0

log = structlog.get_logger("tasted.scout")


class Scout:
    """One thread of the daemon.

    Args:
        home: whose folders are looked at.
        desk: what is shared with the scorer.
        reload: loads the settings anew; raises ConfigError.
        reporter: keeps status.json.
        on_idle: called whenever a look finds nothing to do and nothing settling.
        on_hold: told of each fault that keeps the scout from looking.
        is_owner: tells whether the home's lock is still the one that this process holds.
        keep_folders: locks inbox and outbox as they lie now; raises HomeLocked.
        stop: set when the daemon is ending.
        version: of this tasted.
        remove_sidecar: removes the sidecar of a path whose content has another name now.
        make_watcher: builds the watcher around its callbacks.
        file_system: tells on what a folder lies.
        pulse: felt by the main thread.
        thrift: decides whether the backlog waits for power; without one it never does.
    """

    def __init__(
        self,
        home: Home,
        desk: Desk,
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
        make_watcher: WatcherFactory = Watcher,
        file_system: Callable[[Path], FileSystem] = file_system_of,
        pulse: Pulse | None = None,
        thrift: Thrift | None = None,
    ) -> None:
        self._home = home
        self._desk = desk
        self._reporter = reporter
        self._on_idle = on_idle
        self._on_hold = on_hold
        self._is_owner = is_owner
        self._keep_folders = keep_folders
        self._stop = stop
        self._live_settings = LiveSettings(home, desk, reload)
        self._survey = Survey(
            home, desk, reporter=reporter, remove_sidecar=remove_sidecar, version=version
        )
        self._lookout = Lookout(
            home,
            hint=self._stirred,
            wake=desk.wake_scout,
            make_watcher=make_watcher,
            file_system=file_system,
        )
        self._pulse = pulse or Pulse()
        self._thrift = thrift
        self._answered: set[str] = set()

    def run(self) -> None:
        """Look until stopped."""
        hints: frozenset[str] = frozenset()
        while not self._stop.is_set():
            started = time.monotonic()
            with self._pulse.turn():
                pause = self.turn(hints)
            took = time.monotonic() - started
            woken, hints = self._desk.await_wake(
                pause, every_seconds=_HEARTBEAT_SECONDS, meanwhile=self._reporter.write
            )
            if woken and not self._stop.is_set():
                # a storm of events must not make looking the main occupation
                time.sleep(min(took / _LOOK_SHARE, 1.0))
        self._lookout.stop()

    def turn(self, hints: frozenset[str]) -> float:
        """Do everything once, and return the seconds until the next turn is due."""
        if not self._is_owner():
            # whoever deleted `.tasted` let another daemon in: two must not write one home
            raise RuntimeError("the lock of the home is gone")
        settings_pause = self._live_settings.follow()
        pause = self._look(hints)
        self._take_requests()
        self._reporter.listens(self._lookout.report())
        self._reporter.may_read(try_access(self._home.inbox))
        self._reporter.write()
        return pause if settings_pause is None else min(pause, settings_pause)

    def _look(self, hints: frozenset[str]) -> float:
        try:
            self._own_folders()
            self._lookout.keep(self._desk.settings.watch.poll)
            self._survey.look(hints)
            self._save_power()
            reach("scout.looked")
        except ServiceFault as fault:
            self._desk.blame("scout", fault)
            self._desk.queue.replace([], labels=None, arrivals={})
            self._on_hold(fault)
            return _UNHEALTHY_SECONDS
        self._desk.blame("scout", None)
        if self._reporter.idle:
            # what the scorer was held up by is of no account when there is nothing to score
            self._desk.blame("scorer", None)
            if self._survey.is_settled:
                self._on_idle()
        pause = self._lookout.limit(self._survey.seconds_to_next())
        return pause if self._thrift is None else self._thrift.limit(pause)

    def _save_power(self) -> None:
        if self._thrift is not None:
            self._thrift.look()
            self._reporter.saves(self._thrift.why)

    def _own_folders(self) -> None:
        try:
            self._keep_folders()
        except HomeLocked as locked:
            # a folder was put in the place of another one; it is waited for like a missing one
            raise ServiceFault(locked.message, remedy=locked.remedy) from locked

    def _stirred(self, path: str) -> None:
        """Sort out an event. Runs on watchdog's thread."""
        home, root = self._home, f"{self._lookout.root}{os.sep}"
        if path.startswith(root):
            self._desk.hint(path.removeprefix(root))
        elif path.startswith((f"{home.outbox}{os.sep}", f"{home.requests}{os.sep}")):
            # the page is ours, and says nothing that is not known
            if not path.endswith((".answer.json", ".tmp")) and path != str(home.page_file):
                self._desk.wake_scout()
        elif path in {str(home.config_file), str(home.environment_file)} or path in {
            str(home.inbox),
            str(self._lookout.root),
            str(home.outbox),
        }:
            self._desk.wake_scout()
        elif path == str(home.models_file):
            self._desk.nudge_scorer()
            self._desk.wake_scout()

    def _take_requests(self) -> None:
        try:
            for request in waiting_requests(self._home.requests, answered=self._answered):
                self._answered.add(request.id)
                self._serve(request)
        except OSError as error:
            # the folder is made anew with the next watch; its askers see that nobody answers
            log.warning("requests_not_read", error=str(error))
            self._lookout.restart_soon()

    def _serve(self, request: Request) -> None:
        desk = self._desk
        fault = desk.scout_fault
        if fault is not None and request.order is None:
            # forgetting looks for itself, and tells what keeps it from that
            write_answer(self._home.requests, request.id, failure(fault))
        elif request.kind == "score":
            is_inside = bool(request.inside)
            paths = request.inside if is_inside else request.outside
            desk.queue.ask(Asked(request.id, paths, inside=is_inside))
            # a held scorer tries this at once, and answers with what holds it
            desk.nudge_scorer()
        elif request.kind == "rebuild":
            desk.queue.ask(Rebuild(request.id))
            desk.nudge_scorer()
        elif request.order is not None:
            desk.queue.ask(Forget(request.id, request.order))
            desk.nudge_scorer()
        else:
            with desk.lock:
                entries = desk.ledger.entries
                desk.forced |= {path for path in entries if entries[path].status == "scored"}
                count = len(desk.forced)
            desk.wake_scout()
            # the asker watches the count in status.json, so it must be there before the answer
            self._reporter.write()
            write_answer(self._home.requests, request.id, {"rescoring": count})
