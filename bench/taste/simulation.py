"""Runs every method on every simulated user. Prints nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.taste.methods import METHODS
from bench.taste.world import Kind, User, draw_user
from tasted.evaluation.metrics import auc, brier, calibration_error
from tasted.records import Verdict
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.taste.shrinking import constant_brier

COUNTS = (3, 10, 30, 100, 300)
LIKE_RATES = (0.3, 0.5)
COVERAGE_COUNTS = (10, 30, 100)
ERROR_RATES = (0.2, 0.1)
Array = NDArray[np.float64]


@dataclass(slots=True)
class Cell:
    """The results of one method with one number of labels; lists have an entry per user."""

    auc: list[float] = field(default_factory=list)
    brier: list[float] = field(default_factory=list)
    calibration_error: list[float] = field(default_factory=list)

    def means(self) -> tuple[float, float, float]:
        """Return mean AUC, Brier score and calibration error."""
        return (
            float(np.mean(self.auc)),
            float(np.mean(self.brier)),
            float(np.mean(self.calibration_error)),
        )


@dataclass(slots=True)
class Coverage:
    """Verdicts with one number of labels at one error rate: shares, one entry per user.

    Of the user's likes and rejects among the test pictures by the oracle: each picture counts by
    its probability of a like, so that little of the spread is luck of the test.
    """

    likes_kept: list[float] = field(default_factory=list)
    rejects_kept: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    """Only of users with a verdict."""

    def share_below(self, least: float) -> tuple[float, float]:
        """Return the share of users with fewer kept, of likes and of rejects."""
        return (
            float(np.mean(np.array(self.likes_kept) < least)),
            float(np.mean(np.array(self.rejects_kept) < least)),
        )

    def lowest(self, percent: float) -> tuple[float, float]:
        """Return what is kept for the users at this percentile, of likes and of rejects."""
        return (
            float(np.percentile(self.likes_kept, percent)),
            float(np.percentile(self.rejects_kept, percent)),
        )


@dataclass(slots=True)
class Simulated:
    """Everything that was found out."""

    cells: "Cells" = field(default_factory=dict)
    coverage: dict[tuple[int, float], Coverage] = field(default_factory=dict)
    """By number of labels and error rate."""
    worse_than_constant: dict[int, int] = field(default_factory=dict)
    """By number of labels: for how many users the left-out Brier score of what is shown is worse
    than that of who knows the share of likes."""


Cells = dict[tuple[Kind, str, int], Cell]


def run(users: int, counts: Sequence[int] = COUNTS) -> Simulated:
    """Return the cells by kind of taste, method and number of labels, and the coverage.

    Args:
        users: of each kind of taste and like rate, from fixed seeds.
        counts: numbers of labels.
    """
    found = Simulated()
    for kind, user in _users(users):
        for count in counts:
            for name, method in METHODS.items():
                scores, probabilities = method(user, count)
                # without a probability, the assumed like rate
                probabilities = np.where(np.isnan(probabilities), 0.4, probabilities)
                cell = found.cells.setdefault((kind, name, count), Cell())
                cell.auc.append(auc(scores, user.test_liked))
                cell.brier.append(brier(probabilities, user.test_liked))
                cell.calibration_error.append(calibration_error(probabilities, user.test_liked))
        for count in COVERAGE_COUNTS:
            _add_coverage(found, user, count)
    return found


def pooled(cells: Cells, name: str, count: int) -> Cell:
    """Return a method's cell over all kinds of taste."""
    whole = Cell()
    for kind in Kind:
        cell = cells[kind, name, count]
        whole.auc += cell.auc
        whole.brier += cell.brier
        whole.calibration_error += cell.calibration_error
    return whole


def _users(users: int) -> Iterator[tuple[Kind, User]]:
    for kind in Kind:
        for like_rate in LIKE_RATES:
            for seed in range(users):
                yield kind, draw_user(kind, like_rate, seed)


def _add_coverage(found: Simulated, user: User, count: int) -> None:
    liked = user.liked[:count]
    taste = fit_taste(user.pool[:count], liked, history=user.history)
    if 0 < liked.sum() < count:
        shown = brier(sigmoid(taste.leave_one_out - taste.offset), liked)
        is_worse = shown > constant_brier(liked.astype(np.float64)) + 1e-12
        found.worse_than_constant[count] = found.worse_than_constant.get(count, 0) + is_worse
    likely = user.test_probability
    for error_rate in ERROR_RATES:
        coverage = found.coverage.setdefault((count, error_rate), Coverage())
        verdicts = np.array(taste.verdict(user.test, error_rate))
        is_match, is_no_match = verdicts == Verdict.MATCH, verdicts == Verdict.NO_MATCH
        coverage.likes_kept.append(float(1 - likely @ is_no_match / likely.sum()))
        coverage.rejects_kept.append(float(1 - (1 - likely) @ is_match / (1 - likely).sum()))
        decided = is_match | is_no_match
        coverage.decided.append(float(decided.mean()))
        if decided.any():
            coverage.right.append(float((is_match == user.test_liked)[decided].mean()))
