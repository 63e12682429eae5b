"""Whoever asks the engine through the queue gets an answer or a reason, and waits for either."""

import threading
from concurrent.futures import Future, wait

import pytest

from kit.inbox_files import inbox_file
from tasted.daemon.shared.engine_lane import EngineCall
from tasted.daemon.shared.forget_order import Order, Target
from tasted.daemon.shared.work_queue import Batch, Forget, PresentLabels, WorkQueue
from tasted.errors import EngineFailed, ServiceFault
from tasted.inbox.reconcile import Reason, Task
from tasted.rpc.asking_messages import MakePreview, PreviewAnswer, PreviewMade
from tasted.rpc.messages import EngineAnswer, WarmedUp, WarmUp

MADE = PreviewMade.of(b"jpeg", media_type="image/jpeg", width=1, height=1)


def preview(name: str = "a.png") -> MakePreview:
    """Return a request."""
    return MakePreview(name, "0" * 64, "320")


def taken_call(queue: WorkQueue) -> EngineCall[EngineAnswer]:
    """Return what is served next, which is a call."""
    taken = queue.take(8, timeout=0)
    assert isinstance(taken, EngineCall)
    return taken


def test_calls_come_before_all_work_but_forgetting() -> None:
    """In the order in which they were asked."""
    queue = WorkQueue()
    labels = PresentLabels((), "l", "c")
    queue.replace([Task(inbox_file("a.png"), Reason.UNSCORED)], labels=labels, arrivals={})
    queue.ask_engine(preview("1.png"))
    queue.ask_engine(preview("2.png"))
    forget = Forget("7", Order((Target(paths=("a.png",)),), keeps_pictures=False, is_dry=False))
    queue.ask(forget)
    assert queue.take(8, timeout=0) is forget
    queue.done()
    assert [taken_call(queue).request for _ in range(2)] == [preview("1.png"), preview("2.png")]
    assert queue.take(8, timeout=0) is labels
    queue.done()
    assert isinstance(queue.take(8, timeout=0), Batch)


def test_an_answer_reaches_whoever_asked() -> None:
    """With its own type."""
    queue = WorkQueue()
    asked: Future[PreviewAnswer] = queue.ask_engine(preview())
    call = taken_call(queue)
    assert call.begin()
    call.answer(MADE)
    assert asked.result(0) == MADE


def test_a_call_wakes_a_queue_that_waits() -> None:
    """And the pause of whoever serves it."""
    woken = threading.Event()
    queue = WorkQueue(woken.set)
    served: list[object] = []
    serving = threading.Thread(target=lambda: served.append(queue.take(8, timeout=30)))
    serving.start()
    queue.ask_engine(WarmUp())
    serving.join(30)
    assert isinstance(served[0], EngineCall)
    assert woken.is_set()


def test_a_call_is_no_work() -> None:
    """Whoever waits until nothing is left to do does not wait for somebody who looks at a page."""
    queue = WorkQueue()
    queue.ask_engine(preview())
    assert not queue.has_work
    taken_call(queue)
    assert not queue.is_busy


def test_who_left_is_not_served() -> None:
    """A future that was cancelled is passed over, and its refusal is no error."""
    queue = WorkQueue()
    asked = queue.ask_engine(preview())
    assert asked.cancel()
    call = taken_call(queue)
    assert not call.begin()
    queue.ask_engine(preview()).cancel()
    queue.close()


def test_the_end_refuses_what_waits_and_what_comes() -> None:
    """Nobody hangs over a daemon that stops."""
    queue = WorkQueue()
    waited = queue.ask_engine(preview())
    queue.close()
    for asked in (waited, queue.ask_engine(preview())):
        with pytest.raises(EngineFailed, match="ending"):
            asked.result(0)


def test_what_was_asked_before_a_picture_was_forgotten_is_refused() -> None:
    """It might show that picture; what is asked after it is served."""
    queue = WorkQueue()
    before = queue.ask_engine(preview())
    queue.calls.refuse_all()
    after = queue.ask_engine(WarmUp())
    with pytest.raises(ServiceFault, match="forgotten"):
        before.result(0)
    call = taken_call(queue)
    call.begin()
    call.answer(WarmedUp())
    assert after.result(0) == WarmedUp()


def test_a_dry_run_forgets_nothing() -> None:
    """Only an order that erases holds answers back."""
    queue = WorkQueue()
    target = (Target(paths=("a.png",)),)
    queue.ask(Forget("1", Order(target, keeps_pictures=False, is_dry=True)))
    assert not queue.is_to_forget
    queue.ask(Forget("2", Order(target, keeps_pictures=False, is_dry=False)))
    assert queue.is_to_forget


def test_every_call_of_many_threads_is_answered_once() -> None:
    """While the queue is closed in the middle of it."""
    queue = WorkQueue()
    asked: list[Future[PreviewAnswer]] = []
    guard = threading.Lock()

    def ask() -> None:
        for number in range(200):
            future = queue.ask_engine(preview(f"{number}.png"))
            with guard:
                asked.append(future)

    def serve() -> None:
        while isinstance(call := queue.take(8, timeout=30), EngineCall):
            if call.begin():
                call.answer(MADE)

    asking = [threading.Thread(target=ask) for _ in range(4)]
    serving = threading.Thread(target=serve)
    for thread in (*asking, serving):
        thread.start()
    for thread in asking:
        thread.join(30)
    queue.close()
    serving.join(30)
    done, left = wait(asked, timeout=30)
    assert (len(done), len(left)) == (800, 0)
    assert all(future.exception() is not None or future.result() == MADE for future in done)
