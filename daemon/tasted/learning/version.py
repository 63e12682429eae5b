"""One taste version: a fitted taste, frozen with everything that it scores by. Pure.

As bytes it is one file in the form of `scoring.taste_file`: arrays and JSON, no pickle, a sha256
over all. The ids of the pictures that it was fitted to are part of it, so that a forgotten picture
is found.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.fitted import Taste
from tasted.scoring.personality import TraitScales
from tasted.scoring.taste_file import TasteUnreadable, pack, unpack

VERSION_FORMAT = 1
"""Counted up whenever versions of before cannot be read any more, or would score otherwise."""

Array = NDArray[np.float64]

_TRAITS = "traits_"
_DTYPES: dict[str, np.dtype[Any]] = {
    "taste": np.dtype(np.uint8),
    "columns": np.dtype(np.float64),
    "history_parts": np.dtype(np.float64),
    **{
        f"{_TRAITS}{name}": np.dtype(np.float64)
        for name in (
            "directions",
            "picture_mean",
            "picture_sd",
            "picture_column_sd",
            "bio_mean",
            "bio_sd",
            "bio_column_sd",
        )
    },
}


@dataclass(frozen=True, eq=False)
class TasteVersion:
    """A fitted taste over n references, and its history of h pictures."""

    number: int
    """From 1 on; a later version of a home has a higher one."""
    fitted_to: str
    """A digest over what decided about fitting: labels, embedder, traits, interests."""
    taste: Taste
    items: tuple[tuple[str, ...], ...]
    """The content ids of each reference, in the order of the taste; a profile has several."""
    history: tuple[str, ...]
    """The content ids of the history."""
    columns: Array
    """Shape (n, 3): the evidence of each reference beside its looks, NaN where missing."""
    history_parts: Array
    """Shape (h, 4), see `weighing.history_parts`."""
    scales: TraitScales

    @property
    def name(self) -> str:
        """As sidecars tell it."""
        return f"v{self.number}"

    def held_of(self, contents: Collection[str]) -> frozenset[str]:
        """Return those of these contents that went into it."""
        return frozenset(contents).intersection(chain(self.history, *self.items))

    def to_bytes(self) -> bytes:
        """Return the version as the bytes of a file."""
        told, arrays = self.scales.to_arrays()
        facts = {
            "kind": "taste version",
            "version_format": VERSION_FORMAT,
            "number": self.number,
            "fitted_to": self.fitted_to,
            "items": [list(item) for item in self.items],
            "history": list(self.history),
            "scales": told,
        }
        members: dict[str, NDArray[Any]] = {
            "taste": np.frombuffer(self.taste.to_bytes(), dtype=np.uint8),
            "columns": self.columns,
            "history_parts": self.history_parts,
            **{f"{_TRAITS}{name}": array for name, array in arrays.items()},
        }
        return pack(facts, members)

    @classmethod
    def from_bytes(cls, data: bytes) -> "TasteVersion":
        """Return the version that these bytes are.

        Raises:
            TasteUnreadable: when they are none, or are damaged.
        """
        facts, arrays = unpack(data, _DTYPES)
        if facts.get("kind") != "taste version" or facts.get("version_format") != VERSION_FORMAT:
            raise TasteUnreadable("the bytes are no taste version of this tasted")
        taste = Taste.from_bytes(arrays["taste"].tobytes())
        try:
            traits = {
                name.removeprefix(_TRAITS): array
                for name, array in arrays.items()
                if name.startswith(_TRAITS)
            }
            version = cls(
                number=int(facts["number"]),
                fitted_to=str(facts["fitted_to"]),
                taste=taste,
                items=tuple(tuple(map(str, item)) for item in facts["items"]),
                history=tuple(map(str, facts["history"])),
                columns=arrays["columns"],
                history_parts=arrays["history_parts"],
                scales=TraitScales.from_arrays(facts["scales"], traits),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TasteUnreadable(f"the taste version does not fit together: {error}") from error
        if len(version.items) != len(taste.liked) or len(version.columns) != len(taste.liked):
            raise TasteUnreadable("the taste version tells of other references than its taste")
        return version

    def digest(self) -> str:
        """Return the sha256 of its bytes: equal for versions that score alike."""
        return hashlib.sha256(self.to_bytes()).hexdigest()
