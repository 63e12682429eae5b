"""What an adapter is trained with: every number of it in one place. Pure.

The numbers are those of CLIP-LoRA (Zanella and Ben Ayed, Low-Rank Few-Shot Adaptation of
Vision-Language Models, 2024) where that says one, with a little more rank for fewer blocks.
"""

import math
from dataclasses import asdict
from typing import Any

from tasted.plain_dataclass import dataclass

LORA = "lora"
_USUAL_WIDTH = 768
_WARM_UP_SHARE = 1 / 3
"""Of the steps, at most."""


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How one adapter is trained, and how labels are divided for it."""

    rank: int = 4
    alpha: int = 4
    dropout: float = 0.25
    learning_rate: float = 2e-4
    """Of a model 768 wide; see `rate_for`."""
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    batch_size: int = 32
    warm_up_steps: int = 50
    passes: int = 30
    """Over the labels that an adapter sees; with more it learns them by heart."""
    max_steps: int = 1_500
    clip_norm: float = 1.0
    drift_weight: float = 0.5
    """Of 1 - cos(x, x₀) in the loss: keeps the space that the directions of traits live in."""
    check_every: int = 50
    """Steps between two looks at the labels that stop it; each is a checkpoint as well."""
    patience: int = 5
    """After so many looks without a gain it stops; the best is kept."""
    validation_share: float = 0.15
    """Of the groups that it is trained on."""
    newest_share: float = 0.3
    """Of the labels; they are never trained on, and show whether it holds for what comes."""
    folds: int = 3
    seed: int = 0

    def rate_for(self, width: int) -> float:
        """Return the rate of learning of a model whose blocks are so wide.

        The same step moves what a narrow layer puts out less, for it adds fewer terms.
        """
        return self.learning_rate * _USUAL_WIDTH / width

    def steps_for(self, labels: int) -> int:
        """Return how many steps an adapter makes at most that sees so many labels."""
        passes = math.ceil(self.passes * labels / min(self.batch_size, labels))
        return min(self.max_steps, passes)

    def share_of_peak(self, step: int, steps: int) -> float:
        """Return the rate of learning of a step beside its peak: warm-up, then a cosine to 0.

        Args:
            step: from 0 on.
            steps: how many there are.
        """
        warm_up = min(self.warm_up_steps, max(1, round(_WARM_UP_SHARE * steps)))
        if step < warm_up:
            return (step + 1) / warm_up
        rest = max(1, steps - warm_up)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm_up) / rest)))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


def adapted_blocks(count: int) -> range:
    """Return which of so many vision blocks are adapted: the last third, 4 of 12, 2 of 5."""
    return range(count - -(-count // 3), count)


def target_modules(count: int) -> str:
    """Return the expression for the layers that are adapted: q, k and v of those blocks.

    A bare `q_proj` would also be found in the blocks that read text.

    Args:
        count: of vision blocks.
    """
    blocks = "|".join(str(block) for block in adapted_blocks(count))
    return rf".*vision_model\.encoder\.layers\.({blocks})\.self_attn\.(q|k|v)_proj"
