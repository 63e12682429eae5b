"""The page of a daemon that was started this moment, with a real web child."""

import threading

import httpx

from kit.answered_homes import AnsweredHome, id_of
from kit.web_visits import knocked
from tasted.config import Settings
from tasted.daemon.changing_model import ModelChange
from tasted.daemon.reviewing.review_parts import ReviewParts
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.home_trials import HomeTrials
from tasted.daemon.shared.shared_state import SharedState
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.outbox.ledger import Ledger


def test_row_58_an_answer_that_comes_before_the_first_look_is_taken(home: Home) -> None:
    """No sidecar was read yet: what was shown by the daemon before is there all the same."""
    AnsweredHome(home).drop("a.png")
    shared = SharedState(Settings(), Ledger(home.outbox), None)
    stop = threading.Event()
    recorder = FeedbackRecorder(home, shared)
    trials = HomeTrials(home, shared, recorder, ask=shared.queue.ask_engine)
    orders = ModelChange(home, shared, recorder).orders
    parts = ReviewParts(home, shared, recorder, trials, orders, version="1", stop=stop)
    thread = threading.Thread(target=parts.door.run)
    thread.start()
    try:
        reached = knocked(parts.door)
        assert isinstance(reached, dict), reached
        done = httpx.post(
            f"http://127.0.0.1:{reached['port']}/api/results/{id_of('a.png')}/feedback",
            json={"answer": "like"},
            headers={"authorization": f"Bearer {WebFiles(home.root, home.web).bearer()}"},
            timeout=60,
        )
    finally:
        stop.set()
        parts.door.wake()
        thread.join(30)
    assert not thread.is_alive()
    assert done.status_code == 200, done.text
    assert [event.content for event in read_events(home.feedback)] == [id_of("a.png")]
