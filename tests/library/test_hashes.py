"""What is kept of the looks of pictures: exactly, apart from vectors, and forgotten with them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from kit.memories import DIMENSIONS, FINGERPRINT, content, random_units
from tasted.library.embedded import ViewHashes
from tasted.library.erasing import erase_rows, find_rows
from tasted.library.glance import Glance
from tasted.library.library import Embedded, Library
from tasted.library.schema import hashes_name
from tasted.records import PictureFacts

FACTS = PictureFacts(1170, 2532, "PNG")
LENGTH = 1672


def _open(folder: Path) -> Library:
    return Library.open(folder, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


def _hashes(views: int, *, seed: int) -> ViewHashes:
    random = np.random.default_rng(seed)
    cells = random.integers(-7, 8, (views + 1, LENGTH), dtype=np.int8)
    return ViewHashes(cells[1:], random.random(views) < 0.5, cells[:1])


def _remembered(folder: Path, count: int) -> dict[str, ViewHashes]:
    rows = random_units(count, seed=1)
    hashes = {content(str(n)): _hashes(1 + n % 6, seed=n) for n in range(count)}
    pictures = zip(hashes.items(), rows, strict=True)
    _open(folder).remember(
        {key: Embedded(row[None], FACTS, hashed) for (key, hashed), row in pictures}
    )
    return hashes


def _equal(one: ViewHashes, other: ViewHashes) -> bool:
    names = ("cells", "are_photos", "wholes")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_what_is_remembered_comes_back_exactly(tmp_path: Path) -> None:
    """After a restart, and to who only glances at a library."""
    hashes = _remembered(tmp_path, 40)
    library = _open(tmp_path)
    glance = Glance(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    for found in (library.hashes([*hashes, content("never seen")]), glance.hashes(list(hashes))):
        assert found.keys() == hashes.keys()
        assert all(_equal(found[key], hashes[key]) for key in hashes)
    assert library.lacks_hashes([*hashes, content("never seen")]) == {content("never seen")}


def test_a_library_without_hashes_gets_them_later(tmp_path: Path) -> None:
    """It has no such table until the first picture in it is compared."""
    (row,) = random_units(1, seed=2)
    old = _open(tmp_path)
    old.remember({content("a"): Embedded(row[None], FACTS)})
    assert not list(tmp_path.glob("hashes_*"))
    library = _open(tmp_path)
    assert library.lacks_hashes([content("a")]) == {content("a")}
    assert library.hashes([content("a")]) == {}
    changes = library.changes
    library.fill_in({content("a"): _hashes(1, seed=5)})
    # what was fitted without it may be another taste by now
    assert library.changes > changes
    for opened in (library, _open(tmp_path)):
        assert not opened.lacks_hashes([content("a")])
        assert _equal(opened.hashes([content("a")])[content("a")], _hashes(1, seed=5))


def test_a_damaged_hash_is_made_again(tmp_path: Path) -> None:
    """One whose check sum does not fit is as good as absent, until it is filled in."""
    key = content("0")
    _remembered(tmp_path, 3)
    library = _open(tmp_path)
    table = library._hashes._table
    assert table is not None
    table._table.update(where=f"content_id = '{key}'", values={"kinds": "ppp"})
    assert library.hashes([key, content("1")]).keys() == {content("1")}
    assert library.lacks_hashes([key]) == {key}
    library.fill_in({key: _hashes(2, seed=9)})
    assert _equal(_open(tmp_path).hashes([key])[key], _hashes(2, seed=9))


def test_the_hash_of_a_forgotten_picture_is_gone(tmp_path: Path) -> None:
    """It is a sketch of the picture: no byte of it stays, in no old version either."""
    _remembered(tmp_path, 20)
    gone = content("7")
    name = hashes_name(FINGERPRINT)
    packed = _packed(_hashes(1 + 7 % 6, seed=7))
    assert _holds(tmp_path, packed)
    assert name in {row.table for row in find_rows(tmp_path, contents=[gone], paths=[])}
    assert name in {row.table for row in erase_rows(tmp_path, contents=[gone], paths=[])}
    assert not _holds(tmp_path, packed)
    assert not _holds(tmp_path / f"{name}.lance", gone.encode())
    left = _open(tmp_path)
    assert left.lacks_hashes([gone]) == {gone}
    assert _equal(left.hashes([content("8")])[content("8")], _hashes(1 + 8 % 6, seed=8))


def _packed(hashes: ViewHashes) -> bytes:
    halves = (np.concatenate([hashes.cells, hashes.wholes]).ravel() + 8).astype(np.uint8)
    return bytes(halves[::2] << 4 | halves[1::2])


def _holds(folder: Path, needle: bytes) -> bool:
    return any(needle in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_what_is_known_stays(tmp_path: Path) -> None:
    """A picture that is embedded once more changes nothing, and costs no commit."""
    hashes = _remembered(tmp_path, 2)
    library = _open(tmp_path)
    commits = len(list(tmp_path.glob("hashes_*/_versions/*.manifest")))
    (row,) = random_units(1, seed=3)
    other = replace(Embedded(row[None], FACTS), hashes=_hashes(1, seed=77))
    library.remember({content("0"): other})
    assert len(list(tmp_path.glob("hashes_*/_versions/*.manifest"))) == commits
    assert _equal(library.hashes([content("0")])[content("0")], hashes[content("0")])
