"""The layers that graphs are built of, each filled from the checkpoint. OpenVINO's operations.

Shapes in comments are those of one graph run: n inputs, t tokens, w the width of the model.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.native.openvino import Node, operations
from tasted.plain_dataclass import dataclass

_QUICK_GELU = 1.702
"""CLIP's own approximation: x · sigmoid(1.702 x) (github.com/openai/CLIP, clip/model.py)."""
ACTIVATIONS: dict[str, Callable[[Any], Node]] = {
    "quick_gelu": lambda values: operations.swish(values, scalar(_QUICK_GELU)),
    "gelu": lambda values: operations.gelu(values, "erf"),
    "relu": operations.relu,
}


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """What config.json says of one tower's transformer."""

    width: int
    inner_width: int
    layers: int
    heads: int
    activation: str
    epsilon: float


def shared(array: NDArray[np.float32]) -> Node:
    """Return a constant that computes on the array itself, without a copy."""
    return operations.constant(array, shared_memory=True)


def scalar(value: float) -> Node:
    """Return a float32 number."""
    return operations.constant(np.float32(value))


def integers(*values: int) -> Node:
    """Return whole numbers: a shape, an order, a list of axes."""
    return operations.constant(np.array(values, np.int64))


def linear(values: Any, weights: MappedWeights, name: str, *, size: tuple[int, int]) -> Node:
    """Multiply with the matrix (to, from) of that name, and add its bias.

    Args:
        values: (..., from).
        weights: of the model.
        name: of the layer.
        size: (to, from).
    """
    product = projection(values, weights, name, size=size)
    return operations.add(product, shared(weights.take(f"{name}.bias", size[:1])))


def projection(values: Any, weights: MappedWeights, name: str, *, size: tuple[int, int]) -> Node:
    """Multiply with the matrix (to, from) of that name."""
    matrix = shared(weights.take(f"{name}.weight", size))
    return operations.matmul(values, matrix, transpose_a=False, transpose_b=True)


def layer_norm(
    values: Any, weights: MappedWeights, name: str, *, width: int, epsilon: float
) -> Node:
    """Normalise the last axis to mean 0 and variance 1, then scale and shift it."""
    normed = operations.mvn(
        values, integers(-1), normalize_variance=True, eps=epsilon, eps_mode="inside_sqrt"
    )
    scaled = operations.multiply(normed, shared(weights.take(f"{name}.weight", (width,))))
    return operations.add(scaled, shared(weights.take(f"{name}.bias", (width,))))


def encoder(
    tokens: Any, weights: MappedWeights, name: str, shape: EncoderShape, *, is_causal: bool
) -> Node:
    """Run a transformer whose layers normalise first; see Radford et al., 2021.

    Args:
        tokens: (n, t, w).
        weights: of the model.
        name: of the encoder.
        shape: of its layers.
        is_causal: whether a token sees only those before it; then all tokens are returned, else
            only the first, which is the one that pictures are read from.

    Returns:
        (n, t, w) or (n, 1, w).
    """
    for number in range(shape.layers):
        is_last = number == shape.layers - 1
        tokens = _layer(
            tokens,
            weights,
            f"{name}.layers.{number}",
            shape,
            is_causal=is_causal,
            keeps_first=is_last and not is_causal,
        )
    return tokens


def _layer(
    tokens: Any,
    weights: MappedWeights,
    name: str,
    shape: EncoderShape,
    *,
    is_causal: bool,
    keeps_first: bool,
) -> Node:
    norm = {"width": shape.width, "epsilon": shape.epsilon}
    normed = layer_norm(tokens, weights, f"{name}.layer_norm1", **norm)  # type: ignore[arg-type]
    asking = normed
    if keeps_first:
        # what the other tokens would become is read by nobody
        asking, tokens = _first_token(normed), _first_token(tokens)
    attended = _attention(asking, normed, weights, f"{name}.self_attn", shape, is_causal=is_causal)
    tokens = operations.add(tokens, attended)
    normed = layer_norm(tokens, weights, f"{name}.layer_norm2", **norm)  # type: ignore[arg-type]
    inner = linear(normed, weights, f"{name}.mlp.fc1", size=(shape.inner_width, shape.width))
    active = ACTIVATIONS[shape.activation](inner)
    outer = linear(active, weights, f"{name}.mlp.fc2", size=(shape.width, shape.inner_width))
    return operations.add(tokens, outer)


def _attention(
    asking: Any,
    answering: Any,
    weights: MappedWeights,
    name: str,
    shape: EncoderShape,
    *,
    is_causal: bool,
) -> Node:
    size = (shape.width, shape.width)

    def by_head(values: Any, part: str) -> Node:
        # (n, t, w) → (n, heads, t, w / heads); 0 keeps an axis as it is
        mapped = linear(values, weights, f"{name}.{part}", size=size)
        split = integers(0, 0, shape.heads, shape.width // shape.heads)
        heads = operations.reshape(mapped, split, special_zero=True)
        return operations.transpose(heads, integers(0, 2, 1, 3))

    found = operations.scaled_dot_product_attention(
        by_head(asking, "q_proj"),
        by_head(answering, "k_proj"),
        by_head(answering, "v_proj"),
        causal=is_causal,
    )
    together = operations.transpose(found, integers(0, 2, 1, 3))
    merged = operations.reshape(together, integers(0, 0, shape.width), special_zero=True)
    return linear(merged, weights, f"{name}.out_proj", size=size)


def _first_token(tokens: Any) -> Node:
    return operations.slice(tokens, integers(0), integers(1), integers(1), integers(1))
