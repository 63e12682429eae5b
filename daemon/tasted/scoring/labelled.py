"""What every fitted scorer begins with: centred pictures, labels, and what a like weighs. Pure.

References that show the same picture are one picture. What has both labels is in neither class, and
says nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.scoring.calibration import IDENTITY, Calibration, fit_calibration
from tasted.scoring.centring import (
    Rows,
    Vectors,
    background_mean,
    centred_items,
    checked,
)
from tasted.scoring.duplicates import group_means, same_picture_groups
from tasted.scoring.logistic import logit, shift_to_mean

STREAM_LIKE_RATE = 0.40
PSEUDO_LABELS = 6
"""How many labels the assumed like rate weighs as much as."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """n references of g pictures, ready to be learnt from; `gather` makes it."""

    mean: Array
    """Shape (d,): the background that was taken off."""
    references: NDArray[np.float32]
    """Shape (n, d): centred items."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    groups: NDArray[np.intp]
    """Shape (n,): the picture of each reference, numbered from 0 on."""
    items: Array
    """Shape (g, d): one per picture."""
    shares: Array
    """Shape (g,): of likes among the references of a picture."""
    brought: Array
    """Shape (g,): share of references that the user brought, and did not judge in the stream."""
    stream_like_rate: float
    history: Vectors | None

    @cached_property
    def clear(self) -> NDArray[np.bool_]:
        """Shape (g,): whether a picture has one label."""
        return np.isin(self.shares, (0.0, 1.0))

    @cached_property
    def targets(self) -> Array:
        """Labels of the clear pictures: 1 liked, 0 rejected."""
        return np.asarray(self.shares[self.clear])

    @property
    def has_both(self) -> bool:
        """Whether there is a clear picture of each label."""
        return bool(0 < self.targets.sum() < len(self.targets))

    @property
    def own_rate(self) -> float:
        """Share of likes among the clear pictures, drawn towards one half."""
        return float((self.targets.sum() + PSEUDO_LABELS / 2) / (len(self.targets) + PSEUDO_LABELS))

    @property
    def own_rates_without(self) -> Array:
        """The same as it would be without each of the clear pictures."""
        likes = self.targets.sum() + PSEUDO_LABELS / 2
        return np.asarray((likes - self.targets) / (len(self.targets) + PSEUDO_LABELS - 1))

    @property
    def like_rate(self) -> float:
        """Share of likes in the stream, from feedback and what is assumed."""
        # who only ever likes has not said that the whole stream is liked
        if not self.has_both:
            return self.stream_like_rate
        feedback = 1 - self.brought[self.clear]
        likes = float(self.targets @ feedback) + PSEUDO_LABELS * self.stream_like_rate
        return likes / (float(feedback.sum()) + PSEUDO_LABELS)

    @property
    def prior(self) -> float:
        """Log-odds of a like before anything of a picture is known."""
        return logit(self.own_rate if self.has_both else self.like_rate)

    @property
    def seen(self) -> Array:
        """Shape (h, d): the centred history."""
        if self.history is None:
            return np.zeros((0, len(self.mean)))
        return centred_items(self.history, self.mean)

    def offset(self, seen_logits: Array) -> float:
        """Return what leads from the references to the stream, in log-odds.

        Args:
            seen_logits: (h,) of the history. Labels of one class are anchored on them: so that
                their mean probability is the like rate.
        """
        if self.has_both:
            return logit(self.like_rate) - logit(self.own_rate) if self.brought.any() else 0.0
        return shift_to_mean(seen_logits, self.like_rate) if len(seen_logits) else 0.0

    def calibrated(self, logits: Array, told: Array) -> tuple[Calibration, Array]:
        """Learn a calibration; return it with what it makes of the logits, (g,).

        Args:
            logits: (g,) of all pictures, before it.
            told: of the clear pictures, each by a fit that did not know its label; what is returned
                of those is calibrated by the others alone.
        """
        if not self.has_both:
            return IDENTITY, logits
        calibration = fit_calibration(told, self.targets)
        left_out = calibration.temperature * logits + calibration.shift
        left_out[self.clear] = calibration.without_each(told, self.targets)
        return calibration, left_out

    def per_reference(self, of_pictures: Array) -> Array:
        """Share a number of each picture, (g,), out evenly among its references, (n,)."""
        sizes = np.bincount(self.groups, minlength=len(self.shares))
        return np.asarray((of_pictures / sizes)[self.groups])


def gather(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    shipped_mean: NDArray[np.floating] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> Labelled:
    """Check what was given, centre it, and find the pictures in it.

    Arguments and errors are those of `fit_taste`.
    """
    if not 0 < stream_like_rate < 1:
        raise ValueError(f"stream_like_rate must be between 0 and 1, not {stream_like_rate}")
    given = checked(vectors, "vectors")
    dimensions = _dimensions(given, shipped_mean)
    if history is not None:
        checked(history, "history", dimensions=dimensions)
    count = len(given)
    labels = _flags(liked, count, "liked")
    brought = np.zeros(count, np.bool_) if curated is None else _flags(curated, count, "curated")
    mean = background_mean(given, history, shipped_mean, dimensions=dimensions)
    references = centred_items(given, mean).astype(np.float32)
    groups = same_picture_groups(references.astype(np.float64))
    return Labelled(
        mean=mean,
        references=references,
        liked=labels,
        groups=groups,
        items=group_means(references.astype(np.float64), groups),
        shares=group_means(labels.astype(np.float64), groups),
        brought=group_means(brought.astype(np.float64), groups),
        stream_like_rate=stream_like_rate,
        history=history,
    )


def _dimensions(given: list[Rows] | Rows, shipped_mean: NDArray[np.floating] | None) -> int:
    if isinstance(given, np.ndarray):
        dimensions = given.shape[1]
    elif given:
        dimensions = given[0].shape[1]
    else:
        raise ValueError("vectors has no item: pass an array of shape (0, d)")
    if shipped_mean is not None and (
        shipped_mean.shape != (dimensions,) or not np.isfinite(shipped_mean).all()
    ):
        raise ValueError(f"shipped_mean must be {dimensions} finite numbers")
    return int(dimensions)


def _flags(values: ArrayLike, count: int, name: str) -> NDArray[np.bool_]:
    flags = np.asarray(values)
    if flags.shape != (count,) or (count and flags.dtype != np.bool_):
        raise ValueError(f"{name} must be {count} booleans, not {flags.dtype} {flags.shape}")
    return flags.astype(np.bool_)
