"""Ten cards in a row hold six, three and one, wherever a queue is filled up."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.scoring.asking.composition import RECHECK_EVERY, CardKind, is_recheck_turn
from tasted.scoring.asking.slots import slots

seeds = st.integers(0, 2**63)


@given(seed=seeds, block=st.integers(0, 500))
def test_ten_cards_hold_six_three_and_one(seed: int, block: int) -> None:
    """In every ten that begin with a round number."""
    kinds = Counter(slots(10 * block, 10, seed=seed, has_rechecks=False))
    assert kinds == {"ask": 6, "explore": 3, "best": 1}


@given(seed=seeds, block=st.integers(0, 500))
def test_in_a_trial_four_of_ten_are_duels(seed: int, block: int) -> None:
    """Beside four that are asked and two that are drawn."""
    kinds = slots(10 * block, 10, seed=seed, has_rechecks=False, has_trial=True)
    assert Counter(kinds) == {"ask": 4, "explore": 2, "duel": 4}


@given(seed=seeds, wanted=st.sets(st.sampled_from(["ask", "explore", "best"]), min_size=1))
def test_a_trial_keeps_to_what_is_wanted(seed: int, wanted: set[CardKind]) -> None:
    """Who wants the best guesses alone gets them, and no duel."""
    kinds = slots(0, 60, seed=seed, has_rechecks=False, has_trial=True, wanted=frozenset(wanted))
    assert set(kinds) == (wanted - {"best"} or wanted)


@given(seed=seeds, first=st.integers(0, 300), parts=st.lists(st.integers(0, 15), max_size=8))
def test_a_queue_may_be_filled_in_parts(seed: int, first: int, parts: list[int]) -> None:
    """What was chosen before decides nothing but the number."""
    whole = slots(first, sum(parts), seed=seed, has_rechecks=True)
    together: tuple[CardKind, ...] = ()
    for part in parts:
        together += slots(first + len(together), part, seed=seed, has_rechecks=True)
    assert together == whole


@given(seed=seeds)
def test_one_in_thirty_is_a_recheck(seed: int) -> None:
    """Where there are answers to ask again."""
    kinds = slots(0, 10 * RECHECK_EVERY, seed=seed, has_rechecks=True)
    assert [n for n, kind in enumerate(kinds) if kind == "recheck"] == [
        n for n in range(10 * RECHECK_EVERY) if is_recheck_turn(n)
    ]
    assert kinds.count("recheck") == 10
    assert "recheck" not in slots(0, 300, seed=seed, has_rechecks=False)


@given(seed=seeds, wanted=st.sets(st.sampled_from(["ask", "explore", "best"]), min_size=1))
def test_only_wanted_kinds_come(seed: int, wanted: set[CardKind]) -> None:
    """In the proportions that they have among ten."""
    kinds = slots(0, 60, seed=seed, has_rechecks=True, wanted=frozenset(wanted))
    assert set(kinds) == wanted
    assert slots(7, 3, seed=seed, has_rechecks=True, wanted=frozenset({"recheck"})) == (
        "recheck",
        "recheck",
        "recheck",
    )


def test_the_order_is_drawn() -> None:
    """No place among ten gives the best guess away."""
    places = {slots(0, 10, seed=seed, has_rechecks=False).index("best") for seed in range(200)}
    assert places == set(range(10))


def test_a_queue_of_nothing_is_refused() -> None:
    """It would never be filled."""
    with pytest.raises(ValueError, match="a kind"):
        slots(0, 1, seed=0, has_rechecks=False, wanted=frozenset())
