"""What was answered in one session, in which order, and what is still to be sent. Touches the API.

An answer has an id from the moment of its key, so that it may be sent again: whatever happens to
the daemon in between, it counts once. What cannot be sent now waits, in order.
"""

import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from tasted.feedback.events import new_event_id
from tasted.plain_dataclass import dataclass
from tasted.terminal_review.api_client import ApiClient, NotReachable, Refused, path_of

_EVEN = 0.5
_ANSWERS = frozenset({"like", "reject"})


@dataclass(slots=True)
class GivenAnswer:
    """One key, and the card that was visible.

    Attributes:
        card: as the queue gave it.
        answer: `like`, `reject`, `later` or `exclude`.
        blind: whether the guess was hidden until then.
        shown_ms: how long the card was on the screen.
        key: the id under which it is sent, however often.
    """

    card: Mapping[str, Any]
    answer: str
    blind: bool
    shown_ms: int
    key: str = field(default_factory=lambda: new_event_id(time.time_ns() // 1_000_000))
    event: str | None = None
    """Id of the event that was recorded; None before that."""
    guess: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Of the picture."""
        return str(self.card["name"])

    @property
    def was_guessed(self) -> bool | None:
        """Whether the taste had guessed it; None without a guess."""
        probability = (self.guess or {}).get("probability")
        if probability is None or self.answer not in _ANSWERS:
            return None
        return (probability >= _EVEN) is (self.answer == "like")


class ReviewSession:
    """The answers of one window.

    Args:
        client: asks the daemon.
        clock: monotonic, seconds.
    """

    def __init__(self, client: ApiClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._began = clock()
        self.window = secrets.token_hex(8)
        self.session = secrets.token_hex(8)
        self.given: list[GivenAnswer] = []
        """Those that stand, in their order."""
        self.undone: list[GivenAnswer] = []
        """Those that were taken back last, to be given again."""
        self.waiting: deque[GivenAnswer] = deque()
        self.progress: Mapping[str, Any] = {}

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return self._clock() - self._began

    @property
    def counts(self) -> Counter[str]:
        """How many answers of each kind stand."""
        return Counter(given.answer for given in self.given)

    @property
    def guesses(self) -> list[bool]:
        """Whether each answer was guessed, where it was blind and there was a guess."""
        found = (given.was_guessed for given in self.given if given.blind)
        return [guessed for guessed in found if guessed is not None]

    def cards(self, count: int, kinds: str | None) -> list[dict[str, Any]]:
        """Return the next cards.

        Raises:
            NotReachable, Refused: as `ApiClient` does.
        """
        query: dict[str, str | int] = {"count": count, "window": self.window}
        if kinds is not None:
            query["kinds"] = kinds
        answer = self._client.get("/api/queue", **query)
        self.progress = answer["progress"]
        waiting = {given.card["id"] for given in self.waiting}
        return [card for card in answer["cards"] if card["id"] not in waiting]

    def give(self, given: GivenAnswer) -> None:
        """Answer a card: it is sent now, or as soon as the daemon answers.

        Raises:
            Refused: when the daemon will not take it; it does not stand then.
        """
        self.given.append(given)
        self.undone.clear()
        self.waiting.append(given)
        self.send_waiting()

    def send_waiting(self) -> bool:
        """Send what waits, in its order; return whether nothing waits any longer.

        Raises:
            Refused: when the daemon will not take one; the others go on waiting.
        """
        while self.waiting:
            given = self.waiting[0]
            try:
                self._send(given)
            except NotReachable:
                return False
            except Refused:
                self.waiting.popleft()
                self.given.remove(given)
                raise
            self.waiting.popleft()
        return True

    def _send(self, given: GivenAnswer) -> None:
        own = {"window": self.window, "session": self.session}
        if given.answer in _ANSWERS:
            body = {
                **own,
                "answer": given.answer,
                "card": given.card["card"],
                "blind": given.blind,
                "shown_ms": given.shown_ms,
            }
            path = path_of("results", given.card["id"], "feedback")
        else:
            body = {**own, "how": given.answer}
            path = path_of("queue", given.card["card"], "skip")
        answer = self._client.post(path, body, key=given.key)
        given.event = answer["event"]["id"] if answer.get("event") else None
        given.guess = answer.get("guess")
        self.progress = answer["progress"]

    def undo(self) -> GivenAnswer | list[str] | None:
        """Take back the last answer: of this session, and before its first one of any other.

        Returns:
            The answer, whose card is to be shown again; names of pictures for an older one; None
            when there is nothing to take back.

        Raises:
            NotReachable, Refused: when it stands all the same.
        """
        if not self.send_waiting():
            raise NotReachable("answers wait")
        last = next((given for given in reversed(self.given) if given.event is not None), None)
        key = new_event_id(time.time_ns() // 1_000_000)
        if last is None:
            return self._undo_older(key)
        answer = self._client.post("/api/feedback/undo", {"event": last.event}, key=key)
        self.progress = answer["progress"]
        self.given.remove(last)
        self.undone.append(last)
        return last

    def _undo_older(self, key: str) -> list[str] | None:
        try:
            answer = self._client.post("/api/feedback/undo", {"last": 1}, key=key)
        except Refused:
            return None
        self.progress = answer["progress"]
        return [str(event.get("name") or "a picture") for event in answer["undone"]] or None

    def redo(self) -> GivenAnswer | None:
        """Give the answer again that was taken back last; None when there is none.

        Raises:
            Refused: as `give` does.
        """
        if not self.undone:
            return None
        former = self.undone.pop()
        kept = list(self.undone)
        again = GivenAnswer(former.card, former.answer, blind=False, shown_ms=former.shown_ms)
        self.give(again)
        self.undone = kept
        return again

    def result(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """Return everything about a card, guess and reasons too.

        Raises:
            NotReachable, Refused: as `ApiClient` does.
        """
        return self._client.get(path_of("results", str(card["id"])))
