"""What ten cards are made of, and which card is a recheck. Pure; standard library only.

    ask      what an answer would tell most about; `typical` while scores say nothing yet
    explore  drawn evenly from the pool: from these alone the share of likes can be learnt
    best     what is most likely to be liked
    recheck  an answer given before, asked once more
    duel     drawn where a recipe on trial differs from the one in force

Ten slots in a row hold six, three and one of the first three, or four, two and four of `ask`,
`explore` and `duel` while a recipe is on trial. The light process lays cards out by this rule too,
where the engine cannot be asked.
"""

from collections.abc import Callable, Sequence
from typing import Literal

CardKind = Literal["ask", "typical", "explore", "best", "recheck", "duel"]
"""How a card was chosen, in the words of the feedback log."""

OF_TEN: tuple[CardKind, ...] = ("ask",) * 6 + ("explore",) * 3 + ("best",)
"""The kinds of ten cards."""
OF_TEN_IN_TRIAL: tuple[CardKind, ...] = ("ask",) * 4 + ("explore",) * 2 + ("duel",) * 4
"""The same while a recipe is on trial."""
RECHECK_EVERY = 30
"""Every so many slots one is a recheck, in place of what it would have been."""
RECHECKS_FROM = 60
"""So many labels there are at least before an answer is asked again."""
ALL_KINDS: frozenset[CardKind] = frozenset({"ask", "explore", "best", "recheck", "duel"})


def cycle_of(wanted: frozenset[CardKind], *, has_trial: bool = False) -> tuple[CardKind, ...]:
    """Return the wanted kinds among ten; without any, those of a queue without a trial."""
    in_trial = tuple(kind for kind in OF_TEN_IN_TRIAL if kind in wanted) if has_trial else ()
    return in_trial or tuple(kind for kind in OF_TEN if kind in wanted)


def laid_out(
    cycle: Sequence[CardKind], first: int, count: int, order: Callable[[int], Sequence[int]]
) -> list[CardKind]:
    """Return the kinds of the cards with the numbers `first`, `first` + 1, ... of a queue.

    Args:
        cycle: what each block of cards is made of; one at least.
        first: the number of the first card; 0 or more.
        count: how many kinds to return.
        order: returns the order of a block, as places in the cycle; always the same for the same
            block, so that a queue may be filled in parts of any size.
    """
    blocks: dict[int, Sequence[int]] = {}
    kinds: list[CardKind] = []
    for number in range(first, first + count):
        block, place = divmod(number, len(cycle))
        if block not in blocks:
            blocks[block] = order(block)
        kinds.append(cycle[blocks[block][place]])
    return kinds


def is_recheck_turn(number: int) -> bool:
    """Tell whether the card with this number may be a recheck."""
    return number % RECHECK_EVERY == RECHECK_EVERY - 1
