"""The share of likes in the stream is learnt from what chance chose, whatever else was asked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.tastes import drawn
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE, gather
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.shrinking import PSEUDO_LABELS

STREAM = drawn(500, seed=41)
HISTORY = drawn(60, seed=42).vectors
few = settings(max_examples=25, deadline=None)


@few
@given(seed=st.integers(0, 2**31), count=st.integers(4, 20))
def test_the_share_without_a_label_is_that_of_the_others(seed: int, count: int) -> None:
    """So that no label vouches for itself, drawn or not."""
    random = np.random.default_rng(seed)
    known = drawn(count, seed=seed)
    by_chance = random.random(count) < 0.5
    liked = np.arange(count) % 2 == 0
    labelled = gather(known.vectors, liked, history=HISTORY, drawn=by_chance)
    for place, without in enumerate(labelled.own_rates_without):
        others = np.arange(count) != place
        rest = gather(
            known.vectors[others], liked[others], history=HISTORY, drawn=by_chance[others]
        )
        assert without == pytest.approx(rest.own_rate, abs=1e-12)


def test_the_share_is_counted_among_drawn_labels_alone() -> None:
    """With six assumed ones; without any drawn it is the assumed share."""
    known = drawn(10, seed=3)
    liked = np.array([True] * 6 + [False] * 4)
    by_chance = np.array([True, False] * 5)
    labelled = gather(known.vectors, liked, drawn=by_chance)
    assert labelled.own_rate == (3 + PSEUDO_LABELS * STREAM_LIKE_RATE) / (5 + PSEUDO_LABELS)
    assert labelled.like_rate == labelled.own_rate
    assert labelled.offset(np.zeros(0)) == 0.0
    none = gather(known.vectors, liked, drawn=np.zeros(10, np.bool_))
    assert none.own_rate == pytest.approx(STREAM_LIKE_RATE)


def test_brought_labels_are_led_to_the_stream_by_what_was_drawn() -> None:
    """They were chosen for what they are: their own share says nothing, nor does that of cards."""
    known = drawn(12, seed=3)
    liked = np.array([True] * 9 + [False] * 3)
    brought = np.array([True] * 4 + [False] * 8)
    by_chance = np.array([False] * 8 + [True] * 4)
    labelled = gather(known.vectors, liked, curated=brought, drawn=by_chance)
    assert labelled.like_rate == (1 + PSEUDO_LABELS * STREAM_LIKE_RATE) / (4 + PSEUDO_LABELS)
    assert labelled.offset(np.zeros(0)) < 0


def test_judging_the_matches_alone_does_not_make_everything_a_match() -> None:
    """Of the best half many are liked; the stream is what it was."""
    best = np.argsort(-STREAM.vectors @ _liked_direction())[:40]
    by_chance = np.arange(100, 140)
    chosen = np.concatenate([best, by_chance])
    vectors, liked = STREAM.vectors[chosen], STREAM.liked[chosen]
    rest = np.setdiff1d(np.arange(500), chosen)
    truth = STREAM.liked[rest].mean()
    flags = np.arange(len(chosen)) >= len(best)
    naive = sigmoid(fit_taste(vectors, liked, history=HISTORY).logit(STREAM.vectors[rest])).mean()
    told = sigmoid(
        fit_taste(vectors, liked, history=HISTORY, drawn=flags).logit(STREAM.vectors[rest])
    ).mean()
    assert liked[: len(best)].mean() > truth + 0.2
    assert abs(told - truth) < abs(naive - truth)


def _liked_direction() -> np.ndarray:
    other = drawn(400, seed=77)
    return np.asarray(
        other.vectors[other.liked].mean(axis=0) - other.vectors[~other.liked].mean(axis=0)
    )


def test_flags_of_another_length_are_refused() -> None:
    """They would belong to other labels."""
    known = drawn(6, seed=1)
    with pytest.raises(ValueError, match="drawn"):
        fit_taste(known.vectors, known.liked, drawn=np.ones(5, np.bool_))
