"""The queue serves in order, gives nothing twice, and loses nothing."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kit.inbox_files import inbox_file
from kit.waiting import eventually
from tasted.daemon.shared.turns import BULK, NEW_MAX, Turn
from tasted.daemon.shared.work_queue import (
    BATCH_BYTES_MAX,
    RESCORES_PER_FILE,
    TEXTS_TOGETHER,
    Asked,
    Batch,
    Foreseen,
    PresentLabels,
    WorkQueue,
)
from tasted.inbox.reconcile import Reason, Task
from tasted.records import Label
from tasted.rpc.asking_messages import MakePreview

LABELS = PresentLabels(("liked/a.png",), labels_digest="l", config_digest="a")
ASKED = Asked("1", ("a.png",), inside=True)


def task(
    path: str, reason: Reason = Reason.UNSCORED, number: int = 1, label: Label | None = None
) -> Task:
    """Return a task for a file whose age follows from its number."""
    return Task(inbox_file(path, number, label=label), reason)


def taken_paths(queue: WorkQueue, limit: int = 1) -> list[str]:
    """Take one batch and return its paths."""
    batch = queue.take(limit, timeout=0)
    queue.done()
    return [task.file.path for task in batch.tasks] if isinstance(batch, Batch) else []


def drained(queue: WorkQueue, limit: int = 1) -> list[str]:
    """Take everything and return the paths in order."""
    order: list[str] = []
    while paths := taken_paths(queue, limit):
        order += paths
    return order


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


def test_few_texts_are_read_together() -> None:
    """A new file waits for what is in hand; the texts of a backlog wait for power like itself."""
    queue = WorkQueue()
    texts = [task(f"{number}.png", Reason.TEXT) for number in range(5)]
    queue.replace(texts, labels=None, arrivals={"0.png": 1})
    queue.hold_backlog(is_held=True)
    assert taken_paths(queue, 8) == ["0.png"]
    assert not queue.has_work
    queue.hold_backlog(is_held=False)
    assert len(taken_paths(queue, 8)) == TEXTS_TOGETHER
    failed = [task(f"{number}.png", Reason.RETRY) for number in range(5)]
    queue.replace(failed, labels=None, arrivals={})
    assert len(taken_paths(queue, 8)) == TEXTS_TOGETHER


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


def test_large_files_make_small_batches() -> None:
    """What the engine reads it holds; one file alone may be as large as the settings allow."""
    third = BATCH_BYTES_MAX // 3
    queue = WorkQueue()
    queue.replace([task(f"{n}.png", number=third + n) for n in range(4)], labels=None, arrivals={})
    assert taken_paths(queue, 8) == ["3.png", "2.png"]
    assert taken_paths(queue, 8) == ["1.png", "0.png"]
    queue.replace([task("a.png", number=2 * BATCH_BYTES_MAX)], labels=None, arrivals={})
    assert taken_paths(queue, 8) == ["a.png"]


def test_new_files_are_served_newest_arrival_first() -> None:
    """The order of arrival decides, not the time that a file claims."""
    queue = WorkQueue()
    arrivals = {"first.png": 1, "second.png": 2, "third.png": 3}
    tasks = [task(path, number=9 - arrival) for path, arrival in arrivals.items()]
    queue.replace(tasks, labels=None, arrivals=arrivals)
    assert drained(queue) == ["third.png", "second.png", "first.png"]


def delivery(*numbers: int) -> tuple[list[Task], dict[str, int]]:
    """Return new files that arrived in this order, and the numbers of their arrival."""
    arrivals = {f"{number}.png": number for number in numbers}
    return [task(path) for path in arrivals], arrivals


def test_of_a_large_delivery_only_the_newest_are_new() -> None:
    """The others are backlog and stay it when the newest are done; what comes later is new."""
    queue = WorkQueue()
    tasks, arrivals = delivery(*range(1, 5001))
    queue.replace(tasks, labels=None, arrivals=arrivals)
    assert (queue.counts()[Turn.NEW], queue.counts()[Turn.BACKLOG]) == (NEW_MAX, 5000 - NEW_MAX)
    queue.hold_backlog(is_held=True)
    assert drained(queue) == [f"{number}.png" for number in range(5000, 5000 - NEW_MAX, -1)]
    del tasks[-NEW_MAX:]
    queue.replace(tasks, labels=None, arrivals=arrivals)
    assert not queue.has_work
    late, arrived = delivery(5001, 5002)
    queue.replace([*tasks, *late], labels=None, arrivals=arrivals | arrived)
    assert drained(queue) == ["5002.png", "5001.png"]
    queue.hold_backlog(is_held=False)
    assert drained(queue)[0] == f"{5000 - NEW_MAX}.png"


def test_a_delivery_that_was_taken_away_leaves_no_trace() -> None:
    """When no arrival is left their numbers start again, and what comes then is new."""
    queue = WorkQueue()
    tasks, arrivals = delivery(*range(1, 201))
    queue.replace(tasks, labels=None, arrivals=arrivals)
    queue.replace([], labels=None, arrivals={})
    tasks, arrivals = delivery(1, 2)
    queue.replace(tasks, labels=None, arrivals=arrivals)
    assert queue.counts()[Turn.NEW] == 2


@given(st.lists(st.integers(1, 3 * NEW_MAX), max_size=5), st.integers(1, 2 * NEW_MAX))
def test_however_files_arrive_few_are_new_and_they_are_the_newest(
    sizes: list[int], between: int
) -> None:
    """Deliveries of any size, with some work between them; each file is served exactly once."""
    queue = WorkQueue()
    undone: dict[str, Task] = {}
    arrivals: dict[str, int] = {}
    served: list[str] = []
    for size in [*sizes, 0]:
        first = len(arrivals) + 1
        tasks, arrived = delivery(*range(first, first + size))
        undone |= {task.file.path: task for task in tasks}
        arrivals |= arrived
        queue.replace(undone.values(), labels=None, arrivals=arrivals)
        counts = queue.counts()
        assert min(size, NEW_MAX) <= counts[Turn.NEW] <= NEW_MAX
        assert counts[Turn.NEW] + counts[Turn.BACKLOG] == len(undone)
        newest = sorted(undone, key=arrivals.__getitem__, reverse=True)
        done = taken_paths(queue, between) if size else drained(queue)
        assert done == newest[: len(done)]
        served += done
        undone = {path: task for path, task in undone.items() if path not in done}
    assert sorted(served) == sorted(arrivals)


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


def test_a_batch_holds_one_turn_and_at_most_the_limit() -> None:
    """A full batch of one kind, then the rest of it, then the next kind."""
    queue = WorkQueue()
    tasks = [task(f"{index}.png", number=index) for index in range(5)]
    queue.replace([*tasks, task("stale.png", Reason.STALE)], labels=None, arrivals={})
    batches = [taken_paths(queue, 3) for _ in range(4)]
    assert batches == [["4.png", "3.png", "2.png"], ["1.png", "0.png"], ["stale.png"], []]


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


@given(
    st.lists(st.sampled_from([Reason.UNSCORED, Reason.RETRY, Reason.STALE]), max_size=30),
    st.sets(st.integers(0, 29)),
    st.integers(1, 7),
)
def test_everything_is_served_once_and_in_batches_of_the_limit(
    reasons: list[Reason], arrived: set[int], limit: int
) -> None:
    """Whatever waits is taken exactly once, in turns that never go back."""
    queue = WorkQueue()
    tasks = [task(f"{index}", reason, index) for index, reason in enumerate(reasons)]
    queue.replace(tasks, labels=None, arrivals={f"{index}": index for index in arrived})
    turns, served = [], []
    while isinstance(batch := queue.take(limit, timeout=0), Batch):
        most = limit * RESCORES_PER_FILE if batch.turn is Turn.RESCORE else limit
        assert 1 <= len(batch.tasks) <= most
        turns.append(batch.turn)
        served += batch.tasks
        queue.done()
    assert turns == sorted(turns)
    assert len(served) == len(tasks)
    assert {task.file.path for task in served} == {task.file.path for task in tasks}


class QueueMachine(RuleBasedStateMachine):
    """A scanner that replaces and a worker that takes, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = WorkQueue()
        self.undone: set[str] = set()
        self.in_hand: set[str] = set()
        self.scanned_since_change = True

    @rule(paths=st.sets(st.sampled_from("abcdef")))
    def files_arrive(self, paths: set[str]) -> None:
        """Files come to need work."""
        self.undone |= paths
        self.scanned_since_change = False

    @rule()
    def scan(self) -> None:
        """The scanner replaces the content by what needs work."""
        self.queue.replace([task(path) for path in self.undone], labels=None, arrivals={})
        self.scanned_since_change = True

    @precondition(lambda self: not self.in_hand)
    @rule(limit=st.integers(1, 3))
    def take(self, limit: int) -> None:
        """The worker takes a batch."""
        work = self.queue.take(limit, timeout=0)
        if work is None:
            assert not (self.scanned_since_change and self.undone)
            return
        assert isinstance(work, Batch)
        paths = [task.file.path for task in work.tasks]
        assert len(paths) == len(set(paths)) <= limit
        assert set(paths) <= self.undone
        self.in_hand = set(paths)

    @precondition(lambda self: self.in_hand)
    @rule(success=st.booleans())
    def finish(self, *, success: bool) -> None:
        """The worker lets go, with or without having done the work."""
        if success:
            self.undone -= self.in_hand
        else:
            self.scanned_since_change = False
        self.in_hand = set()
        self.queue.done()

    @precondition(lambda self: self.in_hand)
    @rule()
    def try_to_take_more(self) -> None:
        """What is in hand is not given a second time."""
        work = self.queue.take(6, timeout=0)
        if work is not None:
            assert isinstance(work, Batch)
            assert not {task.file.path for task in work.tasks} & self.in_hand
            self.in_hand |= {task.file.path for task in work.tasks}

    @precondition(lambda self: self.in_hand)
    @rule()
    def do_one(self) -> None:
        """One file of the batch is done; it may need work again before the batch has ended."""
        path = min(self.in_hand)
        self.undone.discard(path)
        self.scanned_since_change = False
        self.in_hand.discard(path)
        self.queue.done_with(path)

    @precondition(lambda self: self.in_hand)
    @rule(most=st.integers(1, 3))
    def go_on(self, most: int) -> None:
        """The batch in hand goes on with what waits, and with nothing that it has already."""
        paths = {task.file.path for task in self.queue.take_more(most)}
        assert len(paths) <= most
        assert paths <= self.undone - self.in_hand
        self.in_hand |= paths

    @invariant()
    def the_queue_knows_what_is_in_hand(self) -> None:
        """Nobody but the worker decides about that, and it is not counted as waiting."""
        assert self.queue.in_hand == self.in_hand
        assert sum(self.queue.counts().values()) <= 6 - len(self.in_hand)


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


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


def test_a_batch_is_overtaken_by_what_is_served_before_it() -> None:
    """Whatever a person waits for ends a backlog; more of the same does not, nor what is held."""
    queue, old = WorkQueue(), task("old.png")
    new = task("new.png")
    assert not queue.is_overtaken
    queue.replace([old, task("older.png")], labels=None, arrivals={})
    assert isinstance(queue.take(1, timeout=0), Batch)
    assert not queue.is_overtaken
    queue.replace([old, new], labels=None, arrivals={"new.png": 1})
    assert queue.is_overtaken
    queue.replace([old], labels=LABELS, arrivals={})
    assert queue.is_overtaken
    queue.replace([old], labels=None, arrivals={})
    assert not queue.is_overtaken
    queue.ask(ASKED)
    assert queue.is_overtaken
    queue.done()
    assert not queue.is_overtaken
    assert queue.take(1, timeout=0) == ASKED
    assert not queue.is_overtaken


def paths_of(tasks: tuple[Task, ...]) -> list[str]:
    """Return the paths of tasks, in their order."""
    return [task.file.path for task in tasks]


def test_a_batch_goes_on_with_more_of_its_turn() -> None:
    """The newest first, as if the batch had ended and another one been taken."""
    queue = WorkQueue()
    old = [task(f"{number}.png", number=number) for number in range(1, 6)]
    assert queue.take_more(2) == ()
    queue.replace(old, labels=None, arrivals={})
    assert isinstance(queue.take(2, timeout=0), Batch)
    assert paths_of(queue.take_more(2)) == ["3.png", "2.png"]
    assert queue.in_hand == {"5.png", "4.png", "3.png", "2.png"}
    queue.hold_backlog(is_held=True)
    assert queue.take_more(2) == ()
    queue.hold_backlog(is_held=False)
    assert paths_of(queue.take_more(2)) == ["1.png"]
    assert queue.take_more(2) == ()
    queue.done()
    assert queue.in_hand == frozenset()


@pytest.mark.parametrize(
    "wants",
    [
        lambda queue: queue.replace(
            [task("new.png"), task("old.png")], labels=None, arrivals={"new.png": 1}
        ),
        lambda queue: queue.replace([task("old.png")], labels=LABELS, arrivals={}),
        lambda queue: queue.ask(ASKED),
        lambda queue: queue.ask_engine(MakePreview("a.png", "a" * 64, 100)),
        lambda queue: queue.want_model_step(is_wanted=True),
        lambda queue: queue.look_after(),
        lambda queue: queue.close(),
    ],
    ids=["new", "labels", "asked", "page", "step", "look", "closed"],
)
def test_a_batch_does_not_go_on_when_something_comes_before_it(
    wants: Callable[[WorkQueue], object],
) -> None:
    """It ends with what it has, and what came is served."""
    queue = WorkQueue()
    queue.replace([task("old.png"), task("older.png")], labels=None, arrivals={})
    assert isinstance(queue.take(1, timeout=0), Batch)
    wants(queue)
    assert queue.take_more(8) == ()


@pytest.mark.parametrize("reason", [Reason.STALE, Reason.RETRY, Reason.TEXT, Reason.PROFILE])
def test_only_what_is_looked_at_goes_on(reason: Reason) -> None:
    """References are learnt together, texts are read two at a time, and scores come by hundreds."""
    queue = WorkQueue()
    queue.replace([task(f"{n}.png", reason) for n in range(64)], labels=None, arrivals={})
    assert isinstance(queue.take(1, timeout=0), Batch)
    assert queue.take_more(8) == ()
