"""What counts as one label: a picture, or a profile; and which are copies. Reads the library."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import Pictured
from tasted.inbox.profiles import label_groups
from tasted.library.embedded import ViewHashes
from tasted.library.library import LearnedReference, Library
from tasted.plain_dataclass import dataclass
from tasted.records import Origin, Reference

Views = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CountedLabel:
    """What counts as one label: a picture, or the photos of a profile together."""

    photos: tuple[LearnedReference, ...]

    @property
    def reference(self) -> Reference:
        """The first photo, which stands for all."""
        return self.photos[0].reference

    @property
    def anchor(self) -> str:
        """The content id under which vectors of its text are kept."""
        return self.reference.content_id

    @property
    def contents(self) -> tuple[str, ...]:
        """The content ids of all photos."""
        return tuple(photo.reference.content_id for photo in self.photos)

    @property
    def views(self) -> Views:
        """The views of all photos, shape (sum of k, d)."""
        return np.concatenate([photo.views for photo in self.photos])

    @property
    def is_brought(self) -> bool:
        """Whether it was added only as a label, so that it says nothing about the stream."""
        return all(photo.reference.origin is Origin.REFERENCE for photo in self.photos)

    @property
    def folder(self) -> str | None:
        """The folder of a profile, with the slash; None for a single picture."""
        path = self.reference.path
        return path[: path.rfind("/") + 1] if len(self.photos) > 1 else None

    def bio(self, bios: Mapping[str, str]) -> str | None:
        """Return the text of the folder, else the different bios of its photos; None: no text."""
        written = bios.get(self.folder) if self.folder is not None else None
        if written is not None:
            return written
        found = dict.fromkeys(bios[content] for content in self.contents if content in bios)
        return "\n".join(found) or None


def counted_labels(library: Library) -> tuple[CountedLabel, ...]:
    """Return the labels in the order of learning; a profile comes where its first photo does."""
    groups = _groups(library)
    photos: dict[str, list[LearnedReference]] = {}
    for photo in library.learned():
        path = photo.reference.path
        photos.setdefault(groups.get(path) or path, []).append(photo)
    return tuple(CountedLabel(tuple(members)) for members in photos.values())


def profiles_of(library: Library) -> list[list[str]]:
    """Return the content ids of the photos of each label that has several photos."""
    groups = _groups(library)
    photos: dict[str, list[str]] = {}
    for reference in library.references():
        group = groups.get(reference.path)
        if group is not None and library.counted(reference.content_id) == reference:
            photos.setdefault(group, []).append(reference.content_id)
    return sorted(sorted(contents) for contents in photos.values() if len(contents) > 1)


def _groups(library: Library) -> Mapping[str, str | None]:
    contents = {reference.path: reference.content_id for reference in library.references()}
    return label_groups(contents, apart=library.apart)


def pictured(library: Library, labels: Sequence[CountedLabel]) -> list[Pictured]:
    """Return what each label looks like, as far as is known."""
    hashes = library.hashes([content for label in labels for content in label.contents])
    return [
        Pictured(
            " ".join(label.contents),
            label.views,
            joined_hashes([hashes.get(content) for content in label.contents], len(label.views)),
        )
        for label in labels
    ]


def joined_hashes(photos: Sequence[ViewHashes | None], views: int) -> ViewHashes | None:
    """Return the hashes of several photos as those of one picture; None where any is missing.

    Args:
        photos: the hashes of each photo; None: not known.
        views: how many views the photos have together.
    """
    known = [hashes for hashes in photos if hashes is not None]
    if len(known) < len(photos) or sum(len(hashes.are_photos) for hashes in known) != views:
        return None
    return ViewHashes(
        np.concatenate([hashes.cells for hashes in known]),
        np.concatenate([hashes.are_photos for hashes in known]),
        np.concatenate([hashes.wholes for hashes in known]),
    )
