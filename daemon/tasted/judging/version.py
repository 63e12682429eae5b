"""One taste version: a fitted taste, frozen with everything that scoring needs. Pure.

Its bytes are one file in the format of `scoring.taste.array_file`: arrays and JSON, no pickle, and
a sha256 over everything. It includes the ids of the pictures that it was fitted to, so that
`tasted forget` finds every version that a picture went into.
"""

import hashlib
from collections.abc import Collection
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import LabelCounts
from tasted.scoring.taste.array_file import TasteUnreadable, pack, unpack
from tasted.scoring.taste.counting import count_labels
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.model import Taste
from tasted.scoring.traits.personality import TraitScales

VERSION_FORMAT = 2
"""Raised whenever older versions can no longer be read, or would give other scores."""

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
    """1 or more; a later version of a home has a higher number."""
    fitted_to: str
    """A digest over everything that decided the fit: labels, embedder, traits, interests."""
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
    lookalikes: int = 0
    """How many references look like copies of others, but count separately."""
    brought: tuple[bool, ...] | None = None
    """Which references were added only as labels; None in a version of an older tasted."""
    drawn: tuple[bool, ...] | None = None
    """Which references tell of the share of likes in the stream; None: all that were not brought.
    """

    @property
    def counts(self) -> LabelCounts:
        """How many labels it was fitted to."""
        return count_labels(self.taste.liked, self.taste.pictures, lookalikes=self.lookalikes)

    @property
    def contradictions(self) -> tuple[str, ...]:
        """The content ids of copies of a picture that is both liked and rejected: none counts."""
        shares = group_means(self.taste.liked.astype(np.float64), self.taste.pictures)
        twofold = (shares > 0) & (shares < 1)
        return tuple(
            chain.from_iterable(
                item
                for item, picture in zip(self.items, self.taste.pictures, strict=True)
                if twofold[picture]
            )
        )

    @property
    def name(self) -> str:
        """The name in sidecars."""
        return f"v{self.number}"

    @property
    def content_count(self) -> int:
        """How many contents went into it."""
        return len(self.history) + sum(map(len, self.items))

    def held_of(self, contents: Collection[str]) -> frozenset[str]:
        """Return those of these contents that went into it."""
        return frozenset(contents).intersection(chain(self.history, *self.items))

    def to_bytes(self) -> bytes:
        """Return the version as the bytes of a file."""
        facts_of_scales, arrays = self.scales.to_arrays()
        facts: dict[str, Any] = {
            "kind": "taste version",
            "version_format": VERSION_FORMAT,
            "number": self.number,
            "fitted_to": self.fitted_to,
            "items": [list(item) for item in self.items],
            "history": list(self.history),
            "scales": facts_of_scales,
            "lookalikes": self.lookalikes,
        }
        if self.brought is not None:
            # without it, so that the bytes of an older version stay what its sidecars name
            facts["brought"] = list(self.brought)
        if self.drawn is not None:
            facts["drawn"] = list(self.drawn)
        members: dict[str, NDArray[Any]] = {
            "taste": np.frombuffer(self.taste.to_bytes(), dtype=np.uint8),
            "columns": self.columns,
            "history_parts": self.history_parts,
            **{f"{_TRAITS}{name}": array for name, array in arrays.items()},
        }
        return pack(facts, members)

    @classmethod
    def from_bytes(cls, data: bytes) -> "TasteVersion":
        """Return the version in these bytes.

        Raises:
            TasteUnreadable: when the bytes are not a taste version, or are damaged.
        """
        facts, arrays = unpack(data, _DTYPES)
        if facts.get("kind") != "taste version" or facts.get("version_format") != VERSION_FORMAT:
            raise TasteUnreadable("the bytes are not a taste version of this tasted")
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
                lookalikes=int(facts["lookalikes"]),
                brought=tuple(map(bool, facts["brought"])) if "brought" in facts else None,
                drawn=tuple(map(bool, facts["drawn"])) if "drawn" in facts else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TasteUnreadable(f"the taste version does not fit together: {error}") from error
        if len(version.items) != len(taste.liked) or len(version.columns) != len(taste.liked):
            raise TasteUnreadable("the taste version has other references than its taste")
        if any(
            flags is not None and len(flags) != len(taste.liked)
            for flags in (version.brought, version.drawn)
        ):
            raise TasteUnreadable("the taste version does not say of each reference what it is")
        return version

    def digest(self) -> str:
        """Return the sha256 of its bytes: equal for versions that score alike."""
        return hashlib.sha256(self.to_bytes()).hexdigest()
