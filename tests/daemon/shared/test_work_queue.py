"""The queue serves in order, gives nothing twice, and loses nothing."""

import threading

import pytest

from kit.queued_work import ASKED, LABELS, drained, taken_paths, task
from kit.waiting import eventually
from tasted.daemon.shared.turns import BULK, Turn
from tasted.daemon.shared.work_queue import Batch, Foreseen, WorkQueue
from tasted.inbox.reconcile import Reason
from tasted.records import Label


def test_work_is_served_in_the_order_of_its_turn() -> None:
    """References, labels, what was asked for, new, profiles, backlog, retries, re-scores, texts.

    Those of new files follow these at once.

    Whatever nobody waits for comes last, a new score of a profile as well.
    """
    queue = WorkQueue()
    tasks = [
        task("stale.png", Reason.STALE),
        task("stale/", Reason.PROFILE_AGAIN),
        task("anna/", Reason.PROFILE),
        task("retry.png", Reason.RETRY),
        task("backlog.png"),
        task("new.png"),
        task("new text.png", Reason.TEXT),
        task("backlog text.png", Reason.TEXT),
        task("liked/a.png", Reason.REFERENCE, label=Label.LIKED),
    ]
    queue.replace(tasks, labels=LABELS, arrivals={"new.png": 1, "new text.png": 2})
    queue.ask(ASKED)
    served = []
    while (work := queue.take(5, timeout=0)) is not None:
        served.append(work)
        queue.done()
    assert [work.turn if isinstance(work, Batch) else work for work in served] == [
        Turn.REFERENCE, LABELS, ASKED, Turn.NEW, Turn.NEW_TEXT, Turn.PROFILE, Turn.BACKLOG,
        Turn.RETRY, Turn.PROFILE_AGAIN, Turn.RESCORE, Turn.BACKLOG_TEXT,
    ]  # fmt: skip
    assert set(sorted(Turn)[-len(BULK) :]) == BULK


def test_what_was_done_since_the_look_is_not_served_again() -> None:
    """No lock keeps others from writing while the scanner decides; the queue asks once more."""
    queue = WorkQueue()
    done = {"a.png"}
    queue.replace(
        [task("a.png"), task("b.png")],
        labels=None,
        arrivals={},
        is_due=lambda task: task.file.path not in done,
    )
    assert taken_paths(queue, 8) == ["b.png"]


def test_the_backlog_is_served_youngest_file_first() -> None:
    """What was there before the daemon began goes by the time of the files."""
    queue = WorkQueue()
    tasks = [task("b.png", number=2), task("c.png", number=3), task("a.png", number=1)]
    queue.replace(tasks, labels=None, arrivals={})
    assert drained(queue) == ["c.png", "b.png", "a.png"]


def test_a_failed_reference_is_retried_as_a_reference() -> None:
    """Nothing is scored before the references are learnt, retried ones included."""
    queue = WorkQueue()
    queue.replace(
        [task("new.png"), task("liked/a.png", Reason.RETRY, label=Label.LIKED)],
        labels=None,
        arrivals={"new.png": 1},
    )
    assert drained(queue) == ["liked/a.png", "new.png"]


def test_what_is_in_hand_is_not_given_twice() -> None:
    """A scan that was made before the work was done does not bring it back."""
    queue = WorkQueue()
    queue.replace([task("a.png"), task("b.png", number=2)], labels=None, arrivals={})
    queue.take(1, timeout=0)
    assert queue.in_hand == {"b.png"}
    queue.replace([task("a.png"), task("b.png", number=2)], labels=None, arrivals={})
    assert queue.counts()[Turn.BACKLOG] == 1
    queue.done()
    assert queue.in_hand == frozenset()
    assert drained(queue) == ["a.png"]


def test_what_still_needs_work_comes_back_with_the_next_look() -> None:
    """A file that was not finished is found again after it was let go."""
    queue = WorkQueue()
    for _ in range(3):
        queue.replace([task("a.png")], labels=None, arrivals={})
        assert taken_paths(queue) == ["a.png"]


def test_a_scan_that_is_to_follow_is_told_of_once() -> None:
    """It would leave out what is still in hand."""
    queue = WorkQueue()
    queue.replace([task("a.png")], labels=None, arrivals={})
    queue.take(1, timeout=0)
    queue.look_after()
    assert [queue.done(), queue.done()] == [True, False]


def test_a_replacement_forgets_what_no_longer_needs_work() -> None:
    """Files that vanished and labels that were sent are not served; what was asked for stays."""
    queue = WorkQueue()
    queue.ask(ASKED)
    queue.replace([task("gone.png")], labels=LABELS, arrivals={})
    queue.replace([], labels=None, arrivals={})
    assert queue.take(1, timeout=0) == ASKED
    assert queue.take(1, timeout=0) is None


def test_counts_say_what_waits() -> None:
    """Every turn is counted, also when nothing waits."""
    queue = WorkQueue()
    assert queue.counts() == dict.fromkeys(Turn, 0)
    queue.replace([task("a.png"), task("b.png")], labels=LABELS, arrivals={"a.png": 1})
    queue.ask(ASKED)
    expected = {Turn.NEW: 1, Turn.BACKLOG: 1, Turn.LABELS: 1, Turn.ASKED: 1}
    assert queue.counts() == dict.fromkeys(Turn, 0) | expected


@pytest.mark.parametrize("wake", ["replace", "ask", "close"])
def test_whoever_waits_is_woken(wake: str) -> None:
    """Work wakes the taker, and so does the end, after which there is none."""
    queue = WorkQueue()
    taken: list[object] = []
    taker = threading.Thread(target=lambda: taken.append(queue.take(1, timeout=None)))
    taker.start()
    eventually(lambda: queue._changed._waiters)
    if wake == "replace":
        queue.replace([task("a.png")], labels=None, arrivals={})
    elif wake == "ask":
        queue.ask(ASKED)
    else:
        queue.close()
    taker.join(10)
    assert not taker.is_alive()
    assert (taken == [None]) == (wake == "close")


def test_a_closed_queue_gives_nothing() -> None:
    """After the end even what waits is not begun."""
    queue = WorkQueue()
    queue.replace([task("a.png")], labels=LABELS, arrivals={})
    queue.close()
    assert queue.take(1, timeout=None) is None


def test_what_is_foreseen_is_served_once_and_only_when_nothing_else_is() -> None:
    """Any other work starts the engine as well."""
    queue = WorkQueue()
    queue.foresee()
    assert queue.take(1, timeout=0) == Foreseen()
    assert queue.is_busy
    queue.done()
    assert queue.take(1, timeout=0) is None
    queue.foresee()
    queue.ask(ASKED)
    assert queue.take(1, timeout=0) == ASKED
    assert queue.take(1, timeout=0) is None
