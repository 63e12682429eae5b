"""A wanted trait as a direction between texts. Pure."""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.unit_rows import Rows

Array = NDArray[np.float64]

_TEMPLATES = (
    "a photo of someone who is {}",
    "a photo of a {} person",
    "a portrait of a {} person",
    "a person who looks {}",
    "someone who seems {}",
    "a {} man or woman",
)
_ANYONE = (
    "a photo of someone",
    "a photo of a person",
    "a portrait of a person",
    "a person",
    "someone",
    "a man or woman",
)
_ROWS_AND_DIMENSIONS = 2
# the difference of two equal sides is rounding
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Trait:
    """What a person should be like, and the word for the opposite."""

    name: str
    opposite: str | None = None


def trait_texts(trait: Trait) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences to embed: of the trait, and of the opposite or of anyone."""
    wanted = tuple(template.format(trait.name) for template in _TEMPLATES)
    if trait.opposite is None:
        return wanted, _ANYONE
    return wanted, tuple(template.format(trait.opposite) for template in _TEMPLATES)


def direction(wanted_vectors: Rows, opposite_vectors: Rows) -> Array:
    """Return the direction of a trait, shape (d,), of length 1; 0 when both sides are equal.

    Args:
        wanted_vectors: (w, d) text vectors of the first sentences of `trait_texts`, w above 0.
        opposite_vectors: (o, d) of the second ones, o above 0.

    Raises:
        ValueError: on a wrong shape or a number that is not finite.
    """
    check_rows(wanted_vectors, "wanted_vectors", None)
    check_rows(opposite_vectors, "opposite_vectors", wanted_vectors.shape[1])
    if not len(wanted_vectors) or not len(opposite_vectors):
        raise ValueError("wanted_vectors and opposite_vectors must have a row each")
    difference = _unit(wanted_vectors.mean(axis=0, dtype=np.float64)) - _unit(
        opposite_vectors.mean(axis=0, dtype=np.float64)
    )
    return _unit(difference)


def check_rows(rows: Rows, name: str, dimensions: int | None) -> None:
    """Raise `ValueError` unless the rows are finite, of shape (n, d).

    Args:
        rows: to look at.
        name: of the argument, for the message.
        dimensions: the d that is expected; None: any.
    """
    if rows.ndim != _ROWS_AND_DIMENSIONS or dimensions not in {None, rows.shape[1]}:
        expected = "d" if dimensions is None else dimensions
        raise ValueError(f"{name} must have shape (n, {expected}), not {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name} has a number that is not finite")


def _unit(vector: Array) -> Array:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > _ROUNDING else np.zeros(len(vector)))
