"""The user's weights as factors of evidence. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_WEIGHTS: Mapping[str, float] = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
# factors that are equal but for rounding are equal
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Scales:
    """What the parts of a component are multiplied by: in [0, 1], the largest is 1."""

    physical: float = 1.0
    personality: float = 1.0
    interests: float = 1.0


UNSCALED = Scales()
"""What the default weights give."""


def scales(weights: Mapping[str, float]) -> Scales:
    """Return the user's weights beside the default ones: those give 1, 1, 1.

    How reliable a component is, the taste has learnt; a weight says how much the user wants it
    to count beside the others. So the default ones change nothing, 0 switches a component off, only
    proportions matter, and nothing is ever inflated.

    Args:
        weights: of `physical`, `personality` and `interests`.

    Raises:
        ValueError: when a weight is missing, negative or not finite, or none is above 0.
    """
    given = [weights.get(name, math.nan) for name in DEFAULT_WEIGHTS]
    if not all(math.isfinite(weight) and weight >= 0 for weight in given) or not any(given):
        raise ValueError(
            "weights must be of physical, personality and interests, finite, not negative, and one "
            f"above 0, not {dict(weights)}"
        )
    # divided first, so that nothing can overflow
    ratios = [
        weight / max(given) / default
        for weight, default in zip(given, DEFAULT_WEIGHTS.values(), strict=True)
    ]
    factors = [ratio / max(ratios) for ratio in ratios]
    return Scales(*(1.0 if factor > 1 - _TOLERANCE else factor for factor in factors))
