"""What the threads of the daemon share, and what the status says of it."""

import threading
from collections.abc import Callable

import pytest

from kit.inbox_files import inbox_file
from kit.sidecars import failed, scored
from tasted.config import load_settings
from tasted.daemon.desk import Desk
from tasted.daemon.reporting import Reporter
from tasted.daemon.work_queue import Asked
from tasted.errors import DiskFull, InboxUnavailable
from tasted.home import Home
from tasted.inbox.listing import list_inbox
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.status import Status, read_status

Told = Callable[[], Status]


@pytest.fixture
def desk(home: Home) -> Desk:
    """The desk of a daemon that has just begun."""
    return Desk(load_settings(home, environment={}).settings, Ledger(home.outbox), None)


@pytest.fixture
def reporter(home: Home, desk: Desk) -> Reporter:
    """Writes the status of the home."""
    return Reporter(home, desk, version="0.1.0")


@pytest.fixture
def told(home: Home, reporter: Reporter) -> Told:
    """Writes the status now and reads it back."""

    def tell() -> Status:
        reporter.write()
        status = read_status(home.status_file)
        assert status is not None
        return status

    return tell


def test_a_hint_wakes_the_scout_and_is_handed_over_once(desk: Desk) -> None:
    """Hints from another thread arrive together; then nothing stirs until the next one."""
    waker = threading.Thread(target=lambda: [desk.hint(path) for path in ("a", "b", "a")])
    desk.await_wake(0)
    waker.start()
    waker.join()
    assert desk.await_wake(30) == (True, {"a", "b"})
    assert desk.await_wake(0) == (False, frozenset())
    desk.wake_scout()
    assert desk.await_wake(30) == (True, frozenset())


def test_a_storm_of_hints_is_bounded(desk: Desk) -> None:
    """Hints beyond a number are dropped: the look sees everything anyway."""
    for number in range(11_000):
        desk.hint(str(number))
    assert len(desk.await_wake(0)[1]) == 10_000


def test_a_nudge_ends_the_pause_of_the_scorer(desk: Desk) -> None:
    """A pause of an hour is over at once."""
    pause = threading.Thread(target=desk.pause_scorer, args=(3600,))
    pause.start()
    desk.nudge_scorer()
    pause.join(20)
    assert not pause.is_alive()


def test_each_party_clears_its_own_fault_alone(desk: Desk) -> None:
    """A scout that sees nothing wrong does not hide what holds the scorer back."""
    full, gone = DiskFull("The disk is full."), InboxUnavailable("The inbox is gone.")
    desk.blame("scorer", full)
    desk.blame("scout", gone)
    desk.blame("scout", None)
    assert desk.fault is full
    desk.blame("scorer", None)
    desk.blame("scorer", None)
    assert desk.fault is None


def test_a_rate_needs_two_files(desk: Desk) -> None:
    """One finished file says nothing about the next."""
    assert desk.per_minute() is None
    desk.finished(1)
    assert desk.per_minute() is None
    desk.finished(4)
    rate = desk.per_minute()
    assert rate is not None
    assert rate > 0


def test_the_state_follows_what_waits_and_what_is_wrong(desk: Desk, told: Told) -> None:
    """Idle, working while something waits or is in hand, blocked when there is a fault."""
    assert told().state == "idle"
    desk.queue.replace([Task(inbox_file(), Reason.UNSCORED)], labels=None, arrivals={})
    assert told().state == "working"
    desk.queue.take(1, timeout=0)
    assert told().state == "working"
    desk.queue.done()
    assert told().state == "idle"
    desk.queue.ask(Asked("1", (), inside=True))
    assert told().state == "working"
    desk.blame("scorer", DiskFull("The disk is full.", remedy="Free some space."))
    status = told()
    assert status.state == "blocked"
    assert status.fault is not None
    assert status.fault.remedy == "Free some space."


def test_the_status_counts_outbox_and_inbox(
    home: Home, desk: Desk, reporter: Reporter, told: Told
) -> None:
    """Sidecars by status, spoilt and orphaned ones, and what the inbox passed over."""
    writer = Writer(home.outbox, desk.ledger)
    writer.write(scored("a.png"))
    writer.write(failed("b.png"))
    (home.outbox / "c.png.json").write_bytes(b"{}")
    desk.ledger.refresh()
    (home.inbox / "page.pdf").touch()
    reporter.saw(list_inbox(home.inbox), settling=2, orphans=1)
    status = told()
    assert status.counts == {"scored": 1, "error": 1, "orphaned": 1, "invalid": 1}
    assert status.ignored == {"other": 1}
    assert status.queue.settling == 2
    assert status.model == "pocket"


def test_a_status_that_cannot_be_written_harms_nothing(home: Home, reporter: Reporter) -> None:
    """The daemon goes on without it."""
    home.status_file.mkdir()
    reporter.write()
    assert read_status(home.status_file) is None


def test_a_long_wait_gives_signs_of_life(desk: Desk) -> None:
    """They come in between; a hint ends the wait, and the time does."""
    signs: list[str] = []

    def sign() -> None:
        signs.append("alive")
        if len(signs) == 3:
            desk.hint("a.png")

    woken = desk.await_wake(3600, every_seconds=0.01, meanwhile=sign)
    assert woken == (True, frozenset({"a.png"}))
    assert desk.await_wake(0.05, every_seconds=0.02, meanwhile=sign) == (False, frozenset())
    assert len(signs) == 5
