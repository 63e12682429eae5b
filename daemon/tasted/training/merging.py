"""From an adapter to a model of its own: a folder that both runtimes load. Writes and records it.

Only the layers that were adapted have other weights than the model that it was made of; everything
else is copied, names and precision included.
"""

import hashlib
import shutil
from collections.abc import Mapping

import torch
from safetensors.torch import save

from tasted.embedding.models.folder import CONFIG, PICTURE_CONFIGS, TOKENIZER_FILES, ModelFolder
from tasted.embedding.models.registry import list_recorded
from tasted.embedding.models.tuned import PART, LearnedFrom, tuned_models, tuned_name, write_tuned
from tasted.embedding.models.verdicts import RuntimeVerdict, keep_verdict
from tasted.embedding.models.weights import hashes_file_beside, record, verify_folder
from tasted.embedding.models.weights_file import SAFETENSORS
from tasted.embedding.runtimes.comparing import compare_runtimes
from tasted.embedding.runtimes.torch_checkpoint import read_weights
from tasted.errors import ModelUnusable
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, sync_folder, write_atomically
from tasted.system.processor import has_bfloat16
from tasted.training.checkpoints import Tensors


@dataclass(frozen=True, slots=True)
class MergedModel:
    """A model that was trained here."""

    name: str
    verdict: RuntimeVerdict
    """How near both runtimes are on it."""


def adapter_bytes(adapter: Mapping[str, torch.Tensor]) -> bytes:
    """Return an adapter as the bytes of a file."""
    return save({name: tensor.contiguous() for name, tensor in adapter.items()})


def adapter_digest(adapter: Tensors) -> str:
    """Return the sha256 of an adapter."""
    return hashlib.sha256(adapter_bytes(adapter)).hexdigest()


def merged_weights(base: ModelFolder, changes: Mapping[str, torch.Tensor]) -> Tensors:
    """Return the weights of a model with an adapter added to them, in the precision of its file.

    Raises:
        ModelUnusable: when the file does not have the layers that were adapted.
    """
    weights = read_weights(base)
    unknown = sorted(name for name in changes if name not in weights)
    if unknown:
        raise ModelUnusable(
            f"{base.weights_file} has no {unknown[0]}, so that nothing can be merged into it.",
            remedy="Train another model: tasted models list",
        )
    merged = {name: tensor.clone().contiguous() for name, tensor in weights.items()}
    for name, change in changes.items():
        merged[name] = (weights[name].float() + change).to(weights[name].dtype)
    return merged


def merge(
    home: Home,
    base: ModelFolder,
    changes: Mapping[str, torch.Tensor],
    *,
    number: int,
    learned: LearnedFrom,
    held_out: Mapping[str, float],
) -> MergedModel:
    """Write the model into the home and record it.

    Args:
        home: where it is kept.
        base: what it was made of.
        changes: from `VisionTower.changes`.
        number: of the run.
        learned: what it learnt from.
        held_out: by content id, see `scoring.taste.held_out`.

    Raises:
        ModelUnusable: when the result cannot be loaded.
        OSError: when it cannot be written.
    """
    home.check()
    name = tuned_name(number)
    folder = home.tuned_models / name
    part = folder.with_name(name + PART)
    _remove_unnamed(home)
    private_folder(part, below=home.root)
    for file in (CONFIG, *PICTURE_CONFIGS, *TOKENIZER_FILES):
        if (base.folder / file).is_file():
            write_atomically(part / file, (base.folder / file).read_bytes())
    write_atomically(part / SAFETENSORS, save(merged_weights(base, changes), {"format": "pt"}))
    # what it learnt from is there before the model is: forgetting finds it in any state
    write_tuned(part, learned, held_out)
    reach("training.merged")
    part.rename(folder)
    sync_folder(folder.parent)
    model = verify_folder(folder, name=name, hashes_file=hashes_file_beside(home.models_file))
    verdict = compare_runtimes(model, has_bfloat16=has_bfloat16())
    keep_verdict(model, verdict)
    reach("training.compared")
    record(name, folder, None, models_file=home.models_file, home_root=home.root)
    return MergedModel(name, verdict)


def _remove_unnamed(home: Home) -> None:
    """Remove models whose runs were killed before they were named; one run merges at a time."""
    named = list_recorded(home.models_file, home.root)
    for model in tuned_models(home.tuned_models):
        if model.folder.name not in named:
            shutil.rmtree(model.folder)
