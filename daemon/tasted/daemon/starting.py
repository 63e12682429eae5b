"""The start of a daemon: it locks its home, begins an engine that is needed soon, imports the rest.

Touches the lock, the folders of the home, signals. Imports little before the engine begins: on two
cores both import at a time.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tasted.config import Settings
from tasted.daemon.main_wakeup import MainWakeup
from tasted.daemon.sd_notify import SystemdNotifier
from tasted.home.folder_locks import FolderLocks
from tasted.home.layout import Home
from tasted.home.lock import WaitEndedError, hold_lock
from tasted.rpc.engine_start import COMMAND, EngineStart, waiting_engine
from tasted.system.platform import keep_little_freed_memory
from tasted.system.priority import thread_count

if TYPE_CHECKING:
    from tasted.daemon.scanning.watch import WatcherFactory
    from tasted.home.status import Status

_PRIVATE_UMASK = 0o077
# whoever hands an answer on waits for a thread that writes a status only for so long
_SWITCH_SECONDS = 0.0005


def run_daemon(
    home: Home,
    settings: Settings,
    *,
    reload: Callable[[], Settings],
    until_idle: bool = False,
    rescore: bool = False,
    on_start: Callable[[], None] = lambda: None,
    on_progress: Callable[[int], None] = lambda _asked_again: None,
    on_status: "Callable[[Status], None]" = lambda _status: None,
    make_watcher: "WatcherFactory | None" = None,
    engine_command: tuple[str, ...] = COMMAND,
    wakeup: MainWakeup | None = None,
    notifier: SystemdNotifier | None = None,
    power: Callable[[], str | None] | None = None,
) -> None:
    """Watch and score until asked to stop.

    Args:
        home: an existing home.
        settings: as loaded.
        reload: loads them again after one of their files was saved; raises ConfigError.
        until_idle: return when nothing is left to do.
        rescore: score everything again that has a score.
        on_start: called once this process owns the home.
        on_progress: called with the number of files that are still to be scored again because of
            `rescore` or a request, as the status is written.
        on_status: handed each snapshot before it is written, by the thread that writes it.
        make_watcher: builds the watcher around its callbacks; by default that of the system.
        engine_command: what is started as the engine.
        wakeup: already woken by signals, when they may come earlier; else one is made.
        notifier: sends to systemd; none in a terminal.
        power: returns why the machine saves power, None when it does not; by default asks it.

    Raises:
        HomeLocked: when another process has the home.
        HomeInvalid: when its folders cannot serve.
        HomeReplaced: when another home has come to its place.
        ServiceFault: with `until_idle`, what keeps the queue from being emptied.
    """
    os.umask(_PRIVATE_UMASK)
    sys.setswitchinterval(_SWITCH_SECONDS)
    keep_little_freed_memory()
    home.make_folders()
    home.check_folders()
    home.close_to_others()
    folders = FolderLocks((home.inbox, home.outbox))
    with contextlib.ExitStack() as held:
        if wakeup is None:
            wakeup = held.enter_context(contextlib.closing(MainWakeup()))
            held.enter_context(wakeup.woken_by_signals())
        try:
            lock = held.enter_context(hold_lock(home, folders=folders, pause=wakeup.wait))
        except WaitEndedError:
            return
        home = home.taken()
        start = engine_start_of(home, settings, lock=lock, command=engine_command)
        is_wanted = rescore or has_stirred(home)
        waiting = held.enter_context(waiting_engine(start, is_wanted=is_wanted))
        # by far the most of what a daemon imports, while the engine begins to import, too
        from tasted.daemon.shared.status_file import StatusFile  # noqa: PLC0415 - as said
        from tasted.daemon.supervisor import Supervisor  # noqa: PLC0415 - as said

        status_file = held.enter_context(StatusFile(home))
        on_start()
        supervisor = Supervisor(
            home,
            settings,
            status_file=status_file,
            lock=lock,
            folders=folders,
            wakeup=wakeup,
            reload=reload,
            until_idle=until_idle,
            on_progress=on_progress,
            on_status=on_status,
            make_watcher=make_watcher,
            engine_command=engine_command,
            waiting=waiting,
            notifier=notifier or SystemdNotifier(),
            power=power,
        )
        supervisor.run(rescore=rescore)


def engine_start_of(
    home: Home, settings: Settings, *, lock: int, command: tuple[str, ...] = COMMAND
) -> EngineStart:
    """Return how the engine of a home is started; it shares the home's lock."""
    threads = thread_count(settings.engine.threads)
    return EngineStart(home.logs / "engine.stderr", threads, command, lock)


def has_stirred(home: Home) -> bool:
    """Tell whether something came into the inbox since a daemon last said how things stand.

    What it says decides nothing but when an engine begins. It does not see into the folders of the
    inbox, and sees what went as well, and what is no picture.
    """
    try:
        return home.inbox.stat().st_mtime_ns > home.status_file.stat().st_mtime_ns
    except OSError:
        # none ran here yet; whether anything is to be done takes a look to find out
        return False
