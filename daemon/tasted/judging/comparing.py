"""Two taste versions on the same pictures and the same answers. Reads the library.

Nothing that decides is touched: each version is scored in memory, whichever is in force. A version
that knows an answer judges it without it; one that was made before it was given foretells it.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.home.taste_versions import VersionFigures
from tasted.judging.counted_labels import counted_labels, pictured
from tasted.judging.fitting import BiosOf
from tasted.judging.judged import Preferences
from tasted.judging.loaded_version import load_version
from tasted.judging.seed import SeedJudge
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.version import TasteVersion
from tasted.judging.version_figures import figures_of_answers
from tasted.library.library import Embedded, Library
from tasted.plain_dataclass import dataclass
from tasted.reading.companion import CompanionText
from tasted.records import Label, PictureFacts, Verdict
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.weighing.looks import nearest_first

_FACTS = PictureFacts(width=0, height=0, format="")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a version says of one picture."""

    score: float
    """Higher is better; comparable within one version."""
    probability: float | None
    verdict: Verdict


class Opinions(Protocol):
    """Scores pictures by one version."""

    def of(self, views: NDArray[np.float32], contents: Sequence[str], bio: str | None) -> Opinion:
        """Return the opinion on a picture, or on the photos of a profile, without its own label.

        Args:
            views: shape (k, d).
            contents: content ids.
            bio: None: there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """What two versions say."""

    opinions: Mapping[str, tuple[Opinion, Opinion]]
    """Of every picture without a label, by content id."""
    figures: tuple[VersionFigures, VersionFigures]
    """On the same answers."""


class MemorySearch:
    """Finds references of a version in memory; see `scoring.weighing.looks.ReferenceSearch`.

    Args:
        version: with its references.
    """

    def __init__(self, version: TasteVersion) -> None:
        self._items = version.taste.references
        self._rows = self._items.astype(np.float64)
        self._lengths = np.linalg.norm(self._rows, axis=1)
        self._liked = version.taste.liked

    def near(
        self, item: NDArray[np.float64], *, liked: bool, without: int | None
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the near references of one label; see `ReferenceSearch.near`."""
        places = np.flatnonzero((self._liked == liked) & (self._lengths > _ROUNDING))
        if without is not None:
            places = places[places != without]
        lengths = self._lengths[places] * np.linalg.norm(item)
        cosines = np.clip(self._rows[places] @ item / lengths, -1, 1)
        return nearest_first(places, cosines)

    def vectors(self, references: Sequence[int]) -> NDArray[np.float32]:
        """Return the centred items of references, shape (m, d)."""
        return self._items[list(references)]


class FittedOpinions:
    """Opinions of a fitted version.

    Args:
        version: with its references.
        stated_preferences: measures traits and interests, without the model.
        preferences: from the settings.
    """

    def __init__(
        self, version: TasteVersion, stated_preferences: StatedPreferences, preferences: Preferences
    ) -> None:
        self._loaded = load_version(version, MemorySearch(version), preferences, digest="")
        self._stated_preferences = stated_preferences

    def of(self, views: NDArray[np.float32], contents: Sequence[str], bio: str | None) -> Opinion:
        """Return the opinion on a picture; see `Opinions.of`."""
        loaded = self._loaded
        measured = self._stated_preferences.measure_known(loaded.scales, views, contents, bio)
        rows = (loaded.rows[content] for content in contents if content in loaded.rows)
        weighed = loaded.weigher.weigh(
            views, measured.personality, measured.interests, reference=next(rows, None)
        )
        return Opinion(weighed.logit, weighed.probability, weighed.verdict)


class SeedOpinions:
    """Opinions of the formula, which always compares with the likes of now.

    Args:
        seed: the formula.
    """

    def __init__(self, seed: SeedJudge) -> None:
        self._seed = seed

    def of(self, views: NDArray[np.float32], contents: Sequence[str], bio: str | None) -> Opinion:
        """Return the opinion on a picture; see `Opinions.of`."""
        text = CompanionText(name=None, age=None, bio=bio) if bio is not None else None
        judged = self._seed.judge(
            Embedded(views, _FACTS), contents[0], text, timing_ms={}, is_kept=False
        )
        return Opinion(judged.confidence or 0.0, judged.confidence, judged.verdict)


def compare(
    library: Library, a: Opinions, b: Opinions, contents: Sequence[str], bios_of: BiosOf
) -> Compared:
    """Compare two versions.

    Args:
        library: of the home.
        a: one version.
        b: the other.
        contents: of the pictures; labelled ones, and those without vectors, are left out.
        bios_of: finds the bios of pictures.
    """
    labelled = {reference.content_id for reference in library.references()}
    known = library.cached([content for content in contents if content not in labelled])
    bios = bios_of(dict.fromkeys(known))
    opinions = {}
    for content, picture in known.items():
        one, other = (side.of(picture.views, (content,), bios.get(content)) for side in (a, b))
        opinions[content] = one, other
    return Compared(opinions, _answers(library, a, b, bios_of))


def _answers(
    library: Library, a: Opinions, b: Opinions, bios_of: BiosOf
) -> tuple[VersionFigures, VersionFigures]:
    labels = counted_labels(library)
    liked = np.array([label.reference.label is Label.LIKED for label in labels], np.bool_)
    groups = CopyFinder().find(pictured(library, labels)).groups.astype(np.intp)
    shares = group_means(liked.astype(np.float64), groups)
    first = np.unique(groups, return_index=True)[1]
    chosen = [int(row) for row in first if shares[groups[row]] in {0.0, 1.0}]
    texts = bios_of(
        {
            photo.reference.content_id: photo.reference.path
            for row in chosen
            for photo in labels[row].photos
        }
    )
    sides = []
    for side in (a, b):
        said = [
            side.of(labels[row].views, labels[row].contents, labels[row].bio(texts))
            for row in chosen
        ]
        probabilities = [opinion.probability for opinion in said]
        given = [value for value in probabilities if value is not None]
        sides.append(
            figures_of_answers(
                np.array([opinion.score for opinion in said], np.float64),
                np.array(given, np.float64) if len(given) == len(said) else None,
                liked[chosen],
            )
        )
    return sides[0], sides[1]
