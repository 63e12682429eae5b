"""A recipe as a procedure: it learns from any labels, and guesses other pictures. Pure.

Trials compare procedures, not fits: `fold_comparison` and `replaying` let two of them learn from
the same labels and guess the same pictures, which they have not learnt from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.weighing.columns import COLUMNS, history_parts
from tasted.scoring.weighing.looks import Indices
from tasted.scoring.weighing.user_weights import DEFAULT_FACTORS, WeightFactors
from tasted.scoring.weighing.weigher import DEALBREAKER_LOG_ODDS, Weigher

Array = NDArray[np.float64]
Views = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KnownLabel:
    """A label as it was known at some moment."""

    id: str
    """Of the picture or profile."""
    liked: bool
    is_drawn: bool = True
    """Whether it tells of the share of likes in the stream; see `feedback.drawn`."""


class RecipeLearner(Protocol):
    """Learns from labels, and guesses."""

    def guesses(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> Array:
        """Return the probabilities of a like, (m,), in [0, 1]; NaN where there is none.

        Args:
            labels: all that it may know. Of those that it has no vectors of it learns nothing.
            ids: of m pictures and profiles that are not among the labels.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LearntFrom:
    """What a recipe knows of pictures and profiles without their labels."""

    views: Mapping[str, Views]
    """By id: (k, d) unit rows."""
    history: Sequence[Views] = ()
    """Of pictures that were scored, in a stable order."""
    columns: Mapping[str, Array] = field(default_factory=dict)
    """By id: the (3,) evidence beside looks, see `weighing.columns`; else it is missing."""
    history_columns: Array | None = None
    """(h, 3), of the history."""
    ruled_out: Collection[str] = frozenset()
    """Ids of those whose text holds a dealbreaker."""
    brought: Collection[str] = frozenset()
    """Ids of labels that were chosen by hand, outside of the stream."""
    copies: Mapping[str, int] = field(default_factory=dict)
    """By id: equal numbers for copies of one picture; one that is missing has no copies."""


class TasteLearner:
    """The taste, with the vectors of one model.

    Args:
        known: what the model and the texts say.
        factors: the weights of the user.
    """

    def __init__(self, known: LearntFrom, factors: WeightFactors = DEFAULT_FACTORS) -> None:
        self._known = known
        self._factors = factors

    def guesses(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> Array:
        """Return the probabilities of a like; see `RecipeLearner.guesses`."""
        found = np.full(len(ids), np.nan)
        known = [label for label in labels if label.id in self._known.views]
        asked = [place for place, key in enumerate(ids) if key in self._known.views]
        if known and asked:
            found[asked] = self._fitted(known, [ids[place] for place in asked])
        return found

    def _fitted(self, labels: Sequence[KnownLabel], ids: Sequence[str]) -> Array:
        known = self._known
        keys = [label.id for label in labels]
        history = list(known.history) or None
        evidence = self._columns(keys)
        drawn = [label.is_drawn and label.id not in known.brought for label in labels]
        brought = [key in known.brought for key in keys]
        is_chosen = any(not label.is_drawn for label in labels)
        taste = fit_taste(
            [known.views[key] for key in keys],
            np.array([label.liked for label in labels], np.bool_),
            history=history,
            curated=np.array(brought, np.bool_),
            copies=self._copies(keys),
            columns=evidence,
            drawn=np.array(drawn, np.bool_) if is_chosen else None,
        )
        if not taste.is_identified:
            return np.full(len(ids), np.nan)
        weigher = Weigher(
            taste,
            self._factors,
            search=_NoSearch(),
            reference_columns=evidence,
            history=history_parts(taste, history, known.history_columns) if history else None,
        )
        items = centred_items([known.views[key] for key in ids], taste.mean)
        logits = weigher.logits(items, self._columns(ids))
        is_out = np.array([key in known.ruled_out for key in ids], np.bool_)
        return sigmoid(logits + np.where(is_out, DEALBREAKER_LOG_ODDS, 0.0))

    def _columns(self, keys: Sequence[str]) -> Array:
        missing = np.full(len(COLUMNS), np.nan)
        rows = [self._known.columns.get(key, missing) for key in keys]
        return np.array(rows, np.float64).reshape(len(keys), len(COLUMNS))

    def _copies(self, keys: Sequence[str]) -> Indices:
        numbers = self._known.copies
        groups: dict[object, int] = {}
        # one without a number is a group of its own
        return np.array(
            [groups.setdefault(numbers.get(key, key), len(groups)) for key in keys], np.intp
        )


class _NoSearch:
    """Finds nothing: logits need no reference that is near."""

    def near(self, item: Array, *, liked: bool, without: int | None) -> tuple[Indices, Array]:  # noqa: ARG002 - the protocol's
        return np.zeros(0, np.intp), np.zeros(0)

    def vectors(self, references: Sequence[int]) -> NDArray[np.float32]:
        return np.zeros((len(references), 0), np.float32)
