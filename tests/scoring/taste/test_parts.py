"""The parts of a taste on their own: logistic fits, calibration, verdicts, background."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasted.records import Verdict
from tasted.scoring.taste.calibration import LOG_TEMPERATURE_MEAN, fit_calibration
from tasted.scoring.taste.centring import background_mean, centred_items
from tasted.scoring.taste.conformal import Conformal, labels_needed
from tasted.scoring.taste.duplicates import same_picture_groups
from tasted.scoring.taste.logistic import fit_logistic, log_loss, sigmoid, slope

few = settings(max_examples=20, deadline=None)


def _problem(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    design = np.concatenate([random.normal(size=(count, 6)), np.ones((count, 1))], axis=1)
    return design, (random.random(count) < 0.5).astype(np.float64)


@few
@given(seed=st.integers(0, 2**31), count=st.integers(0, 40), sd=st.floats(0.1, 100))
def test_the_optimum_is_one(seed: int, count: int, sd: float) -> None:
    """The gradient vanishes, also for separable labels under wide priors."""
    design, targets = _problem(seed, count)
    mean, precision = np.linspace(-1, 1, 7), np.full(7, sd**-2)
    fit = fit_logistic(design, targets, prior_mean=mean, prior_precision=precision)
    gradient = design.T @ fit.residuals - precision * (fit.weights - mean)
    np.testing.assert_allclose(gradient, 0, atol=1e-5)
    assert np.isfinite(fit.log_evidence)


def test_evidence_is_that_of_the_labels() -> None:
    """Against the integral over one weight, on a fine grid."""
    design, targets = np.array([[1.0], [0.5], [-1.0]]), np.array([1.0, 0.0, 0.0])
    fit = fit_logistic(design, targets, prior_mean=np.zeros(1), prior_precision=np.array([4.0]))
    grid = np.linspace(-6, 6, 20001)
    prior = np.exp(-2 * grid**2) * 2 / np.sqrt(2 * np.pi)
    likelihood = np.exp(-log_loss(grid[:, None] * design[:, 0], targets).sum(axis=1))
    integral = (prior * likelihood).sum() * (grid[1] - grid[0])
    assert fit.log_evidence == pytest.approx(np.log(integral), abs=0.02)


def test_left_out_logits_of_one_fit() -> None:
    """One Newton step from the whole fit is all but the refit, over twenty problems."""
    prior = {"prior_mean": np.zeros(7), "prior_precision": np.full(7, 1 / 9)}
    closed, true = [], []
    for seed in range(20):
        design, targets = _problem(seed, 30)
        design[:, :-1] /= np.linalg.norm(design[:, :-1], axis=1, keepdims=True)
        closed.append(fit_logistic(design, targets, **prior).leave_one_out)
        for index in range(30):
            others = np.arange(30) != index
            without = fit_logistic(design[others], targets[others], **prior)
            true.append(design[index] @ without.weights)
    assert np.corrcoef(np.concatenate(closed), true)[0, 1] >= 0.999


def test_a_view_counts_by_its_length() -> None:
    """Half as long is half as much, beside views that agree equally; alone it counts whole."""
    one, two, three = np.eye(3)
    items = centred_items([np.stack([one, 0.5 * two, 0.5 * three]), 0.5 * two[None]], np.zeros(3))
    np.testing.assert_allclose(items, [[0.5, 0.25, 0.25], [0, 1, 0]])


def test_extreme_logits_have_a_loss() -> None:
    """No overflow on either side."""
    logits = np.array([-2000.0, 0.0, 2000.0])
    np.testing.assert_allclose(sigmoid(logits), [0, 0.5, 1])
    np.testing.assert_allclose(slope(logits), [0, 0.25, 0], atol=1e-300)
    np.testing.assert_allclose(log_loss(logits, np.array([0.0, 1.0, 1.0])), [0, np.log(2), 0])


def test_calibration_follows_the_labels() -> None:
    """Overconfident logits are cooled, hidden ones are warmed, and few labels change little."""
    random = np.random.default_rng(1)
    logits = random.normal(size=2000) * 2
    targets = (random.random(2000) < sigmoid(logits)).astype(np.float64)
    assert fit_calibration(logits, targets).temperature == pytest.approx(1, abs=0.15)
    assert fit_calibration(3 * logits, targets).temperature == pytest.approx(1 / 3, rel=0.15)
    assert fit_calibration(logits / 3, targets).temperature == pytest.approx(3, rel=0.2)
    assert fit_calibration(logits + 1, targets).shift == pytest.approx(-1, abs=0.2)
    nothing = fit_calibration(np.zeros(0), np.zeros(0))
    assert nothing == (np.exp(LOG_TEMPERATURE_MEAN), 0.0)


@few
@given(seed=st.integers(0, 2**31), scale=st.floats(0.01, 1000))
def test_calibration_never_turns_the_order_round(seed: int, scale: float) -> None:
    """Not even for logits that say the opposite of the labels."""
    random = np.random.default_rng(seed)
    targets = (random.random(20) < 0.5).astype(np.float64)
    logits = scale * (random.normal(size=20) - 2 * targets)
    found = fit_calibration(logits, targets)
    assert 0 < found.temperature < np.inf
    assert np.isfinite(found.shift)


def test_calibration_without_each_label() -> None:
    """One step from the whole calibration is all but the one that never knew the label."""
    random = np.random.default_rng(2)
    logits = 2 * random.normal(size=25)
    targets = (random.random(25) < sigmoid(logits)).astype(np.float64)
    closed = fit_calibration(logits, targets).leave_one_out(logits, targets)
    true = []
    for index in range(25):
        others = np.arange(25) != index
        found = fit_calibration(logits[others], targets[others])
        true.append(found.temperature * logits[index] + found.shift)
    assert np.corrcoef(closed, true)[0, 1] >= 0.999
    # not what the label itself asks for
    whole = fit_calibration(logits, targets)
    plain = whole.temperature * logits + whole.shift
    assert np.abs(closed - true).max() < 0.5 * np.abs(plain - true).max()


def test_verdicts_by_hand() -> None:
    """Four of each class at 0.2: beyond all of the other class, and inside one's own."""
    conformal = Conformal(np.array([0.0, 1.0, 2.0, 3.0]), np.array([-3.0, -2.0, -1.0, 0.5]))
    logits = np.array([-5.0, -1.0, 0.2, 0.6, 9.0])
    assert conformal.verdicts(logits, max_error_rate=0.2) == (
        Verdict.NO_MATCH,
        Verdict.NO_MATCH,
        Verdict.UNSURE,
        Verdict.MATCH,
        Verdict.MATCH,
    )
    # all the same, a little to the side: what would be against the odds is left unsure
    lower = Conformal(conformal.liked - 2, conformal.rejected - 2)
    assert lower.verdicts(logits - 2, max_error_rate=0.2)[3:] == (Verdict.UNSURE, Verdict.MATCH)
    higher = Conformal(conformal.liked + 2, conformal.rejected + 2)
    assert higher.verdicts(logits + 2, max_error_rate=0.2)[:2] == (
        Verdict.NO_MATCH,
        Verdict.UNSURE,
    )
    fewer = Conformal(conformal.liked, conformal.rejected[:3])
    assert set(fewer.verdicts(logits, max_error_rate=0.2)) == {Verdict.UNSURE}


@pytest.mark.parametrize(("rate", "needed"), [(0.2, 4), (0.1, 9), (0.05, 19), (0.5, 1), (0.3, 3)])
def test_labels_needed(rate: float, needed: int) -> None:
    """As many as make one outlier rarer than the rate."""
    assert labels_needed(rate) == needed


def test_the_background_is_history_then_references() -> None:
    """References where the history is small, and nothing from fewer than ten."""
    rows = np.eye(12, dtype=np.float32)
    none = background_mean(rows[:9], None, dimensions=12)
    np.testing.assert_array_equal(none, np.zeros(12))
    np.testing.assert_allclose(background_mean(rows, None, dimensions=12), np.full(12, 1 / 12))
    np.testing.assert_allclose(
        background_mean(rows[:9], rows[:1], dimensions=12), rows[[*range(9), 0]].mean(axis=0)
    )
    np.testing.assert_allclose(
        background_mean(rows[:9], rows[:10], dimensions=12), rows[:10].mean(axis=0)
    )


def test_items_are_means_of_their_views() -> None:
    """Two views count the same, an odd one out counts less, and the mean is not made longer."""
    rows = np.eye(3)
    one, two, three = centred_items(
        [rows[:1], rows[:2], np.array([rows[0], rows[0], rows[1]])], np.zeros(3)
    )
    np.testing.assert_allclose(one, rows[0])
    np.testing.assert_allclose(two, [0.5, 0.5, 0])
    assert three[1] < 0.05
    assert three.sum() == pytest.approx(1)


def test_the_same_picture_is_found_over_others_between() -> None:
    """Copies and copies of copies are one; similar pictures are two."""
    angles = np.array([0.0, 0.04, 1.0, 0.08, 1.2, 0.0])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert same_picture_groups(rows).tolist() == [0, 0, 1, 0, 2, 0]
    assert same_picture_groups(np.zeros((3, 2))).tolist() == [0, 0, 0]
    assert same_picture_groups(np.zeros((0, 2))).tolist() == []
