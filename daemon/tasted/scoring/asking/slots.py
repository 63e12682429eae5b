"""How many cards of each kind a queue holds, in an order that is drawn. Pure.

So nobody can tell from its place how a card was chosen. What ten cards are made of is in
`composition`.
"""

import numpy as np

from tasted.scoring.asking.composition import (
    ALL_KINDS,
    CardKind,
    cycle_of,
    is_recheck_turn,
    laid_out,
)


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
    cycle = cycle_of(wanted, has_trial=has_trial)
    if not cycle:
        rechecks: tuple[CardKind, ...] = ("recheck",)
        return rechecks * count

    def order(block: int) -> list[int]:
        drawn: list[int] = np.random.default_rng([seed, block]).permutation(len(cycle)).tolist()
        return drawn

    kinds = laid_out(cycle, first, count, order)
    for place in range(count):
        if has_rechecks and "recheck" in wanted and is_recheck_turn(first + place):
            kinds[place] = "recheck"
    return tuple(kinds)
