"""Small worlds of unit vectors with a user's labels, drawn from a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.model import Taste

DIMENSIONS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Pictures as an embedder gives them, and what the user says of each."""

    vectors: NDArray[np.float32]
    liked: NDArray[np.bool_]


def drawn(count: int, *, seed: int, sharpness: float = 3.0, dimensions: int = DIMENSIONS) -> Drawn:
    """Draw pictures that share a mean, as those of one encoder do, and noisy labels of them.

    The world, and what the user likes in it, is the same for every seed.
    """
    world = np.random.default_rng(0)
    mean = world.normal(size=dimensions)
    mean *= 0.75 / np.linalg.norm(mean)
    scales = np.arange(1, dimensions + 1) ** -0.4
    scales *= 0.65 / np.linalg.norm(scales)
    direction = world.normal(size=dimensions)
    direction /= np.linalg.norm(direction * scales)
    random = np.random.default_rng(seed)
    latent = random.normal(size=(count, dimensions)) * scales
    liked = random.random(count) < 1 / (1 + np.exp(-sharpness * (latent @ direction)))
    rows = mean + latent
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return Drawn(vectors.astype(np.float32), liked)


def sum_of_references(taste: Taste, views: NDArray[np.float32]) -> float:
    """Return what all references add to the logit of one item of k views, (k, d)."""
    (item,) = centred_items([views], taste.mean)
    products = taste.references.astype(np.float64) @ item
    return float((taste.coefficients * products).sum())
