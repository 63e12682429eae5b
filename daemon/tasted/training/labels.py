"""The labels that an adapter is trained on, in the order in which they came. Reads the home.

The folders are the labels, as everywhere; the log of answers says which came first, and which were
drawn by chance. Pictures go through the same decoding and views as those that are scored.
"""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.decoding.pictures import Picture
from tasted.errors import ItemError
from tasted.evaluation.embedding import decoded
from tasted.evaluation.references import FoundReferences, LabelledItem, find_references
from tasted.feedback.drawn import ChosenPictures
from tasted.feedback.reading import read_events
from tasted.feedback.standing import StandingAnswers
from tasted.home.layout import Home
from tasted.inbox.unlike_photos import UnlikePhotos
from tasted.outbox.ledger import Ledger
from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin, Reference

HISTORY_MAX = 400
"""So many pictures without a label show how far vectors move; each is looked at once."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingLabels:
    """The labels of a home."""

    items: tuple[LabelledItem, ...]
    """Oldest first."""
    not_by_chance: frozenset[str]
    """The contents that say nothing of the share of likes in the stream."""
    history: tuple[Reference, ...]
    """Scored pictures without a label, as references of any label: it is not looked at."""

    @property
    def liked(self) -> NDArray[np.bool_]:
        """Shape (n,)."""
        return np.array([item.is_liked for item in self.items], np.bool_)

    @property
    def curated(self) -> NDArray[np.bool_]:
        """Shape (n,): chosen by hand."""
        return np.array([item.is_curated for item in self.items], np.bool_)

    @property
    def drawn(self) -> NDArray[np.bool_] | None:
        """Shape (n,): says something of the stream; None: all but those chosen by hand."""
        chosen = [not self.not_by_chance.isdisjoint(_contents(item)) for item in self.items]
        if not any(chosen):
            return None
        return ~self.curated & ~np.array(chosen, np.bool_)

    def contents(self, places: Collection[int]) -> tuple[str, ...]:
        """Return the content ids of the photos of some labels."""
        return tuple(content for place in places for content in _contents(self.items[place]))

    def without(self, unreadable: Collection[int]) -> "TrainingLabels":
        """Return the labels without those whose pictures cannot be read."""
        left = tuple(item for place, item in enumerate(self.items) if place not in set(unreadable))
        return TrainingLabels(left, self.not_by_chance, self.history)


def read_labels(
    home: Home, settings: Settings, *, history: Collection[str] | None = None
) -> TrainingLabels:
    """Read which labels there are.

    Args:
        home: whose labels.
        settings: as they are in force.
        history: the contents that may be in the history; None: a random choice of all.

    Raises:
        InboxUnavailable, OutboxUnwritable: when those folders cannot be read.
    """
    found = find_references(
        home.inbox,
        home.outbox,
        max_bytes=settings.limits.max_bytes,
        unlike=UnlikePhotos(home.unlike_file).current,
    )
    events = list(read_events(home.feedback))
    seqs = {content: judgement.seq for content, judgement in StandingAnswers(events).all()}
    items = sorted(found.items, key=lambda item: _age(item, seqs, home.inbox))
    return TrainingLabels(
        tuple(items),
        ChosenPictures(events).not_by_chance,
        _history(home.outbox, found, history),
    )


def _age(item: LabelledItem, seqs: dict[str, int], inbox: Path) -> tuple[int, int, str]:
    """Return what labels are sorted by: the answer's number; what has none came before."""
    contents = _contents(item)
    times = [0]
    for photo in item.photos:
        with contextlib.suppress(OSError):
            times.append((inbox / photo.path).stat().st_mtime_ns)
    return max(seqs.get(content, 0) for content in contents), max(times), contents[0]


def _history(
    outbox: Path, found: FoundReferences, wanted: Collection[str] | None
) -> tuple[Reference, ...]:
    labelled = {content for item in found.items for content in _contents(item)}
    ledger = Ledger(outbox)
    if outbox.is_dir():
        ledger.refresh()
    paths: dict[str, str] = {}
    for path, entry in ledger.entries.items():
        is_picture = entry.status == "scored" and not (entry.is_profile or entry.is_gone)
        if is_picture and entry.content_id is not None and entry.content_id not in labelled:
            paths.setdefault(entry.content_id, path)
    # digests, so that the first are a random choice that stays the same
    chosen = sorted(paths if wanted is None else paths.keys() & {*wanted})[:HISTORY_MAX]
    return tuple(
        Reference(content, paths[content], Label.LIKED, Origin.FEEDBACK) for content in chosen
    )


def pictures_of(item: LabelledItem, home: Home, settings: Settings) -> list[Picture] | None:
    """Read and decode the photos of a label; None when one of them is gone or cannot be read.

    Raises:
        InboxUnavailable: when macOS denies access for privacy reasons.
    """
    found = []
    for photo in item.photos:
        picture = readable(photo, home, settings)
        if picture is None:
            return None
        found.append(picture)
    return found


def readable(reference: Reference, home: Home, settings: Settings) -> Picture | None:
    """Read and decode one picture; None when it is gone, another one, or cannot be read.

    Raises:
        InboxUnavailable: when macOS denies access for privacy reasons.
    """
    try:
        return decoded(reference, home.inbox, settings)
    except ItemError:
        # its sidecar says why
        return None


def _contents(item: LabelledItem) -> tuple[str, ...]:
    return tuple(photo.content_id for photo in item.photos)


def history_of(
    labels: TrainingLabels, home: Home, settings: Settings
) -> Iterator[tuple[Reference, Picture]]:
    """Yield the pictures without a label that can be read."""
    for reference in labels.history:
        picture = readable(reference, home, settings)
        if picture is not None:
            yield reference, picture
