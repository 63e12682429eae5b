"""CLIP: pictures and texts in one space. Computes with torch on the given device.

Transformers' classes are imported by name, never chosen automatically, so that neither an
installed torchvision nor a config.json changes which code runs.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.models.clip.configuration_clip import CLIPConfig
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.clip.modeling_clip import CLIPModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.preprocessing import PicturePreparation, preparation
from tasted.embedding.runtimes.refusing import loading
from tasted.embedding.runtimes.torch_checkpoint import build_model
from tasted.embedding.runtimes.torch_embedder import TorchEmbedder
from tasted.embedding.runtimes.unit_rows import embed_in_batches, unit_rows

TEXTS_AT_ONCE = 64


class ClipEmbedder(TorchEmbedder):
    """A CLIP model with its own preparation of pictures and tokenizer; see `embedder.Embedder`."""

    reads_text = True

    def __init__(
        self, model: Any, preparation: PicturePreparation, tokenizer: Any, **of_tower: Any
    ) -> None:
        dimensions = int(model.config.projection_dim)
        super().__init__(model, preparation, dimensions=dimensions, **of_tower)
        self._tokenizer = tokenizer

    @classmethod
    def load(
        cls, folder: ModelFolder, *, dtype: torch.dtype, fingerprint: str, **of_tower: Any
    ) -> Self:
        """Load a checked folder onto the CPU.

        Raises:
            ModelUnusable: when its files are damaged or do not fit together.
        """
        model = build_model(CLIPModel, CLIPConfig, folder, dtype=dtype, attention="sdpa")
        prepared_by = preparation(folder, CLIPImageProcessorPil)
        with loading(folder):
            tokenizer = CLIPTokenizer.from_pretrained(str(folder.folder), local_files_only=True)
        return cls(
            model, prepared_by, tokenizer, name=folder.name, fingerprint=fingerprint, **of_tower
        )

    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self._model.get_image_features(pixel_values=pixels).pooler_output
        return features

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts; see `Embedder.embed_texts`."""
        return embed_in_batches(
            texts, self._embed_texts, batch_size=TEXTS_AT_ONCE, dimensions=self.dimensions
        )

    @torch.inference_mode()
    def _embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        tokens = self._tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            # a folder without tokenizer_config.json has no limit of its own
            max_length=self._model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self._model.device)
        features = self._model.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        )
        return unit_rows(features.pooler_output.float().cpu().numpy(), model=self.name)
