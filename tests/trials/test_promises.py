"""What trials promise, on fewer simulated pairs than `python -m bench.trials` has."""

from collections.abc import Iterator

import numpy as np
import pytest

from bench.trials.courses import Course, course_of, differences_of, share_by
from bench.trials.forecasters import Cards, Forecaster, draw_cards, worse_by
from bench.trials.learners import draw_pair, replayed
from tasted.trials.evidence import BETS, gain_interval
from tasted.trials.rules import figures_of

MIXED = 2 / 3
BETTER, BEST = Forecaster(0.765), Forecaster(0.85)


def cards_of(
    in_force: Forecaster, challenger: Forecaster, *, pairs: int, duels: float, count: int = 640
) -> Iterator[Cards]:
    """Draw cards of pairs, the same in every run."""
    for seed in range(pairs):
        random = np.random.default_rng([5, seed])
        yield draw_cards(in_force, challenger, count, duels=duels, random=random)


def courses_of(
    in_force: Forecaster, challenger: Forecaster, *, pairs: int, duels: float, count: int = 640
) -> list[Course]:
    """Run trials of pairs."""
    drawn = cards_of(in_force, challenger, pairs=pairs, duels=duels, count=count)
    return [course_of(cards) for cards in drawn]


@pytest.mark.parametrize("confidence", [1.0, 1.8])
def test_equals_are_seldom_promoted(confidence: float) -> None:
    """Calibrated or overconfident, with cards of both kinds, looked at after every answer."""
    equal = Forecaster(0.70, confidence)
    courses = courses_of(equal, equal, pairs=100, duels=MIXED)
    assert share_by([course.promoted for course in courses], 640) <= 0.05


@pytest.mark.parametrize(("better", "gain", "share"), [(BETTER, 0.03, 0.5), (BEST, 0.064, 0.9)])
def test_what_is_better_is_proven_by_160_duel_answers(
    better: Forecaster, gain: float, share: float
) -> None:
    """A gain of .03 in one of two, of .064 in nine of ten."""
    courses = courses_of(worse_by(better, gain), better, pairs=60, duels=1.0, count=160)
    assert share_by([course.proven for course in courses], 160) >= share


def test_a_challenger_that_turns_bad_is_taken_back_within_160() -> None:
    """The former recipe is the challenger then."""
    courses = courses_of(worse_by(BEST, 0.064), BEST, pairs=60, duels=MIXED, count=160)
    assert share_by([course.proven for course in courses], 160) >= 0.9


def test_evidence_does_not_grow_where_there_is_no_gain() -> None:
    """The mean over many trials of equals stays at one, as far as the mean is known."""
    equal = Forecaster(0.70)
    values = np.array(
        [
            [counted.value for counted in differences_of(cards)]
            for cards in cards_of(equal, equal, pairs=400, duels=MIXED, count=100)
        ]
    )
    for moment in (1, 10, 30, 100):
        won = np.mean([np.prod(1 + bet * values[:, :moment], axis=1) for bet in BETS], axis=0)
        assert won.mean() <= 1 + 3 * won.std() / np.sqrt(len(won))


def test_the_gain_is_seldom_outside_of_its_interval() -> None:
    """At all moments together, in one of twenty trials at most."""
    worse = worse_by(BETTER, 0.03)
    missed = 0
    for cards in cards_of(worse, BETTER, pairs=25, duels=0.0, count=200):
        values = [counted.value for counted in differences_of(cards)]
        intervals = [gain_interval(values[:moment]) for moment in range(40, 201, 40)]
        missed += any(not interval.low <= 0.03 <= interval.high for interval in intervals)
    assert missed <= 1


def test_a_replay_is_for_the_model_that_sees_better() -> None:
    """With real fits; and the other way round it is against it."""
    pair = draw_pair(1, 60, noise=(9.0, 0.0))
    figures = figures_of((), replayed(pair))
    assert figures.count == figures.replayed == figures.drawn >= 40
    assert figures.log_e > 1
    assert figures.mean > 0.02
