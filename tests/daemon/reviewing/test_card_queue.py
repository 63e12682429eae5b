"""The queue of each window: cards keep their order, and leave when they are answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from kit.feedback_events import content
from tasted.daemon.reviewing.card_queue import LATER_CARDS, CardQueue, QueueWish
from tasted.daemon.reviewing.card_tokens import ShownCard
from tasted.daemon.reviewing.judged_cards import JudgeableResult
from tasted.daemon.reviewing.simple_choosing import SimpleChooser
from tasted.daemon.shared.standing_log import AnswersNow
from tasted.feedback.events import Answer
from tasted.feedback.standing import Judgement


def result(number: int, probability: float | None = None) -> JudgeableResult:
    """Return a result."""
    return JudgeableResult(
        f"p{number}.png",
        content(number),
        probability,
        probability,
        "unsure",
        float(number),
        (content(number),),
    )


@dataclass
class Judged:
    """Somebody who judges."""

    count: int
    judgements: dict[str, Judgement] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    probabilities: dict[int, float] = field(default_factory=dict)

    def results(self) -> dict[str, JudgeableResult]:
        """Return everything that can be judged."""
        found = [result(n, self.probabilities.get(n, n / self.count)) for n in range(self.count)]
        return {one.content: one for one in found}

    def answers(self) -> AnswersNow:
        """Return what stands."""
        return AnswersNow(dict(self.judgements), frozenset(self.excluded), len(self.judgements))

    def judge(self, queue: CardQueue, card: ShownCard) -> None:
        """Like a card."""
        self.judgements[card.content] = Judgement(Answer.LIKE, card.content, 1)
        queue.answered(card.content)


def queue_of(somebody: Judged) -> CardQueue:
    """Return the queue of somebody."""
    chooser = SimpleChooser(version=lambda: "v1")
    return CardQueue(results=somebody.results, answers=somebody.answers, choose=chooser)


def names(cards: Sequence[ShownCard]) -> list[str]:
    """Return what cards are of."""
    return [card.content for card in cards]


def test_cards_stay_in_their_order_until_they_are_answered() -> None:
    """New ones come behind them; scores that change do not move what is seen."""
    somebody = Judged(40)
    queue = queue_of(somebody)
    first = queue.cards("w", QueueWish(12, ()))
    somebody.probabilities = {n: 1 - n / 40 for n in range(40)}
    assert names(queue.cards("w", QueueWish(12, ()))) == names(first)
    somebody.judge(queue, first[3])
    then = names(queue.cards("w", QueueWish(12, ())))
    assert then[:11] == [name for name in names(first) if name != first[3].content]
    assert len(set(then)) == 12


def test_an_answer_of_another_window_takes_the_card_away() -> None:
    """Each window has a queue of its own, and both leave out what was judged."""
    somebody = Judged(30)
    queue = queue_of(somebody)
    one, two = queue.cards("one", QueueWish(6, ())), queue.cards("two", QueueWish(6, ()))
    somebody.judge(queue, one[0])
    assert one[0].content not in names(queue.cards("two", QueueWish(6, ())))
    somebody.excluded.add(two[1].content)
    assert two[1].content not in names(queue.cards("two", QueueWish(6, ())))


def test_a_card_that_was_put_off_comes_back() -> None:
    """After fifty others, with the next visit, or when that is taken back."""
    somebody = Judged(120)
    queue = queue_of(somebody)
    (card,) = queue.cards("w", QueueWish(1, ()))

    def waits() -> bool:
        return card.content in names(queue.cards("w", QueueWish(120, ())))

    queue.put_off(card.content)
    assert not waits()
    queue.open_again(card.content)
    assert waits()
    queue.put_off(card.content)
    for other in queue.cards("w", QueueWish(LATER_CARDS, ())):
        assert not waits()
        somebody.judge(queue, other)
    assert waits()
    queue.put_off(card.content)
    queue.forget()
    assert waits()


def test_nothing_is_dropped() -> None:
    """Everything that can be judged comes, and then nothing."""
    somebody = Judged(35)
    queue = queue_of(somebody)
    seen: set[str] = set()
    while cards := queue.cards("w", QueueWish(4, ())):
        assert not seen & {cards[0].content}
        seen.add(cards[0].content)
        somebody.judge(queue, cards[0])
    assert len(seen) == 35
    assert queue.pool() == 0


def test_rechecks_are_of_what_was_judged() -> None:
    """They are asked for by name, and leave when they are answered again."""
    somebody = Judged(20)
    queue = queue_of(somebody)
    for card in queue.cards("w", QueueWish(8, ())):
        somebody.judge(queue, card)
    again = queue.cards("w", QueueWish(5, ("recheck",)))
    assert len(again) == 5
    assert set(names(again)) <= set(somebody.judgements)
    assert {card.chosen_by for card in again} == {"recheck"}
    somebody.judge(queue, again[0])
    assert again[0] not in queue.cards("w", QueueWish(4, ("recheck",)))


@given(st.integers(0, 30), st.integers(1, 24), st.sets(st.sampled_from(["ask", "explore", "best"])))
def test_the_simple_choice_is_of_the_pool_and_fair(
    count: int, wanted: int, kinds: set[str]
) -> None:
    """No card twice, no other kind than wished, and a propensity where chance chose."""
    pool = [result(n, n / 31) for n in range(count)]
    wish = QueueWish(wanted, tuple(sorted(kinds)))
    cards = SimpleChooser(version=lambda: None)(wish, pool, [], [])
    assert len(cards) == min(count, wanted)
    assert len(set(names(cards))) == len(cards)
    assert {card.chosen_by for card in cards} <= (kinds or {"ask", "explore", "best"})
    for at, card in enumerate(cards):
        is_drawn = card.chosen_by == "explore"
        assert card.propensity == (1 / (count - at) if is_drawn else None)


@given(st.integers(0, 2**31), st.lists(st.integers(1, 7), min_size=6, max_size=10))
def test_the_simple_choice_holds_six_three_and_one_of_ten(seed: int, parts: list[int]) -> None:
    """In however many parts a queue is filled."""
    pool = [result(n, n / 100) for n in range(100)]
    chooser = SimpleChooser(version=lambda: None)
    kinds: list[str] = []
    for count in parts:
        wish = QueueWish(count, (), first=len(kinds), seed=seed)
        kinds += [card.chosen_by for card in chooser(wish, pool, [], [])]
    for start in range(0, len(kinds) - 9, 10):
        ten = Counter(kinds[start : start + 10])
        assert ten == {"ask": 6, "explore": 3, "best": 1}
