"""What the likes and rejects of now say of another model, before it decides. Reads the libraries.

Both models learn the same four fifths of the labels and guess the rest, by looks alone: texts and
stated preferences would say the same for both. See `fold_comparison`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.judging.counted_labels import CountedLabel, counted_labels, pictured
from tasted.judging.fitting import HISTORY_MAX
from tasted.judging.fold_comparison import FoldComparison
from tasted.judging.recipe_learner import KnownLabel, LearntFrom, TasteLearner
from tasted.library.library import Library
from tasted.records import Label, Origin


def model_comparison(in_force: Library, wanted: Library) -> FoldComparison:
    """Return a comparison of two models on the labels that both know, fold by fold.

    Args:
        in_force: of the model that decides.
        wanted: of the other one.

    Raises:
        LibraryUnusable: when one of them cannot be read.
    """
    labels = {label.anchor: label for label in counted_labels(in_force)}
    others = {label.anchor: label for label in counted_labels(wanted)}
    shared = [anchor for anchor in labels if anchor in others]
    groups = _copies(in_force, [labels[anchor] for anchor in shared])
    numbers = dict(zip(shared, groups.tolist(), strict=True))
    not_drawn = in_force.not_by_chance
    known = [
        KnownLabel(
            anchor,
            labels[anchor].reference.label is Label.LIKED,
            is_drawn=not_drawn.isdisjoint(labels[anchor].contents),
        )
        for anchor in shared
    ]
    return FoldComparison(
        TasteLearner(_learnt_from(in_force, {key: labels[key] for key in shared}, numbers)),
        TasteLearner(_learnt_from(wanted, {key: others[key] for key in shared}, numbers)),
        known,
        groups,
    )


def _learnt_from(
    library: Library, labels: Mapping[str, CountedLabel], copies: Mapping[str, int]
) -> LearntFrom:
    labelled = {content for label in labels.values() for content in label.contents}
    history = library.sample(HISTORY_MAX, exclude=labelled)
    return LearntFrom(
        views={anchor: label.views for anchor, label in labels.items()},
        history=[picture.views for picture in history.values()],
        brought={
            anchor for anchor, label in labels.items() if label.reference.origin is Origin.REFERENCE
        },
        copies=copies,
    )


def _copies(library: Library, labels: list[CountedLabel]) -> NDArray[np.intp]:
    if not labels:
        return np.zeros(0, np.intp)
    return np.asarray(CopyFinder().find(pictured(library, labels), None).groups, np.intp)
