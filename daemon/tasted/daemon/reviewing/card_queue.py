"""The queue of each window: cards that stay until they are answered. Pure but for a lock.

A window that asks again gets the cards that it has, in their order, and new ones behind them: what
is on the screen never changes under the eyes. An answer of another window takes its card away.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Protocol

from tasted.daemon.reviewing.card_tokens import ShownCard
from tasted.daemon.reviewing.judged_cards import JudgeableResult
from tasted.daemon.shared.standing_log import AnswersNow
from tasted.plain_dataclass import dataclass

WINDOWS_KEPT = 8
LATER_CARDS = 50
"""A card that was put off comes back after so many answers, or with the next visit."""
RECHECK = "recheck"


@dataclass(frozen=True, slots=True)
class QueueWish:
    """What a window asks for."""

    count: int
    kinds: tuple[str, ...]
    """Of `ChosenBy`; none: all."""
    first: int = 0
    """How many cards this window was given before."""
    seed: int = 0
    """Of the window's draws."""


@dataclass(slots=True)
class _WindowQueue:
    cards: list[ShownCard] = field(default_factory=list)
    given: int = 0
    seed: int = field(default_factory=lambda: secrets.randbits(31))
    filling: threading.Lock = field(default_factory=threading.Lock)
    """Held while new cards are chosen, which may take as long as an engine takes to start."""


class Chooser(Protocol):
    """Chooses new cards."""

    def __call__(
        self,
        wish: QueueWish,
        pool: Sequence[JudgeableResult],
        queued: Sequence[ShownCard],
        judged: Sequence[JudgeableResult],
        /,
    ) -> list[ShownCard]:
        """Return cards for results of the pool, or rechecks of judged ones; at most as wished."""
        ...


class CardQueue:
    """All windows of one home.

    Args:
        results: returns what can be judged, by content.
        answers: returns the answers that stand.
        choose: chooses new cards.
    """

    def __init__(
        self,
        *,
        results: Callable[[], dict[str, JudgeableResult]],
        answers: Callable[[], AnswersNow],
        choose: Chooser,
    ) -> None:
        self._results = results
        self._answers = answers
        self._choose = choose
        self._guard = threading.Lock()
        self._windows: OrderedDict[tuple[str, tuple[str, ...]], _WindowQueue] = OrderedDict()
        self._later: dict[str, int] = {}
        """How many answers had been given when a content was put off."""
        self._given = 0

    def cards(self, window: str | None, wish: QueueWish) -> list[ShownCard]:
        """Return the next cards of a window."""
        with self._guard:
            queue = self._window((window or "", wish.kinds))
        with queue.filling:
            self._fill(queue, wish)
            with self._guard:
                return queue.cards[: wish.count]

    def _window(self, key: tuple[str, tuple[str, ...]]) -> _WindowQueue:
        queue = self._windows.setdefault(key, _WindowQueue())
        self._windows.move_to_end(key)
        while len(self._windows) > WINDOWS_KEPT:
            self._windows.popitem(last=False)
        return queue

    def _fill(self, queue: _WindowQueue, wish: QueueWish) -> None:
        results, answers = self._results(), self._answers()
        with self._guard:
            queue.cards = [
                card
                for card in queue.cards
                if card.content in results and self._is_open(card, answers)
            ]
            queued = list(queue.cards)
            names = {card.content for card in queued}
            free = [result for result in results.values() if result.content not in names]
            pool = [result for result in free if self._may_be_asked(result.content, answers)]
        missing = wish.count - len(queued)
        if missing <= 0:
            return
        judged = [result for result in free if result.content in answers.judgements]
        asked = QueueWish(missing, wish.kinds, queue.given, queue.seed)
        # no lock that an answer waits for is held meanwhile
        chosen = self._choose(asked, pool, queued, judged)
        answers = self._answers()
        with self._guard:
            queue.given += len(chosen)
            queue.cards += [card for card in chosen if self._is_open(card, answers)]

    def _is_open(self, card: ShownCard, answers: AnswersNow) -> bool:
        if card.chosen_by == RECHECK:
            return card.content not in answers.excluded and card.content not in self._later
        return self._may_be_asked(card.content, answers)

    def _may_be_asked(self, content: str, answers: AnswersNow) -> bool:
        put_off = self._later.get(content)
        if put_off is not None and self._given - put_off < LATER_CARDS:
            return False
        return content not in answers.judgements and content not in answers.excluded

    def answered(self, content: str) -> None:
        """Take in that a card was answered: a recheck leaves every window, too."""
        with self._guard:
            self._given += 1
            self._later.pop(content, None)
            for queue in self._windows.values():
                queue.cards = [card for card in queue.cards if card.content != content]

    def put_off(self, content: str) -> None:
        """Let a card come later."""
        with self._guard:
            self._given += 1
            self._later[content] = self._given

    def open_again(self, content: str) -> None:
        """Let a card come at once: what was said of it was taken back."""
        with self._guard:
            self._later.pop(content, None)

    def waiting(self) -> tuple[str, ...]:
        """Return the contents of all cards that wait in some window."""
        with self._guard:
            cards = [card.content for queue in self._windows.values() for card in queue.cards]
        return tuple(dict.fromkeys(cards))

    def forget(self) -> None:
        """Begin anew with the next visit."""
        with self._guard:
            self._windows.clear()
            self._later.clear()

    def pool(self) -> int:
        """Return how many results wait for an answer."""
        results, answers = self._results(), self._answers()
        return sum(
            content not in answers.judgements and content not in answers.excluded
            for content in results
        )
