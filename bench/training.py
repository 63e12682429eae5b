"""Training on `pocket`: a taste that frozen vectors hardly carry, labels by lot, verdicts.

`python -m bench.training gain` trains on the colour of stickers, `lots` on labels by lot. With
`verdicts` an adapter learns its labels by heart, and wrong verdicts on new pictures are counted.
Each takes up to three minutes on two free cores. Touches temporary homes.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bench.stickers import sticker_home, sticker_picture
from bench.table import Row
from tasted.config import load_settings
from tasted.decoding.pictures import decode
from tasted.embedding.models.weights import find_model
from tasted.embedding.runtimes.torch_clip import ClipEmbedder
from tasted.home.layout import Home
from tasted.home.training_file import TrainingFolder, TrainingState
from tasted.records import Verdict
from tasted.scoring.separation import auc
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.model import Taste
from tasted.training.cached_views import LookedAt, cache_views
from tasted.training.cross_fitting import CrossFitting, TrainingMaterial
from tasted.training.dividing import divide
from tasted.training.process import train
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import RunOptions
from tasted.training.vision_tower import VisionTower

LABELS = 1_000
OVERFIT = TrainingRecipe(
    max_steps=150,
    passes=1_000,
    dropout=0.0,
    learning_rate=1e-3,
    weight_decay=0.0,
    drift_weight=0.0,
    patience=1_000,
    warm_up_steps=10,
    validation_share=0.05,
)
"""Everything that keeps an adapter from learning labels by heart is switched off."""
_NEW = 400
_BY_HEART = 240
_FLIPPED = 0.25
_PROMISED = 0.2

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]
Flags = NDArray[np.bool_]


def gain() -> list[Row]:
    """Train on the colour of stickers, and try the model on pictures that it never saw."""
    with tempfile.TemporaryDirectory() as place:
        home = sticker_home(Path(place) / "home", LABELS).taken()
        state, seconds = _trained(home)
        rows = _told("gain", state, seconds)
        if state.model is None:
            return rows
        pixels, is_red = _new_pictures()
        for name in ("pocket", state.model):
            figure = _separation(_embedder(home, name), pixels, is_red)
            rows.append(Row(f"gain: AUC of new pictures, {name}", figure))
        for name, cosine in state.agreement.items():
            rows.append(Row(f"gain: smallest cosine of both runtimes, {name}", f"{cosine:.5f}"))
        return rows


def lots() -> list[Row]:
    """Train on labels that have nothing to do with the pictures."""
    with tempfile.TemporaryDirectory() as place:
        home = sticker_home(Path(place) / "home", LABELS, by_lot=True).taken()
        state, seconds = _trained(home)
        return _told("lots", state, seconds)


def _trained(home: Home) -> tuple[TrainingState, float]:
    started = time.perf_counter()
    settings = load_settings(home, environment={}).settings
    train(home, settings, RunOptions(is_forced=True))
    state = TrainingFolder(home).read()
    assert state is not None
    return state, time.perf_counter() - started


def _told(name: str, state: TrainingState, seconds: float) -> list[Row]:
    rows = [Row(f"{name}: outcome", state.state, f"{seconds:.0f} s, {LABELS} labels")]
    for gate in state.gates:
        figure = "-" if gate.figure is None else f"{gate.figure:.4f}"
        passed = "passed" if gate.is_passed else "refused"
        rows.append(Row(f"{name}: {gate.name}", figure, f"{passed}: {gate.sentence}"))
    return rows


def _new_pictures() -> tuple[list[Pixels], Flags]:
    made = [sticker_picture(10_000 + number) for number in range(_NEW)]
    pixels = [decode(picture.data, name="a sticker", max_pixels=10**6).pixels for picture in made]
    return pixels, np.array([picture.is_red for picture in made])


def _embedder(home: Home, name: str) -> ClipEmbedder:
    model = find_model(name, models_file=home.models_file, home_root=home.root)
    return ClipEmbedder.load(model, dtype=torch.float32, fingerprint="0" * 64)


def _separation(embedder: ClipEmbedder, pixels: Sequence[Pixels], liked: Flags) -> str:
    """Fit half of some pictures that no adapter saw, and order the other half."""
    vectors = embedder.embed_pictures(pixels)
    half = len(pixels) // 2
    taste = fit_taste(vectors[:half], liked[:half])
    return f"{auc(taste.logit(vectors[half:]), liked[half:]):.3f}"


def verdicts() -> list[Row]:
    """Learn labels by heart, one in four of them wrong; count wrong verdicts on new pictures."""
    chance = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        tower, embedder = _tower(Home(root))
        made = [sticker_picture(number) for number in range(_BY_HEART)]
        pixels = [decode(one.data, name="a", max_pixels=10**6).pixels for one in made]
        liked = np.array([one.is_red for one in made]) ^ (chance.random(_BY_HEART) < _FLIPPED)
        views = cache_views(root / "training" / "views", _looked(tower, embedder, pixels))
        nothing = np.zeros(_BY_HEART, np.bool_)
        groups = np.arange(_BY_HEART)
        sides = divide(groups, liked, range(_BY_HEART), newest_share=0.0, folds=3, seed=0)
        history = np.zeros(0, np.intp)
        material = TrainingMaterial(views, liked, nothing, None, groups, sides, history)
        found = CrossFitting(
            tower,
            material,
            OVERFIT,
            folder=root / "training" / "run",
            digest="verdicts",
            steps=OVERFIT.max_steps,
        ).run()
        tower.put_on(found.adapter)
        new, is_red = _new_pictures()
        new_liked = is_red ^ (chance.random(_NEW) < _FLIPPED)
        states = tower.lower(embedder.prepare(new))
        plain = fit_taste(views.frozen[sides.older], liked[sides.older])
        by_heart = material.fit(found.vectors, sides.older)
        frozen = embedder_vectors(tower, states, found.adapter)
        rows = [_wrong("the frozen model, leaving out", plain, frozen[0], new_liked)]
        rows.append(_wrong("by heart, leaving out", by_heart, frozen[1], new_liked))
        rows.append(_wrong("by heart, cross-fitted", found.taste, frozen[1], new_liked))
        return rows


def embedder_vectors(
    tower: VisionTower, states: NDArray[np.float16], adapter: dict[str, torch.Tensor]
) -> tuple[Vectors, Vectors]:
    """Return the vectors of pictures without an adapter, and with it."""
    tower.begin(0)
    before = tower.vectors(states)
    tower.put_on(adapter)
    return before, tower.vectors(states)


def _tower(home: Home) -> tuple[VisionTower, ClipEmbedder]:
    embedder = _embedder(home, "pocket")
    return VisionTower(embedder, OVERFIT, "cpu"), embedder


def _looked(
    tower: VisionTower, embedder: ClipEmbedder, pixels: Sequence[Pixels]
) -> Iterator[LookedAt]:
    for picture in pixels:
        states = tower.lower(embedder.prepare([picture]))
        yield LookedAt(states, tower.vectors(states), np.ones(1, np.float32))


def _wrong(name: str, taste: Taste, vectors: Vectors, liked: Flags) -> Row:
    said = np.array([verdict.value for verdict in taste.verdict(vectors)])
    lost = float((said[liked] == Verdict.NO_MATCH.value).mean())
    false = float((said[~liked] == Verdict.MATCH.value).mean())
    decided = float((said != Verdict.UNSURE.value).mean())
    own = auc(taste.leave_one_out, taste.liked)
    new = auc(taste.logit(vectors), liked)
    remark = f"promised {_PROMISED}; decided {decided:.2f}; AUC it claims {own:.2f}, has {new:.2f}"
    return Row(f"verdicts: {name}", f"{lost:.2f} {false:.2f}", remark)


PARTS: Mapping[str, Callable[[], list[Row]]] = {
    "gain": gain,
    "lots": lots,
    "verdicts": verdicts,
}


def measure() -> list[Row]:
    """Run all parts."""
    return [row for part in PARTS.values() for row in part()]


def main(named: Sequence[str]) -> None:
    """Print what the named parts find, or all."""
    for name in named or PARTS:
        for row in PARTS[name]():
            print(row)


if __name__ == "__main__":
    main(sys.argv[1:])
