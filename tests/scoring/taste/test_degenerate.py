"""Input that teaches nothing, or is none: a clear error or no verdict, and never a stray NaN."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.tastes import DIMENSIONS, drawn, sum_of_references
from kit.weighings import TasteWeigher
from tasted.records import Verdict
from tasted.scoring.taste.fit import Taste, fit_taste
from tasted.scoring.taste.label_stages import Stage

NEW = drawn(50, seed=99).vectors
HISTORY = drawn(100, seed=98).vectors
ONE = drawn(1, seed=1).vectors


def _is_sound(taste: Taste) -> bool:
    """Tell whether every number that is promised is one, and bytes keep it."""
    assert np.isfinite(taste.logit(NEW)).all()
    assert np.isfinite(taste.leave_one_out).all()
    probabilities = taste.probability(NEW)
    assert np.isnan(probabilities).all() or ((probabilities > 0) & (probabilities < 1)).all()
    total = taste.bias + sum_of_references(taste, NEW[:1])
    assert total == pytest.approx(taste.logit(NEW[:1])[0], abs=1e-9)
    return Taste.from_bytes(taste.to_bytes()).to_bytes() == taste.to_bytes()


@pytest.mark.parametrize("history", [None, HISTORY], ids=["alone", "history"])
@pytest.mark.parametrize("count", [2, 12, 700])
def test_identical_references(count: int, history: NDArray[np.float32] | None) -> None:
    """The same picture over and over is one picture, also with both labels."""
    rows = np.repeat(ONE, count, axis=0)
    for liked in (np.ones(count, np.bool_), np.arange(count) % 2 == 0):
        taste = fit_taste(rows, liked, history=history)
        assert _is_sound(taste)
        assert taste.stage in {Stage.RANK_ONLY, Stage.TEXT_ONLY}
        assert set(taste.verdict(NEW)) == {Verdict.UNSURE}


@pytest.mark.parametrize("history", [None, HISTORY], ids=["alone", "history"])
@pytest.mark.parametrize("is_liked", [True, False])
@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_one_class(count: int, history: NDArray[np.float32] | None, *, is_liked: bool) -> None:
    """Labels of one kind give an order, and no verdict."""
    taste = fit_taste(drawn(count, seed=2).vectors, np.full(count, is_liked), history=history)
    assert _is_sound(taste)
    assert set(taste.verdict(NEW)) == {Verdict.UNSURE}
    assert np.isnan(taste.probability(NEW)).all() == (history is None or count < 3)


def test_contradicting_labels() -> None:
    """Every picture is liked and rejected: there is nothing to learn."""
    known = drawn(20, seed=3)
    rows = np.concatenate([known.vectors, known.vectors])
    taste = fit_taste(rows, np.arange(40) < 20, history=HISTORY)
    assert _is_sound(taste)
    assert (taste.liked_count, taste.rejected_count) == (0, 0)
    np.testing.assert_array_equal(taste.weights, 0)
    # beside others, such pictures change nothing
    more = drawn(20, seed=9)
    plain = fit_taste(more.vectors, more.liked, history=HISTORY)
    mixed = fit_taste(
        np.concatenate([more.vectors, rows]),
        np.append(more.liked, np.arange(40) < 20),
        history=HISTORY,
    )
    np.testing.assert_allclose(mixed.logit(NEW), plain.logit(NEW), atol=1e-6)


def test_labels_without_any_sense() -> None:
    """Labels at random: cautious probabilities."""
    known = drawn(200, seed=4)
    liked = np.random.default_rng(4).random(200) < 0.5
    taste = fit_taste(known.vectors, liked, history=HISTORY)
    assert _is_sound(taste)
    assert taste.probability(NEW).std() < 0.15


def test_labels_that_are_plain_to_see() -> None:
    """Two far clusters: the search does not run away."""
    random = np.random.default_rng(5)
    rows = np.eye(DIMENSIONS)[np.arange(300) % 2] + 0.01 * random.normal(size=(300, DIMENSIONS))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    taste = fit_taste(rows.astype(np.float32), np.arange(300) % 2 == 0)
    assert _is_sound(taste)


def test_five_thousand_references() -> None:
    """As many as nobody labels."""
    known = drawn(5000, seed=6, dimensions=24)
    taste = fit_taste(known.vectors, known.liked)
    assert taste.stage is Stage.CALIBRATED
    assert np.isfinite(taste.leave_one_out).all()


def test_a_picture_like_the_background() -> None:
    """A vector that equals the mean has no direction left: it gets the bias."""
    known = drawn(20, seed=7)
    taste = fit_taste(known.vectors, known.liked, history=np.repeat(ONE, 10, axis=0))
    assert taste.logit(ONE)[0] == pytest.approx(taste.bias, abs=1e-12)


def _row(value: float) -> NDArray[np.float32]:
    rows = drawn(3, seed=8).vectors.copy()
    rows[1] *= np.float32(value)
    return rows


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 2.0])
def test_rows_whose_length_is_no_weight(value: float) -> None:
    """The message names the argument and the row, in fit and in scoring."""
    liked = np.array([True, False, True])
    with np.errstate(invalid="ignore"):
        bad = _row(value)
    with pytest.raises(ValueError, match="vectors: row 1 must have a length"):
        fit_taste(bad, liked)
    with pytest.raises(ValueError, match="history: row 1"):
        fit_taste(_row(1), liked, history=bad)
    taste = fit_taste(_row(1), liked)
    for ask in (taste.logit, taste.probability, taste.verdict):
        with pytest.raises(ValueError, match="vectors: row 1"):
            ask(bad)
    with pytest.raises(ValueError, match=r"vector\[0\]: row 0"):
        TasteWeigher(taste).weigh(bad[1])


LABELS = np.array([True, False, True])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vectors": ONE[0]}, "shape (n, d)"),
        ({"vectors": np.ones((3, 4), dtype=np.int64)}, "floats"),
        ({"vectors": []}, "no item"),
        ({"vectors": [ONE, ONE[:0], ONE]}, "vectors[1] has no view"),
        ({"vectors": [ONE, ONE[:, :5], ONE]}, "vectors[1] has 5 dimensions"),
        ({"liked": LABELS[:2]}, "liked must be 3 booleans"),
        ({"liked": [1, 0, 1]}, "liked must be 3 booleans"),
        ({"curated": LABELS[:2]}, "curated must be 3 booleans"),
        ({"history": HISTORY[:, :5]}, "history has 5 dimensions"),
        ({"columns": np.zeros(3)}, "columns must have shape (3, c)"),
        ({"columns": np.zeros((2, 1))}, "columns must have shape (3, c)"),
        ({"columns": np.full((3, 1), np.inf)}, "columns must be finite"),
        ({"stream_like_rate": 0.0}, "stream_like_rate"),
        ({"stream_like_rate": float("nan")}, "stream_like_rate"),
    ],
)
def test_arguments_that_do_not_fit(changed: dict[str, object], message: str) -> None:
    """Each has its own sentence."""
    arguments: dict[str, object] = {"vectors": _row(1), "liked": LABELS, **changed}
    with pytest.raises(ValueError, match=re.escape(message)):
        fit_taste(**arguments)  # type: ignore[arg-type]


def test_columns_that_were_never_fitted() -> None:
    """A taste without columns cannot weigh them."""
    taste = fit_taste(_row(1), LABELS)
    with pytest.raises(ValueError, match=r"columns must have shape \(50, 0\)"):
        taste.logit(NEW, np.zeros((50, 1)))
