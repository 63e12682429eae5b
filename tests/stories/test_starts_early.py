"""The engine starts while a picture is settling, and for nothing else."""

from pathlib import Path

import pytest

from kit.daemons import PATIENCE_SECONDS, observing
from kit.homes import home_with
from kit.outboxes import documents, picture
from kit.waiting import eventually
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
        eventually(lambda: waits_for(home, 1), within_seconds=PATIENCE_SECONDS)
        eventually(lambda: not has_engine(home), within_seconds=PATIENCE_SECONDS)
        (home.inbox / "empty.png").touch()
        (home.inbox / "notes.txt").write_text("no picture", "utf-8")
        eventually(lambda: waits_for(home, 2), within_seconds=PATIENCE_SECONDS)
        assert not has_engine(home)
        (home.inbox / "new.png").write_bytes(picture(2))
        assert daemon.engine_pid()
        assert documents(home) == {}
