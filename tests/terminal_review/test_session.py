"""Answers of one session: each is sent once, in order, whenever the daemon is there."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tasted.terminal_review.api_client import ApiClient, NotReachable, Refused
from tasted.terminal_review.session import GivenAnswer, ReviewSession

_PROGRESS = {"judged": 0, "pool": 3}


class PlayedApi:
    """An API that may be away; it counts each id once, as the real one."""

    def __init__(self) -> None:
        self.is_there = True
        self.refuses = False
        self.answers_lost = 0
        """How many orders are carried out, and their answers lost."""
        self.done: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def get(self, path: str, **_query: object) -> dict[str, Any]:
        """Give two cards."""
        if not self.is_there:
            raise NotReachable
        if path == "/api/queue":
            return {"cards": [_card("a"), _card("b")], "progress": _PROGRESS}
        return {"result": {"summary": path}, "reasons": []}

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Carry out an order once."""
        if not self.is_there:
            raise NotReachable
        if self.refuses:
            raise Refused("No.", remedy="", status=409)
        self.done.setdefault(key, (path, body))
        if self.answers_lost:
            self.answers_lost -= 1
            raise NotReachable
        if path == "/api/feedback/undo":
            return {"undone": [{"name": "older.png"}], "progress": _PROGRESS}
        guess = {"probability": 0.9}
        return {"event": {"id": f"event {key}"}, "guess": guess, "progress": _PROGRESS}


def _card(name: str) -> dict[str, Any]:
    return {"id": name * 64, "card": f"token {name}", "name": f"{name}.png", "pictures": []}


def _given(name: str, answer: str = "like", *, blind: bool = True) -> GivenAnswer:
    return GivenAnswer(_card(name), answer, blind=blind, shown_ms=900)


@pytest.fixture
def api() -> PlayedApi:
    """One that is there."""
    return PlayedApi()


@pytest.fixture
def session(api: PlayedApi) -> ReviewSession:
    """A session of it."""
    return ReviewSession(cast("ApiClient", api), clock=lambda: 0.0)


def test_an_answer_says_all_that_the_log_keeps(api: PlayedApi, session: ReviewSession) -> None:
    """Its card, whether it was blind, how long it was seen; a skip says which."""
    session.give(_given("a"))
    session.give(_given("b", "later"))
    (path, body), (skip, how) = api.done.values()
    assert path == f"/api/results/{'a' * 64}/feedback"
    assert (body["answer"], body["card"], body["blind"], body["shown_ms"]) == (
        "like", "token a", True, 900,
    )  # fmt: skip
    assert body["window"] == how["window"] == session.window
    assert (skip, how["how"]) == ("/api/queue/token%20b/skip", "later")


def test_answers_wait_for_the_daemon_in_their_order(api: PlayedApi, session: ReviewSession) -> None:
    """What waits is not shown again; one whose acknowledgement was lost counts once."""
    api.is_there = False
    session.give(_given("a"))
    session.give(_given("b", "reject"))
    assert len(session.waiting) == 2
    api.is_there = True
    api.answers_lost = 1
    assert not session.send_waiting()
    assert [card["name"] for card in session.cards(12, None)] == []
    assert session.send_waiting()
    assert [body["answer"] for _path, body in api.done.values()] == ["like", "reject"]
    assert [card["name"] for card in session.cards(12, None)] == ["a.png", "b.png"]


def test_a_refused_answer_does_not_stand(api: PlayedApi, session: ReviewSession) -> None:
    """It is neither counted nor sent again; the one behind it is."""
    api.is_there = False
    session.give(_given("a"))
    api.is_there = api.refuses = True
    with pytest.raises(Refused):
        session.give(_given("b"))
    api.refuses = False
    assert session.send_waiting()
    assert [given.name for given in session.given] == ["b.png"]


def test_undo_goes_back_as_far_as_there_is_history(api: PlayedApi, session: ReviewSession) -> None:
    """First this session's answers, the latest first, then those of before."""
    session.give(_given("a"))
    session.give(_given("b"))
    undone = session.undo()
    assert isinstance(undone, GivenAnswer)
    assert undone.name == "b.png"
    (_path, body) = list(api.done.values())[-1]
    assert body == {"event": undone.event}
    session.undo()
    assert session.undo() == ["older.png"]
    assert list(api.done.values())[-1][1] == {"last": 1}
    api.refuses = True
    assert session.undo() is None


def test_redo_gives_the_last_undone_answer_again(api: PlayedApi, session: ReviewSession) -> None:
    """As another answer, which is not blind; a new answer ends what can be redone."""
    session.give(_given("a"))
    session.undo()
    again = session.redo()
    assert again is not None
    assert (again.name, again.blind) == ("a.png", False)
    assert session.redo() is None
    session.undo()
    session.give(_given("b"))
    assert session.redo() is None
    assert len(set(api.done)) == len(api.done)


def test_nothing_is_undone_while_answers_wait(api: PlayedApi, session: ReviewSession) -> None:
    """The daemon does not know them yet."""
    api.is_there = False
    session.give(_given("a"))
    with pytest.raises(NotReachable):
        session.undo()
    assert len(session.given) == 1


def test_a_guess_counts_only_where_the_answer_was_blind(session: ReviewSession) -> None:
    """Whoever looked first has seen the guess."""
    session.give(_given("a"))
    session.give(_given("b", "reject"))
    session.give(_given("c", blind=False))
    session.give(_given("d", "later"))
    assert session.guesses == [True, False]
    assert session.counts == {"like": 2, "reject": 1, "later": 1}
