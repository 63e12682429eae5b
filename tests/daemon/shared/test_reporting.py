"""What the status says of what the threads share."""

from collections.abc import Callable

import pytest

from kit.inbox_files import inbox_file
from kit.sidecars import NOW, failed, profile, scored
from tasted.config import load_settings
from tasted.daemon.shared.reporting import Reporter
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.status_file import StatusFile
from tasted.daemon.shared.work_queue import Asked, PresentLabels
from tasted.errors import DiskFull
from tasted.home.layout import Home
from tasted.home.status import Status, read_status
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.inbox.listing import list_inbox
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer

StatusNow = Callable[[], Status]


@pytest.fixture
def shared(home: Home) -> SharedState:
    """The shared state of a daemon that has just begun."""
    return SharedState(load_settings(home, environment={}).settings, Ledger(home.outbox), None)


@pytest.fixture
def reporter(home: Home, shared: SharedState) -> Reporter:
    """Writes the status of the home."""
    return Reporter(StatusFile(home), shared, version="0.1.0")


@pytest.fixture
def status_now(home: Home, reporter: Reporter) -> StatusNow:
    """Writes the status now and reads it back."""

    def write_and_read() -> Status:
        reporter.write()
        status = read_status(home.status_file)
        assert status is not None
        return status

    return write_and_read


def test_the_state_follows_what_waits_and_what_is_wrong(
    shared: SharedState, status_now: StatusNow
) -> None:
    """Idle, working while something waits or is in hand, blocked when there is a fault."""
    assert status_now().state == "idle"
    shared.queue.replace([Task(inbox_file(), Reason.UNSCORED)], labels=None, arrivals={})
    assert status_now().state == "working"
    shared.queue.take(1, timeout=0)
    assert status_now().state == "working"
    shared.queue.done()
    assert status_now().state == "idle"
    shared.queue.ask(Asked("1", (), inside=True))
    assert status_now().state == "working"
    shared.faults.report("worker", DiskFull("The disk is full.", remedy="Free some space."))
    status = status_now()
    assert status.state == "blocked"
    assert status.fault is not None
    assert status.fault.remedy == "Free some space."


def test_the_status_counts_outbox_and_inbox(
    home: Home, shared: SharedState, reporter: Reporter, status_now: StatusNow
) -> None:
    """Sidecars by status, spoilt ones, those of what is gone, and what the inbox passed over."""
    writer = Writer(home.outbox, shared.ledger)
    writer.write(scored("a.png"))
    writer.write(failed("b.png"))
    writer.write(failed("d.png").marked(NOW))
    writer.write(profile("anna/", "anna/1.png").marked(NOW))
    (home.outbox / "c.png.json").write_bytes(b"{}")
    shared.ledger.refresh()
    (home.inbox / "page.pdf").touch()
    reporter.set_scan(list_inbox(home.inbox), settling=2)
    status = status_now()
    assert status.counts == {"scored": 1, "error": 1, "gone": 1, "invalid": 1}
    assert status.ignored == {"other": 1}
    assert status.queue.settling == 2
    assert status.model == "pocket"


def test_the_status_names_references_in_which_there_is_nothing_to_see(
    home: Home, shared: SharedState, status_now: StatusNow
) -> None:
    """They count, and the user sees that; screenshots of nothing and missing references do not."""
    writer = Writer(home.outbox, shared.ledger)
    for path in ("liked/black.png", "liked/gone.png", "a.png"):
        learnt = scored(path, blank=True)
        writer.write(learnt)
    paths = ("liked/black.png", "liked/other.png")
    shared.last_scan = ScanResult(labels=PresentLabels(paths, "", ""))
    assert status_now().suspects == (("liked/black.png", "It shows nothing, but still counts."),)


def test_a_status_that_cannot_be_written_harms_nothing(home: Home, reporter: Reporter) -> None:
    """The daemon goes on without it."""
    home.status_file.mkdir()
    reporter.write()
    assert read_status(home.status_file) is None


def test_the_status_tells_of_a_training(home: Home, shared: SharedState) -> None:
    """As long as one is under way, whoever began it."""
    reporter = Reporter(StatusFile(home), shared, version="0.1.0")

    def told() -> str | None:
        reporter.write()
        status = read_status(home.status_file)
        assert status is not None
        return status.training

    assert told() is None
    folder = TrainingFolder(home)
    state = TrainingState(1, "proving", "pocket", "2026-11-30", "2026-11-30")
    with folder.held():
        folder.write(state)
        assert told() == "Training: every gate is tried."
    # its process is gone
    assert told() is None
