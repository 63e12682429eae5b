"""A daemon ends when it is to end, and never stays alive without working."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.children import python
from kit.daemons import RunningDaemon, observing, running
from kit.homes import quick_home
from kit.outboxes import is_done, picture
from kit.quick_engine import COMMAND
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.home.layout import Home
from tasted.home.lock import lock_owner, process_exists
from tasted.system.files import write_atomically

FARTHEST = {"0.png": "9999-12-31T23:59:59-01:00", "1.png": "0001-01-01T00:00:00+01:00"}
_ENDS_BADLY = """
import os, sys
from pathlib import Path
from tasted.config import load_settings
from tasted.daemon.starting import run_daemon
from tasted.home.layout import Home

home = Home(Path(sys.argv[1]))
where = sys.argv[2]

def follow(status):
    if status.state == where:
        raise OverflowError("date value out of range")

settings = load_settings(home, environment={}).settings
run_daemon(
    home, settings, reload=lambda: settings, until_idle=True, on_status=follow,
    engine_command=tuple(sys.argv[3:]),
)
"""


_HANGS = """
import shutil, sys, threading, time
from pathlib import Path
from tasted.config import load_settings
from tasted.daemon.starting import run_daemon
from tasted.home.layout import Home

home = Home(Path(sys.argv[1]))

def follow(status):
    if status.state == "starting":
        shutil.rmtree(home.inbox)
    if status.fault is not None and threading.current_thread().name == "scanner":
        time.sleep(600)

settings = load_settings(home, environment={}).settings
run_daemon(home, settings, reload=lambda: settings, until_idle=True, on_status=follow)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the quick engine."""
    return quick_home(tmp_path / "home")


@pytest.mark.parametrize("where", ["stopping", "stopped"])
def test_row_49_whatever_is_raised_at_the_end_the_process_ends(home: Home, where: str) -> None:
    """Not with 0, so that a service manager begins anew; no thread sleeps on without the lock."""
    (home.inbox / "a.png").write_bytes(picture(1))
    child = python("-c", _ENDS_BADLY, str(home.root), where, *COMMAND)
    assert child.returncode == 1
    assert lock_owner(home) is None
    assert "date value out of range" in child.stderr + child.stdout
    with observing(home) as daemon:
        daemon.await_state("idle")
        assert is_done(home)


def test_row_49_a_thread_that_hangs_hides_no_fault(home: Home) -> None:
    """The process ends without it, and not as if all were done."""
    child = python("-c", _HANGS, str(home.root))
    assert child.returncode == 1
    assert lock_owner(home) is None


def test_row_49_no_sidecar_and_no_zone_keeps_a_service_from_working(home: Home) -> None:
    """A time at the end of the calendar is none; an odd TZ changes the times of a page."""
    for number in range(2):
        (home.inbox / f"{number}.png").write_bytes(picture(number))
    with observing(home) as daemon:
        daemon.await_state("idle")
        eventually(lambda: is_done(home))
    for name, scored_at in FARTHEST.items():
        file = home.outbox / f"{name}.json"
        value = json.loads(file.read_bytes())
        write_atomically(file, json.dumps({**value, "scored_at": scored_at}).encode())
    (home.inbox / "2.png").write_bytes(picture(2))
    with observing(home, environment={"TZ": "X+167"}) as daemon:
        daemon.sidecar("2.png")
        daemon.await_state("idle")
        assert is_done(home)
        assert "2.png" in home.page_file.read_text("utf-8")
        assert daemon.stop() == 0
    assert lock_owner(home) is None


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGUSR1])
def test_row_49_a_service_ends_in_order_at_every_signal_that_asks_for_it(
    home: Home, sent: signal.Signals
) -> None:
    """Sent to all of its processes and twice, as by a terminal that closes."""
    (home.inbox / "a.png").write_bytes(picture(1))
    with running(home, options=["--service"], prefix=["setsid"]) as daemon:
        engine = daemon.engine_pid()
        daemon.await_state("idle")
        os.killpg(daemon.process.pid, sent)
        os.killpg(daemon.process.pid, sent)
        assert daemon.process.wait(PATIENCE_SECONDS) == 0
        eventually(lambda: not process_exists(engine))
    status = daemon.status()
    assert status is not None
    assert status.state == "stopped"
    assert lock_owner(home) is None


def test_row_49_a_daemon_ends_with_its_terminal_in_order(home: Home) -> None:
    """The window is closed: what was said there has no reader any more, and the end is whole."""
    screen, terminal = os.openpty()
    command = ["setsid", "--ctty", sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        daemon = RunningDaemon(home, process)
        daemon.await_state("idle")
        os.close(screen)
        assert process.wait(PATIENCE_SECONDS) == 0
    status = daemon.status()
    assert status is not None
    assert status.state == "stopped"


def test_nohup_keeps_a_daemon_without_its_terminal(home: Home) -> None:
    """SIGHUP stays ignored where it was ignored; SIGTERM ends it as ever."""
    with running(home, prefix=["env", "--ignore-signal=HUP"]) as daemon:
        daemon.await_state("idle")
        daemon.process.send_signal(signal.SIGHUP)
        (home.inbox / "liked" / "x").mkdir()
        daemon.process.send_signal(signal.SIGHUP)
        daemon.await_state("idle", "working")
        assert daemon.process.poll() is None
        assert daemon.stop() == 0


@contextlib.contextmanager
def _orphaned_lock(home: Home) -> Iterator[None]:
    """Hold the lock as the engine of a daemon does that was killed."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    home.lock_file.write_text(f"{gone.pid}\n", "ascii")
    with home.lock_file.open() as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_who_waits_for_an_orphaned_engine_hears_that_it_is_to_stop(home: Home) -> None:
    """An engine whose daemon was killed has half a minute to leave; a stop does not wait."""
    with _orphaned_lock(home), running(home) as daemon:
        files = Path(f"/proc/{daemon.process.pid}/fd")

        def waits() -> bool:
            links = []
            for link in files.iterdir():
                # a starting process opens and closes others meanwhile
                with contextlib.suppress(FileNotFoundError):
                    links.append(str(link.readlink()))
            return str(home.lock_file) in links

        eventually(waits)
        daemon.process.send_signal(signal.SIGTERM)
        # less than the half minute for which the engine is waited
        assert daemon.process.wait(20) == 0
        assert str(daemon.process.pid) not in home.lock_file.read_text("ascii")
