"""The taste as a procedure that learns from any labels."""

import numpy as np
import pytest

from kit.feedback_events import content
from kit.learners import labels_of
from tasted.judging.recipe_learner import KnownLabel, LearntFrom, TasteLearner
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.weighing.user_weights import WeightFactors

RANDOM = np.random.default_rng(3)
ROWS = RANDOM.normal(size=(60, 16)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)
LIKED = [bool(row[0] > 0) for row in ROWS]
VIEWS = {content(place): row[None] for place, row in enumerate(ROWS)}
HISTORY = [row[None] for row in ROWS[40:]]
LABELS = labels_of(LIKED)
NEW = [content(place) for place in range(30, 40)]


def test_it_guesses_as_a_fit_does() -> None:
    """With the same labels and history, and the weights of the user left alone."""
    taste = fit_taste(ROWS[:30], LIKED[:30], history=HISTORY)
    found = TasteLearner(LearntFrom(VIEWS, HISTORY)).guesses(LABELS[:30], NEW)
    assert found == pytest.approx(sigmoid(taste.logit(ROWS[30:40])), abs=1e-9)
    assert np.mean((found > 0.5) == LIKED[30:40]) > 0.7


def test_what_was_learnt_before_changes_nothing() -> None:
    """A guess follows from its labels alone."""
    learner = TasteLearner(LearntFrom(VIEWS, HISTORY))
    once = learner.guesses(LABELS[:20], NEW)
    learner.guesses([KnownLabel(label.id, not label.liked) for label in LABELS[:30]], NEW)
    assert (learner.guesses(LABELS[:20], NEW) == once).all()


def test_without_vectors_there_is_no_guess() -> None:
    """Nor with labels of one kind and nothing to compare with, and none of nothing."""
    learner = TasteLearner(LearntFrom(VIEWS))
    assert np.isnan(learner.guesses(LABELS[:30], [content(99)])).all()
    assert np.isnan(learner.guesses([], NEW)).all()
    assert np.isnan(learner.guesses([KnownLabel(content(99), liked=True)], NEW)).all()
    assert np.isnan(learner.guesses([KnownLabel(content(1), liked=True)], NEW)).all()
    assert learner.guesses(LABELS[:30], []).shape == (0,)


def test_texts_and_weights_count_as_they_do_in_scores() -> None:
    """A column that tells the labels is learnt, unless weighed away; a dealbreaker decides."""
    columns = {
        content(place): np.array([np.nan, np.nan, 1.0 if liked else -1.0])
        for place, liked in enumerate(LIKED)
    }
    noise = {key: np.roll(view, 5) for key, view in VIEWS.items()}
    known = LearntFrom(noise, columns=columns, ruled_out={NEW[0]})
    told = TasteLearner(known).guesses(LABELS[:30], NEW)
    assert np.mean((told[1:] > 0.5) == LIKED[31:40]) == 1
    assert told[0] < 0.1
    unheard = TasteLearner(known, WeightFactors(1.0, 1.0, 0.0)).guesses(LABELS[:30], NEW)
    assert np.abs(unheard - 0.5).mean() < np.abs(told - 0.5).mean()


def test_copies_count_once() -> None:
    """Twenty copies of a like are one like."""
    twins = {content(100 + place): ROWS[0][None] + 0 for place in range(20)}
    labels = [*LABELS[:20], *(KnownLabel(key, LIKED[0]) for key in twins)]
    views = VIEWS | {key: np.roll(ROWS[place], place + 1)[None] for place, key in enumerate(twins)}
    together = LearntFrom(views, HISTORY, copies=dict.fromkeys([content(0), *twins], 7))
    apart = LearntFrom(views, HISTORY)
    liked = np.mean(LIKED[:20])
    means = [TasteLearner(known).guesses(labels, NEW).mean() for known in (together, apart)]
    rate = (liked, 1.0) if LIKED[0] else (liked, 0.0)
    assert abs(means[0] - rate[0]) < abs(means[1] - rate[0])
