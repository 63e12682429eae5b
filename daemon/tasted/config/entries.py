"""List entries that are words, or a table with more about them. Pure.

A list may have both: ["hiking", { name = "smoking", dealbreaker = true }].
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from tasted.config.kinds import LIST_LENGTH_MAX, Words, none_when_blank

ENTRY_KINDS = frozenset({"words", "table"})
"""How pydantic's locations name the kind of an entry."""


class _Entry(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class TraitEntry(_Entry):
    """What a person should be like, and the opposite."""

    name: Words
    opposite: Annotated[Words | None, BeforeValidator(none_when_blank)] = None


class InterestEntry(_Entry):
    """What a person should be interested in, or, as a dealbreaker, must not."""

    name: Words
    dealbreaker: bool = False


ENTRY_TABLES: Mapping[tuple[str, ...], type[BaseModel]] = {
    ("preferences", "traits"): TraitEntry,
    ("preferences", "interests"): InterestEntry,
}
"""The tables that lists may have, by setting."""


def entry_keys(setting: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of a table in the list of a setting; () if it has no tables."""
    return tuple(ENTRY_TABLES[setting].model_fields) if setting in ENTRY_TABLES else ()


def _kind(entry: Any) -> str:
    return "table" if isinstance(entry, dict | BaseModel) else "words"


_WordsEntry = Annotated[Words, Tag("words")]
# lists of TOML and JSON become tuples, so that settings cannot change; their entries stay strict
TraitList = Annotated[
    tuple[Annotated[_WordsEntry | Annotated[TraitEntry, Tag("table")], Discriminator(_kind)], ...],
    Field(strict=False, max_length=LIST_LENGTH_MAX),
]
InterestList = Annotated[
    tuple[
        Annotated[_WordsEntry | Annotated[InterestEntry, Tag("table")], Discriminator(_kind)], ...
    ],
    Field(strict=False, max_length=LIST_LENGTH_MAX),
]
