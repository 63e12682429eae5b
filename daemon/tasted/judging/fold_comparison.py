"""Two recipes on the same labels, in five times five folds, before a trial. Pure.

Each recipe learns four fifths of the labels and guesses the rest. Near copies and the photos of a
profile stay together, so that nobody is asked what it was told. Folds of one labelling share most
of their labels, so the plain t of 25 gains is far too sure: the variance is multiplied by
1/25 + 1/4 instead of 1/25. Source: Nadeau and Bengio, Inference for the Generalization Error,
Machine Learning 52 (2003). It is computed once for the same labels, never watched.
"""

import math
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tasted.judging.recipe_learner import KnownLabel, RecipeLearner
from tasted.trials.trial_file import FoldFigures

FOLDS, REPEATS = 5, 5
EACH_MIN = 10
"""So many pictures of either label are needed; with fewer, folds say nothing."""
T_RECOMMENDED = 1.76
"""A gain with this t, or a higher one, comes up in less than one of twenty pairs of equals."""
_TEST_PER_TRAINING = 1 / (FOLDS - 1)
_T_MAX = 99.0
_ROUNDING = 1e-12

Array = NDArray[np.float64]
Groups = NDArray[np.intp]


class FoldVerdict(StrEnum):
    """What the labels say of a challenger."""

    UNKNOWN = "unknown"
    """Too few labels to say anything: it may be tried."""
    REFUSED = "refused"
    """It is no better even on what is known: it is not tried."""
    OPEN = "open"
    """Better, but not surely."""
    RECOMMENDED = "recommended"
    """Surely better, as far as labels can tell."""
    AGAINST = "against"
    """Surely worse: one that a person asked for stops, and asks."""


class FoldComparison:
    """A comparison, fold by fold, so that others get their turn between two.

    Args:
        in_force: the recipe that decides.
        challenger: the other one.
        labels: n pictures and profiles.
        groups: (n,), equal numbers for what must stay together.
        seed: of the folds; 0 or more.
    """

    def __init__(
        self,
        in_force: RecipeLearner,
        challenger: RecipeLearner,
        labels: Sequence[KnownLabel],
        groups: Groups,
        *,
        seed: int = 0,
    ) -> None:
        self._sides = (in_force, challenger)
        self._labels = labels
        self._folds = folds(np.array([label.liked for label in labels]), groups, seed=seed)
        self._gains: list[float] = []

    @property
    def of(self) -> int:
        """How many folds there are; 0 with too few labels."""
        return len(self._folds)

    @property
    def done(self) -> int:
        """How many folds are compared."""
        return len(self._gains)

    @property
    def is_done(self) -> bool:
        """Whether all are."""
        return self.done == self.of

    def step(self) -> None:
        """Compare the next fold: two fits. Nothing when all are done."""
        if self.is_done:
            return
        is_tested = self._folds[self.done]
        known = [label for label, out in zip(self._labels, is_tested, strict=True) if not out]
        asked = [label for label, out in zip(self._labels, is_tested, strict=True) if out]
        outcomes = np.array([label.liked for label in asked], np.float64)
        errors = [
            (side.guesses(known, [label.id for label in asked]) - outcomes) ** 2
            for side in self._sides
        ]
        gains = errors[0] - errors[1]
        both = gains[np.isfinite(gains)]
        self._gains.append(float(both.mean()) if len(both) else 0.0)

    def figures(self) -> FoldFigures | None:
        """Return what all folds say; None with too few labels, or before all are compared."""
        if not self._folds or not self.is_done:
            return None
        gains = np.array(self._gains)
        return FoldFigures(len(self._labels), float(gains.mean()), corrected_t(gains))


def compare_in_folds(
    in_force: RecipeLearner,
    challenger: RecipeLearner,
    labels: Sequence[KnownLabel],
    groups: Groups,
    *,
    seed: int = 0,
) -> FoldFigures | None:
    """Compare two recipes at once; see `FoldComparison`."""
    comparison = FoldComparison(in_force, challenger, labels, groups, seed=seed)
    while not comparison.is_done:
        comparison.step()
    return comparison.figures()


def folds(liked: NDArray[np.bool_], groups: Groups, *, seed: int) -> tuple[NDArray[np.bool_], ...]:
    """Return what is tested in each of 25 folds, (n,) each; none with too few labels.

    A group is tested as a whole. Likes and rejects are dealt evenly.

    Args:
        liked: (n,).
        groups: (n,), equal numbers for what stays together.
        seed: equal ones give equal folds.
    """
    numbers, places = np.unique(groups, return_inverse=True)
    likes = np.bincount(places, weights=liked, minlength=len(numbers))
    is_liked = 2 * likes >= np.bincount(places, minlength=len(numbers))
    if min(int(is_liked.sum()), int((~is_liked).sum())) < EACH_MIN:
        return ()
    found = []
    for repeat in range(REPEATS):
        random = np.random.default_rng([seed, repeat])
        fold_of = np.empty(len(numbers), np.intp)
        dealt = 0
        for kind in (is_liked, ~is_liked):
            members = random.permutation(np.flatnonzero(kind))
            # the next kind goes on where the last one stopped, so that folds are of one size
            fold_of[members] = (dealt + np.arange(len(members))) % FOLDS
            dealt += len(members)
        found += [fold_of[places] == fold for fold in range(FOLDS)]
    return tuple(found)


def corrected_t(gains: Array) -> float:
    """Return the t of the mean of 25 gains, corrected for folds that share their labels."""
    mean = float(gains.mean())
    variance = float(gains.var(ddof=1)) * (1 / len(gains) + _TEST_PER_TRAINING)
    if variance <= _ROUNDING**2:
        return 0.0 if abs(mean) <= _ROUNDING else math.copysign(_T_MAX, mean)
    return max(-_T_MAX, min(_T_MAX, mean / math.sqrt(variance)))


def fold_verdict(figures: FoldFigures | None) -> FoldVerdict:
    """Return what a comparison says of the challenger."""
    if figures is None:
        return FoldVerdict.UNKNOWN
    if figures.t >= T_RECOMMENDED:
        return FoldVerdict.RECOMMENDED
    if figures.gain > 0:
        return FoldVerdict.OPEN
    return FoldVerdict.AGAINST if figures.t <= -T_RECOMMENDED else FoldVerdict.REFUSED
