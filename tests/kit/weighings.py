"""Weighed scores for tests: drawn tastes with columns, and evidence given as numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kit.tastes import DIMENSIONS, drawn
from tasted.scoring.interests.interests import (
    InterestEvidence,
    InterestShare,
    Mention,
)
from tasted.scoring.taste.conformal import MAX_ERROR_RATE
from tasted.scoring.taste.fit import Taste, fit_taste
from tasted.scoring.traits.personality import PersonalityEvidence, Trait, TraitMeasure
from tasted.scoring.weighing.looks import nearest_first
from tasted.scoring.weighing.user_weights import DEFAULT_FACTORS
from tasted.scoring.weighing.weigher import DEFAULT_WEIGHTS, Weigher, WeightFactors, weight_factors

HISTORY = drawn(60, seed=98).vectors


class ReferenceScan:
    """A search of a matrix, in place of the table of a library.

    Args:
        references: shape (n, d), centred items.
        liked: shape (n,).
    """

    def __init__(self, references: NDArray[np.float32], liked: NDArray[np.bool_]) -> None:
        self._references = references
        self._rows = references.astype(np.float64)
        self._lengths = np.linalg.norm(self._rows, axis=1)
        self._places = {
            label: np.flatnonzero((liked == label) & (self._lengths > 0)) for label in (True, False)
        }

    def near(
        self, item: NDArray[np.float64], *, liked: bool, without: int | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the references of one label that are near; see `ReferenceSearch.near`."""
        products = self._rows @ item
        places = self._places[liked]
        if without is not None:
            places = places[places != without]
        lengths = self._lengths[places] * np.linalg.norm(item)
        cosines = np.clip(products[places] / np.maximum(lengths, 1e-9), -1, 1)
        return nearest_first(places, cosines)

    def vectors(self, references: Sequence[int]) -> NDArray[np.float32]:
        """Return the centred items of references, shape (m, d)."""
        return self._references[list(references)]


class TasteWeigher(Weigher):
    """A weigher that can be asked for its taste; the arguments are those of `Weigher`."""

    def __init__(
        self,
        taste: Taste,
        user_factors: WeightFactors = DEFAULT_FACTORS,
        *,
        reference_columns: NDArray[np.float64] | None = None,
        history: NDArray[np.float64] | None = None,
        max_error_rate: float = MAX_ERROR_RATE,
    ) -> None:
        super().__init__(
            taste,
            user_factors,
            search=ReferenceScan(taste.references, taste.liked),
            reference_columns=reference_columns,
            history=history,
            max_error_rate=max_error_rate,
        )
        self.taste = taste


def personality(
    picture: Mapping[str, float], bio: Mapping[str, float] | None = None
) -> PersonalityEvidence:
    """Return evidence with these standard scores of traits; each column is the mean of its own."""
    said = bio or {}
    names = [*picture, *(name for name in said if name not in picture)]
    return PersonalityEvidence(
        traits=tuple(
            TraitMeasure(
                trait=Trait(name),
                picture=picture.get(name),
                bio=said.get(name),
                picture_share=picture.get(name, 0.0) / max(1, len(picture)),
                bio_share=said.get(name, 0.0) / max(1, len(said)),
            )
            for name in names
        ),
        picture_column=sum(picture.values()) / len(picture) if picture else None,
        bio_column=sum(said.values()) / len(said) if said else None,
        score=0.5,
    )


def interests(
    shares: Mapping[str, float], *, dealbreakers: tuple[str, ...] = ()
) -> InterestEvidence:
    """Return evidence of interests that add these shares; above 0: the bio names them."""
    return InterestEvidence(
        shares=tuple(
            InterestShare(name, Mention(name, "named", name) if share > 0 else None, share)
            for name, share in shares.items()
        ),
        column=sum(shares.values()) if shares else None,
        score=0.5 if shares else None,
        dealbreakers=tuple(Mention(name, "named", name) for name in dealbreakers),
    )


def drawn_columns(liked: NDArray[np.bool_], *, seed: int) -> NDArray[np.float64]:
    """Return (n, 3) columns that tell a little of the labels, with holes."""
    random = np.random.default_rng(seed)
    columns = 0.6 * (2.0 * liked[:, None] - 1) + 0.8 * random.normal(size=(len(liked), 3))
    columns[random.random(columns.shape) < 0.2] = np.nan
    return np.asarray(columns)


def drawn_weigher(
    count: int,
    *,
    seed: int,
    weights: Mapping[str, float] = DEFAULT_WEIGHTS,
    with_history: bool = True,
    label: bool | None = None,
) -> TasteWeigher:
    """Return a weigher over `count` drawn references.

    Args:
        count: of references; 0: text alone.
        seed: of the references and their columns.
        weights: of the user.
        with_history: whether there are 60 pictures of history.
        label: of all references; None: as drawn.
    """
    known = drawn(count, seed=seed)
    liked = known.liked if label is None else np.full(count, label)
    columns = drawn_columns(known.liked, seed=seed)
    taste: Taste = fit_taste(
        known.vectors.reshape(count, DIMENSIONS),
        liked,
        history=HISTORY if with_history else None,
        columns=columns,
    )
    return TasteWeigher(taste, weight_factors(weights), reference_columns=columns)
