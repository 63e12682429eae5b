"""Recipes that know what a test tells them, as `judging.recipe_learner.RecipeLearner`."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kit.feedback_events import content
from tasted.judging.recipe_learner import KnownLabel


class Knowing:
    """Guesses what it was made with, and remembers what it was shown.

    Args:
        probabilities: by id.
        otherwise: of everything else; NaN: no guess.
    """

    def __init__(
        self, probabilities: Mapping[str, float], *, otherwise: float = float("nan")
    ) -> None:
        self._probabilities = probabilities
        self._otherwise = otherwise
        self.shown: list[dict[str, KnownLabel]] = []
        """The labels of each time it was asked, by id."""

    def guesses(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> NDArray[np.float64]:
        """Return what it knows."""
        self.shown.append({label.id: label for label in labels})
        found = [self._probabilities.get(key, self._otherwise) for key in ids]
        return np.array(found, np.float64)


def labels_of(liked: Sequence[bool]) -> list[KnownLabel]:
    """Return labels of pictures that were never made."""
    return [KnownLabel(content(place), is_liked) for place, is_liked in enumerate(liked)]
