"""Whether the pictures of a folder are of one person, by what they say. Pure.

A folder is taken for one person until something speaks against it: two names, or two ages, that
cannot be one person's. A short form and a full name can, and so can ages a birthday apart. What
says nothing speaks for nobody, so that the answer never changes from "several" to "one" because
another picture came. So it is with looks: what the engine once found unlike stays so whatever comes
beside it, until one of these pictures or its text is another.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from itertools import combinations

from tasted.plain_dataclass import dataclass

_BIRTHDAY_YEARS = 1


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What one picture says about the person in it."""

    name: str | None
    age: int | None
    photo: str | None = None
    """Identifies the picture and its text, see `photo_id`; None while they are unknown."""


class SeveralPeople(StrEnum):
    """What shows that the pictures of a folder are of several people."""

    NAMES = "names"
    AGES = "ages"
    LOOKS = "looks"
    """They look different, and have different texts."""


Unlike = Collection[frozenset[str]]
"""Sets of `photo_id` that the engine found unlike, beside different texts."""


def photo_id(content_id: str, text_id: str | None) -> str:
    """Return an id of a picture with its text, from which neither can be told."""
    identity = f"tasted photo\0{content_id}\0{text_id or ''}"
    return hashlib.sha256(identity.encode("ascii")).hexdigest()[:32]


def several_people(said: Iterable[PersonDetails], *, unlike: Unlike = ()) -> SeveralPeople | None:
    """Return what speaks against one person; None when nothing does.

    Args:
        said: what each picture says; those that say nothing may be left out.
        unlike: photos that were found unlike; they count where all of such a set are there.
    """
    known = list(said)
    names = {words for person in known if person.name and (words := _words(person.name))}
    if any(not _may_be_one(*pair) for pair in combinations(sorted(names), 2)):
        return SeveralPeople.NAMES
    ages = [person.age for person in known if person.age is not None]
    if ages and max(ages) - min(ages) > _BIRTHDAY_YEARS:
        return SeveralPeople.AGES
    photos = {person.photo for person in known}
    return SeveralPeople.LOOKS if any(group <= photos for group in unlike) else None


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name, without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(re.findall(r"\w+", letters))


def _may_be_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two names may be one person's: `anna` and `anna maria`, `anna k` and `anna`."""
    return all(
        mine.startswith(theirs) or theirs.startswith(mine)
        for mine, theirs in zip(one, other, strict=False)
    )
