"""A trained model, opened with transformers' own classes and asked for unit vectors.

Reads a model folder; asks no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional
from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image


@dataclass(frozen=True, slots=True)
class Embedder:
    """A model folder, opened with transformers' own classes."""

    model: CLIPModel
    processor: CLIPImageProcessor
    tokenizer: CLIPTokenizer

    @classmethod
    def open(cls, folder: Path) -> Embedder:
        """Open a folder without asking any network."""
        model = CLIPModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        processor = CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
        return cls(model.eval(), processor, tokenizer)

    @torch.no_grad()
    def pictures(self, pictures: Sequence[Image.Image]) -> torch.Tensor:
        """Embed RGB pictures as unit vectors (n, 128), float32."""
        pixels = self.processor(images=list(pictures), return_tensors="pt")["pixel_values"]
        pooled = self.model.vision_model(pixel_values=pixels).pooler_output
        return functional.normalize(self.model.visual_projection(pooled), dim=1)

    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> torch.Tensor:
        """Embed texts as unit vectors (n, 128), float32."""
        tokens = self.tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        pooled = self.model.text_model(**tokens).pooler_output
        return functional.normalize(self.model.text_projection(pooled), dim=1)
