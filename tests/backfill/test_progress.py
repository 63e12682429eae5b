"""How far it is, how fast, and who has what in hand."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from kit.inbox_files import inbox_file
from tasted.amounts import duration, rate
from tasted.backfill.progress import ProgressMeter
from tasted.backfill.queue import BackfillQueue
from tasted.backfill.scoring import tree_task
from tasted.cli.commands.backfill import progress_line


def test_the_rate_is_that_of_lately_and_pauses_do_not_count() -> None:
    """What is left is told by it; nothing is told of less than three seconds."""
    now = 0.0
    meter = ProgressMeter(100, done=10, failed=0, clock=lambda: now)
    meter.works()
    meter.answered(is_failed=False)
    assert meter.now().per_second is None
    for _ in range(19):
        now += 1.0
        meter.answered(is_failed=False)
    progress = meter.now()
    assert progress.per_second is not None
    assert round(progress.per_second, 1) == 1.1
    meter.pauses("the computer runs on its battery")
    now += 3600.0
    meter.works()
    assert meter.now().per_second == progress.per_second
    meter.answered(is_failed=True)
    meter.answered(is_failed=None)
    last = meter.now()
    assert (last.done, last.failed, last.total, last.answered) == (30, 1, 99, 22)
    assert last.seconds_left is not None
    assert last.seconds_left > 0


def test_a_line_tells_it_in_words() -> None:
    """A pause has its reason; amounts are those of everywhere else."""
    now = 0.0
    meter = ProgressMeter(2_000, done=1_000, failed=1, clock=lambda: now)
    assert progress_line(meter.now()) == "1,001 of 2,000 pictures · 1 not scored"
    meter.pauses("the computer runs on its battery")
    assert progress_line(meter.now()).endswith("waiting: the computer runs on its battery")
    assert [duration(seconds) for seconds in (4.4, 90, 12_000, 7_200, 500_000)] == [
        "4 s",
        "2 min",
        "3 h 20 min",
        "2 h",
        "6 days",
    ]
    assert [rate(speed) for speed in (12.4, 2.5, 0.5, 0.001)] == [
        "12 a second",
        "2.5 a second",
        "30 a minute",
        "4 an hour",
    ]


@given(
    count=st.integers(0, 200),
    workers=st.integers(1, 5),
    batch_size=st.integers(1, 40),
    clumsy=st.sets(st.integers(0, 199), max_size=20),
)
def test_every_task_is_done_once_whoever_gives_some_back(
    count: int, workers: int, batch_size: int, clumsy: set[int]
) -> None:
    """Threads that take, do and give back end when, and only when, nothing is left."""
    queue = BackfillQueue(batch_size=batch_size, workers=workers)
    queue.put(tree_task(inbox_file(f"{number}.png")) for number in range(count))
    done: list[str] = []
    dropped = {f"{number}.png" for number in clumsy}

    def work() -> None:
        while (tasks := queue.take()) is not None:
            assert 0 < len(tasks) <= batch_size
            left = [task for task in tasks if task.file.path in dropped]
            done.extend(task.file.path for task in tasks if task.file.path not in dropped)
            dropped.difference_update(task.file.path for task in left)
            queue.give_back(left)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(done) == sorted(f"{number}.png" for number in range(count))


def test_what_is_held_is_handed_out_when_it_goes_on() -> None:
    """An empty list says that it pauses; ending it lets everybody go."""
    queue = BackfillQueue(batch_size=2, workers=1)
    queue.put([tree_task(inbox_file("a.png"))])
    queue.hold(is_held=True)
    assert queue.is_overtaken
    assert queue.take() == []
    queue.hold(is_held=False)
    assert len(queue.take() or []) == 1
    queue.give_back([])
    assert queue.take() is None
    queue.put([tree_task(inbox_file("b.png"))])
    queue.end()
    queue.wait_while_held()
    assert queue.take() is None
