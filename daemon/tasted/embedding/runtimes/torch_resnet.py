"""ResNet: pictures only, the pooled features before the classifier. Computes with torch.

For users of a classifier built on `microsoft/resnet-50`; traits and interests in words need a model
that reads text.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, Self

import torch
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.resnet.configuration_resnet import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetModel

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.preprocessing import preparation
from tasted.embedding.runtimes.torch_checkpoint import build_model
from tasted.embedding.runtimes.torch_embedder import TorchEmbedder
from tasted.errors import ModelUnusable


class ResNetEmbedder(TorchEmbedder):
    """A ResNet with its own preparation of pictures; see `embedder.Embedder`."""

    reads_text = False

    @classmethod
    def load(
        cls, folder: ModelFolder, *, dtype: torch.dtype, fingerprint: str, **of_tower: Any
    ) -> Self:
        """Load a checked folder onto the CPU; the head of a classifier is left out.

        Raises:
            ModelUnusable: when its files are damaged or do not fit together.
        """
        model = build_model(
            ResNetModel, ResNetConfig, folder, dtype=dtype, ignored_prefixes=("classifier.",)
        )
        dimensions = int(model.config.hidden_sizes[-1])
        return cls(
            model,
            preparation(folder, ConvNextImageProcessorPil),
            name=folder.name,
            fingerprint=fingerprint,
            dimensions=dimensions,
            **of_tower,
        )

    def _features(self, pixels: torch.Tensor) -> torch.Tensor:
        pooled: torch.Tensor = self._model(pixel_values=pixels).pooler_output
        return pooled.flatten(start_dim=1)

    def embed_texts(self, texts: Sequence[str]) -> NoReturn:
        """Refuse: a ResNet cannot read text.

        Raises:
            ModelUnusable: always.
        """
        raise ModelUnusable(
            f"The model {self.name} reads pictures only; {len(texts)} texts cannot be embedded.",
            remedy="Set embedder.model to a CLIP model, or remove traits and interests.",
        )
