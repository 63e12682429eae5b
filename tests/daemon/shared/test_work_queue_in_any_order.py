"""Whatever waits, arrives and is taken in whatever order: each file is served once."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kit.queued_work import task
from tasted.daemon.shared.turns import Turn
from tasted.daemon.shared.work_queue import RESCORES_PER_FILE, Batch, WorkQueue
from tasted.inbox.reconcile import Reason


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
