"""Weights on disk → a torch model that holds all of them. The only place that reads weights.

safetensors cannot hold code. A .bin is a pickle: torch's restricted unpickler (`weights_only=True`)
reads it, which accepts tensors and refuses everything that could run. The file that is read is the
one that was hashed; config.json cannot point to another.
"""

from typing import Any

import torch
from safetensors.torch import load_file

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.weights_file import BIN
from tasted.embedding.runtimes.refusing import copy_again, loading
from tasted.errors import ModelUnusable

_NAMED_KEYS = 3


def read_weights(model: ModelFolder) -> dict[str, torch.Tensor]:
    """Read the tensors of a checkpoint, mapped from disk where the format allows it.

    Raises:
        ModelUnusable: when the file holds anything but named tensors, code included.
    """
    with loading(model):
        if model.weights_file.name == BIN:
            weights = _read_bin(model)
        else:
            weights = load_file(model.weights_file)
    if not isinstance(weights, dict) or not all(
        isinstance(key, str) and isinstance(tensor, torch.Tensor) for key, tensor in weights.items()
    ):
        raise ModelUnusable(
            f"{model.weights_file} holds something other than named tensors.",
            remedy=copy_again(model),
        )
    return weights


def _read_bin(model: ModelFolder) -> Any:
    try:
        return torch.load(  # noqa: TID251 - the one permitted place, restricted to tensors
            model.weights_file, map_location="cpu", weights_only=True, mmap=True
        )
    except RuntimeError as error:
        # the format from before torch 1.6 is not a zip file and cannot be mapped
        if "mmap" not in str(error):
            raise
        return torch.load(  # noqa: TID251 - as above
            model.weights_file, map_location="cpu", weights_only=True
        )


def build_model(
    model_class: Any,
    config_class: Any,
    model: ModelFolder,
    *,
    dtype: torch.dtype,
    attention: str | None = None,
    ignored_prefixes: tuple[str, ...] = (),
) -> Any:
    """Build a transformers model and fill it from the checkpoint; all keys must match.

    Args:
        model_class: transformers' class, named in code: never chosen by config.json.
        config_class: the class of its configuration.
        model: the checked folder.
        dtype: of the parameters, whatever the file has.
        attention: the implementation, named in code: config.json could ask for a downloaded one.
        ignored_prefixes: of the keys of heads that are not needed.

    Returns:
        The model in evaluation mode, on the CPU, its parameters frozen.

    Raises:
        ModelUnusable: when the files are damaged, or keys are missing, unknown or of other shapes.
    """
    weights = {
        key: tensor
        for key, tensor in read_weights(model).items()
        if not key.startswith(ignored_prefixes)
    }
    with loading(model):
        config = config_class.from_pretrained(str(model.folder), local_files_only=True)
        built, info = model_class.from_pretrained(
            None,
            config=config,
            state_dict=weights,
            dtype=dtype,
            **({"attn_implementation": attention} if attention else {}),
            output_loading_info=True,
        )
    _refuse_incomplete(model, info)
    return built.eval().requires_grad_(requires_grad=False)


def _refuse_incomplete(model: ModelFolder, info: dict[str, Any]) -> None:
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        keys = sorted(str(key) for key in info.get(kind) or ())
        if keys:
            named = ", ".join(keys[:_NAMED_KEYS])
            raise ModelUnusable(
                f"{model.weights_file} does not fit its config.json: {len(keys)} "
                f"{kind.replace('_', ' ')} ({named}{', …' if len(keys) > _NAMED_KEYS else ''}).",
                remedy=copy_again(model),
            )
