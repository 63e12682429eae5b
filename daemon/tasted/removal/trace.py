"""One thing that an installation leaves on a machine. Pure."""

from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

from tasted.plain_dataclass import dataclass


class Reach(IntEnum):
    """Which option is needed to remove a trace; later ones include earlier ones."""

    SYSTEM = 0
    """Outside the home; nothing is lost with it, so no option is needed."""
    DATA = 1
    """Took time or a download to make: `--purge`."""
    PICTURES = 2
    """The user's own: `--delete-pictures`."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that was left.

    Attributes:
        name: stable name.
        what: what it is, for a person.
        place: where it is.
        size_bytes: of its files.
        reach: which option removes it.
        remove: removes it; raises OSError or TastedError.
        note: what else to know; may be empty.
        needs_home: whether removing it needs the home's lock.
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
    """Return the total size of files, links followed; missing files count as 0."""
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total
