"""Runs every method on every simulated user. Prints nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.taste.methods import METHODS
from bench.taste.world import Kind, User, draw_user
from tasted.records import Verdict
from tasted.scoring.measures import auc, brier, calibration_error
from tasted.scoring.taste import fit_taste

COUNTS = (3, 10, 30, 100, 300)
LIKE_RATES = (0.3, 0.5)
COVERAGE_COUNT = 100
Array = NDArray[np.float64]


@dataclass(slots=True)
class Cell:
    """What one method did with one number of labels; each list has one entry per user."""

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
    """Verdicts at an error rate of 0.2 and 100 labels: shares, one entry per user."""

    likes_kept: list[float] = field(default_factory=list)
    rejects_kept: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)


Cells = dict[tuple[Kind, str, int], Cell]


def run(users: int, counts: Sequence[int] = COUNTS) -> tuple[Cells, Coverage]:
    """Return the cells by kind of taste, method and number of labels, and the verdicts.

    Args:
        users: of each kind of taste and like rate; always the same ones.
        counts: numbers of labels.
    """
    cells: Cells = {}
    coverage = Coverage()
    for kind, user in _users(users):
        for count in counts:
            for name, method in METHODS.items():
                scores, probabilities = method(user, count)
                # no probability: the assumed like rate is all that can be said
                probabilities = np.where(np.isnan(probabilities), 0.4, probabilities)
                cell = cells.setdefault((kind, name, count), Cell())
                cell.auc.append(auc(scores, user.test_liked))
                cell.brier.append(brier(probabilities, user.test_liked))
                cell.calibration_error.append(calibration_error(probabilities, user.test_liked))
        _cover(coverage, user)
    return cells, coverage


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


def _cover(coverage: Coverage, user: User) -> None:
    count, liked = COVERAGE_COUNT, user.test_liked
    taste = fit_taste(user.pool[:count], user.liked[:count], history=user.history)
    verdicts = np.array(taste.verdict(user.test, 0.2))
    is_match, is_no_match = verdicts == Verdict.MATCH, verdicts == Verdict.NO_MATCH
    coverage.likes_kept.append(float(1 - is_no_match[liked].mean()))
    coverage.rejects_kept.append(float(1 - is_match[~liked].mean()))
    decided = is_match | is_no_match
    coverage.decided.append(float(decided.mean()))
    if decided.any():
        coverage.right.append(float((is_match == liked)[decided].mean()))
