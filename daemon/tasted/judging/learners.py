"""The recipes of a home as procedures that learn from any labels. Reads a library.

A trial begins with what the labels and the past answers say of both recipes. Nothing that is known
of a picture here depends on a label: vectors, texts, and what the taste of now compares with.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.judging.counted_labels import CountedLabel, counted_labels, pictured
from tasted.judging.recipe_learner import KnownLabel, LearntFrom, TasteLearner
from tasted.judging.review_taste import ReviewTaste, Viewed
from tasted.judging.seed_pool import SeedLabel, SeedPicture, SeedPool
from tasted.library.embedded import mean_view
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.records import Label
from tasted.scoring.weighing.user_weights import WeightFactors

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelsNow:
    """The labels of a home as a comparison needs them, n of them."""

    labels: tuple[KnownLabel, ...]
    groups: NDArray[np.intp]
    """Shape (n,): equal numbers for near copies."""
    contents: Mapping[str, tuple[str, ...]]
    """Of each label by its id: of the picture, or of all photos of a profile."""
    brought: frozenset[str]
    """The ids of those that were added only as labels."""


def labels_now(library: Library, ids: Mapping[frozenset[str], str] | None = None) -> LabelsNow:
    """Return the labels that count.

    Args:
        library: of the home.
        ids: what the log calls profiles, by their photos; else one is called by its first photo.

    Raises:
        ServiceFault: when the library cannot be read.
    """
    labels = counted_labels(library)
    names = [_name(label, ids or {}) for label in labels]
    groups = CopyFinder().find(pictured(library, labels)).groups
    chosen = library.not_by_chance
    return LabelsNow(
        tuple(
            KnownLabel(
                name,
                label.reference.label is Label.LIKED,
                chosen.isdisjoint(label.contents),
            )
            for name, label in zip(names, labels, strict=True)
        ),
        np.asarray(groups, np.intp),
        {name: label.contents for name, label in zip(names, labels, strict=True)},
        frozenset(name for name, label in zip(names, labels, strict=True) if label.is_brought),
    )


def _name(label: CountedLabel, ids: Mapping[frozenset[str], str]) -> str:
    return ids.get(frozenset(label.contents), label.anchor)


def taste_learner(
    library: Library,
    review: ReviewTaste,
    pictures: Mapping[str, Viewed],
    now: LabelsNow,
    factors: WeightFactors,
) -> TasteLearner:
    """Return the taste as a procedure.

    Args:
        library: with the vectors.
        review: measures traits and interests, and knows what is compared with.
        pictures: all that may be labelled or asked about, by id.
        now: the labels of now.
        factors: the weights of the user.

    Raises:
        ServiceFault: when the library cannot be read.
    """
    known = library.cached(review.history)
    history = [
        Viewed((content,), content, known[content].views)
        for content in review.history
        if content in known
    ]
    measured = review.measure(list(pictures.values())) if pictures else None
    past = review.measure(history) if history else None
    places = {key: place for place, key in enumerate(pictures)}
    return TasteLearner(
        LearntFrom(
            views={key: picture.views for key, picture in pictures.items()},
            history=[picture.views for picture in history],
            columns={key: measured.evidence[place] for key, place in places.items()}
            if measured is not None
            else {},
            history_columns=past.evidence if past is not None else None,
            ruled_out=frozenset(key for key, place in places.items() if measured.ruled_out[place])
            if measured is not None
            else frozenset(),
            brought=now.brought,
            copies={
                label.id: int(group)
                for label, group in zip(now.labels, now.groups.tolist(), strict=True)
            },
        ),
        factors,
    )


class FormulaLearner:
    """The fixed formula as a procedure.

    Args:
        formula: of the home.
        library: with the vectors.
        pictures: all that may be labelled or asked about, by id.
        now: the labels of now.
    """

    def __init__(
        self,
        formula: SeedPool,
        library: Library,
        pictures: Mapping[str, Viewed],
        now: LabelsNow,
    ) -> None:
        self._formula = formula
        self._brought = now.brought
        self._contents = {key: picture.contents for key, picture in pictures.items()}
        self._pictures = {
            key: SeedPicture(picture.contents, picture.path, mean_view(picture.views))
            for key, picture in pictures.items()
        }
        photos = {content for picture in pictures.values() for content in picture.contents}
        self._vectors = {
            content: picture.vector for content, picture in library.cached(sorted(photos)).items()
        }

    def guesses(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> Array:
        """Return confidences; see `recipe_learner.RecipeLearner.guesses`."""
        told = [
            SeedLabel(content, label.liked, label.id in self._brought, self._vectors[content])
            for label in labels
            for content in self._contents.get(label.id, ())
            if content in self._vectors
        ]
        asked = {key: self._pictures[key] for key in ids if key in self._pictures}
        said = self._formula.confidences_by(asked, told)
        return np.array([said.get(key, np.nan) for key in ids], np.float64)
