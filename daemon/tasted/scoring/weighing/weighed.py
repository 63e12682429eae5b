"""A score as the sum of its parts. Plain values."""

import math
from typing import Literal

from tasted.plain_dataclass import dataclass
from tasted.records import Verdict
from tasted.scoring.interests.interests import InterestEvidence, Mention
from tasted.scoring.taste.label_stages import Stage
from tasted.scoring.traits.personality import PersonalityEvidence, Trait
from tasted.scoring.weighing.looks import Looks

UnsureBecause = Literal["needs_labels", "between", "no_evidence"]
ROUNDING = 1e-9
"""Parts below this, in log-odds, are rounding."""


@dataclass(frozen=True, slots=True)
class TraitPart:
    """What one trait adds to the logit."""

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
    """What one wanted interest adds to the logit."""

    interest: str
    mention: Mention | None
    """None: the bio does not mention it."""
    part: float
    """In log-odds."""


@dataclass(frozen=True, slots=True, eq=False)
class LogitParts:
    """Parts in log-odds, weighed and calibrated unless said otherwise."""

    bias: float
    looks: Looks
    plain_looks: float
    """Of all references, before weights and calibration."""
    personality: PersonalityEvidence
    trait_parts: tuple[TraitPart, ...]
    interests: InterestEvidence
    interest_parts: tuple[InterestPart, ...]

    def sum(self) -> float:
        """Return the logit: the sum of all parts, bias included."""
        return math.fsum(
            [
                self.bias,
                self.looks.part,
                *(trait.part for trait in self.trait_parts),
                *(interest.part for interest in self.interest_parts),
            ]
        )

    @property
    def speaks(self) -> bool:
        """Whether there is any evidence at all."""
        parts = [trait.part for trait in self.trait_parts]
        parts += [interest.part for interest in self.interest_parts]
        return self.looks.speaks or any(abs(part) > ROUNDING for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A score and its parts. No number is NaN or infinite."""

    logit: float
    """Log-odds of a like, or only an order."""
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
    looks: Looks
    """What the references say."""
    traits: tuple[TraitPart, ...]
    interests: tuple[InterestPart, ...]
    left_out: float
    """The correction for a reference, which is not judged by itself; else 0."""
    dealbreakers: tuple[Mention, ...]
    """Those that the bio names."""
    ruled_out: float
    """-6 with a dealbreaker, else 0."""
    physical: float | None
    """In [0, 1], by looks only and without weights; None: not known."""
    personality: float | None
    """In [0, 1], see `PersonalityEvidence.score`."""
    interests_score: float | None
    """In [0, 1], see `InterestEvidence.score`."""
