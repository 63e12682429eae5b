"""What every torch embedder does with pictures: preprocess, run in small batches, normalise."""

import abc
import copy
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from tasted.embedding.runtimes.preprocessing import PicturePreparation
from tasted.embedding.runtimes.unit_rows import embed_in_batches, unit_rows

PICTURES_AT_ONCE = 16


class TorchEmbedder(abc.ABC):
    """A loaded transformers model with its image processor; see `embedder.Embedder`.

    Args:
        model: in evaluation mode.
        preparation: makes pixel values of pictures, as the model was trained.
        name: of the embedder.
        fingerprint: equal for embedders with comparable vectors.
        dimensions: length of a vector.
        batch_size: pictures in one forward pass; limits memory, changes no vector.
    """

    reads_text: bool

    def __init__(
        self,
        model: Any,
        preparation: PicturePreparation,
        *,
        name: str,
        fingerprint: str,
        dimensions: int,
        batch_size: int = PICTURES_AT_ONCE,
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.device_note: str | None = None
        self._model = model
        self._preparation = preparation
        self._batch_size = batch_size

    def on_device(self, device: str) -> Self:
        """Return a copy that computes on the device; this one stays where it is."""
        moved = copy.copy(self)
        moved._model = copy.deepcopy(self._model).to(device)  # noqa: SLF001 - of the same class
        return moved

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[Any]:
        """Make of pictures what the model takes; see `Embedder.prepare`."""
        return self._preparation.prepare(pictures)

    def embed_prepared(self, prepared: NDArray[Any]) -> NDArray[np.float32]:
        """Embed what was prepared; see `Embedder.embed_prepared`."""
        return embed_in_batches(
            prepared, self._embed_batch, batch_size=self._batch_size, dimensions=self.dimensions
        )

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed pictures; see `Embedder.embed_pictures`."""
        return self.embed_prepared(self.prepare(pictures))

    @property
    def network(self) -> Any:
        """The model itself, for whoever trains it."""
        return self._model

    def pixel_values(self, prepared: NDArray[Any]) -> NDArray[np.float32]:
        """Return what the network is given of what `prepare` returned, (n, 3, side, side)."""
        return self._preparation.values(prepared)

    @torch.inference_mode()
    def _embed_batch(self, prepared: NDArray[Any]) -> NDArray[np.float32]:
        pixels = torch.from_numpy(self.pixel_values(prepared))
        features = self._features(pixels.to(self._model.device, self._model.dtype))
        return unit_rows(features.float().cpu().numpy(), model=self.name)

    @abc.abstractmethod
    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed_texts`."""

    @abc.abstractmethod
    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return one feature row for each picture: (n, 3, side, side) → (n, d)."""
