"""Five gates, each with a figure and the reason in words."""

import numpy as np

from tasted.home.training_file import GateTold
from tasted.training.gates import (
    PairedLogits,
    drift_gate,
    forward_gate,
    gain_gate,
    spread_gate,
    traits_gate,
)


def opinions(count: int, *, frozen: float, tuned: float, seed: int = 0) -> PairedLogits:
    """Return logits that say so much of labels by chance."""
    random = np.random.default_rng(seed)
    targets = (random.random(count) < 0.5).astype(np.float64)
    signs = 2 * targets - 1
    noise = random.normal(size=(2, count))
    return PairedLogits(frozen * signs + noise[0], tuned * signs + noise[1], targets)


def test_a_gain_must_be_large_and_sure() -> None:
    """0.02 nats on the mean, and above 0 in 19 of 20 draws of groups."""
    groups = np.arange(400)
    better = gain_gate(opinions(400, frozen=0.5, tuned=1.5), groups, steps=50)
    equal = gain_gate(opinions(400, frozen=1.0, tuned=1.0), groups, steps=50)

    assert better.is_passed
    assert better.figure is not None
    assert better.figure > 0.1
    assert not equal.is_passed


def test_a_gain_is_told_as_how_much_more_probability_the_answers_get() -> None:
    """Also a loss, however large."""
    targets, groups = np.ones(100), np.arange(100)

    def sentence(tuned: float) -> str:
        return gain_gate(
            PairedLogits(np.zeros(100), np.full(100, tuned), targets), groups, steps=50
        ).sentence

    # from 0.5 to 0.6, to 0.4, and to nearly nothing
    assert "trained on 20 % more probability" in sentence(float(np.log(0.6 / 0.4)))
    assert "trained on 20 % less probability" in sentence(float(np.log(0.4 / 0.6)))
    assert "trained on 98 % less probability" in sentence(-5.0)


def test_an_adapter_that_nothing_was_learnt_into_is_no_gain() -> None:
    """Where most of those that are judged only got worse, the last one is the frozen model."""
    better = opinions(400, frozen=0.5, tuned=1.5)
    assert not gain_gate(better, np.arange(400), steps=0).is_passed


def test_pictures_of_one_group_are_one_witness() -> None:
    """Twenty that are better together are drawn together, or not at all."""
    targets = np.ones(100)
    frozen, tuned = np.zeros(100), np.zeros(100)
    tuned[:20] = 3.0
    tuned[20:] = -0.1
    few = PairedLogits(frozen, tuned, targets)

    assert gain_gate(few, np.arange(100), steps=50).is_passed
    assert not gain_gate(few, np.maximum(np.arange(100) - 19, 0), steps=50).is_passed


def test_the_newest_labels_must_agree() -> None:
    """A smaller error, and evidence that does not speak against it."""
    assert forward_gate(opinions(100, frozen=0.5, tuned=1.5)).is_passed
    assert not forward_gate(opinions(100, frozen=1.5, tuned=0.5)).is_passed
    nothing = PairedLogits(np.zeros(0), np.zeros(0), np.zeros(0))
    assert not forward_gate(nothing).is_passed


def test_pictures_must_stay_where_they_were() -> None:
    """A mean cosine of 0.85, and traits in the same order."""
    assert drift_gate(np.full(10, 0.9)).is_passed
    assert not drift_gate(np.full(10, 0.8)).is_passed
    assert traits_gate({}).is_passed
    assert traits_gate({"kind": 0.95}).is_passed
    blurred = traits_gate({"kind": 0.95, "sporty": 0.5})
    assert not blurred.is_passed
    assert "sporty" in blurred.sentence


def test_it_may_not_be_surer_than_its_evidence() -> None:
    """Held against held-out logits, or the frozen model's, whichever are spread more."""
    random = np.random.default_rng(5)
    calm, loud = random.normal(size=100), 4 * random.normal(size=100)

    def gate(tuned: np.ndarray, held_out: np.ndarray) -> GateTold:
        return spread_gate(tuned, frozen=calm, held_out=held_out)

    assert gate(calm, calm).is_passed
    assert not gate(loud, calm).is_passed
    assert gate(loud, loud).is_passed
