"""Evidence: bets on differences, and where the mean difference may lie."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.trials.evidence import BETS, LOG_PROVEN, Evidence, gain_interval

differences = st.lists(st.floats(-1, 1), max_size=60)


def won(values: tuple[float, ...]) -> float:
    """Return E as its formula has it."""
    return sum(math.prod(1 + bet * value for value in values) for bet in BETS) / len(BETS)


@given(differences)
def test_it_is_the_mean_of_what_the_bets_won(values: list[float]) -> None:
    """In logarithms as in products, at every moment."""
    evidence = Evidence()
    highest = 0.0
    for taken, value in enumerate(values, 1):
        evidence.take(value)
        assert evidence.log_e == pytest.approx(math.log(won(tuple(values[:taken]))), abs=1e-9)
        highest = max(highest, evidence.log_e)
    assert evidence.count == len(values)
    assert evidence.max_log_e == highest
    assert Evidence(values).log_e == evidence.log_e


@given(differences)
def test_the_order_of_answers_does_not_matter(values: list[float]) -> None:
    """Neither to the evidence nor to the interval."""
    shuffled = sorted(values)
    assert Evidence(shuffled).log_e == pytest.approx(Evidence(values).log_e, abs=1e-9)
    one, other = gain_interval(values), gain_interval(shuffled)
    assert one.low == pytest.approx(other.low, abs=1e-5)
    assert one.high == pytest.approx(other.high, abs=1e-5)


@pytest.mark.parametrize(
    ("wins", "win", "loss"),
    [(0.5, 1.0, -1.0), (0.2, 0.8, -0.2), (0.9, 0.1, -0.9), (0.4, 0.6, -0.5)],
)
def test_against_a_better_recipe_it_is_a_supermartingale(
    wins: float, win: float, loss: float
) -> None:
    """All of 2^12 courses of twelve answers, weighed exactly: no growth, and Ville's bound."""
    courses = list(product((win, loss), repeat=12))
    chances = [math.prod(wins if value == win else 1 - wins for value in run) for run in courses]
    found = [Evidence(run) for run in courses]
    mean = sum(
        chance * math.exp(evidence.log_e) for chance, evidence in zip(chances, found, strict=True)
    )
    assert mean <= 1 + 1e-9
    ever = sum(
        chance
        for chance, evidence in zip(chances, found, strict=True)
        if evidence.max_log_e >= LOG_PROVEN
    )
    assert ever <= 0.05


@given(differences)
def test_the_interval_holds_the_mean_and_nothing_impossible(values: list[float]) -> None:
    """It is all of [-1, 1] before the first answer."""
    interval = gain_interval(values)
    mean = sum(values) / len(values) if values else 0.0
    assert -1 <= interval.low <= mean + 1e-9
    assert mean - 1e-9 <= interval.high <= 1
    if not values:
        assert (interval.low, interval.high) == (-1, 1)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_the_interval_of_the_other_side_is_its_mirror(values: list[float]) -> None:
    """Who is called the challenger changes signs only."""
    one, other = gain_interval(values), gain_interval([-value for value in values])
    assert one.low == pytest.approx(-other.high, abs=1e-5)
    assert one.high == pytest.approx(-other.low, abs=1e-5)


def test_it_narrows_with_answers() -> None:
    """To a few hundredths after some hundred."""
    widths = [
        interval.high - interval.low
        for interval in (gain_interval([0.3, -0.2] * pairs) for pairs in (5, 40, 320))
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.1


@pytest.mark.parametrize("difference", [1.0000001, -2.0, math.nan, math.inf])
def test_what_is_no_difference_is_refused(difference: float) -> None:
    """A bet on it could lose more than there is."""
    with pytest.raises(ValueError, match="not in"):
        Evidence([difference])
