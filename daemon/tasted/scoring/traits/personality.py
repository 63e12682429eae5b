"""How much a person in a picture seems to have the wanted traits, and what a bio adds. Pure.

A trait is a direction between texts: from its opposite (or from people in general) to what is
wanted, the mean over several sentences each. Pictures and bios are measured along it, in standard
deviations of the pictures, or bios, seen before: only differences are meaningful, because any text
and any picture of one encoder have about the same cosine.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.traits.baseline import Baseline, fit_baseline, mean_views
from tasted.scoring.traits.directions import Trait, check_rows, direction, trait_texts
from tasted.scoring.unit_rows import Rows

__all__ = [
    "NO_PERSONALITY",
    "PersonalityEvidence",
    "Trait",
    "TraitMeasure",
    "TraitScales",
    "direction",
    "trait_texts",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TraitMeasure:
    """One trait of one screenshot, in standard deviations; above 0: more than the baseline."""

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
    """What picture and bio of one screenshot say about all traits."""

    traits: tuple[TraitMeasure, ...]
    """In the user's order."""
    picture_column: float | None
    """About N(0, 1) over the history; None: missing. For `columns` of `fit_taste`.
    None rather than NaN, which is not equal to itself: equal evidence must compare equal."""
    bio_column: float | None
    """As `picture_column`."""
    score: float | None
    """In [0, 1]: about the share of the history with less of the traits; None: no evidence."""


NO_PERSONALITY = PersonalityEvidence((), None, None, None)
"""Without traits, or with an embedder that reads no text."""


@dataclass(frozen=True, eq=False)
class TraitScales:
    """Traits with their directions and baselines, frozen into a taste version."""

    traits: tuple[Trait, ...]
    directions: Array
    """Shape (t, d)."""
    pictures: Baseline
    bios: Baseline

    @classmethod
    def fit(
        cls,
        traits: Sequence[Trait],
        directions: Array,
        *,
        pictures: Sequence[Rows] | Rows | None = None,
        bios: Rows | None = None,
    ) -> Self:
        """Compute the baselines.

        Args:
            traits: t of them; with none, nothing is measured.
            directions: (t, d), see `direction`.
            pictures: the history: (h, d) unit rows, or h arrays (k, d) of views.
            bios: (b, d) unit rows, text vectors of the bios seen before.

        Raises:
            ValueError: on shapes that do not fit together or numbers that are not finite.
        """
        check_rows(directions, "directions", None)
        if len(directions) != len(traits):
            raise ValueError(f"directions must have {len(traits)} rows, not {len(directions)}")
        along = directions.astype(np.float64)
        width = along.shape[1]
        items = mean_views(pictures, "pictures", width)
        said = mean_views(bios, "bios", width)
        return cls(
            tuple(traits), along, fit_baseline(items @ along.T), fit_baseline(said @ along.T)
        )

    def measure(self, picture: Rows | None = None, bio: Rows | None = None) -> PersonalityEvidence:
        """Measure one screenshot.

        Args:
            picture: (d,), or (k, d) for k views, which count as their mean.
            bio: (d,), the text vector of the bio.

        Raises:
            ValueError: on a wrong shape or a number that is not finite.
        """
        seen = self._z(picture, "picture", self.pictures)
        said = self._z(bio, "bio", self.bios)
        by_picture, by_bio = self.pictures.shares(seen), self.bios.shares(said)
        columns = (_number(self.pictures.column(seen)), _number(self.bios.column(said)))
        known = [column for column in columns if column is not None]
        return PersonalityEvidence(
            traits=tuple(
                TraitMeasure(
                    trait=trait,
                    picture=_number(seen[index]),
                    bio=_number(said[index]),
                    picture_share=float(by_picture[index]),
                    bio_share=float(by_bio[index]),
                )
                for index, trait in enumerate(self.traits)
            ),
            picture_column=columns[0],
            bio_column=columns[1],
            score=_share_below(sum(known) / len(known)) if known else None,
        )

    def _z(self, vector: Rows | None, name: str, baseline: Baseline) -> Array:
        if vector is None:
            return np.full(len(self.traits), np.nan)
        (item,) = mean_views([np.atleast_2d(vector)], name, self.directions.shape[1])
        return baseline.z(self.directions @ item)

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return facts (JSON values) and arrays, from which `from_arrays` restores the scales."""
        facts = {"traits": [[trait.name, trait.opposite] for trait in self.traits]}
        arrays = {"directions": self.directions}
        for name, baseline in (("picture", self.pictures), ("bio", self.bios)):
            arrays[f"{name}_mean"] = baseline.mean
            arrays[f"{name}_sd"] = baseline.sd
            arrays[f"{name}_column_sd"] = np.array([baseline.column_sd])
        return facts, arrays

    @classmethod
    def from_arrays(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the scales that `to_arrays` gave.

        Raises:
            ValueError: when facts and arrays are anything else.
        """
        try:
            named = [(name, opposite) for name, opposite in facts["traits"]]
            directions = arrays["directions"]
            parts = [
                (arrays[f"{name}_mean"], arrays[f"{name}_sd"], arrays[f"{name}_column_sd"])
                for name in ("picture", "bio")
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"these are not scales of traits: {error!r}") from error
        if not all(
            isinstance(name, str) and isinstance(opposite, str | None) for name, opposite in named
        ):
            raise ValueError("a trait must be a name, and a text or nothing")
        traits = tuple(Trait(name, opposite) for name, opposite in named)
        shapes = {"mean": (len(traits),), "sd": (len(traits),), "column_sd": (1,)}
        check_rows(directions, "directions", None)
        if len(directions) != len(traits) or any(
            [array.shape for array in part] != list(shapes.values())
            or any(array.dtype != np.float64 or np.isinf(array).any() for array in part)
            or any((array <= 0).any() for array in part[1:])
            for part in parts
        ):
            raise ValueError("the arrays of the traits do not fit together")
        pictures, bios = (Baseline(mean, sd, float(column[0])) for mean, sd, column in parts)
        return cls(traits, directions, pictures, bios)


def _number(z: float) -> float | None:
    return None if math.isnan(z) else float(z)


def _share_below(z: float) -> float:
    """Return the share of a normal distribution below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))
