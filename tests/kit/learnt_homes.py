"""A library with references and screenshots, and the judges that a new engine makes of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units
from tasted.embedding.lazy import EmbedderIdentity, LazyEmbedder
from tasted.judging.chosen import VersionJudge
from tasted.judging.judged import Judge, Judged, Preferences, ScorerName
from tasted.judging.seed import SeedJudge
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.taste import TasteJudge
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded, Library
from tasted.library.neighbours import HELD_BYTES, NeighbourTable
from tasted.library.table import connect
from tasted.records import Label, PictureFacts

FACTS = PictureFacts(10, 10, "PNG")
WEIGHTS = {"physical": 0.6, "personality": 0.3, "interests": 0.1}
PREFERENCES = Preferences((), (), WEIGHTS, 0.6, 0.85)
SHOT = random_units(1, seed=9)
PATHS = [f"{label}/{label}-{index}.png" for index in range(9) for label in Label]
ROWS = random_units(len(PATHS), seed=2)


class LearntHome:
    """The library of a home and its tastes; `judge` is what a new engine makes of them."""

    def __init__(self, folder: Path, *, held_bytes: int = HELD_BYTES) -> None:
        folder.mkdir(exist_ok=True)
        self.tastes = folder / "tastes"
        place = folder / "library"
        self.library = Library.open(place, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
        self.library.neighbours = NeighbourTable(
            place,
            connect(place),
            fingerprint=FINGERPRINT,
            dimensions=DIMENSIONS,
            held_bytes=held_bytes,
        )

    def _embedder(self) -> LazyEmbedder:
        return LazyEmbedder(
            EmbedderIdentity(FINGERPRINT, FINGERPRINT, DIMENSIONS),
            reads_text=False,
            load=lambda: pytest.fail("every vector is given"),
        )

    def versions(self, **options: object) -> TasteVersions:
        """Return what keeps the versions."""
        return TasteVersions(self.tastes, **options)  # type: ignore[arg-type]

    def judge(self, preferences: Preferences = PREFERENCES, *, reading: str = "") -> TasteJudge:
        """Return a judge that has nothing in memory."""
        return TasteJudge(
            self.library,
            StatedPreferences(
                self.library, self._embedder(), preferences.traits, preferences.interests
            ),
            self.versions(),
            preferences,
            embedder_fingerprint=FINGERPRINT,
            bios_of=lambda _pictures: {},
            reading=reading,
        )

    def chosen(self, *, follows: ScorerName = "taste", reading: str = "") -> VersionJudge:
        """Return the judge of the version that was chosen; nothing is in memory."""
        return VersionJudge(
            self.judge(reading=reading),
            SeedJudge(self.library, self._embedder(), PREFERENCES),
            self.versions(),
            follows=follows,
        )

    def see(self, count: int, *, seed: int) -> None:
        """Remember so many new screenshots."""
        rows = random_units(count, seed=seed)
        self.library.remember(
            {content(f"{seed} {n}"): Embedded(row[None], FACTS) for n, row in enumerate(rows)}
        )

    def teach(self, paths: Sequence[str], rows: NDArray[np.float32]) -> None:
        """Learn references at these paths; the file name decides the content."""
        self.library.learn(
            [
                learned(path, row, name=path.rpartition("/")[2])
                for path, row in zip(paths, rows, strict=True)
            ]
        )
        self.library.remember(
            {
                content(path.rpartition("/")[2]): Embedded(row[None], FACTS)
                for path, row in zip(paths, rows, strict=True)
            }
        )
        self.library.keep_only(paths)

    def kept(self) -> list[str]:
        """Return the names of the versions on the disk."""
        return sorted(file.name for file in self.tastes.glob("*.taste"))


def taught_home(folder: Path) -> LearntHome:
    """Return a home with 40 screenshots seen, 9 likes and 9 rejects."""
    home = LearntHome(folder)
    home.see(40, seed=1)
    home.teach(PATHS, ROWS)
    return home


def score(judge: Judge, name: str = "a screenshot") -> Judged:
    """Judge one screenshot."""
    return judge.judge(Embedded(SHOT, FACTS), content(name), None, timing_ms={})
