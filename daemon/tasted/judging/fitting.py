"""From references and history to a taste version. Reads the library; embeds texts that are new."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tasted.inbox.profiles import label_groups
from tasted.judging.wishes import Told, Wishes
from tasted.learning.version import TasteVersion
from tasted.library.library import LearnedReference, Library
from tasted.records import Label, Origin, Reference
from tasted.scoring.fitted import Taste
from tasted.scoring.personality import TraitScales
from tasted.scoring.taste import fit_taste
from tasted.scoring.weighing import COLUMNS, columns, history_parts

HISTORY_MAX = 2_000
HISTORY_ENOUGH = 30
"""From here on a history can be centred on, ranked against, and anchors labels of one class."""
_BIOS_EMBEDDED_MAX = 100
"""How many bios are embedded for one fit, those of references first; what is left counts as silent
until the next one."""

BiosOf = Callable[[Mapping[str, str | None]], Mapping[str, str]]
"""Finds the bios of pictures by their content ids, those of references by their paths, too."""
Views = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What counts as one reference: a picture, or the photos of a profile that teach together."""

    photos: tuple[LearnedReference, ...]

    @property
    def reference(self) -> Reference:
        """The first photo, which stands for all."""
        return self.photos[0].reference

    @property
    def anchor(self) -> str:
        """The content that what is kept about its text is kept with."""
        return self.reference.content_id

    @property
    def contents(self) -> tuple[str, ...]:
        """The content ids of all photos."""
        return tuple(each.reference.content_id for each in self.photos)

    @property
    def views(self) -> Views:
        """Shape (sum of k, d): those of all photos."""
        return np.concatenate([each.views for each in self.photos])

    @property
    def is_brought(self) -> bool:
        """Whether it was brought to teach, so that it says nothing of the stream."""
        return all(each.reference.origin is Origin.REFERENCE for each in self.photos)

    @property
    def folder(self) -> str | None:
        """Of a profile, with the slash; None for a picture alone."""
        path = self.reference.path
        return path[: path.rfind("/") + 1] if len(self.photos) > 1 else None

    def bio(self, bios: Mapping[str, str]) -> str | None:
        """Return the text of the folder, else the bios of all photos, each once; None: silent."""
        written = bios.get(self.folder) if self.folder is not None else None
        if written is not None:
            return written
        found = dict.fromkeys(bios[each] for each in self.contents if each in bios)
        return "\n".join(found) or None


def lessons_of(library: Library) -> tuple[Lesson, ...]:
    """Return what counts, in the order of learning; a profile stands where its first photo does."""
    groups = label_groups(each.path for each in library.references())
    photos: dict[str, list[LearnedReference]] = {}
    for each in library.learned():
        path = each.reference.path
        photos.setdefault(groups.get(path) or path, []).append(each)
    return tuple(Lesson(tuple(members)) for members in photos.values())


def profiles_of(library: Library) -> list[list[str]]:
    """Return the content ids of the photos that count as one lesson, for each such lesson."""
    references = library.references()
    groups = label_groups(each.path for each in references)
    photos: dict[str, list[str]] = {}
    for each in references:
        group = groups.get(each.path)
        if group is not None and library.counted(each.content_id) == each:
            photos.setdefault(group, []).append(each.content_id)
    return sorted(sorted(contents) for contents in photos.values() if len(contents) > 1)


def has_history(library: Library) -> bool:
    """Tell whether enough pictures are known for a history."""
    return len(library.sample(HISTORY_ENOUGH, exclude=_brought(library))) >= HISTORY_ENOUGH


def fit_version(
    library: Library,
    wishes: Wishes,
    *,
    number: int,
    fitted_to: str,
    bios_of: BiosOf,
    previous: Taste | None = None,
) -> TasteVersion:
    """Fit a taste to the references that count, and freeze it with the history of this moment.

    Args:
        library: the memory.
        wishes: measures traits and interests.
        number: of the new version.
        fitted_to: see `TasteVersion`.
        bios_of: finds bios.
        previous: of this user, where thousands of references would take long otherwise.
    """
    history = library.sample(HISTORY_MAX, exclude=_brought(library))
    pictures = [each.views for each in history.values()]
    # thousands of texts are not read for nothing
    bios = bios_of(dict.fromkeys(history)) if wishes.asks_texts else {}
    lessons = lessons_of(library)
    places = {
        each.reference.content_id: each.reference.path for one in lessons for each in one.photos
    }
    # no content is called like a folder, so that only the text in it can answer
    places |= {one.folder: f"{one.folder}bio" for one in lessons if one.folder is not None}
    texts = bios_of(places)
    unknown = wishes.unknown({**_own_bios(lessons, texts), **bios})
    wishes.embed_bios(dict(islice(unknown.items(), _BIOS_EMBEDDED_MAX)))
    known = [rows for content in history if (rows := library.known_bio(content)) is not None]
    scales = wishes.scales(pictures, known)
    told = [
        # words of several photos, kept with one of them, would outlive the others
        wishes.tell(scales, one.views, one.anchor, one.bio(texts), is_kept=False)
        if len(one.photos) > 1
        else _known(library, wishes, scales, one.anchor, one.views, one.bio(texts))
        for one in lessons
    ]
    evidence = _columns(told)
    taste = fit_taste(
        _items(lessons, library.dimensions),
        np.array([one.reference.label is Label.LIKED for one in lessons], np.bool_),
        history=pictures or None,
        curated=np.array([one.is_brought for one in lessons], np.bool_),
        columns=evidence,
        previous=previous,
    )
    seen = [
        _known(library, wishes, scales, content, views, bios.get(content))
        for content, views in zip(history, pictures, strict=True)
    ]
    return TasteVersion(
        number=number,
        fitted_to=fitted_to,
        taste=taste,
        items=tuple(one.contents for one in lessons),
        history=tuple(history),
        columns=evidence,
        history_parts=history_parts(taste, pictures, _columns(seen)),
        scales=scales,
    )


def _brought(library: Library) -> set[str]:
    """Return what was brought to teach: chosen by hand, it is no sample of the stream."""
    references = library.references()
    return {each.content_id for each in references if each.origin is Origin.REFERENCE}


def _own_bios(lessons: Sequence[Lesson], texts: Mapping[str, str]) -> dict[str, str]:
    alone = (one.anchor for one in lessons if len(one.photos) == 1)
    return {content: texts[content] for content in alone if content in texts}


def _known(
    library: Library,
    wishes: Wishes,
    scales: TraitScales,
    content: str,
    views: Views,
    bio: str | None,
) -> Told:
    """Measure one picture by what is known, without the model."""
    if bio is not None and not wishes.unknown({content: bio}):
        return wishes.tell(scales, views, content, bio)
    return wishes.tell_by_vectors(scales, views, library.known_bio(content))


def _items(lessons: Sequence[Lesson], dimensions: int) -> list[Views] | Views:
    if not lessons:
        return np.zeros((0, dimensions), np.float32)
    return [one.views for one in lessons]


def _columns(told: Sequence[Told]) -> NDArray[np.float64]:
    rows = [columns(each.personality, each.interests) for each in told]
    return np.array(rows, np.float64).reshape(len(rows), len(COLUMNS))
