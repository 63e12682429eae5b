"""Which results the page shows, by what the ledger holds in memory. Pure.

Matches come first and may fill the page, except for a few places kept for what needs the reader:
what is unsure, and what failed. What the user has judged is shown apart from what tasted thinks,
and pictures that are no match where room is left. A profile is one result: of its photos, only
those that failed have a card of their own.
"""

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from tasted.outbox.results import is_copy_in
from tasted.packing.entries import Entries, ranked_rows
from tasted.packing.entry_rows import IS_GONE, status_of
from tasted.plain_dataclass import dataclass
from tasted.records import Label, RankingFacts

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
    JUDGED = "judged"
    """What the user liked or rejected, whatever tasted thinks of it."""
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class RankPosition:
    """Where a result stands among those in the inbox that the user has not judged."""

    number: int
    """1 for the best; results that are equal share a number."""
    of: int


@dataclass(frozen=True, slots=True)
class ChosenResults:
    """What is shown, and how much there is."""

    paths: Mapping[Group, tuple[str, ...]]
    """Best first; of errors the newest first."""
    counts: Mapping[Group, int]
    photos: Mapping[str, tuple[str, ...]]
    """Paths of the photos of each chosen profile that count, by its folder."""
    ranks: Mapping[str, RankPosition]
    """Where each chosen result stands among all that have a rank and are still to be judged."""

    def files(self) -> set[str]:
        """Return the path of everything that is shown, photos of profiles included."""
        shown = {path for paths in self.paths.values() for path in paths}
        return shown.union(*self.photos.values())


def choose(entries: Entries, embedder: str | None = None) -> ChosenResults:
    """Return the best results of each group, at most `CARDS_MAX` together.

    References are none, and neither is what is gone from the inbox, nor what another model scored.

    Args:
        entries: of all sidecars.
        embedder: the fingerprint of the model in force; None: everything is in one order.
    """
    profiles = [entries[path] for path in entries if path.endswith("/")]
    photos = {
        entry.path: tuple(part.path for part in entry.parts if part.content_id is not None)
        for entry in profiles
        if not entry.is_gone
    }
    # a profile that failed does not stand for its photos
    scored = [entry for entry in profiles if not entry.is_gone and entry.status == "scored"]
    in_profiles = {path for profile in scored for path in photos[profile.path]}
    contents = {
        profile.path: {part.content_id for part in profile.parts if part.content_id is not None}
        for profile in scored
    }
    best: dict[Group, list[tuple[Any, ...]]] = {group: [] for group in Group}
    counts = dict.fromkeys(Group, 0)
    percentiles = array("d")
    for path, flags, facts in ranked_rows(entries, embedder=embedder):
        if flags & IS_GONE or path in in_profiles:
            continue
        status = status_of(flags)
        if contents and path[: path.rfind("/") + 1] in contents:
            content_id = entries[path].content_id if status == "scored" else None
            if is_copy_in(contents, path, content_id):
                continue
        group = _group(status, facts)
        counts[group] += 1
        if facts.percentile is not None and group is not Group.JUDGED:
            percentiles.append(facts.percentile)
        result = (*_order((facts, path)), facts)
        # of a hundred thousand, no more are held than can be shown
        if len(best[group]) < CARDS_MAX:
            heapq.heappush(best[group], result)
        elif result > best[group][0]:
            heapq.heapreplace(best[group], result)
    shown = {
        group: [(result[-1], result[-2]) for result in heapq.nlargest(most, best[group])]
        for group, most in _cards_of(counts).items()
    }
    ranked = {
        path: facts.percentile
        for group, results in shown.items()
        for facts, path in results
        if facts.percentile is not None and group is not Group.JUDGED
    }
    paths = {group: tuple(path for _facts, path in results) for group, results in shown.items()}
    chosen = {path for some in paths.values() for path in some}
    return ChosenResults(
        paths,
        counts,
        {path: photos[path] for path in photos.keys() & chosen},
        _numbered(ranked, sorted(percentiles)),
    )


def _numbered(ranked: Mapping[str, float], ordered: Sequence[float]) -> dict[str, RankPosition]:
    count = len(ordered)
    return {
        path: RankPosition(1 + count - bisect_right(ordered, percentile), count)
        for path, percentile in ranked.items()
    }


def _group(status: str, ranking_facts: RankingFacts) -> Group:
    if status == "error" or ranking_facts.verdict is None:
        return Group.ERROR
    if ranking_facts.judgement is not None:
        return Group.JUDGED
    if ranking_facts.verdict != "unsure":
        return Group(ranking_facts.verdict)
    is_ranked = ranking_facts.percentile is not None or ranking_facts.confidence is not None
    return Group.RANKED if ranking_facts.needs_labels and is_ranked else Group.UNSURE


def _cards_of(counts: Mapping[Group, int]) -> dict[Group, int]:
    """Say how many of each group are shown."""
    cards = dict.fromkeys(Group, 0)
    cards[Group.UNSURE] = min(counts[Group.UNSURE], _KEPT_UNSURE)
    cards[Group.ERROR] = min(counts[Group.ERROR], _KEPT_ERRORS)
    left = CARDS_MAX - sum(cards.values())
    for group in Group:
        more = min(counts[group] - cards[group], left)
        cards[group] += more
        left -= more
    return cards


def _order(result: tuple[RankingFacts, str]) -> tuple[bool, float, float, float, float, str]:
    ranking_facts, path = result
    values = (ranking_facts.percentile, ranking_facts.confidence, ranking_facts.physical)
    if ranking_facts.verdict in {"match", "no_match"}:
        values = (ranking_facts.confidence, ranking_facts.physical, None)
    first, second, third = (-1.0 if value is None else value for value in values)
    is_liked = ranking_facts.judgement == Label.LIKED
    return is_liked, first, second, third, ranking_facts.scored_at, path
