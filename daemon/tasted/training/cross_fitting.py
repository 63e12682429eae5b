"""Trains the adapters, and what each says of the labels that it does not know.

Three adapters are each trained without a third of the older labels, one on all of them. What an
adapter and the taste fitted to its vectors say of labels that neither knew is what the merged model
is calibrated by.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.held_out import with_held_out
from tasted.scoring.taste.model import Taste
from tasted.scoring.unit_rows import Rows
from tasted.training.adapter_run import AdapterRun, StartingHead, TrainedAdapter, TrainingTask
from tasted.training.cached_views import CachedViews
from tasted.training.checkpoints import Tensors
from tasted.training.dividing import LabelSides, watched_of
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import StepTold
from tasted.training.vision_tower import VisionTower

Indices = NDArray[np.intp]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingMaterial:
    """Everything that is known before the first step."""

    views: CachedViews
    """Of n labels, and then of the history."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    curated: NDArray[np.bool_]
    drawn: NDArray[np.bool_] | None
    copies: Indices
    """Shape (n,)."""
    sides: LabelSides
    history: Indices
    """The items that are the history; empty where it is too small to be one."""

    def fit(self, vectors: NDArray[np.float32], labels: Indices) -> Taste:
        """Fit a taste to the vectors, (v, d), of some labels."""
        return fit_taste(
            self.views.rows(vectors, labels),
            self.liked[labels],
            history=self.rows_of_history(vectors),
            curated=self.curated[labels],
            copies=np.unique(self.copies[labels], return_inverse=True)[1].reshape(len(labels)),
            drawn=self.drawn[labels] if self.drawn is not None else None,
        )

    def rows_of_history(self, vectors: NDArray[np.float32]) -> list[Rows] | None:
        """Return the views of the history; None where it is too small."""
        return [*self.views.rows(vectors, self.history)] if len(self.history) else None

    def logits(self, taste: Taste, vectors: NDArray[np.float32], items: Indices) -> Array:
        """Return the log-odds of items among the labels: without the offset to the stream."""
        return taste.logit(self.views.rows(vectors, items)) - taste.offset


@dataclass(frozen=True, slots=True, eq=False)
class CrossFitted:
    """What came out of the training."""

    tuned: Array
    """Shape (n,): of the older labels by adapters and tastes without them, not calibrated; NaN of
    the newest."""
    adapter: Tensors
    """Of the last run, which was trained on all older labels."""
    vectors: NDArray[np.float32]
    """Shape (v, d): by it."""
    taste: Taste
    """Fitted to its vectors of the older labels, and calibrated by what was held out."""
    frozen_taste: Taste
    """The same on frozen vectors."""
    best_steps: tuple[int, ...]
    """After how many steps each adapter that judges was best on labels that it did not see; 0 where
    it only got worse."""

    @property
    def steps(self) -> int:
        """How many steps the last run makes: the median of those; 0: training does not help."""
        return _middle(self.best_steps)


class CrossFitting:
    """Trains all adapters of a run.

    Args:
        tower: the model.
        material: what is learnt from.
        recipe: how.
        folder: of the run; each adapter has a folder in it.
        digest: of all that decides what becomes of it.
        tell: called with the number of the adapter, from 1 on, after every step.
        begin: called before each adapter.
        steps: of every adapter, whatever their looks say; None: the looks tell.
    """

    def __init__(
        self,
        tower: VisionTower,
        material: TrainingMaterial,
        recipe: TrainingRecipe,
        *,
        folder: Path,
        digest: str,
        tell: Callable[[int, StepTold], None] = lambda _adapter, _told: None,
        begin: Callable[[], None] = lambda: None,
        steps: int | None = None,
    ) -> None:
        self._tower = tower
        self._material = material
        self._recipe = recipe
        self._folder = folder
        self._digest = digest
        self._tell = tell
        self._begin = begin
        self._steps = steps

    def run(self) -> CrossFitted:
        """Train, or go on where it was broken off."""
        material, sides = self._material, self._material.sides
        frozen_vectors = material.views.frozen
        frozen, tuned = np.full((2, len(material.liked)), np.nan)
        best_steps: list[int] = []
        for number, fold in enumerate(sides.folds):
            others = sides.without(number)
            before = material.fit(frozen_vectors, others)
            frozen[fold] = material.logits(before, frozen_vectors, fold)
            best_steps.append(self._trained(number + 1, others, self._steps).best_step)
            vectors = self._tower.vectors(material.views.states)
            tuned[fold] = material.logits(material.fit(vectors, others), vectors, fold)
        older = sides.older
        # calibrated in the same way, or else the way would pass for what the adapter has learnt
        frozen_taste = with_held_out(material.fit(frozen_vectors, older), frozen[older])
        adapter = self._last(older, _middle(best_steps))
        vectors = self._tower.vectors(material.views.states)
        taste = with_held_out(material.fit(vectors, older), tuned[older])
        return CrossFitted(tuned, adapter, vectors, taste, frozen_taste, tuple(best_steps))

    def _last(self, labels: Indices, steps: int) -> Tensors:
        """Train on everything for as long as did most of those good that are judged.

        What it is calibrated by comes from them, so it must not end elsewhere than they did: by its
        own labels alone it might have learnt nothing.
        """
        number = len(self._material.sides.folds) + 1
        if steps:
            return self._trained(number, labels, steps).adapter
        self._tower.begin(self._recipe.seed + number)
        return self._tower.adapter()

    def _trained(self, number: int, labels: Indices, steps: int | None) -> TrainedAdapter:
        self._begin()
        material, recipe = self._material, self._recipe
        seed = recipe.seed + number
        trained, watched = watched_of(
            labels, material.sides.groups, material.liked, recipe.validation_share, seed
        )
        # a head that knew the labels which stop it would seem to forget them
        known = material.fit(material.views.frozen, trained)
        task = TrainingTask(
            trained,
            watched,
            material.liked,
            StartingHead(known.mean, known.weights, known.bias - known.offset),
            seed,
            f"{self._digest} {number} {steps}",
            steps,
        )
        return AdapterRun(
            self._tower,
            material.views,
            task,
            recipe,
            folder=self._folder / f"adapter-{number}",
            tell=lambda told: self._tell(number, told),
        ).train()


def _middle(best_steps: Sequence[int]) -> int:
    return sorted(best_steps)[len(best_steps) // 2]


def digest_of_run(facts: dict[str, Any]) -> str:
    """Return a sha256, as hex, of what decides a run."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()
