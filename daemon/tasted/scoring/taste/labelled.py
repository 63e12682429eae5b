"""What every fitted scorer starts from: centred pictures, labels, and the rate of likes. Pure.

References that show the same picture are one picture. A picture with both labels is in neither
class.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.calibration import IDENTITY, Calibration, fit_calibration
from tasted.scoring.taste.centring import background_mean, centred_items, checked
from tasted.scoring.taste.duplicates import group_means, same_picture_groups
from tasted.scoring.taste.logistic import logit, shift_to_mean
from tasted.scoring.taste.shrinking import (
    PSEUDO_LABELS,
    fit_shrinking,
    like_rate,
    like_rates_without,
)
from tasted.scoring.unit_rows import Rows, Vectors

STREAM_LIKE_RATE = 0.40

Array = NDArray[np.float64]


class Calibrated(NamedTuple):
    """What leave-one-out logits say, shrinking included."""

    calibration: Calibration
    left_out: Array
    """Shape (g,): the calibrated leave-one-out logits."""
    shrinking: float
    """The factor in the calibration, see `shrinking`."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """n references of g pictures, ready for a fit; made by `gather`."""

    mean: Array
    """Shape (d,): the background that was subtracted."""
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
    curated: Array
    """Shape (g,): share of references that the user chose by hand, outside of the stream."""
    stream_like_rate: float
    history: Vectors | None
    drawn: Array | None = None
    """Shape (g,): share of references that chance chose from the stream; None: all but those that
    the user chose by hand."""

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
        """Share of likes that the bias begins from, drawn towards one half or the assumed rate.

        That among the clear pictures; where some were chosen for their scores, among the others.
        """
        if self._is_selected:
            return self._share_of(self._by_chance)
        return like_rate(self.targets)

    @property
    def own_rates_without(self) -> Array:
        """The same without each of the clear pictures."""
        if not self._is_selected:
            return like_rates_without(self.targets)
        weights = self._by_chance
        likes = float(self.targets @ weights) + PSEUDO_LABELS * self.stream_like_rate
        count = float(weights.sum()) + PSEUDO_LABELS
        return np.asarray((likes - weights * self.targets) / (count - weights))

    @property
    def like_rate(self) -> float:
        """Share of likes in the stream, from feedback and the assumed rate."""
        # likes without a single reject do not mean that the whole stream is liked
        return self._share_of(self._by_chance) if self.has_both else self.stream_like_rate

    @property
    def _by_chance(self) -> Array:
        """How much each clear picture tells of the share of likes in the stream."""
        by_chance = 1 - self.curated if self.drawn is None else self.drawn
        return np.asarray(by_chance[self.clear])

    @property
    def _is_selected(self) -> bool:
        # labels that the user chose by hand are led to the stream by an offset instead
        return self.drawn is not None and not self.curated.any()

    def _share_of(self, weights: Array) -> float:
        likes = float(self.targets @ weights) + PSEUDO_LABELS * self.stream_like_rate
        return likes / (float(weights.sum()) + PSEUDO_LABELS)

    @property
    def prior(self) -> float:
        """Log-odds of a like before anything is known about a picture."""
        return logit(self.own_rate if self.has_both else self.like_rate)

    @property
    def seen(self) -> Array:
        """Shape (h, d): the centred history."""
        if self.history is None:
            return np.zeros((0, len(self.mean)))
        return centred_items(self.history, self.mean)

    def offset(self, seen_logits: Array) -> float:
        """Return the step from the references to the stream, in log-odds.

        Args:
            seen_logits: (h,) of the history. Labels of one class are anchored on them: their mean
                probability becomes the like rate.
        """
        if self.has_both:
            return logit(self.like_rate) - logit(self.own_rate) if self.curated.any() else 0.0
        return shift_to_mean(seen_logits, self.like_rate) if len(seen_logits) else 0.0

    def calibrated(self, logits: Array, left_out: Array) -> Calibrated:
        """Fit a calibration and apply it.

        Args:
            logits: (g,) of all pictures, before calibration.
            left_out: leave-one-out logits of the clear pictures. In the result those are calibrated
                without their own label.
        """
        if not self.has_both:
            return Calibrated(IDENTITY, logits, 1.0)
        calibration = fit_calibration(left_out, self.targets)
        calibrated = calibration.temperature * logits + calibration.shift
        calibrated[self.clear] = calibration.leave_one_out(left_out, self.targets)
        shrinking = fit_shrinking(calibrated[self.clear], self.targets)
        return Calibrated(
            calibration.shrunk(shrinking), shrinking.shrunk(calibrated), shrinking.factor
        )

    def per_reference(self, of_pictures: Array) -> Array:
        """Divide the number of each picture, (g,), evenly among its references, (n,)."""
        sizes = np.bincount(self.groups, minlength=len(self.shares))
        return np.asarray((of_pictures / sizes)[self.groups])


def gather(
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    copies: NDArray[np.intp] | None = None,
    drawn: ArrayLike | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> Labelled:
    """Check and centre the vectors, and find the pictures in them.

    Arguments and errors are those of `fit_taste`.
    """
    if not 0 < stream_like_rate < 1:
        raise ValueError(f"stream_like_rate must be between 0 and 1, not {stream_like_rate}")
    given = checked(vectors, "vectors")
    dimensions = _dimensions(given)
    if history is not None:
        checked(history, "history", dimensions=dimensions)
    count = len(given)
    labels = _flags(liked, count, "liked")
    curated = np.zeros(count, np.bool_) if curated is None else _flags(curated, count, "curated")
    mean = background_mean(given, history, dimensions=dimensions)
    references = centred_items(given, mean).astype(np.float32)
    if copies is not None and copies.shape != (count,):
        raise ValueError(f"copies must be {count} numbers, not {copies.shape}")
    groups = same_picture_groups(references.astype(np.float64), copies)
    return Labelled(
        mean=mean,
        references=references,
        liked=labels,
        groups=groups,
        items=group_means(references.astype(np.float64), groups),
        shares=group_means(labels.astype(np.float64), groups),
        curated=group_means(curated.astype(np.float64), groups),
        stream_like_rate=stream_like_rate,
        history=history,
        drawn=None
        if drawn is None
        else group_means(_flags(drawn, count, "drawn").astype(np.float64), groups),
    )


def _dimensions(given: list[Rows] | Rows) -> int:
    if isinstance(given, np.ndarray):
        return int(given.shape[1])
    if not given:
        raise ValueError("vectors has no item: pass an array of shape (0, d)")
    return int(given[0].shape[1])


def _flags(values: ArrayLike, count: int, name: str) -> NDArray[np.bool_]:
    flags = np.asarray(values)
    if flags.shape != (count,) or (count and flags.dtype != np.bool_):
        raise ValueError(f"{name} must be {count} booleans, not {flags.dtype} {flags.shape}")
    return flags.astype(np.bool_)
