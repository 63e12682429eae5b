"""A checked folder → a loaded embedder on the right device. Imports torch when it is called.

From here on no connection is opened: the hub's library is switched off before it is imported.
"""

import os
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.device import COSINE_MIN, choose_device
from tasted.embedding.embedder import Embedder
from tasted.embedding.fingerprint import dtype_class, fingerprint_of
from tasted.embedding.folder import ModelFolder

if TYPE_CHECKING:
    from tasted.embedding.clip import ClipEmbedder
    from tasted.embedding.resnet import ResNetEmbedder

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # else transformers may ask a service of the hub to convert a .bin
    "DISABLE_SAFETENSORS_CONVERSION": "1",
}
_PROBE_SIDE = 64


def open_embedder(
    model: ModelFolder,
    *,
    device: str,
    dtype: str,
    views: str,
    preprocessing: str,
    threads: int | None = None,
) -> Embedder:
    """Load a model and try it on test pictures.

    Args:
        model: what `find_model` returned.
        device: `auto`, `cpu`, `cuda` or `mps`.
        dtype: `auto`, `float32` or `bfloat16`; `auto` is float32 on every device.
        views: see `fingerprint_of`.
        preprocessing: see `fingerprint_of`.
        threads: how many threads torch may use in this process; None leaves torch's choice.

    Returns:
        The embedder. `device_note` says why an accelerator was passed over, or is None.

    Raises:
        ModelUnusable: when files are damaged or do not fit together, when the numbers are not
            finite, or when the named device or dtype cannot be used.
    """
    computing = dtype_class(dtype)
    fingerprint = fingerprint_of(
        model, dtype_class=computing, views=views, preprocessing=preprocessing
    )
    _prepare_libraries(threads)
    embedder = _load(model, dtype=computing, fingerprint=fingerprint)
    on_device = {"cpu": embedder}

    def probe(device: str) -> NDArray[np.float32]:
        if device not in on_device:
            on_device[device] = embedder.on_device(device)
        return on_device[device].embed_pictures(probe_pictures())

    probe("cpu")
    choice = choose_device(
        device, available=_available, probe=probe, cosine_min=COSINE_MIN[computing]
    )
    chosen = on_device[choice.device]
    chosen.device_note = choice.note
    return chosen


def probe_pictures() -> list[NDArray[np.uint8]]:
    """Return two fixed test pictures: a colour ramp, and noise with a seed."""
    ramp = np.linspace(0, 255, _PROBE_SIDE, dtype=np.uint8)
    colours = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    noise = np.random.default_rng(7).integers(0, 256, colours.shape, dtype=np.uint8)
    return [colours, noise]


def _prepare_libraries(threads: int | None) -> None:
    os.environ.update(OFFLINE)
    # after the environment: both libraries read it while they are imported
    import torch  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    if threads is not None:
        torch.set_num_threads(threads)


def _load(model: ModelFolder, *, dtype: str, fingerprint: str) -> "ClipEmbedder | ResNetEmbedder":
    # after the environment, and only the family that is needed
    import torch  # noqa: PLC0415

    number = {"float32": torch.float32, "bfloat16": torch.bfloat16}[dtype]
    if model.family == "resnet":
        from tasted.embedding.resnet import ResNetEmbedder  # noqa: PLC0415

        return ResNetEmbedder.load(model, dtype=number, fingerprint=fingerprint)
    from tasted.embedding.clip import ClipEmbedder  # noqa: PLC0415

    return ClipEmbedder.load(model, dtype=number, fingerprint=fingerprint)


def _available(device: str) -> bool:
    import torch  # noqa: PLC0415 - after the environment

    backend = {"cpu": True, "cuda": torch.cuda.is_available()}.get(device)
    return torch.backends.mps.is_available() if backend is None else backend
