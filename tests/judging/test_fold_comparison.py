"""Two recipes in five times five folds of the same labels."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.learners import Knowing, labels_of
from tasted.judging.fold_comparison import (
    EACH_MIN,
    FOLDS,
    REPEATS,
    FoldComparison,
    FoldVerdict,
    compare_in_folds,
    corrected_t,
    fold_verdict,
    folds,
)
from tasted.judging.recipe_learner import KnownLabel
from tasted.trials.trial_file import FoldFigures

LIKED = [place % 3 == 0 for place in range(60)]
SINGLE = np.arange(60)


@given(
    liked=st.lists(st.booleans(), min_size=1, max_size=80),
    sizes=st.lists(st.integers(1, 4), min_size=80, max_size=80),
    seed=st.integers(0, 2**31),
)
def test_a_group_is_tested_as_a_whole_and_once_in_a_round(
    liked: list[bool], sizes: list[int], seed: int
) -> None:
    """Likes and rejects are dealt evenly; with few of either there are no folds."""
    groups = np.repeat(np.arange(80), sizes)[: len(liked)]
    found = folds(np.array(liked), groups, seed=seed)
    if not found:
        return
    assert len(found) == FOLDS * REPEATS
    numbers = np.unique(groups)
    for first in range(0, len(found), FOLDS):
        tested = np.array(found[first : first + FOLDS])
        assert (tested.sum(axis=0) == 1).all()
        for number in numbers:
            assert len({tuple(column) for column in tested[:, groups == number].T}) == 1
        of_round = [len(np.unique(groups[mask])) for mask in tested]
        assert max(of_round) - min(of_round) <= 1


def test_too_few_labels_make_no_folds() -> None:
    """Nine likes are too few; ten are enough; photos of one profile are one."""
    few = np.array([True] * (EACH_MIN - 1) + [False] * 40)
    assert folds(few, np.arange(len(few)), seed=0) == ()
    enough = np.append(few, True)
    assert len(folds(enough, np.arange(len(enough)), seed=0)) == 25
    assert folds(enough, np.append(np.arange(len(few)), 0), seed=0) == ()
    figures = compare_in_folds(Knowing({}), Knowing({}), labels_of(few.tolist()), SINGLE[:49])
    assert figures is None
    assert fold_verdict(figures) is FoldVerdict.UNKNOWN


def test_who_knows_more_is_recommended() -> None:
    """And the other way round it is refused, and spoken against."""
    labels = labels_of(LIKED)
    sure = Knowing({label.id: 0.8 if label.liked else 0.2 for label in labels})
    unsure = Knowing({label.id: 0.5 for label in labels})
    figures = compare_in_folds(unsure, sure, labels, SINGLE)
    assert figures is not None
    assert figures.labels == 60
    assert figures.gain == pytest.approx(0.25 - 0.04)
    assert fold_verdict(figures) is FoldVerdict.RECOMMENDED
    assert fold_verdict(compare_in_folds(sure, unsure, labels, SINGLE)) is FoldVerdict.AGAINST
    assert fold_verdict(compare_in_folds(sure, sure, labels, SINGLE)) is FoldVerdict.REFUSED


class Copying:
    """Knows only what it was told of the same group."""

    def __init__(self, groups: dict[str, int]) -> None:
        self._groups = groups

    def guesses(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> NDArray[np.float64]:
        """Return what was told of the twin."""
        told = {self._groups[label.id]: label.liked for label in labels}
        return np.array([told.get(self._groups[key], 0.5) for key in ids], np.float64)


def test_a_copy_does_not_tell_on_its_twin() -> None:
    """Who remembers copies gains nothing in folds that keep them together."""
    labels = labels_of([place // 2 % 2 == 0 for place in range(80)])
    groups = np.arange(80) // 2
    copying = Copying({label.id: int(group) for label, group in zip(labels, groups, strict=True)})
    unsure = Knowing({label.id: 0.5 for label in labels})
    together = compare_in_folds(unsure, copying, labels, groups)
    apart = compare_in_folds(unsure, copying, labels, np.arange(80))
    assert together is not None
    assert together.gain == 0
    assert apart is not None
    assert apart.gain > 0.1


def test_it_may_be_compared_fold_by_fold() -> None:
    """As the engine does, between other work; what has no guess counts for neither."""
    labels = labels_of(LIKED)
    sure = Knowing({label.id: 0.9 if label.liked else 0.1 for label in labels[5:]})
    comparison = FoldComparison(Knowing({}, otherwise=0.5), sure, labels, SINGLE)
    for done in range(comparison.of):
        assert comparison.figures() is None
        assert comparison.done == done
        comparison.step()
    comparison.step()
    assert comparison.is_done
    figures = comparison.figures()
    assert figures is not None
    assert figures.gain == pytest.approx(0.24)


@given(st.lists(st.floats(-1, 1), min_size=25, max_size=25))
def test_the_corrected_t_is_smaller_than_the_plain_one(gains: list[float]) -> None:
    """By the square root of 1 + 25 / 4, whatever the gains."""
    found = np.array(gains)
    spread = float(found.std(ddof=1))
    corrected = corrected_t(found)
    if spread < 1e-9:
        assert abs(corrected) in {0.0, 99.0}
        return
    plain = float(found.mean()) / (spread / 5)
    assert corrected == pytest.approx(max(-99, min(99, plain / np.sqrt(1 + 25 / 4))), rel=1e-6)


@pytest.mark.parametrize(
    ("gain", "t", "verdict"),
    [
        (0.02, 1.76, FoldVerdict.RECOMMENDED),
        (0.02, 1.75, FoldVerdict.OPEN),
        (0.0, 0.0, FoldVerdict.REFUSED),
        (-0.01, -1.75, FoldVerdict.REFUSED),
        (-0.01, -1.76, FoldVerdict.AGAINST),
    ],
)
def test_the_bounds_of_the_verdicts(gain: float, t: float, verdict: FoldVerdict) -> None:
    """No gain is refused; a sure one is recommended."""
    assert fold_verdict(FoldFigures(50, gain, t)) is verdict
