"""The parts of one item before it is known what they come to. Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.interests import InterestEvidence
from tasted.scoring.personality import PersonalityEvidence
from tasted.scoring.weighed import InterestPart, TraitPart

# parts below this are rounding: nothing speaks
NOTHING = 1e-9

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts in log-odds, weighed and calibrated unless said otherwise."""

    bias: float
    looks: Array
    """Shape (n,), before weights."""
    references: Array
    cosines: Array
    personality: PersonalityEvidence
    trait_parts: tuple[TraitPart, ...]
    interests: InterestEvidence
    interest_parts: tuple[InterestPart, ...]

    def sum(self) -> float:
        """Return the logit that they make, bias included."""
        return math.fsum(
            [
                self.bias,
                float(self.references.sum()),
                *(each.part for each in self.trait_parts),
                *(each.part for each in self.interest_parts),
            ]
        )

    @property
    def speaks(self) -> bool:
        """Whether there is any evidence at all."""
        told = [each.part for each in self.trait_parts]
        told += [each.part for each in self.interest_parts]
        return bool((np.abs(self.references) > NOTHING).any()) or any(
            abs(part) > NOTHING for part in told
        )
