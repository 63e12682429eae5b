"""A model's rows → unit vectors, in batches; refuses NaN, infinity and zeros. Pure numpy."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tasted.errors import ModelUnusable

Items = TypeVar("Items", bound=Sequence[Any] | NDArray[Any])


def unit_rows(rows: NDArray[Any], *, model: str) -> NDArray[np.float32]:
    """Scale each row to length 1, in float32.

    Args:
        rows: shape (n, d), from a model.
        model: its name, for the error.

    Raises:
        ModelUnusable: when a row holds NaN or infinity, or has length 0.
    """
    wide = rows.astype(np.float32)
    # scaled by the largest entry first: squares of large float32 numbers overflow
    largest = np.abs(wide).max(axis=1, keepdims=True, initial=0.0)
    if not np.isfinite(wide).all() or not (largest > 0).all():
        raise ModelUnusable(
            f"The model {model} returns invalid vectors (NaN, infinity or zeros).",
            remedy=f"Its weights are damaged: download them again: tasted models pull {model}, "
            'or set embedder.device = "cpu" and embedder.dtype = "float32".',
        )
    scaled = wide / largest
    unit: NDArray[np.float32] = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    return unit


def embed_in_batches(
    items: Items,
    embed: Callable[[Items], NDArray[np.float32]],
    *,
    batch_size: int,
    dimensions: int,
) -> NDArray[np.float32]:
    """Embed many items a few at a time, so that memory does not grow with their number.

    Returns:
        Shape (n, dimensions), float32, in the order of the items; (0, dimensions) for none.
    """
    rows = np.empty((len(items), dimensions), dtype=np.float32)
    for start in range(0, len(items), batch_size):
        some: Any = items[start : start + batch_size]
        rows[start : start + batch_size] = embed(some)
    return rows
