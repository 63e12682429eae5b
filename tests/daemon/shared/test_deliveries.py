"""Of many files that arrive at once the newest are new, and the others are backlog."""

from hypothesis import given
from hypothesis import strategies as st

from kit.queued_work import drained, taken_paths, task
from tasted.daemon.shared.turns import NEW_MAX, Turn
from tasted.daemon.shared.work_queue import WorkQueue
from tasted.inbox.reconcile import Task


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
