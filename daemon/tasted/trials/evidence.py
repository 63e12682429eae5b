"""Evidence for a challenger, after any number of answers. Pure.

    E = 1/8 · sum over eight bets b of the product over answers of (1 + b · d)

where d in [-1, 1] tells how much nearer the challenger was to an answer (`differences`).

If at each answer the challenger is no better on average over the pool, E never rises in
expectation, so by Ville's inequality it ever reaches 20 with a probability of at most 0.05: however
often one looks, and whenever one stops. Source: Choe and Ramdas, Comparing Sequential Forecasters,
Operations Research 72(4), arXiv 2110.00115; the mixture of fixed bets is a special case.
"""

import math
from collections.abc import Iterable, Sequence

from tasted.plain_dataclass import dataclass

BETS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Shares of what was won so far that are put on the challenger, the same at every answer."""
PROVEN = 20.0
"""So strong, or stronger, comes up at most once in so many trials of equals."""
LOG_PROVEN = math.log(PROVEN)
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class GainInterval:
    """Where the mean difference may lie: right at all times together in 19 of 20 trials."""

    low: float
    high: float


class Evidence:
    """The evidence after the differences that were taken in so far.

    Args:
        differences: each in [-1, 1]; positive ones favour the challenger.
    """

    def __init__(self, differences: Iterable[float] = ()) -> None:
        self._logs = [0.0] * len(BETS)
        self.count = 0
        self.log_e = 0.0
        """The natural logarithm of E."""
        self.max_log_e = 0.0
        """The highest that it ever was."""
        for difference in differences:
            self.take(difference)

    def take(self, difference: float) -> None:
        """Take in the next difference.

        Raises:
            ValueError: when it is not in [-1, 1].
        """
        if not -1 <= difference <= 1:
            raise ValueError(f"a difference of {difference} is not in [-1, 1]")
        self._logs = [
            log + math.log1p(bet * difference) for log, bet in zip(self._logs, BETS, strict=True)
        ]
        self.count += 1
        self.log_e = _log_mean(self._logs)
        self.max_log_e = max(self.max_log_e, self.log_e)


def gain_interval(differences: Sequence[float]) -> GainInterval:
    """Return the interval of the mean difference that holds at every moment of a trial.

    It is all m that two bettors, one on a higher mean and one on a lower one, together do not
    disprove. What both have won is convex in m and at most 1 at the mean of the differences.

    Args:
        differences: each in [-1, 1].
    """
    if not differences:
        return GainInterval(-1.0, 1.0)
    counted: dict[float, int] = {}
    for difference in differences:
        # rounding far below the precision lets equal terms be summed once
        key = round(difference, 9)
        counted[key] = counted.get(key, 0) + 1
    mean = max(-1.0, min(1.0, sum(differences) / len(differences)))
    return GainInterval(_edge(counted, mean, -1.0), _edge(counted, mean, 1.0))


def _edge(counted: dict[float, int], inside: float, outside: float) -> float:
    """Return the end of the interval between its inner point and the end of all values."""
    # rounded outwards, so that a cut-off never leaves a mean out
    while abs(outside - inside) > _PRECISION:
        middle = (inside + outside) / 2
        if _log_disproof(counted, middle) < LOG_PROVEN:
            inside = middle
        else:
            outside = middle
    return outside


def _log_disproof(counted: dict[float, int], mean: float) -> float:
    """Return the logarithm of what both bettors have won together against a mean in (-1, 1)."""
    higher = [_log_won(counted, bet, mean, 1 + mean) for bet in BETS]
    lower = [_log_won(counted, -bet, mean, 1 - mean) for bet in BETS]
    return _log_mean([_log_mean(higher), _log_mean(lower)])


def _log_won(counted: dict[float, int], bet: float, mean: float, scale: float) -> float:
    return sum(
        count * math.log1p(bet * (difference - mean) / scale)
        for difference, count in counted.items()
    )


def _log_mean(logs: Sequence[float]) -> float:
    """Return the logarithm of the mean of what has these logarithms."""
    largest = max(logs)
    return largest + math.log(sum(math.exp(log - largest) for log in logs) / len(logs))
