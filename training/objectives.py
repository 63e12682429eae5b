"""The losses between pictures and captions, within each, and between student and teacher.

Touches no file.
"""

from __future__ import annotations

import torch
from torch.nn import functional

#: How sharply the relations between pictures are compared.
SHARPNESS = 12.0


def match_loss(
    pictures: torch.Tensor, captions: torch.Tensor, fit: torch.Tensor, scale: torch.Tensor
) -> torch.Tensor:
    """Contrast pictures and captions; several captions may fit one picture, and the reverse.

    Args:
        pictures: Shape (n, d), unit vectors.
        captions: Shape (m, d), unit vectors.
        fit: Shape (n, m), 0 to 1.
        scale: The model's inverse temperature, a scalar.
    """
    logits = scale * pictures @ captions.T
    squared = fit**2
    by_picture = squared / squared.sum(1, keepdim=True).clamp(min=1e-6)
    by_caption = squared / squared.sum(0, keepdim=True).clamp(min=1e-6)
    rows = -(by_picture * logits.log_softmax(1)).sum(1).mean()
    columns = -(by_caption * logits.log_softmax(0)).sum(0).mean()
    return (rows + columns) / 2


def cosine_loss(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Bring cosines among unit vectors (n, d) to targets (n, n); near and far count equally."""
    others = ~torch.eye(len(vectors), dtype=torch.bool)
    wrong = (vectors @ vectors.T - targets) ** 2
    near = others & (targets > 0.5)
    far = others & ~near
    return wrong[near].mean() + wrong[far].mean()


def relation_loss(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Bring each picture's ranking of the others to that of the targets."""
    itself = torch.eye(len(vectors), dtype=torch.bool)
    cosines = (SHARPNESS * vectors @ vectors.T).masked_fill(itself, -1e4)
    wanted = (SHARPNESS * targets).masked_fill(itself, -1e4).softmax(1)
    return functional.kl_div(cosines.log_softmax(1), wanted, reduction="batchmean")
