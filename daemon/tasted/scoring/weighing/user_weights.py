"""The user's weights as factors of the evidence. Pure."""

import math
from collections.abc import Mapping

from tasted.plain_dataclass import dataclass

DEFAULT_WEIGHTS: Mapping[str, float] = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
# factors this close are equal
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class WeightFactors:
    """The factor of each component: in [0, 1], the largest is 1."""

    physical: float = 1.0
    personality: float = 1.0
    interests: float = 1.0


DEFAULT_FACTORS = WeightFactors()
"""Of the default weights."""


def weight_factors(weights: Mapping[str, float]) -> WeightFactors:
    """Return the user's weights in relation to the default weights, which give 1, 1, 1.

    The taste has learnt how reliable a component is; a weight says how much the user wants it to
    count. So the default weights change nothing, 0 switches a component off, only proportions
    matter, and no part is ever enlarged.

    Args:
        weights: of `physical`, `personality` and `interests`.

    Raises:
        ValueError: when a weight is missing, negative or not finite, or none is above 0.
    """
    given = [weights.get(name, math.nan) for name in DEFAULT_WEIGHTS]
    if not all(math.isfinite(weight) and weight >= 0 for weight in given) or not any(given):
        raise ValueError(
            "weights must be finite and not negative, for physical, personality and interests, and "
            f"one of them above 0, not {dict(weights)}"
        )
    # dividing first avoids overflow
    ratios = [
        weight / max(given) / default
        for weight, default in zip(given, DEFAULT_WEIGHTS.values(), strict=True)
    ]
    factors = [ratio / max(ratios) for ratio in ratios]
    return WeightFactors(*(1.0 if factor > 1 - _TOLERANCE else factor for factor in factors))
