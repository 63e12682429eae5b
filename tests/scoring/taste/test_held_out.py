"""A taste whose embedder has seen the labels is judged by logits that have not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.tastes import drawn
from tasted.records import Verdict
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.held_out import with_held_out
from tasted.scoring.taste.model import Taste

COUNT = 120


def overfitted(
    vectors: NDArray[np.float32], liked: NDArray[np.bool_], seed: int
) -> NDArray[np.float32]:
    """Return vectors as of an embedder that knows the labels by heart: each leans to its own."""
    lean = np.random.default_rng(seed).normal(size=vectors.shape[1])
    lean /= np.linalg.norm(lean)
    rows = vectors + 0.5 * np.where(liked, 1, -1)[:, None] * lean
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def drawn_lots(seed: int) -> tuple[Taste, NDArray[np.float64], NDArray[np.float32]]:
    """Return a taste of labels by lot and an overfitted embedder, honest logits, new pictures."""
    random = np.random.default_rng(seed)
    seen, new = drawn(COUNT, seed=seed).vectors, drawn(300, seed=1000 + seed).vectors
    liked = random.random(COUNT) < 0.5
    taste = fit_taste(overfitted(seen, liked, seed), liked)
    # what fits that did not know the label say of labels by lot: nothing, and loudly
    return taste, 3 * random.normal(size=COUNT), new


def test_an_overfitted_taste_is_sure_of_itself_and_no_longer_when_it_is_held_out() -> None:
    """Left out one by one, labels by lot look like a clear taste; held out, like what they are."""
    taste, held_out, new = drawn_lots(3)
    honest = with_held_out(taste, held_out)

    own = np.where(taste.liked, 1, -1)
    assert (np.sign(taste.leave_one_out) == own).mean() > 0.95
    assert (np.sign(honest.leave_one_out) == own).mean() < 0.65
    assert np.abs(honest.logit(new)).mean() < 0.5 * np.abs(taste.logit(new)).mean()
    verdicts = honest.verdict(new)
    assert sum(verdict is not Verdict.UNSURE for verdict in verdicts) < 0.5 * len(new)


def test_the_order_of_pictures_stays_as_it_is() -> None:
    """Temperature and shift are learnt anew, and neither changes which of two is better."""
    taste, held_out, new = drawn_lots(4)
    honest = with_held_out(taste, held_out)

    assert np.array_equal(np.argsort(honest.logit(new)), np.argsort(taste.logit(new)))
    assert np.all(np.diff(honest.history_logits) >= 0)


def test_without_anything_held_out_it_is_the_same_taste() -> None:
    """An embedder that saw no label needs no other judge."""
    world = drawn(60, seed=5)
    taste = fit_taste(world.vectors, world.liked)

    assert with_held_out(taste, np.full(60, np.nan)) is taste


def test_a_label_that_was_not_seen_keeps_what_the_others_say_of_it() -> None:
    """Those are in the same order as before among themselves."""
    world = drawn(80, seed=6)
    taste = fit_taste(world.vectors, world.liked)
    held_out = np.full(80, np.nan)
    held_out[:40] = taste.leave_one_out[:40] / 2
    honest = with_held_out(taste, held_out)

    before, after = taste.leave_one_out[40:], honest.leave_one_out[40:]
    assert np.corrcoef(before, after)[0, 1] > 0.99


def test_copies_are_held_out_together() -> None:
    """What was seen in one of them was seen in all."""
    world = drawn(60, seed=7)
    vectors = np.concatenate([world.vectors, world.vectors[:10]])
    liked = np.concatenate([world.liked, world.liked[:10]])
    copies = np.concatenate([np.arange(60), np.arange(10)])
    taste = fit_taste(vectors, liked, copies=copies)
    held_out = np.full(70, np.nan)
    held_out[60:] = -1.0
    honest = with_held_out(taste, held_out)

    assert np.allclose(honest.leave_one_out[:10], honest.leave_one_out[60:])
    assert len(np.unique(honest.leave_one_out[:10].round(6))) <= 2 * 2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 50), st.floats(0.2, 5.0))
def test_it_reads_and_writes_as_any_taste(seed: int, spread: float) -> None:
    """Whatever was held out, the bytes are those of a taste, and the same again."""
    world = drawn(40, seed=seed)
    taste = fit_taste(world.vectors, world.liked)
    held_out = spread * np.random.default_rng(seed).normal(size=40)
    honest = with_held_out(taste, held_out)

    again = Taste.from_bytes(honest.to_bytes())
    assert np.array_equal(again.leave_one_out, honest.leave_one_out)
    assert again.bias == honest.bias


def test_numbers_that_do_not_fit_are_refused() -> None:
    """As many as references, and none infinite."""
    world = drawn(20, seed=8)
    taste = fit_taste(world.vectors, world.liked)

    with pytest.raises(ValueError, match="20 numbers"):
        with_held_out(taste, np.zeros(19))
    with pytest.raises(ValueError, match="finite"):
        with_held_out(taste, np.full(20, np.inf))
