"""What a label does to other verdicts, as the command that gives it reports it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kit.snapshots import FULL
from tasted.cli.commands.consequences import TasteBefore, changes_after, words_for
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.home.status import (
    FaultReport,
    QueueReport,
    Status,
    VerdictChanges,
    write_current,
    write_status,
)
from tasted.records import Current

FORMER = Current("m", "e", "taste", "v1", "t1", "a", "l1", 4, 4)
NEW = replace(FORMER, taste="v2", taste_fingerprint="t2", labels_digest="l2")
Step = Callable[[], None]


@pytest.fixture
def status(home: Home) -> Iterator[Status]:
    """The status of an idle daemon that owns this home and has a taste."""
    write_current(home.current_file, FORMER)
    with hold_lock(home):
        idle = replace(
            FULL, pid=os.getpid(), state="idle", queue=QueueReport(), fault=None,
            verdict_changes=VerdictChanges("t1", 5),
        )  # fmt: skip
        write_status(home.status_file, idle)
        yield idle


def waited(home: Home, *steps: Step) -> int | None:
    """Return what is known after these steps, one for each pause; then time is over."""
    left, now = list(steps), [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if left:
            left.pop(0)()
        else:
            now[0] += 100.0

    before = TasteBefore.of(home)
    return changes_after(home, before, clock=lambda: now[0], sleep=sleep)


def test_the_count_is_that_of_the_new_taste_when_all_is_scored(home: Home, status: Status) -> None:
    """Not of the former one, not of half the scores, and not before the labels were learnt."""

    def says(**fields: object) -> Step:
        return lambda: write_status(home.status_file, replace(status, **fields))  # type: ignore[arg-type]

    learnt: Step = lambda: write_current(home.current_file, NEW)  # noqa: E731
    changes = VerdictChanges("t2", 3)
    with pytest.raises(TimeoutError):
        waited(home, says(state="working"))
    assert (
        waited(
            home,
            learnt,
            says(state="working", queue=QueueReport(rescores=9), verdict_changes=changes),
            says(verdict_changes=replace(changes, count=7)),
        )
        == 7
    )


def test_nobody_waits_for_a_backlog(home: Home, status: Status) -> None:
    """New scores are made after it."""
    write_status(home.status_file, replace(status, queue=QueueReport(backlog=1)))
    with pytest.raises(TimeoutError):
        waited(home, lambda: pytest.fail("it waited"))


def test_what_was_known_before_changes_nothing(home: Home, status: Status) -> None:
    """Labels that come to the same taste are not waited for."""
    assert status.verdict_changes.count == 5
    same = replace(FORMER, labels_digest="l2")
    assert waited(home, lambda: write_current(home.current_file, same)) == 0


def test_nobody_waits_for_a_daemon_that_is_held_up_or_gone(home: Home, status: Status) -> None:
    """The label is given; the changes are listed by `tasted results --changes`."""
    fault = FaultReport("disk_full", "The disk is full.", "Free some space.")
    write_status(home.status_file, replace(status, fault=fault))
    assert waited(home) is None
    write_status(home.status_file, replace(status, pid=status.pid + 1))
    assert waited(home) is None


def test_words() -> None:
    """Many changes may be a mistake, so the command to undo is named."""
    assert words_for(0, undo="a.png") == ""
    assert words_for(1, undo="a.png") == "1 verdict changed. To list: tasted results --changes"
    assert words_for(7, undo="a.png") == (
        "7 verdicts changed. To list: tasted results --changes; to undo: tasted undo a.png"
    )
    assert "undo" not in words_for(7, undo=None)
    assert "tasted undo 'liked/Anna & Bea.png'" in words_for(7, undo="liked/Anna & Bea.png")
