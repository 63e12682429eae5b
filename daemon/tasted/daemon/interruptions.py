"""Whether the machine slept or its clock was set since the last look. Pure.

A monotonic clock stands still while the machine sleeps and does not know of a clock that is set:
either way the two clocks move apart, and what was watched may have gone unheard.
"""

INTERRUPTION_SECONDS = 30.0


class Interruptions:
    """Compares two clocks at every turn.

    Args:
        wall: seconds since the epoch, now.
        monotonic: seconds of the monotonic clock, now.
    """

    def __init__(self, *, wall: float, monotonic: float) -> None:
        self._apart = wall - monotonic

    def happened(self, *, wall: float, monotonic: float) -> bool:
        """Tell whether the clocks moved apart, or together, since they were last compared."""
        former, self._apart = self._apart, wall - monotonic
        return abs(self._apart - former) > INTERRUPTION_SECONDS
