"""Where a run of an adapter stands, on the disk: safetensors and JSON, nothing that can run.

    step-000150/adapter_model.safetensors    the adapter, by peft's names
    step-000150/best_model.safetensors       the one that was best so far
    step-000150/optimizer.safetensors        the head, and the momenta of everything that is trained
    step-000150/state.json                   step, seed, and what the looks found

A checkpoint appears whole: it is written beside and renamed. Only the newest is kept.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, read_regular_file, sync_folder, write_atomically

ADAPTER_FILE = "adapter_model.safetensors"
_BEST_FILE = "best_model.safetensors"
_OPTIMIZER_FILE = "optimizer.safetensors"
_STATE_FILE = "state.json"
_NAME = re.compile(r"step-([0-9]{6})")
_PART = ".part"
_STATE_BYTES_MAX = 1_000_000
_TENSOR_BYTES_MAX = 4_000_000_000

Tensors = dict[str, torch.Tensor]
Shapes = Mapping[str, torch.Size]


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """The numbers of a checkpoint."""

    step: int
    """How many steps were made."""
    seed: int
    """Dropout, order and choice of views of every step follow from this and its number."""
    digest: str
    """Of what it is trained on: another run does not go on from it."""
    best_step: int
    losses: tuple[float, ...] = ()
    """What each look found on the labels that stop it; the first one is before any step."""
    is_done: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Everything to go on from."""

    state: CheckpointState
    adapter: Tensors
    best: Tensors
    optimizer: Tensors


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, and remove those before it.

    Args:
        folder: of the run of one adapter; made private when it is missing.
        checkpoint: its tensors are on the processor.

    Raises:
        OSError: when it cannot be written; the one before it stands.
    """
    target = folder / f"step-{checkpoint.state.step:06}"
    part = target.with_name(target.name + _PART)
    shutil.rmtree(part, ignore_errors=True)
    private_folder(part, below=folder.parent.parent)
    files = {
        ADAPTER_FILE: save(checkpoint.adapter),
        _BEST_FILE: save(checkpoint.best),
        _OPTIMIZER_FILE: save(checkpoint.optimizer),
        _STATE_FILE: json.dumps(asdict(checkpoint.state)).encode("ascii"),
    }
    for name, data in files.items():
        write_atomically(part / name, data)
    reach("training.checkpoint_written")
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)
    sync_folder(folder)
    reach("training.checkpoint_named")
    for _step, older in _there(folder)[:-1]:
        shutil.rmtree(older, ignore_errors=True)


def read_checkpoint(
    folder: Path, *, digest: str, adapter: Shapes, optimizer: Shapes
) -> Checkpoint | None:
    """Return the newest whole checkpoint of a run; None when there is none of this digest.

    Args:
        folder: of the run of one adapter.
        digest: of what it is trained on.
        adapter: the shapes of the adapter that is trained, by name.
        optimizer: the shapes of the head and of all momenta, likewise.
    """
    for step, place in reversed(_there(folder)):
        try:
            data, _stamp = read_regular_file(place / _STATE_FILE, max_bytes=_STATE_BYTES_MAX)
            state = record_from(CheckpointState, json.loads(data))
            if state is None or (state.digest, state.step) != (digest, step) or not state.losses:
                continue
            return Checkpoint(
                state,
                _read_tensors(place / ADAPTER_FILE, adapter),
                _read_tensors(place / _BEST_FILE, adapter),
                _read_tensors(place / _OPTIMIZER_FILE, optimizer),
            )
        except (OSError, ValueError, RecursionError, SafetensorError):
            # not written by a tasted of now: an older one may be
            continue
    return None


def _read_tensors(file: Path, shapes: Shapes) -> Tensors:
    """Return the tensors of a file, which have these names and shapes.

    Raises:
        OSError, ValueError, SafetensorError: when there is no such file, or it holds others.
    """
    data, _stamp = read_regular_file(file, max_bytes=_TENSOR_BYTES_MAX)
    tensors = load(data)
    if {name: tensor.shape for name, tensor in tensors.items()} != dict(shapes) or not all(
        tensor.is_floating_point() for tensor in tensors.values()
    ):
        raise ValueError(f"{file} holds other tensors")
    return tensors


def _there(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    found = ((_NAME.fullmatch(place.name), place) for place in folder.iterdir())
    return sorted((int(name[1]), place) for name, place in found if name is not None)
