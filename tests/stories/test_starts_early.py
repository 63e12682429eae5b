"""The engine starts while a picture is settling, and for nothing else."""

import os
from pathlib import Path

import psutil
import pytest

from kit.daemons import observing, running
from kit.homes import home_with
from kit.outboxes import documents, picture
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.home.layout import Home
from tasted.home.status import read_status

SETTLES_SECONDS = 60


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing settles as long as a test takes, with a picture from before."""
    watch = f"[watch]\nsettle_seconds = {SETTLES_SECONDS}\nrescan_seconds = 0.5\n"
    settings = '[embedder]\nmodel = "pocket"\n[engine]\nidle_seconds = 2\n'
    home = home_with(tmp_path / "home", watch + settings)
    (home.inbox / "before.png").write_bytes(picture(1))
    return home


def waits_for(home: Home, count: int) -> bool:
    """Tell whether the daemon has seen so many files that settle."""
    status = read_status(home.status_file)
    return status is not None and status.queue.settling == count


def has_engine(home: Home) -> bool:
    """Tell whether the daemon has an engine."""
    status = read_status(home.status_file)
    return status is not None and status.engine_pid is not None


def test_a_picture_starts_the_engine_before_it_is_settled(home: Home) -> None:
    """What lay there when the daemon began does not, nor does a file without content."""
    with observing(home) as daemon:
        # the taste of no labels is published, and the engine leaves
        daemon.engine_pid()
        eventually(home.current_file.exists)
        eventually(lambda: waits_for(home, 1))
        eventually(lambda: not has_engine(home))
        (home.inbox / "empty.png").touch()
        (home.inbox / "notes.txt").write_text("no picture", "utf-8")
        eventually(lambda: waits_for(home, 2))
        assert not has_engine(home)
        (home.inbox / "new.png").write_bytes(picture(2))
        assert daemon.engine_pid()
        assert documents(home) == {}


def test_the_engine_that_began_with_the_daemon_is_the_one_that_is_used(home: Home) -> None:
    """No second one is started beside it."""
    home.status_file.touch()
    os.utime(home.status_file, (0, 0))
    with running(home) as daemon:
        pid = daemon.engine_pid()
        assert [child.pid for child in psutil.Process(daemon.process.pid).children()] == [pid]


def test_a_daemon_begins_an_engine_with_itself_if_something_came(tmp_path: Path) -> None:
    """One for all that came, and none where nothing did."""
    settings = '[embedder]\nmodel = "pocket"\n[watch]\nsettle_seconds = 0.1\n'
    home = home_with(tmp_path / "home", settings)
    (home.inbox / "first.png").write_bytes(picture(1))
    words = home.logs / "engine.stderr"
    with running(home, options=["--once"]) as daemon:
        assert daemon.process.wait(PATIENCE_SECONDS) == 0
    assert _engines(home) == 1
    begun = words.stat().st_mtime_ns
    with running(home) as daemon:
        daemon.await_state("idle")
        assert daemon.stop() == 0
    assert (words.stat().st_mtime_ns, _engines(home)) == (begun, 1), (
        "the engine's last words are kept"
    )
    (home.inbox / "notes.txt").write_text("no picture", "utf-8")
    with running(home) as daemon:
        daemon.await_state("idle")
        assert not psutil.Process(daemon.process.pid).children(), "nobody needed it"
        assert daemon.stop() == 0
    assert words.stat().st_mtime_ns != begun
    assert _engines(home) == 1
    (home.inbox / "second.png").write_bytes(picture(2))
    with running(home) as daemon:
        daemon.sidecar("second.png")
        assert daemon.stop() == 0
    assert _engines(home) == 2


def _engines(home: Home) -> int:
    return (home.logs / "engine.log").read_text("utf-8").count("engine_started")
