"""Which thread sees which fault, and which of them holds the queue."""

from tasted.daemon.shared.fault_board import FaultBoard
from tasted.errors import DiskFull, HomeGone, InboxUnavailable, OutboxUnwritable


def test_a_thread_clears_its_own_fault_alone() -> None:
    """A scanner that sees nothing wrong does not hide what holds the worker back."""
    faults = FaultBoard()
    full, gone = DiskFull("The disk is full."), InboxUnavailable("The inbox is gone.")
    faults.report("worker", full)
    faults.report("scanner", gone)
    assert faults.of_scanner is gone
    faults.clear("scanner")
    assert faults.of_scanner is None
    assert faults.holding is full
    faults.clear("worker")
    faults.clear("worker")
    assert faults.holding is None


def test_what_stops_the_scanner_is_shown_before_what_followed_from_it() -> None:
    """The worker may have been the first to fail where a folder has gone."""
    faults = FaultBoard()
    followed, cause = OutboxUnwritable("It cannot be written."), HomeGone("It was moved.")
    faults.report("worker", followed)
    assert faults.holding is followed
    faults.report("scanner", cause)
    assert faults.holding is cause
    faults.clear("scanner")
    assert faults.holding is followed
