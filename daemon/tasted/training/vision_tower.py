"""The picture half of a CLIP in two parts: frozen lower blocks, and upper ones with an adapter.

Computes with torch. What the lower blocks make of a view never changes, so it is computed once.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer

from tasted.embedding.runtimes.torch_clip import ClipEmbedder
from tasted.training.recipe import TrainingRecipe, adapted_blocks, target_modules

VIEWS_AT_ONCE = 64
"""In one pass without gradients."""
_ADAPTER = "default"


class VisionTower:
    """A CLIP that is being adapted.

    Args:
        embedder: loaded in float32; its network is changed in place.
        recipe: of the adapter.
        device: where it computes: `cpu` or `cuda`.
    """

    def __init__(self, embedder: ClipEmbedder, recipe: TrainingRecipe, device: str) -> None:
        self._embedder = embedder
        self._device = torch.device(device)
        count = int(embedder.network.config.vision_config.num_hidden_layers)
        self._upper = adapted_blocks(count)
        torch.manual_seed(recipe.seed)
        self.width = int(embedder.network.config.vision_config.hidden_size)
        config = LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            bias="none",
            target_modules=target_modules(count),
        )
        with warnings.catch_warnings():
            # peft asks transformers by a name that will be another one
            warnings.simplefilter("ignore", FutureWarning)
            self._adapted: Any = get_peft_model(embedder.network, config).to(self._device)
        self._network: Any = self._adapted.get_base_model()
        self._layers: dict[str, Any] = {
            name: module
            for name, module in self._network.named_modules()
            if isinstance(module, LoraLayer)
        }
        self._adapted.eval()

    @property
    def is_accelerated(self) -> bool:
        """Whether something else than the processor computes."""
        return self._device.type != "cpu"

    @property
    def adapted_layers(self) -> tuple[str, ...]:
        """The names of the layers that have an adapter."""
        return tuple(self._layers)

    @torch.inference_mode()
    def lower(self, prepared: NDArray[Any]) -> NDArray[np.float16]:
        """Return what the frozen blocks make of views.

        Args:
            prepared: (n, ...), as `Embedder.prepare` gives it.

        Returns:
            Shape (n, tokens, width).
        """
        vision = self._network.vision_model
        parts = []
        for start in range(0, len(prepared), VIEWS_AT_ONCE):
            values = self._embedder.pixel_values(prepared[start : start + VIEWS_AT_ONCE])
            states = vision.pre_layrnorm(
                vision.embeddings(torch.from_numpy(values).to(self._device))
            )
            for block in vision.encoder.layers[: self._upper.start]:
                states = block(states, None)
            parts.append(states.half().cpu().numpy())
        return np.concatenate(parts)

    def upper(self, states: torch.Tensor) -> torch.Tensor:
        """Return unit vectors, (n, d), of what `lower` gave, (n, tokens, width) in float32."""
        vision = self._network.vision_model
        # bfloat16 halves the time on an accelerator; on a processor everything is float32
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self.is_accelerated):
            for number in self._upper:
                states = vision.encoder.layers[number](states, None)
            features = self._network.visual_projection(vision.post_layernorm(states[:, 0, :]))
        unit: torch.Tensor = torch.nn.functional.normalize(features.float(), dim=-1)
        return unit

    def taken(self, values: NDArray[Any]) -> torch.Tensor:
        """Return numbers where they are computed with, in float32: cached states, labels."""
        return torch.from_numpy(np.asarray(values, np.float32)).to(self._device)

    @torch.inference_mode()
    def vectors(self, states: NDArray[np.float16]) -> NDArray[np.float32]:
        """Return unit vectors, (n, d), without dropout."""
        was_training = self._adapted.training
        self._adapted.eval()
        parts = [
            self.upper(self.taken(states[start : start + VIEWS_AT_ONCE])).float().cpu().numpy()
            for start in range(0, len(states), VIEWS_AT_ONCE)
        ]
        self._adapted.train(was_training)
        return np.concatenate(parts)

    def train(self) -> None:
        """Let what is dropped while training be dropped."""
        self._adapted.train()

    def parameters(self) -> dict[str, torch.nn.Parameter]:
        """Return what is trained, by name."""
        return {
            name: parameter
            for name, parameter in self._adapted.named_parameters()
            if parameter.requires_grad
        }

    def begin(self, seed: int) -> None:
        """Make the adapter new: as if there were none, with random directions to learn along."""
        torch.manual_seed(seed)
        for layer in self._layers.values():
            layer.reset_lora_parameters(_ADAPTER, init_lora_weights=True)

    def adapter(self) -> dict[str, torch.Tensor]:
        """Return a copy of the adapter, by peft's names."""
        # else it looks for a vocabulary that was trained as well
        state = get_peft_model_state_dict(self._adapted, save_embedding_layers=False)
        return {name: tensor.detach().cpu().clone() for name, tensor in state.items()}

    def put_on(self, adapter: Mapping[str, torch.Tensor]) -> None:
        """Take over an adapter that `adapter` gave."""
        set_peft_model_state_dict(self._adapted, dict(adapter))

    @torch.inference_mode()
    def changes(self) -> dict[str, torch.Tensor]:
        """Return what the adapter adds to the weights of each layer, by the layer's own name."""
        return {
            f"{name}.weight": layer.get_delta_weight(_ADAPTER).float().cpu()
            for name, layer in self._layers.items()
        }
