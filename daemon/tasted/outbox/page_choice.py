"""Which results the page shows, by what the ledger holds in memory. Pure.

Matches come first and may fill the page, but for a few places that are kept for what asks for the
reader: what is unsure, and what failed. What is no match is shown where room is left. A profile is
one result: of its photos only those have a card of their own that failed.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tasted.records import LedgerEntry, Standing

CARDS_MAX = 200
_KEPT_UNSURE = 40
_KEPT_ERRORS = 30


class Group(StrEnum):
    """A section of the page, in their order."""

    MATCH = "match"
    RANKED = "ranked"
    """No verdict yet for want of labels, but a rank."""
    UNSURE = "unsure"
    ERROR = "error"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is shown, and how much there is."""

    paths: Mapping[Group, tuple[str, ...]]
    """Best first; of errors the newest first."""
    counts: Mapping[Group, int]
    photos: Mapping[str, tuple[str, ...]]
    """Paths of the photos of each chosen profile that count, by its folder."""

    def files(self) -> set[str]:
        """Return the path of everything that is shown, photos of profiles included."""
        shown = {path for paths in self.paths.values() for path in paths}
        return shown.union(*self.photos.values())


def choose(entries: Iterable[LedgerEntry]) -> Choice:
    """Return the best results of each group, at most `CARDS_MAX` together; references are none."""
    found: dict[Group, list[tuple[Standing, str]]] = {group: [] for group in Group}
    known = list(entries)
    photos = {
        entry.path: tuple(part.path for part in entry.parts if part.content_id is not None)
        for entry in known
        if entry.is_profile
    }
    # a profile that failed tells nothing of its photos
    scored = (entry.path for entry in known if entry.is_profile and entry.status == "scored")
    told = {path for folder in scored for path in photos[folder]}
    for entry in known:
        if entry.standing is not None and entry.path not in told:
            found[_group(entry.status, entry.standing)].append((entry.standing, entry.path))
    counts = {group: len(found[group]) for group in Group}
    paths = {
        group: tuple(path for _, path in heapq.nlargest(places, found[group], key=_order))
        for group, places in _places(counts).items()
    }
    shown = {path for chosen in paths.values() for path in chosen}
    return Choice(paths, counts, {path: photos[path] for path in photos.keys() & shown})


def _group(status: str, standing: Standing) -> Group:
    if status == "error" or standing.verdict is None:
        return Group.ERROR
    if standing.verdict != "unsure":
        return Group(standing.verdict)
    is_ranked = standing.percentile is not None or standing.confidence is not None
    return Group.RANKED if standing.needs_labels and is_ranked else Group.UNSURE


def _places(counts: Mapping[Group, int]) -> dict[Group, int]:
    """Say how many of each group are shown."""
    places = dict.fromkeys(Group, 0)
    places[Group.UNSURE] = min(counts[Group.UNSURE], _KEPT_UNSURE)
    places[Group.ERROR] = min(counts[Group.ERROR], _KEPT_ERRORS)
    left = CARDS_MAX - sum(places.values())
    for group in Group:
        more = min(counts[group] - places[group], left)
        places[group] += more
        left -= more
    return places


def _order(result: tuple[Standing, str]) -> tuple[float, float, float, float, str]:
    standing, path = result
    values = (standing.percentile, standing.confidence, standing.physical)
    if standing.verdict in {"match", "no_match"}:
        values = (standing.confidence, standing.physical, None)
    first, second, third = (-1.0 if value is None else value for value in values)
    return first, second, third, standing.scored_at, path
