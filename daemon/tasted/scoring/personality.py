"""How much a person in a picture seems to have the wanted traits, and what a bio adds. Pure.

A trait is a direction between texts: from its opposite (without one, from people in general) to
what is wanted, the mean over several sentences each. Pictures and bios are measured along it, and
told in standard deviations of the pictures, or bios, that were seen before: only differences mean
something, for any text and any picture of one encoder have about the same cosine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

HISTORY_MIN = 30
"""Pictures, or bios, from which their mean and spread say something."""
Z_MAX = 3.0
"""No trait says more than this many standard deviations."""

Array = NDArray[np.float64]
Rows = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Trait:
    """What a person should be like, and the word for the contrary."""

    name: str
    opposite: str | None = None


@dataclass(frozen=True, slots=True)
class TraitMeasure:
    """One trait of one screenshot, in standard deviations; above 0: more than is usual."""

    trait: Trait
    picture: float | None
    """z in [-3, 3]; None: not known."""
    bio: float | None
    """As `picture`."""
    picture_share: float
    """What the trait adds to the column of pictures; the shares of all traits sum to it."""
    bio_share: float
    """What the trait adds to the column of bios."""


@dataclass(frozen=True, slots=True)
class PersonalityEvidence:
    """What picture and bio of one screenshot say of all traits."""

    traits: tuple[TraitMeasure, ...]
    """In the user's order."""
    picture_column: float
    """About N(0, 1) over the history; NaN: missing. For `columns` of `fit_taste`."""
    bio_column: float
    """As `picture_column`."""
    score: float | None
    """In [0, 1]: about the share of the history that has less of the traits; None: no evidence."""


NO_PERSONALITY = PersonalityEvidence((), float("nan"), float("nan"), None)
"""Where there are no traits, or the embedder reads no text."""


def trait_texts(trait: Trait) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences to embed: of what is wanted, and of the opposite."""
    raise NotImplementedError


def direction(wanted_vectors: Rows, opposite_vectors: Rows) -> Array:
    """Return the direction of a trait, shape (d,), of length 1; 0 when both sides are the same.

    Args:
        wanted_vectors: (w, d) text vectors of the first sentences of `trait_texts`, w above 0.
        opposite_vectors: (o, d) of the second ones, o above 0.

    Raises:
        ValueError: on a wrong shape or a number that is not finite.
    """
    raise NotImplementedError


@dataclass(frozen=True, eq=False)
class TraitScales:
    """Traits with their directions and what is usual along them, frozen into a taste version."""

    traits: tuple[Trait, ...]
    directions: Array
    """Shape (t, d)."""
    picture_mean: Array
    """Shape (t,), over the pictures of the history; NaN where they are too few or all alike."""
    picture_sd: Array
    """Shape (t,); NaN as the mean."""
    picture_column_sd: float
    """Of the mean of the traits over the pictures of the history; NaN: not known."""
    bio_mean: Array
    bio_sd: Array
    bio_column_sd: float

    @classmethod
    def fit(
        cls,
        traits: Sequence[Trait],
        directions: Array,
        *,
        pictures: Sequence[Rows] | Rows | None = None,
        bios: Rows | None = None,
    ) -> Self:
        """Learn what is usual.

        Args:
            traits: t of them; none: nothing is ever measured.
            directions: (t, d), see `direction`.
            pictures: the history: (h, d) unit rows, or h arrays (k, d) of views.
            bios: (b, d) unit rows, text vectors of bios that were seen.

        Raises:
            ValueError: on shapes that do not fit together or numbers that are not finite.
        """
        raise NotImplementedError

    def measure(self, picture: Rows | None = None, bio: Rows | None = None) -> PersonalityEvidence:
        """Measure one screenshot.

        Args:
            picture: (d,), or (k, d) for k views, which count as their mean.
            bio: (d,), the text vector of the bio.

        Raises:
            ValueError: on a wrong shape or a number that is not finite.
        """
        raise NotImplementedError

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return facts (JSON values without NaN) and arrays: together all there is to keep."""
        raise NotImplementedError

    @classmethod
    def from_arrays(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the scales that `to_arrays` gave.

        Raises:
            ValueError: when they are anything else.
        """
        raise NotImplementedError
