"""A checked folder → a loaded embedder on the right device. Imports the runtime when it is called.

From here on no connection is opened: the hub's library is switched off before it is imported.
"""

import os
from collections.abc import Callable

from tasted.embedding.embedder import Embedder
from tasted.embedding.models.fingerprint import DtypeClass, fingerprint_of
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.runtime_choice import choose_runtime
from tasted.embedding.runtimes.refusing import RuntimeLacks

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # else transformers may ask a service of the hub to convert a .bin
    "DISABLE_SAFETENSORS_CONVERSION": "1",
}


def open_embedder(
    model: ModelFolder,
    *,
    device: str,
    dtype: str,
    views: str,
    preprocessing: str,
    runtime: str = "auto",
    threads: int | None = None,
    at_compiling: Callable[[], None] = lambda: None,
) -> Embedder:
    """Load a model and try it on test pictures.

    Args:
        model: what `find_model` returned.
        device: `auto`, `cpu`, `cuda` or `mps`.
        dtype: `auto`, `float32` or `bfloat16`; see `choose_runtime`.
        views: see `fingerprint_of`.
        preprocessing: see `fingerprint_of`.
        runtime: `auto`, `openvino` or `torch`; see `choose_runtime`.
        threads: how many may compute at a time; None leaves the runtime's choice.
        at_compiling: called when most that is left is compiled code, if the runtime knows when.

    Returns:
        The embedder. `device_note` says why an accelerator or a runtime was passed over, or is
        None.

    Raises:
        ModelUnusable: when files are damaged or do not fit together, when the numbers are not
            finite, or when the named device, dtype or runtime cannot be used.
    """
    choice = choose_runtime(model, runtime=runtime, device=device, dtype=dtype)
    fingerprint = fingerprint_of(
        model, dtype_class=choice.computing, views=views, preprocessing=preprocessing
    )
    loading = _Loading(model, choice.computing, fingerprint, threads, at_compiling)
    if choice.runtime == "torch":
        return loading.torch(device, choice.reason)
    try:
        return loading.openvino()
    except RuntimeLacks as lacking:
        if runtime == "openvino":
            raise
        return loading.torch(device, lacking.message)


class _Loading:
    """Loads one model by one of the runtimes; each is imported when it is called."""

    def __init__(
        self,
        model: ModelFolder,
        computing: DtypeClass,
        fingerprint: str,
        threads: int | None,
        at_compiling: Callable[[], None],
    ) -> None:
        self._model = model
        self._computing = computing
        self._fingerprint = fingerprint
        self._threads = threads
        self._at_compiling = at_compiling

    def openvino(self) -> Embedder:
        from tasted.embedding.runtimes.openvino_loading import (  # noqa: PLC0415 - as said above
            load_embedder,
        )

        return load_embedder(
            self._model,
            precision=self._computing,
            fingerprint=self._fingerprint,
            threads=self._threads,
            at_compiling=self._at_compiling,
        )

    def torch(self, device: str, reason: str | None) -> Embedder:
        os.environ.update(OFFLINE)
        # after the environment: torch and transformers read it while they are imported
        from tasted.embedding.runtimes.torch_loading import load_embedder  # noqa: PLC0415

        embedder = load_embedder(
            self._model,
            device=device,
            dtype=self._computing,
            fingerprint=self._fingerprint,
            threads=self._threads,
        )
        embedder.device_note = embedder.device_note or reason
        return embedder
