"""The cache of vectors: kept once, exactly, with what decoding found out."""

import signal
from pathlib import Path

import numpy as np
import pytest

from kit.children import python
from kit.memories import DIMENSIONS, FINGERPRINT, content, random_units, unit
from tasted.library.library import Embedded, Library
from tasted.records import PictureFacts, View
from tasted.system.faultpoints import VARIABLE

FACTS = PictureFacts(1170, 2532, "PNG", frames=2, notes=("An 'odd' \ud83d note, é",))


def _open(folder: Path) -> Library:
    return Library.open(folder, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


def test_what_is_remembered_comes_back_exactly(tmp_path: Path) -> None:
    """Vector and facts are the same to the bit, also after a restart."""
    library = _open(tmp_path)
    rows = random_units(700, seed=3)
    made = {content(str(n)): Embedded(row[None], FACTS) for n, row in enumerate(rows)}
    library.remember(made)
    for opened in (library, _open(tmp_path)):
        found = opened.cached([*made, content("never seen")])
        assert found.keys() == made.keys()
        assert all(np.array_equal(found[key].vector, made[key].vector) for key in made)
        assert found[content("0")].facts == FACTS


def test_the_weight_of_a_view_is_kept(tmp_path: Path) -> None:
    """As the length of its vector, and beside its box; a picture without a whole view is none."""
    library = _open(tmp_path)
    views = (View("tile", (0, 0, 9, 9)), View("tile", (0, 9, 9, 9), weight=0.25))
    rows = np.stack([unit(1), np.float32(0.25) * unit(0, 1)])
    library.remember({content("a"): Embedded(rows, PictureFacts(9, 18, "PNG", views=views))})
    found = _open(tmp_path).cached([content("a")])[content("a")]
    assert found.facts.views == views
    assert np.array_equal(found.views, rows)
    assert np.linalg.norm(found.vector) == pytest.approx(1)
    with pytest.raises(ValueError, match="a vector of length 1"):
        library.remember({content("b"): Embedded(rows[1:], FACTS)})


def test_a_content_is_cached_once(tmp_path: Path) -> None:
    """The first vector of a content stays; a second one adds no row."""
    library = _open(tmp_path)
    key = content("a")
    library.remember({key: Embedded(unit(1)[None], FACTS)})
    commits = len(list(tmp_path.glob("vectors_*/_versions/*.manifest")))
    library.remember({key: Embedded(unit(0, 1)[None], FACTS)})
    library.remember({})
    assert len(list(tmp_path.glob("vectors_*/_versions/*.manifest"))) == commits
    assert np.array_equal(_open(tmp_path).cached([key])[key].vector, unit(1))


def test_a_thousand_single_adds_compact_themselves(tmp_path: Path) -> None:
    """Fragments stay below the limit, though every vector was its own commit."""
    library = _open(tmp_path)
    rows = random_units(1000, seed=4)
    for number, row in enumerate(rows):
        library.remember({content(str(number)): Embedded(row[None], FACTS)})
    table = library._vectors._table._table
    assert table.stats()["fragment_stats"]["num_fragments"] <= 100
    found = library.cached([content(str(number)) for number in range(1000)])
    assert all(np.array_equal(found[content(str(n))].vector, row) for n, row in enumerate(rows))


def test_short_lives_add_up_to_a_compaction(tmp_path: Path) -> None:
    """The engine leaves when idle: commits of earlier processes count."""
    rows = random_units(120, seed=5)
    for start in range(0, 120, 20):
        library = _open(tmp_path)
        for number in range(start, start + 20):
            library.remember({content(str(number)): Embedded(rows[number][None], FACTS)})
        library.close()
    table = _open(tmp_path)._vectors._table._table
    assert table.stats()["fragment_stats"]["num_fragments"] < 60


def test_compact_keeps_everything(tmp_path: Path) -> None:
    """A compaction that is asked for changes no answer."""
    library = _open(tmp_path)
    rows = random_units(30, seed=6)
    for number, row in enumerate(rows):
        library.remember({content(str(number)): Embedded(row[None], FACTS)})
    library.compact()
    assert len(_open(tmp_path).cached([content(str(number)) for number in range(30)])) == 30


_COMPACTS = f"""
import sys
from pathlib import Path
from tasted.library.library import Library
Library.open(Path(sys.argv[1]), fingerprint={FINGERPRINT!r}, dimensions={DIMENSIONS}).compact()
"""


@pytest.mark.parametrize("point", ["library.compacting", "library.compacted"])
def test_row_02_a_killed_compaction_loses_nothing(tmp_path: Path, point: str) -> None:
    """Before the first table and after it: the library is whole, and is compacted later."""
    library = _open(tmp_path)
    rows = random_units(30, seed=6)
    contents = [content(str(number)) for number in range(30)]
    for name, row in zip(contents, rows, strict=True):
        library.remember({name: Embedded(row[None], FACTS)})
    library.close()
    killed = python("-c", _COMPACTS, str(tmp_path), environment={VARIABLE: point})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    library = _open(tmp_path)
    for _time in range(2):
        assert library.damaged() == []
        assert library.cached(contents).keys() == set(contents)
        library.compact()
