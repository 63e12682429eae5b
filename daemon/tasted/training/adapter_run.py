"""Trains one adapter: step by step, from a checkpoint to the next. Computes with torch.

The loss is that of the label under a logistic head that begins as the fitted taste, so that before
the first step the model is the one in force, and a penalty for leaving the frozen vectors. The head
is thrown away: what is learnt in the end is fitted by `scoring.taste`, as always.

Everything random in a step follows from the seed and the step's number, so that a run that goes on
from a checkpoint makes the same steps.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.logistic import log_loss
from tasted.training.cached_views import CachedViews
from tasted.training.checkpoints import (
    Checkpoint,
    CheckpointState,
    Tensors,
    read_checkpoint,
    write_checkpoint,
)
from tasted.training.recipe import TrainingRecipe
from tasted.training.run_options import StepTold
from tasted.training.vision_tower import VisionTower

_LEAST_LENGTH = 1e-5
_HEAD = "head."
_MEAN = f"{_HEAD}mean"
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StartingHead:
    """A fitted taste as a logistic head on centred vectors."""

    mean: Array
    """Shape (d,): the background that is subtracted."""
    weights: Array
    """Shape (d,)."""
    bias: float
    """Without the offset to the stream: labels are predicted among labels."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingTask:
    """What one adapter is trained on."""

    trained: NDArray[np.intp]
    """The items that it sees."""
    watched: NDArray[np.intp]
    """The items that stop it."""
    liked: NDArray[np.bool_]
    """Shape (n,): of all labelled items."""
    head: StartingHead
    seed: int
    digest: str
    """Of all that decides what it becomes."""
    steps: int | None = None
    """After so many steps it ends, and is kept as it is then; None: the looks tell."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainedAdapter:
    """The best adapter of a run."""

    adapter: Tensors
    steps: int
    best_step: int
    losses: tuple[float, ...]


class AdapterRun:
    """One run.

    Args:
        tower: whose adapter is trained; it has the best one afterwards.
        views: of all items.
        task: what it is trained on.
        recipe: how.
        folder: of its checkpoints.
        tell: called after every step; may take its time, or raise to end the run.
    """

    def __init__(
        self,
        tower: VisionTower,
        views: CachedViews,
        task: TrainingTask,
        recipe: TrainingRecipe,
        *,
        folder: Path,
        tell: Callable[[StepTold], None],
    ) -> None:
        self._tower = tower
        self._views = views
        self._task = task
        self._recipe = recipe
        self._folder = folder
        self._tell = tell
        self._steps = recipe.steps_for(len(task.trained))
        head = task.head
        self._background = head.mean
        self._mean = tower.taken(head.mean.astype(np.float32))
        self._weights = torch.nn.Parameter(tower.taken(head.weights.astype(np.float32)))
        self._bias = torch.nn.Parameter(tower.taken(np.array(head.bias, np.float32)))

    def train(self) -> TrainedAdapter:
        """Train to the end, or go on from the last checkpoint; return the best adapter."""
        self._tower.begin(self._task.seed)
        self._optimizer = self._new_optimizer()
        known = read_checkpoint(
            self._folder,
            digest=self._task.digest,
            adapter={name: value.shape for name, value in self._tower.adapter().items()},
            optimizer=self._optimizer_shapes(),
        )
        if known is None:
            state, best = CheckpointState(0, self._task.seed, self._task.digest, 0), {}
        else:
            state, best = known.state, known.best
            self._take_up(known)
            if state.is_done:
                # no step follows that would tell of it
                self._told(state)
        if not state.losses:
            state, best = replace(state, losses=(self._watched_loss(),)), self._tower.adapter()
        while not state.is_done:
            self._step(state.step)
            state = replace(state, step=state.step + 1)
            if state.step % self._recipe.check_every == 0 or state.step == self._steps:
                state, best = self._looked(state, best)
                write_checkpoint(
                    self._folder,
                    Checkpoint(state, self._tower.adapter(), best, self._optimizer_state()),
                )
            self._told(state)
        self._tower.put_on(best)
        return TrainedAdapter(best, state.step, state.best_step, state.losses)

    def _told(self, state: CheckpointState) -> None:
        self._tell(StepTold(state.step, self._steps, state.losses[-1], state.losses[0]))

    def _looked(self, state: CheckpointState, best: Tensors) -> tuple[CheckpointState, Tensors]:
        loss, wanted = self._watched_loss(), self._task.steps
        is_best = loss < min(state.losses) if wanted is None else state.step == wanted
        if is_best:
            state, best = replace(state, best_step=state.step), self._tower.adapter()
        since = (state.step - state.best_step) // self._recipe.check_every
        is_over = state.step >= self._steps or (
            since >= self._recipe.patience if wanted is None else is_best
        )
        return replace(state, losses=(*state.losses, loss), is_done=is_over), best

    def _step(self, number: int) -> None:
        recipe = self._recipe
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * recipe.share_of_peak(number, self._steps)
        random = np.random.default_rng((self._task.seed, number))
        torch.manual_seed(int(random.integers(2**31)))
        items = _batch(self._task.trained, number, recipe.batch_size, self._task.seed)
        places = self._views.drawn(items, random)
        self._tower.train()
        vectors = self._tower.upper(self._tower.taken(self._views.states[places]))
        left = vectors - self._mean
        centred = left / left.norm(dim=-1, keepdim=True).clamp_min(_LEAST_LENGTH)
        logits = centred @ self._weights + self._bias
        wanted = self._tower.taken(self._task.liked[items].astype(np.float32))
        frozen = self._tower.taken(self._views.frozen[places])
        drift = (1 - (vectors * frozen).sum(dim=-1)).mean()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted)
        self._optimizer.zero_grad(set_to_none=True)
        total = loss + recipe.drift_weight * drift
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*self._trained().values()], recipe.clip_norm)
        self._optimizer.step()

    def _watched_loss(self) -> float:
        places = self._views.places(self._task.watched)
        vectors = np.zeros((len(self._views.frozen), self._views.frozen.shape[1]), np.float32)
        vectors[places] = self._tower.vectors(self._views.states[places])
        items = centred_items(self._views.rows(vectors, self._task.watched), self._background)
        weights = self._weights.detach().double().cpu().numpy()
        logits = items @ weights + float(self._bias.detach())
        targets = self._task.liked[self._task.watched].astype(np.float64)
        return float(log_loss(logits, targets).mean())

    # ---- the optimizer --------------------------------------------------------------------

    def _trained(self) -> dict[str, torch.nn.Parameter]:
        return {
            **self._tower.parameters(),
            f"{_HEAD}weights": self._weights,
            f"{_HEAD}bias": self._bias,
        }

    def _new_optimizer(self) -> torch.optim.AdamW:
        recipe, trained = self._recipe, self._trained()
        heads = [value for name, value in trained.items() if name.startswith(_HEAD)]
        adapters = [value for name, value in trained.items() if not name.startswith(_HEAD)]
        return torch.optim.AdamW(
            [
                {"params": adapters, "lr": 0.0, "peak": recipe.rate_for(self._tower.width)},
                {"params": heads, "lr": 0.0, "peak": recipe.head_learning_rate},
            ],
            weight_decay=recipe.weight_decay,
        )

    def _optimizer_state(self) -> Tensors:
        kept: Tensors = {_MEAN: torch.from_numpy(self._background)}
        for name, parameter in self._trained().items():
            for key, value in self._optimizer.state[parameter].items():
                kept[f"{name}:{key}"] = value.detach().cpu().clone()
            if name.startswith(_HEAD):
                kept[name] = parameter.detach().cpu().clone()
        return kept

    def _optimizer_shapes(self) -> dict[str, torch.Size]:
        """Return the shapes of what `_optimizer_state` returns once a step was made."""
        shapes = {_MEAN: torch.Size(self._background.shape)}
        for name, parameter in self._trained().items():
            shapes[f"{name}:step"] = torch.Size()
            shapes[f"{name}:exp_avg"] = shapes[f"{name}:exp_avg_sq"] = parameter.shape
            if name.startswith(_HEAD):
                shapes[name] = parameter.shape
        return shapes

    def _take_up(self, known: Checkpoint) -> None:
        self._tower.put_on(known.adapter)
        # the history may have lost pictures since; the head was trained with what it was then
        self._background = known.optimizer[_MEAN].numpy()
        self._mean = self._tower.taken(self._background.astype(np.float32))
        for name, parameter in self._trained().items():
            if name.startswith(_HEAD):
                parameter.data.copy_(known.optimizer[name])
            self._optimizer.state[parameter] = {
                key: known.optimizer[f"{name}:{key}"].to(
                    "cpu" if key == "step" else parameter.device
                )
                for key in ("step", "exp_avg", "exp_avg_sq")
            }


def _batch(items: NDArray[np.intp], step: int, size: int, seed: int) -> NDArray[np.intp]:
    """Return the items of one step: every item comes once before any comes again."""
    size = min(size, len(items))
    first = step * size
    chosen: list[int] = []
    while len(chosen) < size:
        round_number, place = divmod(first + len(chosen), len(items))
        order = np.random.default_rng((seed, 1, round_number)).permutation(len(items))
        chosen.extend(items[order[place : place + size - len(chosen)]].tolist())
    return np.array(chosen, np.intp)
