"""One writer for all threads: a status never goes back in time, and follows its home."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kit.pages import status_of
from tasted.config import Settings
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.errors import HomeGone
from tasted.home.layout import Home
from tasted.home.status import Status, read_status
from tasted.outbox.ledger import Ledger


def test_an_older_snapshot_does_not_replace_a_newer_one(home: Home) -> None:
    """Two threads take one each, and the first is slower to write it."""
    with StatusFile(home) as file:
        slow, quick = file.begin(), file.begin()
        file.write(quick, status_of("stopped"))
        file.write(slow, status_of("working"))
    status = read_status(home.status_file)
    assert status is not None
    assert status.state == "stopped"


def test_what_was_cleared_does_not_come_back(home: Home) -> None:
    """A snapshot that was begun before a picture was forgotten may name it."""
    with StatusFile(home) as file:
        file.write(file.begin(), status_of(last_scored="anna.png"))
        in_hand = file.begin()
        file.edit(lambda status: replace(status, last_scored=None))
        file.write(in_hand, status_of(last_scored="anna.png"))
        status = read_status(home.status_file)
        assert status is not None
        assert status.last_scored is None
        file.write(file.begin(), status_of(last_scored="bea.png"))
    status = read_status(home.status_file)
    assert status is not None
    assert status.last_scored == "bea.png"


def test_row_50_a_status_goes_where_its_home_goes(home: Home, tmp_path: Path) -> None:
    """Nothing is written where the home was, nor into another one that is there now."""
    taken, elsewhere = home.taken(), Home(tmp_path / "elsewhere")
    with StatusFile(taken) as file:
        home.root.rename(elsewhere.root)
        file.write(file.begin(), status_of("blocked"))
        with pytest.raises(HomeGone):
            file.edit(lambda status: status)
    assert not home.root.exists()
    status = read_status(elsewhere.status_file)
    assert status is not None
    assert status.state == "blocked"


def test_once_it_ends_no_thread_says_that_it_works(home: Home) -> None:
    """Others write their last snapshots while the main thread waits for them."""
    states: list[str] = []

    def follow(status: Status) -> None:
        states.append(status.state)

    with StatusFile(home) as file:
        shared = SharedState(Settings(), Ledger(home.outbox), None)
        reporter = Reporter(file, shared, version="0.1.0", on_status=follow)
        reporter.write(state="starting")
        reporter.write()
        reporter.write(state="stopping")
        worker = threading.Thread(target=reporter.write)
        worker.start()
        worker.join()
        reporter.write(state="stopped")
    assert states == ["starting", "idle", "stopping", "stopping", "stopped"]
