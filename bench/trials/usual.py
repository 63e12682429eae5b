"""Tests that are made for one look, as they are often used: looked at again and again. Pure."""

from collections.abc import Sequence

import numpy as np

from bench.trials.forecasters import Cards

_Z = 1.645
"""Of a one-sided p of .05, as that of a bootstrap of the mean is."""
_RATIO = 20.0


def is_better_by_mean(cards: Cards, looks: Sequence[int]) -> bool:
    """Tell whether the mean Brier gain is significant at any of the looks."""
    gains = (cards.in_force - cards.liked) ** 2 - (cards.challenger - cards.liked) ** 2
    return any(
        gains[:look].mean() > _Z * gains[:look].std(ddof=1) / np.sqrt(look) for look in looks
    )


def is_better_by_likelihood(cards: Cards, looks: Sequence[int]) -> bool:
    """Tell whether the challenger's likelihood is 20 times as high at any of the looks."""
    said = [np.where(cards.liked, side, 1 - side) for side in (cards.challenger, cards.in_force)]
    ratios = np.cumsum(np.log(said[0]) - np.log(said[1]))
    return any(ratios[look - 1] >= np.log(_RATIO) for look in looks)
