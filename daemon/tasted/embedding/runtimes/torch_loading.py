"""A model's folder → a torch embedder on the device that was chosen. Computes two test pictures."""

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.utils import logging

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.torch_devices import COSINE_MIN, choose_device
from tasted.embedding.runtimes.torch_embedder import TorchEmbedder

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_PROBE_SIDE = 64


def load_embedder(
    model: ModelFolder, *, device: str, dtype: str, fingerprint: str, threads: int | None
) -> TorchEmbedder:
    """Load a model on the CPU, and move it to an accelerator that gives the same vectors.

    Args:
        model: the checked folder.
        device: `auto`, `cpu`, `cuda` or `mps`.
        dtype: `float32` or `bfloat16`.
        fingerprint: what its vectors are comparable by.
        threads: how many threads torch may use in this process; None leaves torch's choice.

    Raises:
        ModelUnusable: as `embedding.opening.open_embedder` does.
    """
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    if threads is not None:
        torch.set_num_threads(threads)
    embedder = _load(model, dtype=_DTYPES[dtype], fingerprint=fingerprint)
    on_device = {"cpu": embedder}

    def probe(device: str) -> NDArray[np.float32]:
        if device not in on_device:
            on_device[device] = embedder.on_device(device)
        return on_device[device].embed_pictures(probe_pictures())

    probe("cpu")
    choice = choose_device(device, available=_available, probe=probe, cosine_min=COSINE_MIN[dtype])
    chosen = on_device[choice.device]
    chosen.device_note = choice.note
    return chosen


def probe_pictures() -> list[NDArray[np.uint8]]:
    """Return two fixed test pictures: a colour ramp, and noise with a seed."""
    ramp = np.linspace(0, 255, _PROBE_SIDE, dtype=np.uint8)
    colours = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    noise = np.random.default_rng(7).integers(0, 256, colours.shape, dtype=np.uint8)
    return [colours, noise]


def _load(model: ModelFolder, *, dtype: torch.dtype, fingerprint: str) -> TorchEmbedder:
    # only the family that is needed is imported
    if model.family == "resnet":
        from tasted.embedding.runtimes.torch_resnet import ResNetEmbedder  # noqa: PLC0415

        return ResNetEmbedder.load(model, dtype=dtype, fingerprint=fingerprint)
    from tasted.embedding.runtimes.torch_clip import ClipEmbedder  # noqa: PLC0415 - as above

    return ClipEmbedder.load(model, dtype=dtype, fingerprint=fingerprint)


def _available(device: str) -> bool:
    backend = {"cpu": True, "cuda": torch.cuda.is_available()}.get(device)
    return torch.backends.mps.is_available() if backend is None else backend
