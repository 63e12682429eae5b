"""A library read beside its writer: what is there is seen, and nothing is touched."""

from pathlib import Path

import numpy as np
import pytest

from kit.memories import DIMENSIONS, FINGERPRINT, OTHER_FINGERPRINT, content, random_units
from tasted.errors import LibraryUnusable
from tasted.library.glance import Glance
from tasted.library.library import TEXT_FORMAT, Embedded, Library
from tasted.records import PictureFacts

FACTS = PictureFacts(1170, 2532, "PNG")
ROWS = random_units(120, seed=3)
NAMES = [content(str(number)) for number in range(120)]


def _glance(folder: Path, fingerprint: str = FINGERPRINT) -> Glance:
    return Glance(folder, fingerprint=fingerprint, dimensions=DIMENSIONS)


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_what_the_writer_committed_is_seen(tmp_path: Path) -> None:
    """Also what came after the first glance; the sample is the one of the library itself."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    for start in range(119):
        library.remember({NAMES[start]: Embedded(ROWS[start][None], FACTS)})
        if start == 110:
            # so many fragments that whoever opens the table as its writer joins them
            before = _files(tmp_path)
            assert _glance(tmp_path).cached(NAMES).keys() == set(NAMES[:111])
            assert _files(tmp_path) == before
    text = {NAMES[119]: Embedded(ROWS[119][None], PictureFacts(0, 0, TEXT_FORMAT))}
    library.remember(text)
    glance = _glance(tmp_path)
    found = glance.cached([*NAMES, content("never seen")])
    assert all(np.array_equal(found[name].views[0], ROWS[at]) for at, name in enumerate(NAMES))
    sampled = glance.sample(20, exclude=NAMES[:5])
    assert list(sampled) == list(library.sample(20, exclude=NAMES[:5]))
    assert len(glance.sample(1000, exclude=())) == 119


def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    """No library, and none of this embedder: nothing is known, and nothing is written."""
    missing = tmp_path / "library"
    assert _glance(missing).cached(NAMES) == {}
    assert not missing.exists()
    Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    before = _files(tmp_path)
    other = _glance(tmp_path, OTHER_FINGERPRINT)
    assert other.cached(NAMES) == {}
    assert other.sample(10, exclude=()) == {}
    assert _files(tmp_path) == before


def test_damage_is_a_fault(tmp_path: Path) -> None:
    """A data file that is gone is told, not passed over."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    library.remember({NAMES[0]: Embedded(ROWS[0][None], FACTS)})
    for file in tmp_path.glob("vectors_*/data/*"):
        file.unlink()
    with pytest.raises(LibraryUnusable):
        _glance(tmp_path)
