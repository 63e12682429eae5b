"""One item weighed: looks, personality and interests as parts of one logit. Pure.

    logit = bias + Σ references + Σ traits + Σ interests (+ left_out) (- 6 for a dealbreaker)

The fitted taste says how reliable each part is; the user's weights scale the parts after that.
Missing evidence adds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Rows, Vectors
from tasted.scoring.conformal import MAX_ERROR_RATE
from tasted.scoring.fitted import Taste
from tasted.scoring.interests import InterestEvidence, Mention
from tasted.scoring.ladder import Stage
from tasted.scoring.personality import PersonalityEvidence, Trait

COLUMNS = ("personality_picture", "personality_bio", "interests")
"""The columns that a taste is fitted to, in this order."""
DEFAULT_WEIGHTS: Mapping[str, float] = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
DEALBREAKER_LOG_ODDS = -6.0
"""What a dealbreaker in the bio adds: the user's own rule, outside of what is learnt."""

Array = NDArray[np.float64]
UnsureBecause = Literal["needs_labels", "between", "no_evidence"]


@dataclass(frozen=True, slots=True)
class Scales:
    """What the parts of a component are multiplied by: in [0, 1], the largest is 1."""

    physical: float = 1.0
    personality: float = 1.0
    interests: float = 1.0


def scales(weights: Mapping[str, float]) -> Scales:
    """Return the user's weights beside the default ones: those give 1, 1, 1.

    Args:
        weights: of `physical`, `personality` and `interests`; only their proportions matter.

    Raises:
        ValueError: when a weight is missing, negative or not finite, or none is above 0.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class TraitPart:
    """What a trait moved the logit by."""

    trait: Trait
    picture_z: float | None
    bio_z: float | None
    picture: float
    """In log-odds."""
    bio: float
    """In log-odds."""

    @property
    def part(self) -> float:
        """Of both, in log-odds."""
        return self.picture + self.bio


@dataclass(frozen=True, slots=True)
class InterestPart:
    """What a wanted interest moved the logit by."""

    interest: str
    mention: Mention | None
    """None: the bio does not mention it."""
    part: float
    """In log-odds."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A score and the parts that it is the sum of. No number is NaN or infinite."""

    logit: float
    """Log-odds of a like; also where it is only an order."""
    probability: float | None
    """Of a like; None where the labels do not identify it."""
    verdict: Verdict
    unsure_because: UnsureBecause | None
    """Set when the verdict is `unsure`, and only then."""
    percentile: float | None
    """Share of the history that ranks lower, in [0, 1]; None without history."""
    history_count: int
    stage: Stage
    calibrated: bool
    next: str | None
    """What the user can do for verdicts."""
    bias: float
    references: Array
    """Shape (n,): the part of each reference, in the order of the taste."""
    cosines: Array
    """Shape (n,): the centred cosine to each reference, in [-1, 1]."""
    traits: tuple[TraitPart, ...]
    interests: tuple[InterestPart, ...]
    left_out: float
    """What it changes that a picture is not judged by itself; 0 for one that is no reference."""
    dealbreakers: tuple[Mention, ...]
    """Met ones."""
    ruled_out: float
    """-6 when a dealbreaker is met, else 0."""
    physical: float | None
    """In [0, 1], by looks alone and whatever the weights; None: nothing to tell."""
    personality: float | None
    """In [0, 1], see `PersonalityEvidence.score`."""
    interests_score: float | None
    """In [0, 1], see `InterestEvidence.score`."""


def columns(personality: PersonalityEvidence | None, interests: InterestEvidence | None) -> Array:
    """Return the evidence of one item as `fit_taste` takes it, shape (3,), NaN where missing."""
    raise NotImplementedError


def history_parts(taste: Taste, history: Vectors, history_columns: ArrayLike | None) -> Array:
    """Return what a history is ranked by, whatever the weights, shape (h, 4): looks and columns.

    To be frozen beside a taste: without it, ranks are told by looks alone.

    Args:
        taste: fitted to this history.
        history: (h, d) unit rows, or h arrays (k, d) of views.
        history_columns: (h, 3), NaN where missing.

    Raises:
        ValueError: as `Taste.logit`.
    """
    raise NotImplementedError


class Weigher:
    """Weighs items by one taste and one set of weights.

    Args:
        taste: fitted with the columns of `COLUMNS`, or with none.
        user_scales: see `scales`.
        reference_columns: (n, 3), as the taste was fitted with; None: all missing.
        history: (h, 4), see `history_parts`; None: ranks are told by looks alone.
        max_error_rate: of verdicts, per class.

    Raises:
        ValueError: on shapes that do not fit together, or an error rate that is not between 0 and
            1.
    """

    def __init__(
        self,
        taste: Taste,
        user_scales: Scales = Scales(),
        *,
        reference_columns: ArrayLike | None = None,
        history: Array | None = None,
        max_error_rate: float = MAX_ERROR_RATE,
    ) -> None:
        raise NotImplementedError

    def weigh(
        self,
        vector: Rows,
        personality: PersonalityEvidence | None = None,
        interests: InterestEvidence | None = None,
        *,
        reference: int | None = None,
    ) -> Weighed:
        """Weigh one item.

        Args:
            vector: (d,), or (k, d) for k views; unit rows.
            personality: None: missing.
            interests: None: missing.
            reference: its index, when the picture is itself a reference: it is then judged by all
                other pictures.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        raise NotImplementedError
