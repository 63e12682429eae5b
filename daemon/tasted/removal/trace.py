"""One thing that an installation left on a machine. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class Reach(IntEnum):
    """How much has to be said before a trace goes; each says more than the one before."""

    SYSTEM = 0
    """It acts or lies outside the home, and nothing is lost with it."""
    DATA = 1
    """It cost time or a download: `--purge`."""
    PICTURES = 2
    """It is the user's own: `--delete-pictures`."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that was left.

    Attributes:
        name: stable name.
        what: what it is, for a person.
        place: where it lies.
        size_bytes: of its files.
        reach: what has to be said before it goes.
        remove: removes it; raises OSError or TastedError.
        note: what else depends on it; may be empty.
        needs_home: whether the home must be nobody else's meanwhile.
    """

    name: str
    what: str
    place: Path
    size_bytes: int
    reach: Reach
    remove: Callable[[], None]
    note: str = ""
    needs_home: bool = False


def size_of(files: list[Path]) -> int:
    """Return the summed size of files, links followed; what is gone counts nothing."""
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total
