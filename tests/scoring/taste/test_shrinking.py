"""Probabilities are never worse than to say the share of likes, whatever the labels."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.taste.costs import before_shrinking
from kit.tastes import drawn
from kit.weighings import TasteWeigher
from tasted.evaluation.baselines.registry import FittedName, fit_scorer
from tasted.evaluation.judgements import ReferenceVectors, figures_of, judge_leave_one_out
from tasted.evaluation.metrics import auc, brier
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.shrinking import (
    constant_brier,
    fit_shrinking,
    like_rate,
    like_rates_without,
)
from tasted.scoring.weighing.weigher import COLUMNS, weight_factors

HISTORY = drawn(60, seed=98).vectors
HARD = range(12)
"""Seeds of users whose likes their pictures hardly tell."""


def hard(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of a taste that is hardly there, with both labels."""
    for more in range(100):
        known = drawn(count, seed=1000 * more + seed, sharpness=0.5)
        if 1 < known.liked.sum() < count - 1:
            return known.vectors, known.liked
    raise AssertionError("no seed with both labels")


@settings(max_examples=200, deadline=None)
@given(
    logits=st.lists(st.floats(-8, 8), min_size=2, max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_constant_predictor_is_never_better(logits: list[float], seed: int) -> None:
    """Logits of any kind are drawn in until they are no worse, and no further than they must."""
    random = np.random.default_rng(seed)
    left_out, targets = np.array(logits), (random.random(len(logits)) < 0.5).astype(np.float64)
    targets[:2] = 0.0, 1.0
    shrinking = fit_shrinking(left_out, targets)
    shown = shrinking.shrunk(left_out)
    assert 0 < shrinking.factor <= 1
    assert brier(sigmoid(shown), targets == 1) <= constant_brier(targets) + 1e-9
    assert (np.diff(shown[np.argsort(left_out)]) >= 0).all()
    if brier(sigmoid(left_out), targets == 1) <= constant_brier(targets):
        assert shrinking.factor == 1


def test_the_share_of_likes_is_told_without_each_label() -> None:
    """As a fit that never saw the label would know it."""
    targets = np.array([1.0, 1.0, 0.0, 1.0, 0.0])
    for index, rate in enumerate(like_rates_without(targets)):
        assert rate == pytest.approx(like_rate(np.delete(targets, index)))


@pytest.mark.parametrize("name", get_args(FittedName))
@pytest.mark.parametrize("count", [4, 10, 30])
def test_a_hard_taste_is_told_no_worse_than_by_the_share_of_likes(
    name: FittedName, count: int
) -> None:
    """What is shown of pictures that were left out; the order is that of the fit before."""
    drawn_in = 0
    for seed in HARD:
        vectors, liked = hard(count, seed)
        known = ReferenceVectors(
            [row[None] for row in vectors], vectors, liked, np.ones(count, np.bool_), HISTORY
        )
        figures = figures_of(judge_leave_one_out(name, known))
        assert figures.brier is not None
        assert figures.base_brier is not None
        assert figures.brier <= figures.base_brier + 1e-9
        scorer = fit_scorer(name, vectors, liked, history=HISTORY)
        before = before_shrinking(scorer, scorer.leave_one_out)
        assert auc(scorer.leave_one_out, liked) == auc(np.round(before, 12), liked)
        drawn_in += scorer.shrinking < 1
    assert drawn_in > 0


def test_the_users_weights_are_no_way_round_it() -> None:
    """Logits that are weighed anew are drawn in anew."""
    for seed in HARD:
        vectors, liked = hard(10, seed)
        taste = fit_scorer("taste", vectors, liked, history=HISTORY)
        weights = weight_factors({"physical": 1.0, "personality": 0.1, "interests": 0.1})
        weigher = TasteWeigher(
            taste,  # type: ignore[arg-type]  # the scorer named taste is one
            weights,
            reference_columns=np.full((10, len(COLUMNS)), np.nan),
        )
        shown = [
            weigher.weigh(row[None], reference=index).probability
            for index, row in enumerate(vectors)
        ]
        probabilities = np.array(shown, np.float64)
        assert brier(probabilities, liked) <= constant_brier(liked.astype(np.float64)) + 1e-9
