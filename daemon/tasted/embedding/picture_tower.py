"""What every torch embedder does with pictures: prepare, forward in small batches, unit rows."""

import abc
import copy
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from tasted.embedding.preparing import pixel_values
from tasted.embedding.rows import embed_in_batches, unit_rows

PICTURES_AT_ONCE = 16


class PictureTower(abc.ABC):
    """A loaded transformers model with its image processor.

    Args:
        model: in evaluation mode.
        processor: its image processor, PIL backend.
        name: what the embedder is called.
        fingerprint: what its vectors are comparable by.
        dimensions: length of a vector.
        batch_size: pictures in one forward pass: bounds memory, changes no vector.
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
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
        self._processor = processor
        self._batch_size = batch_size

    def on_device(self, device: str) -> Self:
        """Return a copy that computes on the device; this one stays where it is."""
        moved = copy.copy(self)
        moved._model = copy.deepcopy(self._model).to(device)  # noqa: SLF001 - of the same class
        return moved

    def embed_pictures(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed pictures; see `Embedder.embed_pictures`."""
        return embed_in_batches(
            pictures, self._embed_batch, batch_size=self._batch_size, dimensions=self.dimensions
        )

    @torch.inference_mode()
    def _embed_batch(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        pixels = torch.from_numpy(pixel_values(pictures, self._processor))
        features = self._features(pixels.to(self._model.device, self._model.dtype))
        return unit_rows(features.float().cpu().numpy(), model=self.name)

    @abc.abstractmethod
    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return one feature row for each picture: (n, 3, side, side) → (n, d)."""
