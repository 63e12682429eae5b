"""AUC, Brier, ECE and luck, held against sums that can be done by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.evaluation import metrics

LABELLED = st.lists(
    st.tuples(st.integers(-3, 3).map(float), st.booleans()), min_size=2, max_size=40
).filter(lambda pairs: len({liked for _score, liked in pairs}) == 2)
PROBABLE = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def _split(labelled: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([pair[0] for pair in labelled]), np.array([pair[1] for pair in labelled])


@given(LABELLED)
def test_auc_counts_pairs(labelled: list[tuple[float, bool]]) -> None:
    """Each pair of a like and a reject counts 1, one half or 0; turning scores round mirrors it."""
    scores, liked = _split(labelled)
    pairs = [
        (one > other) + (one == other) / 2 for one in scores[liked] for other in scores[~liked]
    ]
    assert metrics.auc(scores, liked) == pytest.approx(np.mean(pairs))
    assert metrics.auc(-scores, liked) == pytest.approx(1 - np.mean(pairs))


def test_a_label_alone_cannot_be_told_apart() -> None:
    """There is no AUC of likes alone, and no luck either."""
    for measure in (metrics.auc, metrics.chance_auc):
        with pytest.raises(ValueError, match="one like and one reject"):
            measure(np.zeros(3), np.ones(3, np.bool_))


def test_figures_by_hand() -> None:
    """Four pictures, one of them wrong by far."""
    probabilities, liked = np.array([0.9, 0.85, 0.2, 0.7]), np.array([True, True, False, False])
    assert metrics.brier(probabilities, liked) == pytest.approx((0.01 + 0.0225 + 0.04 + 0.49) / 4)
    # 0.9 lies in the last bin, 0.85 in the one before: gaps 0.1, 0.15, 0.2, 0.7
    assert metrics.calibration_error(probabilities, liked) == pytest.approx(1.15 / 4)
    assert metrics.base_log_loss(liked) == pytest.approx(np.log(2))
    assert metrics.base_log_loss(np.ones(3, np.bool_)) == 0
    logits = np.log(probabilities / (1 - probabilities))
    assert metrics.mean_log_loss(logits, liked) == pytest.approx(
        -np.log([0.9, 0.85, 0.8, 0.3]).mean()
    )


def test_bins_gather_neighbours_before_they_are_compared() -> None:
    """Two wrong probabilities of one bin cancel out; 1 belongs to the last bin."""
    liked = np.array([True, False])
    assert metrics.calibration_error(np.array([0.52, 0.48]), liked) == pytest.approx(0.48)
    assert metrics.calibration_error(np.array([0.52, 0.52]), liked) == pytest.approx(0.02)
    assert metrics.calibration_error(np.array([1.0, 0.0]), liked) == 0


@given(PROBABLE)
def test_errors_stay_in_their_range(probable: list[tuple[float, bool]]) -> None:
    """The ECE is never above the mean distance of probability and label."""
    probabilities, liked = _split(probable)
    error = metrics.calibration_error(probabilities, liked)
    assert 0 <= error <= np.abs(probabilities - liked).mean() + 1e-12
    assert 0 <= metrics.brier(probabilities, liked) <= 1


@given(PROBABLE)
def test_groups_hold_every_picture_in_order(probable: list[tuple[float, bool]]) -> None:
    """Of ten or more each, where there are so many; their means rise; no like is lost."""
    probabilities, liked = _split(probable)
    groups = metrics.reliability(probabilities, liked)
    assert sum(group.count for group in groups) == len(liked)
    assert len(groups) == 1 or min(group.count for group in groups) >= 10
    means = [group.probability for group in groups]
    assert means == sorted(means) or np.allclose(means, sorted(means))
    likes = sum(group.like_share * group.count for group in groups)
    assert likes == pytest.approx(liked.sum())


def test_luck_reaches_less_far_with_more_labels() -> None:
    """Where shuffling can do anything nothing is above it; later a good ranking is."""
    random = np.random.default_rng(1)
    few = metrics.chance_auc(np.array([0.0, 1.0]), np.array([False, True]))
    some, many = (
        metrics.chance_auc(random.normal(size=count), np.arange(count) < count // 2)
        for count in (16, 400)
    )
    assert few == 1
    assert 0.5 < many < 0.58 < some < 0.9
    flat = metrics.chance_auc(np.zeros(10), np.arange(10) < 5)
    assert flat == 0.5
