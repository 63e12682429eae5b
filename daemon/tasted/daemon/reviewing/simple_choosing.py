"""Chooses cards by what the ledger knows alone: for when the engine cannot be asked. Pure.

What ten cards are made of is the rule of the engine (`scoring.asking.composition`), which also
knows what pictures look like: here those are asked about whose score is the most unsure.
"""

import random
from collections.abc import Callable, Sequence
from typing import cast

from tasted.daemon.reviewing.card_queue import RECHECK, QueueWish
from tasted.daemon.reviewing.card_tokens import ShownCard
from tasted.daemon.reviewing.judged_cards import JudgeableResult
from tasted.feedback.events import GuessBefore
from tasted.scoring.asking.composition import ALL_KINDS, OF_TEN, CardKind, cycle_of, laid_out

_EVEN = 0.5


class SimpleChooser:
    """Chooses by scores.

    Args:
        version: returns the name of the taste in force.
        chance: draws.
    """

    def __init__(
        self, *, version: Callable[[], str | None], chance: random.Random | None = None
    ) -> None:
        self._version = version
        # who draws cards by chance protects nothing by it
        self._chance = chance or random.Random()  # noqa: S311

    def __call__(
        self,
        wish: QueueWish,
        pool: Sequence[JudgeableResult],
        _queued: Sequence[ShownCard],
        judged: Sequence[JudgeableResult],
    ) -> list[ShownCard]:
        """Return cards; fewer where the pool ends."""
        if wish.kinds == (RECHECK,):
            again = self._chance.sample(list(judged), min(wish.count, len(judged)))
            return [self._card(result, RECHECK, None) for result in again]
        left = sorted(pool, key=_doubt)
        wanted = frozenset(cast("tuple[CardKind, ...]", wish.kinds)) or ALL_KINDS
        cycle = cycle_of(wanted) or OF_TEN

        def order(block: int) -> list[int]:
            # a generator of its own for each block: a queue is filled in parts
            drawn = random.Random(f"{wish.seed} {block}")  # noqa: S311 - as above
            return drawn.sample(range(len(cycle)), len(cycle))

        cards: list[ShownCard] = []
        for kind in laid_out(cycle, wish.first, min(wish.count, len(left)), order):
            propensity = None
            if kind == "explore":
                propensity = 1 / len(left)
                result = left.pop(self._chance.randrange(len(left)))
            elif kind == "best":
                result = max(left, key=lambda one: one.probability or 0.0)
                left.remove(result)
            else:
                result = left.pop(0)
            cards.append(self._card(result, kind, propensity))
        return cards

    def _card(self, result: JudgeableResult, chosen_by: str, propensity: float | None) -> ShownCard:
        guess = GuessBefore(
            version=self._version(),
            probability=result.probability,
            verdict=result.verdict,
            percentile=result.percentile,
        )
        return ShownCard(result.content, chosen_by, propensity, guess)


def _doubt(result: JudgeableResult) -> tuple[bool, float, float]:
    figure = result.probability if result.probability is not None else result.percentile
    return figure is None, abs((figure or 0.0) - _EVEN), -result.added_at
