"""Unit vectors, content ids and references for tests of the library and of scoring."""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from tasted.library.library import LearnedReference
from tasted.records import Label, Origin, Reference

FINGERPRINT = sha256(b"an embedder").hexdigest()
OTHER_FINGERPRINT = sha256(b"another embedder").hexdigest()
DIMENSIONS = 8


def content(name: str) -> str:
    """Return a content id that belongs to a name."""
    return sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def unit(*numbers: float, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """Return the unit vector in the direction of the numbers, padded with zeros."""
    vector = np.zeros(dimensions)
    vector[: len(numbers)] = numbers
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def random_units(count: int, *, seed: int, dimensions: int = DIMENSIONS) -> NDArray[np.float32]:
    """Return random unit vectors of shape (count, dimensions)."""
    rows = np.random.default_rng(seed).normal(size=(count, dimensions))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def learned(
    path: str,
    vector: NDArray[np.float32],
    *,
    name: str | None = None,
    origin: Origin = Origin.REFERENCE,
) -> LearnedReference:
    """Return a reference at a path, labelled by its folder; `name` decides its content."""
    label = Label(path.split("/", maxsplit=1)[0])
    return LearnedReference(Reference(content(name or path), path, label, origin), vector[None])
