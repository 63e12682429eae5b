"""What two documents of one picture have in common, whoever made them."""

from collections.abc import Mapping, Sequence

MADE_ANEW = frozenset({"scored_at", "timing_ms", "rescore_timing_ms", "first_scored_at"})
"""What is another one each time a document is made."""
_TOLERANCE = 1e-6


def is_alike(one: object, other: object) -> bool:
    """Tell whether two JSON values are equal but for the last digits of numbers.

    The sum of a picture's numbers depends on how many threads add them. When a failed file is tried
    again depends on when it failed.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            is_alike(one[key], other[key]) for key in one if key != "retry_at"
        )
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        return len(one) == len(other) and all(map(is_alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _TOLERANCE
    return one == other
