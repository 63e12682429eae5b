"""A score as the sum of its parts: what `weighing` gives, and `sentences` tells. Plain values."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasted.records import Verdict
from tasted.scoring.interests import Mention
from tasted.scoring.ladder import Stage
from tasted.scoring.personality import Trait

Array = NDArray[np.float64]
UnsureBecause = Literal["needs_labels", "between", "no_evidence"]


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
