"""An adapter that changes nothing gains nothing, however wrong the frozen model's sureness is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kit.pixel_engine import PixelSums
from kit.tastes import drawn
from tasted.scoring.taste.held_out import with_held_out
from tasted.scoring.traits.personality import Trait
from tasted.training.cached_views import CachedViews
from tasted.training.cross_fitting import CrossFitted, TrainingMaterial
from tasted.training.dividing import divide
from tasted.training.proving import prove, trait_correlations

COUNT, HISTORY = 90, 40


class Worded(PixelSums):
    """Gives every text a direction of its own."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows that follow from the words."""
        rows = [
            np.random.default_rng(list(text.encode())).normal(size=self.dimensions)
            for text in texts
        ]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32)


def test_labels_by_lot_gain_nothing_by_being_calibrated() -> None:
    """Both models are calibrated in the same way, so that the way is no gain."""
    world = drawn(COUNT + HISTORY, seed=1)
    liked = np.random.default_rng(2).random(COUNT) < 0.5
    views = CachedViews(
        np.zeros((COUNT + HISTORY, 1, 1), np.float16),
        world.vectors,
        np.ones(COUNT + HISTORY, np.float32),
        np.arange(COUNT + HISTORY + 1),
    )
    groups = np.arange(COUNT)
    sides = divide(groups, liked, range(COUNT), newest_share=0.3, folds=3, seed=0)
    nothing = np.zeros(COUNT, np.bool_)
    history = np.arange(COUNT, COUNT + HISTORY)
    material = TrainingMaterial(views, liked, nothing, None, groups, sides, history)
    held_out = np.full(COUNT, np.nan)
    for number, fold in enumerate(sides.folds):
        taste = material.fit(world.vectors, sides.without(number))
        held_out[fold] = material.logits(taste, world.vectors, fold)
    taste = with_held_out(material.fit(world.vectors, sides.older), held_out[sides.older])
    same = CrossFitted(held_out, {}, world.vectors, taste, taste, (50, 100, 50))

    gates = {gate.name: gate for gate in prove(material, same, (), PixelSums(48))}
    assert gates["gain"].figure == 0
    assert not gates["gain"].is_passed
    assert not gates["forward"].is_passed
    assert gates["drift"].is_passed
    assert gates["traits"].figure is None


def test_a_trait_is_compared_by_the_order_of_pictures() -> None:
    """The same vectors agree wholly; others hardly."""
    before = [row[None] for row in drawn(40, seed=3, dimensions=8).vectors]
    after = [row[None] for row in drawn(40, seed=4, dimensions=8).vectors]
    traits = [Trait("kind"), Trait("sporty", "lazy")]

    same = trait_correlations(traits, Worded(8), before, before)
    other = trait_correlations(traits, Worded(8), before, after)
    assert set(same) == {"kind", "sporty"}
    assert min(same.values()) > 0.999
    assert max(map(abs, other.values())) < 0.9
    assert trait_correlations(traits, Worded(8), before[:3], after[:3]) == {}
