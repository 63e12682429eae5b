"""What a taste version was fitted to, by content ids alone: enough to fit it again. Pure.

A fit is the same for the same labels, history and recipe, and the library keeps the vectors. So an
older version need not keep them, too.
"""

from collections.abc import Collection
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.judging.version import TasteVersion
from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.array_file import TasteUnreadable, pack, unpack
from tasted.scoring.taste.mixture import SINGLE_AMPLITUDE_ABOVE, WarmStart

_KIND = "what a taste was fitted to"
_ARRAYS: dict[str, np.dtype[Any]] = {
    "liked": np.dtype(np.bool_),
    "brought": np.dtype(np.bool_),
    "drawn": np.dtype(np.bool_),
    "start": np.dtype(np.float64),
    "start_columns": np.dtype(np.float64),
}


@dataclass(frozen=True, eq=False)
class FitRecord:
    """The labels and the history of one version."""

    items: tuple[tuple[str, ...], ...]
    """As in `TasteVersion`."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    brought: NDArray[np.bool_]
    """Shape (n,): added only as labels."""
    history: tuple[str, ...]
    start: WarmStart | None = None
    """Where the fit ended, with so many pictures that it depends on where it began."""
    drawn: NDArray[np.bool_] | None = None
    """Shape (n,), as in `TasteVersion`."""

    @classmethod
    def of(cls, version: TasteVersion) -> "FitRecord | None":
        """Return the record of a version; None of one that does not say which were brought."""
        if version.brought is None:
            return None
        taste = version.taste
        is_large = int(taste.pictures.max(initial=-1)) >= SINGLE_AMPLITUDE_ABOVE
        return cls(
            version.items,
            taste.liked,
            np.array(version.brought, np.bool_),
            version.history,
            taste.start if is_large else None,
            np.array(version.drawn, np.bool_) if version.drawn is not None else None,
        )

    def held_of(self, contents: Collection[str]) -> frozenset[str]:
        """Return those of these contents that are in it."""
        return frozenset(contents).intersection(chain(self.history, *self.items))

    def without(self, contents: Collection[str]) -> "FitRecord":
        """Return the record without pictures: a profile stays as long as it has a photo left."""
        gone = frozenset(contents)
        items = [tuple(content for content in item if content not in gone) for item in self.items]
        left = np.array([bool(item) for item in items], np.bool_)
        return FitRecord(
            tuple(item for item in items if item),
            self.liked[left],
            self.brought[left],
            tuple(content for content in self.history if content not in gone),
            # it was fitted with them
            None,
            self.drawn[left] if self.drawn is not None else None,
        )

    def to_bytes(self) -> bytes:
        """Return the record as the bytes of a file."""
        start = self.start
        facts = {
            "kind": _KIND,
            "items": [list(item) for item in self.items],
            "history": list(self.history),
            "amplitude": start.amplitude if start is not None else None,
            "bias": start.bias if start is not None else None,
            "knows_drawn": self.drawn is not None,
        }
        nothing = np.zeros(0)
        return pack(
            facts,
            {
                "liked": self.liked,
                "brought": self.brought,
                "drawn": self.drawn if self.drawn is not None else np.zeros(0, np.bool_),
                "start": start.weights if start is not None else nothing,
                "start_columns": start.column_weights if start is not None else nothing,
            },
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "FitRecord":
        """Return the record in these bytes.

        Raises:
            TasteUnreadable: when the bytes are not one, or are damaged.
        """
        facts, arrays = unpack(data, _ARRAYS)
        if facts.get("kind") != _KIND:
            raise TasteUnreadable("the bytes do not say what a taste was fitted to")
        try:
            record = cls(
                tuple(tuple(map(str, item)) for item in facts["items"]),
                arrays["liked"],
                arrays["brought"],
                tuple(map(str, facts["history"])),
                WarmStart(
                    arrays["start"],
                    arrays["start_columns"],
                    float(facts["bias"]),
                    float(facts["amplitude"]),
                )
                if facts["amplitude"] is not None
                else None,
                arrays["drawn"] if facts["knows_drawn"] else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TasteUnreadable(f"the record does not fit together: {error}") from error
        drawn = record.drawn if record.drawn is not None else record.brought
        if not len(record.items) == len(record.liked) == len(record.brought) == len(drawn):
            raise TasteUnreadable("the record has other labels than references")
        return record
