"""How many cards of each kind a queue holds: the composition of ten. Pure.

    ask      what an answer would tell most about; `typical` while scores say nothing yet
    explore  drawn evenly from the pool: from these alone the share of likes can be learnt
    best     what is most likely to be liked
    recheck  an answer given before, asked once more
    duel     drawn where a recipe on trial differs from the one in force

Ten slots in a row hold six, three and one of the first three, or four, two and four of `ask`,
`explore` and `duel` while a recipe is on trial, in an order that is drawn, so that nobody can tell
from its place how a card was chosen.
"""

from typing import Literal

import numpy as np

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


def slots(
    first: int,
    count: int,
    *,
    seed: int,
    has_rechecks: bool,
    has_trial: bool = False,
    wanted: frozenset[CardKind] = ALL_KINDS,
) -> tuple[CardKind, ...]:
    """Return the kinds of the cards with the numbers `first`, `first` + 1, ... of a queue.

    Equal arguments give equal kinds, and a queue may be filled in parts of any size.

    Args:
        first: how many cards of this queue were chosen before; 0 or more.
        count: how many kinds to return.
        seed: of the queue; 0 or more.
        has_rechecks: whether there are answers that may be asked again.
        has_trial: whether a recipe is on trial.
        wanted: the only kinds to return; rechecks alone come in every slot.

    Raises:
        ValueError: when no kind is wanted.
    """
    if not wanted:
        raise ValueError("a queue needs a kind of card")
    cycle = _cycle(wanted, has_trial=has_trial)
    kinds: list[CardKind] = ["recheck"] * count
    if not cycle:
        return tuple(kinds)
    blocks = {
        block: np.random.default_rng([seed, block]).permutation(len(cycle))
        for block in range(first // len(cycle), (first + count) // len(cycle) + 1)
    }
    for number in range(first, first + count):
        block, place = divmod(number, len(cycle))
        if not (has_rechecks and "recheck" in wanted and is_recheck_turn(number)):
            kinds[number - first] = cycle[int(blocks[block][place])]
    return tuple(kinds)


def _cycle(wanted: frozenset[CardKind], *, has_trial: bool) -> tuple[CardKind, ...]:
    """Return the wanted kinds among ten; without any, those of a queue without a trial."""
    in_trial = tuple(kind for kind in OF_TEN_IN_TRIAL if kind in wanted) if has_trial else ()
    return in_trial or tuple(kind for kind in OF_TEN if kind in wanted)


def is_recheck_turn(number: int) -> bool:
    """Tell whether the card with this number may be a recheck."""
    return number % RECHECK_EVERY == RECHECK_EVERY - 1
