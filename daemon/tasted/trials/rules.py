"""What a trial does with its evidence. Pure.

A trial runs until its challenger is promoted or dismissed. After a promotion the former recipe
predicts on for 160 counted answers, and is taken back into force where they speak for it.
"""

import math
from collections.abc import Sequence
from enum import StrEnum

from tasted.plain_dataclass import dataclass
from tasted.trials.differences import CountedDifference
from tasted.trials.evidence import LOG_PROVEN, Evidence, gain_interval

ANSWERS_MIN = 40
"""A challenger is neither promoted nor offered after fewer counted answers."""
EACH_MIN = 8
"""So many likes, and so many rejects, are among them."""
LIKE_RATE_TOLERANCE = 0.10
"""The mean guess of the challenger is nearer than this to the share of likes, of drawn cards."""
OFFERED_FROM = 5.0
"""Evidence from which on a person is asked."""
GAIN_WORTH = 0.005
"""A challenger whose gain is surely smaller is not worth a trial."""
ANSWERS_MAX = 640
"""After so many counted answers without a proof a trial ends."""
WATCHED_ANSWERS = 160
"""For so many counted answers after a promotion the former recipe may come back."""
_LOG_MAX = 30.0
_ROUNDING = 1e-9


class TrialStep(StrEnum):
    """What is to be done with a trial."""

    WAIT = "wait"
    OFFER = "offer"
    """A person may use it now, or let it go on."""
    PROMOTE = "promote"
    DISMISS = "dismiss"


class WatchStep(StrEnum):
    """What is to be done after a promotion."""

    WATCH = "watch"
    TAKE_BACK = "take_back"
    """The former recipe decides again."""
    SETTLE = "settle"
    """It stays; the former recipe predicts no longer."""


@dataclass(frozen=True, slots=True)
class TrialFigures:
    """What is known of a trial; numbers only."""

    count: int = 0
    """Counted answers, replayed ones among them."""
    replayed: int = 0
    liked: int = 0
    rejected: int = 0
    nearer: int = 0
    """To how many answers the challenger was nearer."""
    farther: int = 0
    mean: float = 0.0
    """Of the differences."""
    low: float = -1.0
    """The interval of the mean difference that holds at every moment."""
    high: float = 1.0
    log_e: float = 0.0
    max_log_e: float = 0.0
    drawn: int = 0
    """Answers to cards that were drawn by chance."""
    drawn_liked: int = 0
    drawn_guessed: float = 0.0
    """The mean probability of a like by the challenger, of those."""

    @property
    def like_rate_error(self) -> float | None:
        """By how much the challenger's mean guess is off; None without a drawn card."""
        return abs(self.drawn_guessed - self.drawn_liked / self.drawn) if self.drawn else None


def figures_of(
    live: Sequence[CountedDifference], replayed: Sequence[CountedDifference] = ()
) -> TrialFigures:
    """Return the figures of a trial.

    Args:
        live: of answers since it began.
        replayed: of those before, for a challenger that never saw them.
    """
    every = [*replayed, *live]
    values = [counted.value for counted in every]
    evidence = Evidence(values)
    interval = gain_interval(values)
    drawn = [counted for counted in every if counted.is_drawn]
    return TrialFigures(
        count=len(every),
        replayed=len(replayed),
        liked=sum(counted.liked for counted in every),
        rejected=sum(not counted.liked for counted in every),
        nearer=sum(value > 0 for value in values),
        farther=sum(value < 0 for value in values),
        mean=sum(values) / len(values) if values else 0.0,
        low=interval.low,
        high=interval.high,
        log_e=evidence.log_e,
        max_log_e=evidence.max_log_e,
        drawn=len(drawn),
        drawn_liked=sum(counted.liked for counted in drawn),
        drawn_guessed=sum(counted.challenger for counted in drawn) / len(drawn) if drawn else 0.0,
    )


def next_step(figures: TrialFigures, *, has_all_references: bool) -> TrialStep:
    """Return what is to be done with a trial that is open.

    Args:
        figures: of it.
        has_all_references: whether the challenger knows every label, so that it could decide.
    """
    if has_all_references and is_enough(figures):
        if figures.log_e >= LOG_PROVEN:
            return TrialStep.PROMOTE
        if figures.log_e >= math.log(OFFERED_FROM) and figures.count < ANSWERS_MAX:
            return TrialStep.OFFER
    if figures.count >= ANSWERS_MAX or figures.high < GAIN_WORTH:
        return TrialStep.DISMISS
    return TrialStep.WAIT


def is_enough(figures: TrialFigures) -> bool:
    """Tell whether there are answers enough to promote or offer, and the challenger is honest."""
    error = figures.like_rate_error
    return (
        figures.count >= ANSWERS_MIN
        and min(figures.liked, figures.rejected) >= EACH_MIN
        and error is not None
        and error < LIKE_RATE_TOLERANCE
    )


def next_watch_step(reverse: TrialFigures) -> WatchStep:
    """Return what is to be done after a promotion.

    Args:
        reverse: of the answers since, with the former recipe as the challenger.
    """
    if reverse.log_e >= LOG_PROVEN:
        return WatchStep.TAKE_BACK
    return WatchStep.SETTLE if reverse.count >= WATCHED_ANSWERS else WatchStep.WATCH


def times_rarer(log_e: float) -> int:
    """Return N of "less than once in N times": E, rounded down; at least 1."""
    return max(1, math.floor(math.exp(min(log_e, _LOG_MAX)) + _ROUNDING))
