"""A recipe that predicts without deciding. Reads a library; loads no model, and writes nothing.

Who is on trial predicts each answer before it is given, knows every answer up to then, and is asked
by nobody else. It may be another method on the same vectors, or another model with vectors of its
own: all that the desk of cards sees of it is here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.engine.scored_pool import ScoredPool, viewed_pictures
from tasted.home.taste_versions import Recipe
from tasted.judging.seed_pool import SeedPicture, SeedPool
from tasted.library.embedded import mean_view
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.rpc.asking_messages import AnsweredPicture, PoolPicture

_HELD_MAX = 6_000


class Challenger(Protocol):
    """Predicts answers."""

    @property
    def recipe(self) -> Recipe:
        """What it is made with."""
        ...

    def probabilities(
        self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture]
    ) -> Mapping[str, float]:
        """Return the probability of a like of each picture, by id.

        Args:
            pictures: those that it has no opinion on are left out of the answer.
            answers: all that it may not know yet.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class RecipesOnTrial:
    """The two that predict."""

    challenger: Challenger
    in_force: Challenger | None = None
    """What decides, where its own scores are not those by which cards are chosen."""


class FittedChallenger:
    """A taste that is fitted to the labels.

    Args:
        recipe: what it is made with.
        pool: scores by it.
    """

    def __init__(self, recipe: Recipe, pool: ScoredPool) -> None:
        self.recipe = recipe
        self._pool = pool

    def probabilities(
        self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture]
    ) -> Mapping[str, float]:
        """Return probabilities; see `Challenger.probabilities`."""
        pool = self._pool
        pool.bring_up(pictures, answers)
        found = pool.probabilities(pool.logits())
        if found is None:
            return {}
        places = pool.places
        return {
            picture.id: float(found[places[picture.id]])
            for picture in pictures
            if picture.id in places
        }


class FormulaChallenger:
    """The fixed formula, which counts every like as it comes.

    Args:
        recipe: what it is made with.
        formula: scores by it.
        library: with the vectors.
        is_ignored: tells by content id whether a picture was forgotten and left in the inbox.
    """

    def __init__(
        self,
        recipe: Recipe,
        formula: SeedPool,
        library: Library,
        *,
        is_ignored: Callable[[str], bool],
    ) -> None:
        self.recipe = recipe
        self._formula = formula
        self._library = library
        self._is_ignored = is_ignored
        self._held: dict[str, SeedPicture] = {}

    def probabilities(
        self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture]
    ) -> Mapping[str, float]:
        """Return confidences; see `Challenger.probabilities`."""
        self._hold(pictures)
        told = {content: answer.liked for answer in answers for content in answer.picture.contents}
        known = self._library.cached(sorted(told))
        vectors: dict[str, NDArray[np.float32]] = {
            content: picture.vector for content, picture in known.items()
        }
        asked = {
            picture.id: self._held[picture.id] for picture in pictures if picture.id in self._held
        }
        return self._formula.confidences(asked, told, vectors)

    def _hold(self, pictures: Sequence[PoolPicture]) -> None:
        if len(self._held) + len(pictures) > _HELD_MAX:
            self._held = {}
        new = [picture for picture in pictures if picture.id not in self._held]
        viewed = viewed_pictures(self._library, new, is_ignored=self._is_ignored)
        self._held |= {
            key: SeedPicture(found.contents, found.path, mean_view(found.views))
            for key, found in viewed.items()
        }
