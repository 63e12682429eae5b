"""What the references say of the looks of one item, without holding their vectors. Pure.

A sum over all references is one product with a vector that is made once per taste: the weights of
the taste for the logit, the mean direction of likes and rejects for "nearer to your likes". What a
sentence or a sidecar names are the references near the item, and a `ReferenceSearch` finds those.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.model import Taste

CLOSE_COSINE = 0.3
"""From this centred cosine on a reference is close to an item."""
NEAR_MIN = 10
"""So many references of either label are found at least, however far they are. As long as vectors
are not centred there are fewer references than this, and all of them are found."""
# lengths below this are rounding
_ROUNDING = 1e-9

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


class ReferenceSearch(Protocol):
    """Finds references by the cosine between centred items."""

    def near(self, item: Array, *, liked: bool, without: int | None) -> tuple[Indices, Array]:
        """Return the references of one label that are near an item, and their cosines.

        Those are the nearest `NEAR_MIN`, and all whose cosine is `CLOSE_COSINE` or more; nearest
        first, equally near ones in their order. References of length 0 are left out.

        Args:
            item: shape (d,), centred, not of length 0.
            liked: the label.
            without: a reference that is left out; None: none.

        Returns:
            Indices and cosines, shape (m,) each.
        """
        ...

    def vectors(self, references: Sequence[int]) -> NDArray[np.float32]:
        """Return the centred items of references, shape (m, d)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """The references of one label that are near an item, nearest first."""

    references: Indices
    """Shape (m,), in the order of the taste."""
    cosines: Array
    """Shape (m,), centred, in [-1, 1]."""
    parts: Array
    """Shape (m,): in log-odds, weighed; 0 for a copy of the item."""


@dataclass(frozen=True, slots=True, eq=False)
class NearPictures:
    """The pictures that the near references show: copies are one picture."""

    labels: Array
    """Shape (p,): 1 liked, 0 rejected, between: both."""
    cosines: Array
    """Shape (p,): the mean of the copies."""
    parts: Array
    """Shape (p,): the sum of the copies, in log-odds."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the references say of one item."""

    part: float
    """Of all references together, in log-odds, weighed."""
    liked: Near
    rejected: Near
    pictures: NearPictures
    lead: float | None
    """By how much the mean cosine to liked pictures is larger than that to rejected ones; None
    unless there are both."""
    has_likes: bool
    """Whether any liked picture counts."""
    has_both_labels: bool
    """Whether there are liked and rejected pictures, that of the item included."""
    is_centred: bool
    """Whether vectors are centred; without, any two have a high cosine."""

    @property
    def speaks(self) -> bool:
        """Whether the references say anything at all."""
        near = np.concatenate([self.liked.parts, self.rejected.parts])
        return abs(self.part) > _ROUNDING or bool((np.abs(near) > _ROUNDING).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """The pictures of one label that count."""

    total: Array
    """Shape (d,): the sum over pictures of the mean direction of their copies."""
    count: int


class References:
    """The references of a taste as sums; their vectors stay where the search finds them.

    Args:
        taste: fitted to n references of d dimensions; not kept.
        search: finds those near an item.
    """

    def __init__(self, taste: Taste, search: ReferenceSearch) -> None:
        self._search = search
        self._is_centred = bool(taste.mean.any())
        self._weights = taste.weights
        self._coefficients = taste.coefficients
        self._liked = taste.liked
        self._pictures = taste.pictures
        self._copies = np.bincount(taste.pictures)
        directions = taste.references.astype(np.float64)
        self._lengths = np.linalg.norm(directions, axis=1)
        directions /= np.maximum(self._lengths, _ROUNDING)[:, None]
        likes = np.bincount(taste.pictures, weights=taste.liked)
        self._labels = likes / self._copies
        worth = np.bincount(taste.pictures, weights=np.abs(self._coefficients) * self._lengths)
        self._counts = worth > _ROUNDING
        self._sides = {label: self._side(directions, label) for label in (0.0, 1.0)}

    def _side(self, directions: Array, label: float) -> _Side:
        counts = (self._labels == label) & self._counts
        chosen = counts[self._pictures]
        shares = 1 / self._copies[self._pictures[chosen]]
        return _Side(np.asarray(shares @ directions[chosen]), int(counts.sum()))

    def __len__(self) -> int:
        return len(self._liked)

    def looks(self, item: Array, *, scale: float, reference: int | None) -> tuple[Looks, float]:
        """Return what the references say of an item, and the sum of that before it is scaled.

        Args:
            item: shape (d,), centred.
            scale: what each part is multiplied by, in [0, infinity).
            reference: its index, when the item is itself one: its own picture says nothing then.

        Raises:
            LibraryUnusable: when the search cannot read its table.
        """
        own = self._picture_of(reference)
        vectors = self._vectors(own)
        total = float(np.vecdot(self._weights, item))
        total -= float(self._coefficients[own] @ np.vecdot(vectors, item))
        liked, rejected = (
            self._near(item, liked=liked, scale=scale, reference=reference)
            for liked in (True, False)
        )
        counts = {label: self._count(label, own) if scale > 0 else 0 for label in (0.0, 1.0)}
        looks = Looks(
            part=scale * total,
            liked=liked,
            rejected=rejected,
            pictures=self._near_pictures(item, (liked, rejected), scale=scale, own=own),
            lead=self._lead(item, vectors, own) if min(counts.values()) else None,
            has_likes=counts[1.0] > 0,
            has_both_labels=bool({0.0, 1.0} <= set(self._labels.tolist())),
            is_centred=self._is_centred,
        )
        return looks, total

    def _picture_of(self, reference: int | None) -> Indices:
        """Return all references that show what this one shows."""
        if reference is None:
            return np.zeros(0, np.intp)
        return np.flatnonzero(self._pictures == self._pictures[reference])

    def _vectors(self, references: Indices) -> Array:
        if not len(references):
            return np.zeros((0, len(self._weights)))
        return self._search.vectors(references.tolist()).astype(np.float64)

    def _near(self, item: Array, *, liked: bool, scale: float, reference: int | None) -> Near:
        length = float(np.linalg.norm(item))
        is_other = np.arange(len(self._liked)) != (-1 if reference is None else reference)
        places = np.zeros(0, np.intp)
        cosines = np.zeros(0)
        if length > _ROUNDING and len(self._liked):
            places, cosines = self._search.near(item, liked=liked, without=reference)
            # what is left of those is rounding, and so is their direction
            has_direction = self._lengths[places] > _ROUNDING
            places, cosines = places[has_direction], cosines[has_direction]
        # without a direction nothing is nearer than anything else
        nowhere = (self._lengths <= _ROUNDING) | (length <= _ROUNDING)
        others = np.flatnonzero(nowhere & is_other & (self._liked == liked))
        places, cosines = nearest_first(
            np.concatenate([places, others]), np.concatenate([cosines, np.zeros(len(others))])
        )
        parts = scale * self._coefficients[places] * cosines * self._lengths[places] * length
        if reference is not None:
            parts[self._pictures[places] == self._pictures[reference]] = 0.0
        return Near(places, cosines, parts)

    def _near_pictures(
        self, item: Array, near: tuple[Near, Near], *, scale: float, own: Indices
    ) -> NearPictures:
        places = np.concatenate([side.references for side in near])
        cosines = np.concatenate([side.cosines for side in near])
        parts = np.concatenate([side.parts for side in near])
        found = np.bincount(self._pictures[places], minlength=len(self._copies))
        partly = (found > 0) & (found < self._copies)
        if partly.any():
            # copies that are less near than the others: the mean of a picture is that of all
            missing = np.setdiff1d(np.flatnonzero(partly[self._pictures]), places)
            products = np.vecdot(self._vectors(missing), item)
            lengths = self._lengths[missing] * np.linalg.norm(item)
            places = np.concatenate([places, missing])
            cosines = np.concatenate([cosines, products / np.maximum(lengths, _ROUNDING)])
            parts = np.concatenate([parts, scale * self._coefficients[missing] * products])
        is_other = ~np.isin(places, own)
        numbers, groups = np.unique(self._pictures[places[is_other]], return_inverse=True)
        sums = np.bincount(groups, cosines[is_other], len(numbers))
        return NearPictures(
            labels=self._labels[numbers],
            cosines=sums / self._copies[numbers],
            parts=np.asarray(np.bincount(groups, parts[is_other], len(numbers)), np.float64),
        )

    def _count(self, label: float, own: Indices) -> int:
        """Return how many pictures of a label count, without the own one."""
        return self._sides[label].count - self._is_of_side(label, own)

    def _is_of_side(self, label: float, own: Indices) -> bool:
        picture = self._pictures[own[0]] if len(own) else None
        return picture is not None and bool(
            self._labels[picture] == label and self._counts[picture]
        )

    def _lead(self, item: Array, vectors: Array, own: Indices) -> float:
        length = max(float(np.linalg.norm(item)), _ROUNDING)
        lengths = np.maximum(self._lengths[own], _ROUNDING)
        cosine = float((np.vecdot(vectors, item) / lengths).sum()) / max(1, len(own))
        means = [
            (
                float(np.vecdot(self._sides[label].total, item))
                - (cosine if self._is_of_side(label, own) else 0.0)
            )
            / self._count(label, own)
            for label in (1.0, 0.0)
        ]
        return (means[0] - means[1]) / length


def nearest_first(places: Indices, cosines: Array) -> tuple[Indices, Array]:
    """Return the near ones of these references, see `ReferenceSearch.near`, in that order."""
    order = np.lexsort((places, -cosines))
    kept = order[: max(NEAR_MIN, int((cosines >= CLOSE_COSINE).sum()))]
    return places[kept], cosines[kept]
