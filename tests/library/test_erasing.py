"""What is erased from the library is not on the disk any more, in no table and no old version."""

from pathlib import Path

import numpy as np
import pytest

from kit.memories import DIMENSIONS, FINGERPRINT, OTHER_FINGERPRINT, content, learned, random_units
from tasted.errors import LibraryUnusable
from tasted.library.erasing import erase_rows, find_rows
from tasted.library.library import Embedded, Library
from tasted.library.schema import path_id
from tasted.records import Label, PictureFacts

FACTS = PictureFacts(1170, 2532, "PNG")
VECTORS = random_units(60, seed=11)
GONE, OLD = "liked/gone.png", "liked/old name.png"


def _open(folder: Path, fingerprint: str = FINGERPRINT) -> Library:
    return Library.open(folder, fingerprint=fingerprint, dimensions=DIMENSIONS)


def _taught(folder: Path, fingerprint: str = FINGERPRINT) -> Library:
    """Make a library in several commits, with the picture under two names, one of them absent."""
    library = _open(folder, fingerprint)
    library.remember({content(str(n)): Embedded(row[None], FACTS) for n, row in enumerate(VECTORS)})
    library.remember({content("gone"): Embedded(_vector()[None], FACTS)})
    library.learn([learned(f"liked/{n}.png", VECTORS[n], name=str(n)) for n in range(20)])
    library.learn([learned(OLD, _vector(), name="gone")])
    library.learn([learned(GONE, _vector(), name="gone")])
    library.keep_only([GONE, *(f"liked/{n}.png" for n in range(20))])
    return library


def _vector() -> np.ndarray:
    (row,) = random_units(1, seed=12)
    return row


def _still_there(folder: Path) -> set[str]:
    needles = {
        "id": content("gone").encode(),
        "vector": _vector().tobytes(),
        "path": GONE.encode(),
        "old path": OLD.encode(),
        "hash of the path": path_id(GONE).encode(),
        "hash of the old path": path_id(OLD).encode(),
    }
    data = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return {name for name, needle in needles.items() if needle in data}


def test_the_bytes_are_gone_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    """In the tables of two embedders, with every old version; nothing else is lost."""
    library = _taught(tmp_path)
    _taught(tmp_path, OTHER_FINGERPRINT)
    assert len(_still_there(tmp_path)) == 6
    found = find_rows(tmp_path, contents=[content("gone")], paths=[])
    assert len(_still_there(tmp_path)) == 6
    erased = erase_rows(tmp_path, contents=[content("gone")], paths=[])
    assert erased == found
    assert sorted((row.table.split("_")[0], row.path or "") for row in erased) == [
        *[("references", GONE)] * 2,
        *[("references", OLD)] * 2,
        *[("vectors", "")] * 2,
    ]
    assert _still_there(tmp_path) == set()
    for fingerprint in (FINGERPRINT, OTHER_FINGERPRINT):
        library = _open(tmp_path, fingerprint)
        assert library.counts()[Label.LIKED] == 20
        assert library.damaged() == []
        cached = library.cached([content("gone"), *(content(str(n)) for n in range(60))])
        assert len(cached) == 60
        assert np.array_equal(cached[content("7")].vector, VECTORS[7])
        near = library.nearest(VECTORS[3], Label.LIKED, limit=1, exclude=None)
        assert near[0].reference.path == "liked/3.png"


def test_a_row_is_erased_by_its_path_alone(tmp_path: Path) -> None:
    """A path that was named is forgotten, whatever was learnt under it."""
    _taught(tmp_path)
    (row,) = erase_rows(tmp_path, contents=[], paths=[OLD])
    assert (row.path, row.content_id) == (OLD, content("gone"))
    assert {"old path", "hash of the old path"}.isdisjoint(_still_there(tmp_path))
    assert [kept.path for kept in _open(tmp_path).references() if kept.path == GONE] == [GONE]


def test_old_versions_go_also_when_no_row_is_left(tmp_path: Path) -> None:
    """A row that was deleted before is still in the data file, in the manifest, in the journal."""
    library = _taught(tmp_path)
    library._vectors._table.delete("content_id", [content("gone")])
    library._references._table.delete("content_id", [content("gone")])
    assert find_rows(tmp_path, contents=[content("gone")], paths=[GONE, OLD]) == []
    assert _still_there(tmp_path)
    assert erase_rows(tmp_path, contents=[content("gone")], paths=[GONE, OLD]) == []
    assert _still_there(tmp_path) == set()


def test_everything_may_be_erased_and_learnt_again(tmp_path: Path) -> None:
    """An emptied table is still one."""
    _taught(tmp_path)
    names = [*map(str, range(60)), "gone"]
    erase_rows(tmp_path, contents=list(map(content, names)), paths=[])
    library = _open(tmp_path)
    assert library.references() == []
    library.learn([learned(GONE, _vector(), name="gone")])
    assert _open(tmp_path).counts()[Label.LIKED] == 1


def test_without_a_library_there_is_nothing_to_erase(tmp_path: Path) -> None:
    """Nothing is made either: not for a missing folder, not for a table that never was."""
    assert erase_rows(tmp_path / "library", contents=[content("gone")], paths=[]) == []
    assert not (tmp_path / "library").exists()
    (tmp_path / "vectors_half.lance" / "_transactions").mkdir(parents=True)
    assert erase_rows(tmp_path, contents=[content("gone")], paths=[]) == []


def test_a_damaged_table_is_told_of(tmp_path: Path) -> None:
    """Nobody may believe that it was erased."""
    _taught(tmp_path)
    for file in tmp_path.glob("vectors_*/data/*.lance"):
        file.write_bytes(b"")
    with pytest.raises(LibraryUnusable):
        erase_rows(tmp_path, contents=[content("gone")], paths=[])
