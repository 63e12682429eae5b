"""One adapter on the real tower of pocket: it begins as the frozen model, and goes on the same."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from tasted.embedding.models.weights import find_model
from tasted.embedding.runtimes.torch_clip import ClipEmbedder
from tasted.training.adapter_run import AdapterRun, StartingHead, TrainedAdapter, TrainingTask
from tasted.training.cached_views import CachedViews, LookedAt, cache_views
from tasted.training.merging import merged_weights
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import StepTold
from tasted.training.vision_tower import VisionTower

COUNT = 12
RECIPE = TrainingRecipe(max_steps=6, check_every=2, batch_size=4, patience=10)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> ClipEmbedder:
    """Pocket, by torch."""
    # on a machine with other work two threads wait for each other
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("models")
    model = find_model("pocket", models_file=place / "models.json", home_root=place)
    return ClipEmbedder.load(model, dtype=torch.float32, fingerprint="0" * 64)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Half of them red, half blue, with noise."""
    random = np.random.default_rng(0)
    made = random.integers(0, 90, (COUNT, 64, 64, 3), dtype=np.uint8)
    made[: COUNT // 2, ..., 0] += 120
    made[COUNT // 2 :, ..., 2] += 120
    return list(made)


@pytest.fixture(scope="module")
def plain(embedder: ClipEmbedder, pictures: list[np.ndarray]) -> np.ndarray:
    """What the embedder makes of them before anything is put into it."""
    return embedder.embed_pictures(pictures)


@pytest.fixture(scope="module")
def tower(embedder: ClipEmbedder, plain: np.ndarray) -> VisionTower:
    """The same model with an adapter."""
    return VisionTower(embedder, RECIPE, "cpu")


@pytest.fixture(scope="module")
def views(
    tower: VisionTower,
    embedder: ClipEmbedder,
    pictures: list[np.ndarray],
    tmp_path_factory: pytest.TempPathFactory,
) -> CachedViews:
    """Two views of the first picture, one of the others."""

    def looked() -> list[LookedAt]:
        states = tower.lower(embedder.prepare(pictures))
        vectors = tower.vectors(states)
        first = LookedAt(states[:2], vectors[:2], np.array([1.0, 0.5], np.float32))
        return [
            first,
            *(
                LookedAt(states[n : n + 1], vectors[n : n + 1], np.ones(1, np.float32))
                for n in range(2, COUNT)
            ),
        ]

    return cache_views(tmp_path_factory.mktemp("home") / "training" / "views", looked())


def run(
    tower: VisionTower,
    views: CachedViews,
    folder: Path,
    *,
    until: int | None = None,
    steps: int | None = None,
    moved: float = 0.0,
) -> tuple[TrainedAdapter | None, list[float]]:
    """Train in a folder, to the end or until a step; return what came of it, and the losses."""
    count = len(views.offsets) - 1
    liked = np.arange(count) < count // 2
    items = np.arange(count)
    dimensions = views.frozen.shape[1]
    head = StartingHead(
        views.frozen.mean(axis=0).astype(np.float64) + moved,
        np.random.default_rng(1).normal(size=dimensions),
        0.0,
    )
    task = TrainingTask(items[2:], items[:2], liked, head, seed=3, digest="a run", steps=steps)
    losses: list[float] = []

    class EnoughError(Exception):
        """The process was killed here."""

    def tell(told: StepTold) -> None:
        losses.append(told.loss)
        if told.step == until:
            raise EnoughError

    try:
        done = AdapterRun(tower, views, task, RECIPE, folder=folder, tell=tell).train()
    except EnoughError:
        return None, losses
    return done, losses


def test_the_cached_half_and_the_adapted_half_are_the_model(
    tower: VisionTower, views: CachedViews, plain: np.ndarray
) -> None:
    """Before the first step it gives the vectors that scoring has, but for 16 bits in the cache."""
    assert np.sum(views.frozen * plain, axis=1).min() > 0.99999
    assert len(tower.adapted_layers) == 2 * 3
    assert all("vision_model" in name for name in tower.adapted_layers)
    # 4 directions in and out of each layer
    assert sum(parameter.numel() for parameter in tower.parameters().values()) == 6 * 2 * 4 * 160


def test_it_goes_on_from_a_checkpoint_to_the_same_losses(
    tower: VisionTower, views: CachedViews, tmp_path: Path
) -> None:
    """Killed between two checkpoints, it makes the steps since the last one again, and the same."""
    whole, losses = run(tower, views, tmp_path / "training" / "whole")
    broken, first = run(tower, views, tmp_path / "training" / "broken", until=5)
    rest, second = run(tower, views, tmp_path / "training" / "broken")

    assert broken is None
    assert whole is not None
    assert rest is not None
    assert first == losses[:5]
    assert second == losses[4:]
    assert rest.losses == whole.losses
    assert rest.adapter.keys() == whole.adapter.keys()
    assert all(torch.equal(rest.adapter[name], whole.adapter[name]) for name in whole.adapter)
    assert min(whole.losses) < whole.losses[0]


def test_it_goes_on_with_the_mean_that_it_began_with(
    tower: VisionTower, views: CachedViews, tmp_path: Path
) -> None:
    """Pictures that the mean is made of may be gone meanwhile; its head was trained with them."""
    _whole, losses = run(tower, views, tmp_path / "training" / "whole")
    run(tower, views, tmp_path / "training" / "broken", until=5)
    _rest, rest = run(tower, views, tmp_path / "training" / "broken", moved=0.1)
    assert rest == losses[4:]


def test_an_adapter_that_was_finished_before_is_told_of(
    tower: VisionTower, views: CachedViews, tmp_path: Path
) -> None:
    """Once, with its last loss: a run of which every adapter is finished has losses, too."""
    _whole, losses = run(tower, views, tmp_path / "training" / "whole")
    _again, told = run(tower, views, tmp_path / "training" / "whole")
    assert told == losses[-1:]


def test_it_ends_where_it_is_told_whatever_the_looks_say(
    tower: VisionTower, views: CachedViews, tmp_path: Path
) -> None:
    """After the steps that were good for others, as the whole run was at that moment."""
    _whole, losses = run(tower, views, tmp_path / "training" / "whole")
    done, _losses = run(tower, views, tmp_path / "training" / "told", steps=4)

    assert done is not None
    assert (done.steps, done.best_step) == (4, 4)
    assert list(done.losses[1:]) == [losses[1], losses[3]]


def test_a_checkpoint_is_tensors_and_numbers_and_private(
    tower: VisionTower, views: CachedViews, tmp_path: Path
) -> None:
    """No pickle, nothing for others to read, and only the newest is kept."""
    folder = tmp_path / "training" / "run"
    run(tower, views, folder)

    files = sorted(file for file in folder.rglob("*") if file.is_file())
    assert [file.name for file in files] == [
        "adapter_model.safetensors",
        "best_model.safetensors",
        "optimizer.safetensors",
        "state.json",
    ]
    assert {file.parent.name for file in files} == {"step-000006"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in (folder, *files))


def as_pipe(file: Path, _other: Path) -> None:
    """Put a pipe that nobody writes into in the place of a file."""
    file.unlink()
    os.mkfifo(file)


def as_other_tensors(file: Path, other: Path) -> None:
    """Put the tensors of another file in the place of a file."""
    file.write_bytes(other.read_bytes())


def as_other_shapes(file: Path, _other: Path) -> None:
    """Leave the names of the tensors in a file, and none of their shapes."""
    tensors = {name: torch.zeros(3, 5) for name in load_file(file)}
    file.write_bytes(save(tensors))


def as_no_tensors(file: Path, _other: Path) -> None:
    """Write something else into a file."""
    file.write_bytes(b"not one")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("adapter_model", "optimizer"),
        ("best_model", "optimizer"),
        ("optimizer", "adapter_model"),
    ],
)
@pytest.mark.parametrize("damage", [as_pipe, as_other_tensors, as_other_shapes, as_no_tensors])
def test_a_damaged_checkpoint_is_none(
    tower: VisionTower,
    views: CachedViews,
    tmp_path: Path,
    name: str,
    other: str,
    damage: Callable[[Path, Path], None],
) -> None:
    """The run begins again, and ends as it would have ended without one."""
    folder = tmp_path / "training" / "run"
    whole, losses = run(tower, views, folder)
    step = folder / "step-000006"
    damage(step / f"{name}.safetensors", step / f"{other}.safetensors")
    again, again_losses = run(tower, views, folder)
    assert whole is not None
    assert again is not None
    assert again_losses == losses
    assert all(torch.equal(again.adapter[name], whole.adapter[name]) for name in whole.adapter)


def state_as_pipe(file: Path) -> None:
    """Put a pipe that nobody writes into in the place of the state."""
    as_pipe(file, file)


def state_of_another(file: Path) -> None:
    """Let it say that it is of another run."""
    file.write_text(file.read_text("utf-8").replace("a run", "another run"), "utf-8")


def state_without_losses(file: Path) -> None:
    """Let it say that no look was taken."""
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "losses": []}), "utf-8")


@pytest.mark.parametrize("damage", [state_as_pipe, state_of_another, state_without_losses])
def test_the_state_of_a_checkpoint_has_to_be_that_of_the_run(
    tower: VisionTower, views: CachedViews, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """With another one it is no checkpoint."""
    folder = tmp_path / "training" / "run"
    whole, losses = run(tower, views, folder)
    damage(folder / "step-000006" / "state.json")
    again, again_losses = run(tower, views, folder)
    assert whole is not None
    assert again is not None
    assert again_losses == losses


def test_merged_weights_are_those_of_the_adapted_model(
    tower: VisionTower,
    embedder: ClipEmbedder,
    views: CachedViews,
    tmp_path: Path,
) -> None:
    """Only the adapted layers change, and in the precision of the file."""
    done, _losses = run(tower, views, tmp_path / "training" / "run")
    assert done is not None
    base = find_model("pocket", models_file=tmp_path / "models.json", home_root=tmp_path)
    changes = tower.changes()
    merged = merged_weights(base, changes)
    before = merged_weights(base, {})

    assert {name.removesuffix(".weight") for name in changes} == set(tower.adapted_layers)
    assert merged.keys() == before.keys()
    for name, tensor in before.items():
        assert merged[name].dtype == tensor.dtype
        assert torch.equal(merged[name], tensor) is (name not in changes)
