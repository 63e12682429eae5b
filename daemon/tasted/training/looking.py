"""Looks at every picture once: the frozen half of the model, and what tells copies apart.

Reads the inbox; writes the states of views into the folder of the run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.copies.finding import CopyFinder, Pictured
from tasted.decoding.pictures import Picture
from tasted.embedding.embedder import Embedder
from tasted.engine.embed_and_read import prepare_picture
from tasted.evaluation.references import LabelledItem
from tasted.home.layout import Home
from tasted.judging.counted_labels import joined_hashes
from tasted.judging.fitting import HISTORY_ENOUGH
from tasted.library.embedded import ViewHashes
from tasted.plain_dataclass import dataclass
from tasted.records import Reference
from tasted.training.cached_views import CachedViews, LookedAt, cache_views
from tasted.training.labels import TrainingLabels, history_of, pictures_of
from tasted.training.vision_tower import VisionTower

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class SeenPictures:
    """What there is to learn from."""

    labels: TrainingLabels
    """Those whose pictures could be read."""
    views: CachedViews
    """Of the labels, then of the history."""
    copies: NDArray[np.intp]
    """Shape (n,): equal numbers for labels that are copies."""
    history: tuple[Reference, ...]
    """In the order of its views."""

    @property
    def history_items(self) -> NDArray[np.intp]:
        """The items of the history, by their place among all; empty where it is too small."""
        count = len(self.labels.items)
        enough = len(self.history) if len(self.history) >= HISTORY_ENOUGH else 0
        return np.arange(count, count + enough)


@dataclass(slots=True, eq=False)
class _Found:
    """What is gathered while states are written."""

    kept: list[int] = field(default_factory=list)
    hashes: list[ViewHashes | None] = field(default_factory=list)
    history: list[Reference] = field(default_factory=list)


class PictureLooker:
    """Looks at the pictures of one home.

    Args:
        home: whose inbox is read.
        settings: limits, and how views are chosen.
        tower: whose lower blocks are frozen.
        embedder: prepares views for it.
    """

    def __init__(
        self, home: Home, settings: Settings, tower: VisionTower, embedder: Embedder
    ) -> None:
        self._home = home
        self._settings = settings
        self._tower = tower
        self._embedder = embedder

    def look(self, labels: TrainingLabels, folder: Path, *, tell: Told) -> SeenPictures:
        """Look at labels and history.

        Args:
            labels: as they are now.
            folder: where states are written.
            tell: called with how many of how many were looked at.

        Raises:
            InboxUnavailable: when macOS denies access for privacy reasons.
            OSError: when states cannot be written.
        """
        found = _Found()
        views = cache_views(folder, self._looked_at(labels, found, tell))
        seen = labels.without(set(range(len(labels.items))) - set(found.kept))
        return SeenPictures(
            seen, views, self._copies(seen.items, views, found.hashes), tuple(found.history)
        )

    def _looked_at(self, labels: TrainingLabels, found: _Found, tell: Told) -> Iterator[LookedAt]:
        total = len(labels.items) + len(labels.history)
        for place, item in enumerate(labels.items):
            tell(place, total)
            pictures = pictures_of(item, self._home, self._settings)
            if pictures is not None:
                looked, hashes = self._look(pictures)
                found.kept.append(place)
                found.hashes.append(hashes)
                yield looked
        for reference, picture in history_of(labels, self._home, self._settings):
            tell(len(labels.items) + len(found.history), total)
            found.history.append(reference)
            yield self._look([picture])[0]

    def _look(self, pictures: Sequence[Picture]) -> tuple[LookedAt, ViewHashes | None]:
        prepared = [
            prepare_picture(picture, self._embedder, self._settings.views.mode, is_hashed=True)
            for picture in pictures
        ]
        weights = [view.weight for picture in prepared for view in picture.facts.views]
        states = self._tower.lower(np.concatenate([picture.views for picture in prepared]))
        # of the states as they are cached, so that without an adapter nothing has moved
        looked = LookedAt(states, self._tower.vectors(states), np.array(weights, np.float32))
        return looked, joined_hashes([picture.hashes for picture in prepared], len(weights))

    def _copies(
        self,
        items: Sequence[LabelledItem],
        views: CachedViews,
        hashes: Sequence[ViewHashes | None],
    ) -> NDArray[np.intp]:
        rows = views.rows(views.frozen, range(len(items)))
        pictures = [
            Pictured(" ".join(photo.content_id for photo in item.photos), own, hashed)
            for item, own, hashed in zip(items, rows, hashes, strict=True)
        ]
        return CopyFinder().find(pictures).groups
