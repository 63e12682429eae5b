"""What a trial does with its evidence."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.trials import counted
from tasted.trials.differences import CountedDifference
from tasted.trials.evidence import Evidence
from tasted.trials.rules import (
    TrialFigures,
    TrialStep,
    WatchStep,
    figures_of,
    next_step,
    next_watch_step,
    times_rarer,
)

ENOUGH = TrialFigures(
    count=40,
    liked=8,
    rejected=32,
    low=-0.1,
    high=0.2,
    log_e=math.log(20),
    drawn=20,
    drawn_liked=4,
    drawn_guessed=0.25,
)


@pytest.mark.parametrize(
    ("figures", "step"),
    [
        (ENOUGH, TrialStep.PROMOTE),
        (replace(ENOUGH, log_e=math.log(19.9)), TrialStep.OFFER),
        (replace(ENOUGH, log_e=math.log(5)), TrialStep.OFFER),
        (replace(ENOUGH, log_e=math.log(4.9)), TrialStep.WAIT),
        (replace(ENOUGH, count=39), TrialStep.WAIT),
        (replace(ENOUGH, liked=7), TrialStep.WAIT),
        (replace(ENOUGH, rejected=7), TrialStep.WAIT),
        (replace(ENOUGH, drawn_guessed=0.31), TrialStep.WAIT),
        (replace(ENOUGH, drawn=0), TrialStep.WAIT),
        (replace(ENOUGH, log_e=0.0, high=0.0049), TrialStep.DISMISS),
        (replace(ENOUGH, log_e=0.0, count=640), TrialStep.DISMISS),
        (replace(ENOUGH, log_e=math.log(19), count=640), TrialStep.DISMISS),
        (replace(ENOUGH, count=640), TrialStep.PROMOTE),
    ],
    ids=str,
)
def test_a_step_needs_evidence_and_answers(figures: TrialFigures, step: TrialStep) -> None:
    """A proof with few answers, or by a challenger that guesses too many likes, is none."""
    assert next_step(figures, has_all_references=True) is step


def test_a_challenger_that_lacks_labels_is_not_promoted() -> None:
    """It could not decide yet."""
    assert next_step(ENOUGH, has_all_references=False) is TrialStep.WAIT


@pytest.mark.parametrize(
    ("figures", "step"),
    [
        (TrialFigures(count=159), WatchStep.WATCH),
        (TrialFigures(count=160), WatchStep.SETTLE),
        (TrialFigures(count=9, log_e=math.log(20)), WatchStep.TAKE_BACK),
        (TrialFigures(count=160, log_e=math.log(20)), WatchStep.TAKE_BACK),
    ],
)
def test_after_a_promotion_the_former_recipe_is_watched(
    figures: TrialFigures, step: WatchStep
) -> None:
    """For 160 answers, or until it has proven the better one."""
    assert next_watch_step(figures) is step


_differences = st.lists(
    st.builds(
        CountedDifference,
        seq=st.integers(1, 999),
        content=st.just("0" * 64),
        liked=st.booleans(),
        is_drawn=st.booleans(),
        in_force=st.floats(0, 1),
        challenger=st.floats(0, 1),
    ),
    max_size=20,
)


@given(_differences, _differences)
def test_replayed_answers_come_first_and_count_alike(
    replayed: list[CountedDifference], live: list[CountedDifference]
) -> None:
    """A trial goes on with the evidence of its replay."""
    figures = figures_of(live, replayed)
    every = [*replayed, *live]
    assert figures.log_e == Evidence(item.value for item in every).log_e
    assert (figures.count, figures.replayed) == (len(every), len(replayed))
    assert figures.liked + figures.rejected == figures.count
    assert figures.low - 1e-9 <= figures.mean <= figures.high + 1e-9
    assert figures.nearer + figures.farther <= figures.count
    assert figures.drawn == sum(item.is_drawn for item in every)


def test_the_like_rate_is_that_of_drawn_cards() -> None:
    """Duel cards are no fair sample of the stream."""
    live = [
        counted(1, 0.5, 0.9, liked=True, is_drawn=True),
        counted(2, 0.5, 0.5, liked=False, is_drawn=True),
        counted(3, 0.5, 0.1, liked=True),
    ]
    figures = figures_of(live)
    assert figures.like_rate_error == pytest.approx(0.2)
    assert figures_of(live[2:]).like_rate_error is None


@pytest.mark.parametrize(
    ("log_e", "times"), [(math.log(23.9), 23), (math.log(20), 20), (-3.0, 1), (900.0, 10**13)]
)
def test_rarity_is_rounded_down(log_e: float, times: int) -> None:
    """So that nothing sounds surer than it is."""
    assert min(times_rarer(log_e), 10**13) == times
