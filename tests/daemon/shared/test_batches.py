"""What one batch of the queue holds, when it is overtaken, and with what it goes on."""

from collections.abc import Callable

import pytest

from kit.queued_work import ASKED, LABELS, taken_paths, task
from tasted.daemon.shared.work_queue import BATCH_BYTES_MAX, TEXTS_TOGETHER, Batch, WorkQueue
from tasted.inbox.reconcile import Reason, Task
from tasted.rpc.asking_messages import MakePreview


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


def test_large_files_make_small_batches() -> None:
    """What the engine reads it holds; one file alone may be as large as the settings allow."""
    third = BATCH_BYTES_MAX // 3
    queue = WorkQueue()
    queue.replace([task(f"{n}.png", number=third + n) for n in range(4)], labels=None, arrivals={})
    assert taken_paths(queue, 8) == ["3.png", "2.png"]
    assert taken_paths(queue, 8) == ["1.png", "0.png"]
    queue.replace([task("a.png", number=2 * BATCH_BYTES_MAX)], labels=None, arrivals={})
    assert taken_paths(queue, 8) == ["a.png"]


def test_a_batch_holds_one_turn_and_at_most_the_limit() -> None:
    """A full batch of one kind, then the rest of it, then the next kind."""
    queue = WorkQueue()
    tasks = [task(f"{index}.png", number=index) for index in range(5)]
    queue.replace([*tasks, task("stale.png", Reason.STALE)], labels=None, arrivals={})
    batches = [taken_paths(queue, 3) for _ in range(4)]
    assert batches == [["4.png", "3.png", "2.png"], ["1.png", "0.png"], ["stale.png"], []]


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
