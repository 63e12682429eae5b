"""Intervals around AUC and Brier score: wide with few labels, and right nine times in ten."""

import numpy as np
import pytest

from tasted.scoring.separation import auc, auc_interval, brier, brier_interval


def test_the_interval_holds_the_estimate_and_shrinks() -> None:
    """Also where likes and rejects are separated without a fault."""
    for area in (0.0, 0.3, 0.5, 0.8, 1.0):
        few, many = auc_interval(area, 5, 7), auc_interval(area, 50, 70)
        for low, high in (few, many):
            assert 0.0 <= low <= area <= high <= 1.0
        assert many[1] - many[0] < few[1] - few[0]
    low, high = auc_interval(1.0, 4, 4)
    assert low < 0.9
    assert high == pytest.approx(1.0, abs=1e-9)


def test_the_intervals_hold_the_truth_about_nine_times_in_ten() -> None:
    """Two normal distributions a standard deviation apart, 60 answers each time."""
    random = np.random.default_rng(4)
    liked = np.arange(60) < 20
    true_area, within, rounds = 0.7602, 0, 400
    briers, probabilities = [], []
    for _round in range(rounds):
        scores = random.normal(size=60) + liked
        low, high = auc_interval(auc(scores, liked), 20, 40)
        within += low <= true_area <= high
        guesses = 1 / (1 + np.exp(-(scores - 1.2)))
        probabilities.append(brier_interval(guesses, liked))
        briers.append(brier(guesses, liked))
    true_brier = float(np.mean(briers))
    right = sum(low <= true_brier <= high for low, high in probabilities)
    assert 0.84 <= within / rounds <= 0.97
    assert 0.84 <= right / rounds <= 0.97


def test_a_single_answer_leaves_everything_open() -> None:
    """No spread can be told from one."""
    assert brier_interval(np.array([0.4]), np.array([True])) == (0.0, 1.0)
