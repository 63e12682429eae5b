"""Up to which event the label folders are as the log says. Touches one small file.

It may be behind, as when power was lost: then the last answers are looked at once more. Without it
only the last one can be unfinished, for one is carried out before the next is logged.
"""

import json
from collections.abc import Collection
from pathlib import Path

from tasted.feedback.events import is_event_id
from tasted.plain_dataclass import dataclass
from tasted.system.files import read_regular_file, write_atomically

_BYTES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What the file says."""

    seq: int
    """The number of the last event that is carried out."""
    never_copied: frozenset[str]
    """Ids of answers whose pictures were gone before they could be copied."""


class Mark:
    """The file.

    Args:
        file: its path; its folder may be missing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written: CarriedOut | None = None

    def read(self, last_seq: int) -> CarriedOut:
        """Return what it says, or what must be so without it.

        Args:
            last_seq: the highest number of the log.
        """
        found = _parsed(self._file)
        if found is None:
            return CarriedOut(max(0, last_seq - 1), frozenset())
        self._written = found
        return CarriedOut(min(found.seq, last_seq), found.never_copied)

    def write(self, seq: int, never_copied: Collection[str]) -> None:
        """Note up to where all is carried out; quick when that is what it says already.

        Raises:
            OSError: when it cannot be written.
        """
        wanted = CarriedOut(seq, frozenset(never_copied))
        if wanted == self._written or not self._file.parent.is_dir():
            return
        value = {"seq": seq, "never_copied": sorted(never_copied)}
        write_atomically(self._file, json.dumps(value).encode("ascii"), durable=False)
        self._written = wanted


def _parsed(file: Path) -> CarriedOut | None:
    """Return what a file says; None when there is none, or it was damaged."""
    try:
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        value = json.loads(data)
        seq, ids = value["seq"], value["never_copied"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if type(seq) is not int or seq < 0 or not isinstance(ids, list):
        return None
    return CarriedOut(seq, frozenset(filter(is_event_id, ids)))
