"""Which layers are adapted, and how fast they learn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.training.recipe import TrainingRecipe, adapted_blocks, target_modules


@pytest.mark.parametrize(("count", "first"), [(12, 8), (24, 16), (5, 3), (3, 2), (1, 0)])
def test_the_last_third_of_the_blocks_is_adapted(count: int, first: int) -> None:
    """4 of 12, and never none."""
    assert adapted_blocks(count) == range(first, count)


def test_only_layers_of_the_picture_half_are_named() -> None:
    """`q_proj` alone would be found in the blocks that read text, too."""
    named = re.compile(target_modules(12))

    assert named.fullmatch("base_model.vision_model.encoder.layers.11.self_attn.v_proj")
    assert named.fullmatch("clip.vision_model.encoder.layers.8.self_attn.q_proj")
    for other in (
        "clip.text_model.encoder.layers.11.self_attn.q_proj",
        "clip.vision_model.encoder.layers.7.self_attn.q_proj",
        "clip.vision_model.encoder.layers.1.self_attn.q_proj",
        "clip.vision_model.encoder.layers.11.self_attn.out_proj",
        "clip.vision_model.encoder.layers.11.mlp.fc1",
    ):
        assert not named.fullmatch(other)


def test_a_narrow_model_learns_in_larger_steps() -> None:
    """2e-4 at the usual width."""
    recipe = TrainingRecipe()

    assert recipe.rate_for(768) == pytest.approx(2e-4)
    assert recipe.rate_for(160) == pytest.approx(9.6e-4)


@pytest.mark.parametrize(
    ("labels", "steps"), [(16, 30), (200, 188), (1_600, 1_500), (90_000, 1_500)]
)
def test_few_labels_are_not_learnt_by_heart(labels: int, steps: int) -> None:
    """At most 30 times each, 32 a step, and never more than the settings say."""
    assert TrainingRecipe().steps_for(labels) == steps


@given(steps=st.integers(1, 2_000))
def test_the_rate_rises_to_its_peak_and_ends_near_nothing(steps: int) -> None:
    """However few steps there are."""
    recipe = TrainingRecipe()
    shares = [recipe.share_of_peak(step, steps) for step in range(steps)]
    peak = shares.index(max(shares))

    assert max(shares) == pytest.approx(1)
    assert shares[: peak + 1] == sorted(shares[: peak + 1])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    assert min(shares) > 0
    assert peak <= recipe.warm_up_steps
