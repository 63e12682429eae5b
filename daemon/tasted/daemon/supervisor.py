"""The daemon from start to stop: lock, threads, signals, orderly end. Touches signals.

The main thread does nothing but wait, so that a signal is never delayed by work. While it waits it
tells systemd that the daemon lives, for as long as the scout gets on.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable
from functools import partial

import structlog

from tasted import __version__
from tasted.config import Settings
from tasted.daemon.announcer import Announcer
from tasted.daemon.bell import SIGNALS, Bell
from tasted.daemon.desk import Desk
from tasted.daemon.forgetting import Forgetting
from tasted.daemon.lookout import WatcherFactory
from tasted.daemon.notifier import Notifier
from tasted.daemon.pulse import Pulse
from tasted.daemon.rebuilding import remove_former
from tasted.daemon.reporting import Reporter
from tasted.daemon.scorer import Scorer
from tasted.daemon.scout import Scout
from tasted.daemon.thrift import Thrift
from tasted.daemon.worker import Worker
from tasted.engine_process import COMMAND, EngineProcess
from tasted.errors import LibraryUnusable, ServiceFault
from tasted.files import sweep_temporary
from tasted.folder_locks import FolderLocks
from tasted.home import Home
from tasted.inbox.labels import sweep_copies
from tasted.inbox.watcher import Watcher
from tasted.lock import hold_lock, is_lock_of
from tasted.outbox.ledger import Ledger
from tasted.outbox.page_writer import PageWriter
from tasted.outbox.writer import Writer
from tasted.power import saving_reason
from tasted.priority import thread_count
from tasted.status import Status, read_current

_GRACE_SECONDS = 5.0
# twice this and the grace must fit into the 30 seconds that service managers give
_JOIN_SECONDS = 10.0
_STALE_SECONDS = 3600.0
# written by none but the owner of the lock and its engine
_WRITTEN_BY_OWNER = ("status.json", "current.json", ".answer.json", ".taste")
_PRIVATE_UMASK = 0o077
_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.daemon")


def make_engine(
    home: Home, settings: Settings, *, lock: int, command: tuple[str, ...] = COMMAND
) -> EngineProcess:
    """Return the engine of a home, not yet started; it shares the home's lock."""
    return EngineProcess(
        {
            "type": "hello",
            "home": str(home.root),
            "settings": settings.model_dump(mode="json"),
            "version": __version__,
        },
        stderr_file=home.logs / "engine.stderr",
        deadline_seconds=settings.engine.deadline_seconds,
        max_memory_bytes=settings.engine.max_memory_mb * _MEGABYTE,
        threads=thread_count(settings.engine.threads),
        command=command,
        lock=lock,
    )


def make_page(home: Home, desk: Desk) -> PageWriter:
    """Return what writes the page of a home, for whoever owns it."""
    return PageWriter(home.page_file, home.inbox, desk.ledger, desk.lock, version=__version__)


def run_daemon(
    home: Home,
    settings: Settings,
    *,
    reload: Callable[[], Settings],
    until_idle: bool = False,
    rescore: bool = False,
    on_start: Callable[[], None] = lambda: None,
    on_progress: Callable[[int], None] = lambda _asked_again: None,
    on_status: Callable[[Status], None] = lambda _status: None,
    make_watcher: WatcherFactory = Watcher,
    engine_command: tuple[str, ...] = COMMAND,
    bell: Bell | None = None,
    notifier: Notifier | None = None,
    power: Callable[[], str | None] = saving_reason,
) -> None:
    """Watch and score until asked to stop.

    Args:
        home: an existing home.
        settings: as loaded.
        reload: loads them anew after a file of them was saved; raises ConfigError.
        until_idle: return when nothing is left to do.
        rescore: score everything again that has a score.
        on_start: called once the home is this process's own.
        on_progress: called with the number of files that are still to be scored again because of
            `rescore` or a request, as the status is written.
        on_status: handed each snapshot before it is written, by the thread that writes it.
        make_watcher: builds the watcher around its callbacks.
        engine_command: what is started as the engine.
        bell: rung by signals already, when they may come before this; else one is made.
        notifier: the line to systemd; none in a terminal.
        power: tells why the machine saves power, if it does.

    Raises:
        HomeLocked: when another process has the home.
        HomeInvalid: when its folders cannot serve.
        ServiceFault: with `until_idle`, what keeps the queue from being emptied.
    """
    os.umask(_PRIVATE_UMASK)
    home.make_folders()
    home.check_folders()
    home.close_to_others()
    folders = FolderLocks((home.inbox, home.outbox))
    with contextlib.ExitStack() as held:
        if bell is None:
            bell = held.enter_context(contextlib.closing(Bell()))
            held.enter_context(bell.rung_by_signals())
        lock = held.enter_context(hold_lock(home, folders=folders))
        on_start()
        daemon = _Daemon(
            home,
            settings,
            lock=lock,
            folders=folders,
            bell=bell,
            reload=reload,
            until_idle=until_idle,
            on_progress=on_progress,
            on_status=on_status,
            make_watcher=make_watcher,
            engine=partial(make_engine, home, lock=lock, command=engine_command),
            notifier=notifier or Notifier(),
            power=power,
        )
        daemon.run(rescore=rescore)


def _sweep(home: Home, writer: Writer) -> None:
    """Remove what interrupted writes left; where that cannot be done just now, say so and go on."""
    try:
        writer.sweep()
        sweep_temporary(home.state, older_than_seconds=0, written_for=_WRITTEN_BY_OWNER)
        # commands write there too, but none of them takes this long
        sweep_temporary(home.state, older_than_seconds=_STALE_SECONDS)
        sweep_copies(home.inbox, older_than_seconds=_STALE_SECONDS)
    except OSError as error:
        log.warning("not_swept", error=str(error))
    try:
        remove_former(home)
    except LibraryUnusable as fault:
        log.warning("former_library_not_removed", message=fault.message, remedy=fault.remedy)


class _Daemon:
    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        lock: int,
        folders: FolderLocks,
        bell: Bell,
        reload: Callable[[], Settings],
        until_idle: bool,
        on_progress: Callable[[int], None],
        on_status: Callable[[Status], None],
        make_watcher: WatcherFactory,
        engine: Callable[[Settings], EngineProcess],
        notifier: Notifier,
        power: Callable[[], str | None],
    ) -> None:
        ledger = Ledger(home.outbox)
        self._desk = desk = Desk(settings, ledger, read_current(home.current_file))
        self._bell = bell
        self._notifier = notifier
        self._pulse = Pulse(on_first=notifier.ready)
        self._fault: ServiceFault | None = None
        self._until_idle = until_idle
        self._stop = threading.Event()
        self._failed: list[str] = []
        page = make_page(home, desk)
        self._announcer = announcer = Announcer(lambda: desk.settings)

        def follow(status: Status) -> None:
            page.follow(status)
            announcer.follow(status)
            on_status(status)

        self._reporter = Reporter(
            home, desk, version=__version__, on_progress=on_progress, on_status=follow
        )
        writer = Writer(home.outbox, ledger)
        _sweep(home, writer)
        self._scout = Scout(
            home,
            desk,
            reload=reload,
            reporter=self._reporter,
            on_idle=self._idle,
            on_hold=self._held,
            is_owner=lambda: is_lock_of(home, lock),
            keep_folders=folders.keep,
            stop=self._stop,
            version=__version__,
            remove_sidecar=writer.remove,
            make_watcher=make_watcher,
            pulse=self._pulse,
            # whoever waits for the end has decided
            thrift=None if until_idle else Thrift(desk.queue, lambda: desk.settings, reason=power),
        )
        self._scorer = Scorer(
            home,
            desk,
            make_worker=lambda settings, stop: Worker(
                home,
                desk,
                writer,
                engine(settings),
                settings,
                stop=stop,
                version=__version__,
                on_score=announcer.scored,
            ),
            carry_out=lambda engine, order: Forgetting(home, desk, writer, engine, page).carry_out(
                order
            ),
            reporter=self._reporter,
            stop=self._stop,
            on_hold=self._held,
        )

    def run(self, *, rescore: bool) -> None:
        self._reporter.write(state="starting")
        log.info("started", version=__version__, pid=os.getpid())
        if rescore:
            self._force_everything()
        scout = threading.Thread(target=self._guarded, args=(self._scout.run,), name="scout")
        scorer = threading.Thread(target=self._guarded, args=(self._scorer.run,), name="scorer")
        self._announcer.start()
        scout.start()
        scorer.start()
        self._wait()
        self._end(scout, scorer)
        if self._failed:
            raise RuntimeError(f"thread {self._failed[0]} ended by itself")
        if self._fault is not None:
            raise self._fault

    def _wait(self) -> None:
        patience = self._notifier.watchdog_seconds or 0.0
        while not self._bell.wait(self._notifier.ping_seconds):
            # without it systemd ends a daemon that has gone deaf, and starts it anew
            if self._pulse.busy_seconds < patience:
                self._notifier.ping()

    def _force_everything(self) -> None:
        self._desk.ledger.refresh()
        entries = self._desk.ledger.entries
        self._desk.forced = {path for path, entry in entries.items() if entry.status == "scored"}

    def _guarded(self, work: Callable[[], None]) -> None:
        """Be the ring of a thread: whatever it did not foresee ends the daemon, loudly.

        launchd or systemd starts it anew, and everything it knows is on disk.
        """
        try:
            work()
        except Exception:
            log.exception("thread_failed", thread=threading.current_thread().name)
            self._failed.append(threading.current_thread().name)
            self._bell.ring()

    def _idle(self) -> None:
        if self._until_idle:
            self._bell.ring()

    def _held(self, fault: ServiceFault) -> None:
        if self._until_idle:
            self._fault = fault
            self._bell.ring()

    def _end(self, scout: threading.Thread, scorer: threading.Thread) -> None:
        """Stop everything in the order in which work flows.

        The scout first, so that nothing new comes; then the queue, so that the scorer takes nothing
        more; then the scorer, which finishes the batch in hand or loses it: a batch that is not
        written was not done, and is found again at the next start; then the announcer.
        """
        for each in SIGNALS:
            # asked a second time: leave at once; what is on disk is whole at every instant
            signal.signal(each, lambda *_: os._exit(1))
        self._notifier.stopping()
        self._reporter.write(state="stopping")
        self._stop.set()
        self._desk.wake_scout()
        self._desk.queue.close()
        self._desk.nudge_scorer()
        scorer.join(_GRACE_SECONDS)
        if scorer.is_alive():
            log.info("batch_abandoned")
            self._scorer.interrupt()
        scorer.join(_JOIN_SECONDS)
        scout.join(_JOIN_SECONDS)
        self._reporter.write(state="stopped")
        # after those who give it news; a stop that a person asked for waits for no desktop
        self._announcer.close(tells_rest=self._until_idle)
        log.info("stopped")
        if scorer.is_alive() or scout.is_alive():
            # the lock must not be freed while a thread still works
            logging.shutdown()
            os._exit(0)
