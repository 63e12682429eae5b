"""Events while somebody looks: all of them, in their order, and none between the two."""

import threading
from pathlib import Path

import pytest

from kit.feedback_events import content, judged, taken_back
from tasted.daemon.reviewing.bodies import Body
from tasted.daemon.reviewing.event_history import EventHistory
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.log import FeedbackLog
from tasted.rpc.review_messages import ListFeedback


@pytest.fixture
def log(tmp_path: Path) -> FeedbackLog:
    """An empty log."""
    return FeedbackLog(tmp_path / "feedback")


def history_of(log: FeedbackLog, told: list[int] | None = None) -> EventHistory:
    """Return the history of a log."""

    def tell(event: FeedbackEvent, _body: Body) -> None:
        if told is not None:
            told.append(event.seq)

    return EventHistory(log, name_of=lambda found: f"{found[-2:]}.png", on_event=tell)


def test_pages_go_back_without_a_gap(log: FeedbackLog) -> None:
    """Newest first; `next` is where the following page begins."""
    log.append_all([judged(number, number) for number in range(1, 26)])
    history = history_of(log)
    seen: list[int] = []
    before = None
    while True:
        page = history.page(ListFeedback(before=before, limit=10))
        seen += [event["seq"] for event in page["events"]]
        if page["next"] is None:
            break
        before = int(page["next"])
    assert seen == list(range(25, 0, -1))


def test_what_is_taken_back_is_marked(log: FeedbackLog) -> None:
    """And the name of the file stands beside its content."""
    first = log.append(judged(1, 1))
    log.append(taken_back(2, first))
    page = history_of(log).page(ListFeedback(content=content(1)))
    assert [event["undone"] for event in page["events"]] == [False, True]
    assert page["events"][0]["name"] == "01.png"
    assert page["sessions"][0]["session"] == "s1"
    assert history_of(log).page(ListFeedback(session="other"))["events"] == []


def test_new_events_are_told_and_follow(log: FeedbackLog) -> None:
    """While somebody looks; afterwards nobody is told anything."""
    log.append(judged(1, 1))
    told: list[int] = []
    history = history_of(log, told)
    history.follow()
    log.append(judged(2, 2))
    assert [event.seq for event in history.events()] == [1, 2]
    history.forget()
    log.append(judged(3, 3))
    assert told == [2]
    assert [event.seq for event in history.events()] == [1, 2, 3]


def test_nothing_falls_between_reading_and_following(log: FeedbackLog) -> None:
    """Events that come while the log is read are there once."""
    log.append_all([judged(number, number) for number in range(1, 100)])
    for start in range(100, 160, 10):
        history = history_of(log)
        barrier = threading.Barrier(2)

        def write(start: int = start, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            for number in range(start, start + 10):
                log.append(judged(number, number))

        writer = threading.Thread(target=write)
        writer.start()
        barrier.wait()
        history.follow()
        writer.join()
        assert [event.seq for event in history.events()] == list(range(1, start + 10))
        history.forget()


def test_answers_are_counted_from_a_number_on(log: FeedbackLog) -> None:
    """As in `v12 + 7 answers`."""
    log.append_all([judged(number, number) for number in range(1, 8)])
    history = history_of(log)
    assert history.answers_since(3) == 4
    assert history.guessed().of == 7
