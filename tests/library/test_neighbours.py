"""The neighbour table: LanceDB finds what a full scan does, and it can always be made again."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units
from tasted.errors import LibraryUnusable
from tasted.library.erasing import erase_rows
from tasted.library.examining import examine
from tasted.library.library import Library
from tasted.library.neighbours import EXACT_MAX, MANY, LabelVectors, NeighbourTable
from tasted.library.table import connect
from tasted.records import Label, Origin
from tasted.system.faultpoints import VARIABLE

VECTORS = random_units(40, seed=5)
LABELS = [Label.LIKED if row % 3 else Label.REJECTED for row in range(40)]
MADE = LabelVectors(VECTORS, LABELS)

_PUBLISHER = """
import sys
from pathlib import Path
from kit.memories import DIMENSIONS, FINGERPRINT, random_units
from tasted.library import neighbours as room
from tasted.library.table import connect
from tasted.records import Label

folder = Path(sys.argv[1])
table = room.NeighbourTable(
    folder, connect(folder), fingerprint=FINGERPRINT, dimensions=DIMENSIONS
)
table.publish("new", room.LabelVectors(random_units(30, seed=6), [Label.LIKED] * 30))
"""


def _table(
    folder: Path,
    dimensions: int = DIMENSIONS,
    *,
    exact_max: int = EXACT_MAX,
    held_bytes: int = 0,
) -> NeighbourTable:
    """Return a table that is searched by queries unless it may be held."""
    return NeighbourTable(
        folder,
        connect(folder),
        fingerprint=FINGERPRINT,
        dimensions=dimensions,
        exact_max=exact_max,
        held_bytes=held_bytes,
    )


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _scanned(
    made: LabelVectors, vector: NDArray[np.float32], label: Label, origin: Origin | None
) -> dict[int, float]:
    """Return the cosine of every vector of a label."""
    origins = made.origins or [None] * len(made.labels)
    return {
        row: float(
            np.float64(known) @ np.float64(vector) / np.linalg.norm(known) / np.linalg.norm(vector)
        )
        for row, known in enumerate(np.float64(made.vectors))
        if made.labels[row] is label and origin in {None, origins[row]} and known.any()
    }


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(1, 400),
    dimensions=st.sampled_from([2, 7, 64]),
    at_least=st.integers(1, 12),
    cosine_min=st.none() | st.sampled_from([-0.5, 0.0, 0.3, 0.99]),
    origin=st.none() | st.sampled_from(list(Origin)),
    without=st.booleans(),
)
def test_lancedb_finds_what_a_full_scan_finds(
    seed: int,
    count: int,
    dimensions: int,
    at_least: int,
    cosine_min: float | None,
    origin: Origin | None,
    *,
    without: bool,
) -> None:
    """By queries and from memory, to 1e-6: with equal vectors, and vectors of any length."""
    random = np.random.default_rng(seed)
    vectors = random_units(count, seed=seed, dimensions=dimensions)
    # some are the same picture, one has no direction, and lengths are anything
    vectors[random.integers(0, count, count // 3)] = vectors[0]
    vectors *= random.uniform(0.2, 1.0, (count, 1)).astype(np.float32)
    vectors[count // 2] = 0.0
    made = LabelVectors(
        vectors,
        [Label(value) for value in random.choice([label.value for label in Label], count)],
        [Origin(value) for value in random.choice([possible.value for possible in Origin], count)],
    )
    query = random_units(1, seed=seed + 1, dimensions=dimensions)[0] * np.float32(0.3)
    with tempfile.TemporaryDirectory() as folder:
        queried = _table(Path(folder), dimensions)
        queried.publish("made", made)
        held = _table(Path(folder), dimensions, held_bytes=vectors.nbytes)
        assert held.holds("made")
        for label in Label:
            cosines = _scanned(made, query, label, origin)
            own = min(cosines, default=None) if without else None
            cosines.pop(own if own is not None else -1, None)
            ordered = sorted(cosines.values(), reverse=True)
            close = sum(cosine >= cosine_min + 1e-6 for cosine in ordered) if cosine_min else 0
            for table, pictures in ((queried, 1), (queried, MANY), (held, 1)):
                table.prepare(pictures)
                rows, found = table.nearest(
                    query,
                    label,
                    at_least=at_least,
                    cosine_min=cosine_min,
                    without=own,
                    origin=origin,
                )
                assert len(rows) >= min(len(ordered), max(at_least, close))
                assert found == pytest.approx(ordered[: len(found)], abs=1e-6)
                assert found == pytest.approx([cosines[row] for row in rows.tolist()], abs=1e-6)
                assert len(set(rows.tolist())) == len(rows)
                chosen = _some_rows(count, seed)
                assert np.array_equal(table.vectors(chosen), vectors[chosen])


def _some_rows(count: int, seed: int) -> list[int]:
    """Return some rows, in any order."""
    return np.random.default_rng(seed).permutation(count)[:5].tolist()


def test_equally_near_ones_come_in_the_order_of_their_rows(tmp_path: Path) -> None:
    """Whatever LanceDB returns first: more of them than are asked for."""
    table = _table(tmp_path)
    same = np.repeat(VECTORS[:1], 600, axis=0)
    table.publish("made", LabelVectors(same, [Label.LIKED] * 600))
    for cosine_min in (None, 0.3):
        rows, cosines = table.nearest(
            -VECTORS[0], Label.LIKED, at_least=5, cosine_min=cosine_min, without=2
        )
        assert rows.tolist() == [0, 1, 3, 4, 5]
        assert cosines == pytest.approx(-1.0, abs=1e-6)
    rows, _cosines = table.nearest(VECTORS[0], Label.LIKED, at_least=5, cosine_min=0.3)
    assert rows.tolist() == list(range(600))


def test_many_vectors_are_searched_by_an_index(tmp_path: Path) -> None:
    """What it finds is compared once more with the vectors: the same neighbours, exact cosines."""
    vectors = random_units(1_000, seed=7, dimensions=64)
    made = LabelVectors(
        vectors, [Label.LIKED if row % 2 else Label.REJECTED for row in range(1000)]
    )
    _table(tmp_path, 64, exact_max=999).publish("made", made)
    table = _table(tmp_path, 64, exact_max=999)
    assert table.holds("made")
    assert list(tmp_path.rglob("*.idx"))
    for row in range(20):
        rows, cosines = table.nearest(vectors[row], Label.LIKED, at_least=10)
        wanted = _scanned(made, vectors[row], Label.LIKED, None)
        assert cosines == pytest.approx(sorted(wanted.values(), reverse=True)[:10], abs=1e-6)
        assert cosines == pytest.approx([wanted[found] for found in rows.tolist()], abs=1e-6)


def test_a_table_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Nothing of the old one stays on the disk, and the next engine finds the new one."""
    table = _table(tmp_path)
    table.publish("old", MADE)
    assert table.holds("old")
    table.publish("new", LabelVectors(VECTORS[:3], LABELS[:3]))
    again = _table(tmp_path)
    assert not again.holds("old")
    assert again.holds("new")
    rows, _cosines = again.nearest(VECTORS[1], Label.LIKED, at_least=9)
    assert rows.tolist() == [1, 2]
    assert VECTORS[7].tobytes() not in b"".join(file.read_bytes() for file in _files(tmp_path))
    again.publish("none", LabelVectors(VECTORS[:0], []))
    assert _table(tmp_path).holds("none")
    assert len(again.nearest(VECTORS[1], Label.LIKED, at_least=9)[0]) == 0


@pytest.mark.parametrize("point", ["library.committing", "library.committed", "neighbours.written"])
def test_a_kill_leaves_the_old_table_or_the_new_one(tmp_path: Path, point: str) -> None:
    """And whoever comes next can publish over whatever is there."""
    _table(tmp_path).publish("old", MADE)
    done = subprocess.run(
        [sys.executable, "-c", _PUBLISHER, str(tmp_path)],
        env={**os.environ, VARIABLE: f"{point}:1", "PYTHONPATH": ":".join(sys.path)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = _table(tmp_path)
    assert left.holds("old") == (point == "library.committing")
    assert left.holds("new") == (point != "library.committing")
    left.publish("newest", MADE)
    assert _table(tmp_path).holds("newest")
    assert len([file for file in _files(tmp_path) if file.suffix == ".manifest"]) == 1


def test_one_that_lacks_its_index_is_published_again(tmp_path: Path) -> None:
    """As after a kill between the vectors and their index."""
    _table(tmp_path).publish("made", MADE)
    assert _table(tmp_path).holds("made")
    assert not _table(tmp_path, exact_max=39).holds("made")


@pytest.mark.parametrize("suffix", [".lance", ".manifest"])
@pytest.mark.parametrize("damage", ["cut", "gone", "flipped"])
def test_damage_is_no_fault_and_the_table_is_made_again(
    tmp_path: Path, suffix: str, damage: str
) -> None:
    """Whatever is wrong with it: it holds nothing then, and can be published."""
    _table(tmp_path).publish("made", MADE)
    (file,) = (file for file in _files(tmp_path) if file.suffix == suffix)
    data = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "gone":
        file.unlink()
    else:
        place = data.index(VECTORS[3].tobytes()) if suffix == ".lance" else len(data) // 2
        data[place + 5] ^= 0x10
        file.write_bytes(data)
    table = _table(tmp_path)
    if table.holds("made"):
        assert (damage, suffix) == ("flipped", ".manifest"), "a bit that nobody reads"
    assert examine(tmp_path) == {}
    table.publish("again", MADE)
    table = _table(tmp_path)
    assert table.holds("again")
    assert table.nearest(VECTORS[4], Label.LIKED, at_least=1)[0].tolist() == [4]


def test_a_table_that_breaks_while_it_is_used_holds_nothing(tmp_path: Path) -> None:
    """Each way to read it says so."""
    table = _table(tmp_path)
    for ask in (
        lambda: table.nearest(VECTORS[0], Label.LIKED, at_least=1),
        lambda: table.vectors([1]),
    ):
        for pictures in (1, MANY):
            table.publish("made", MADE)
            table.prepare(pictures)
            for file in _files(tmp_path):
                file.unlink()
            with pytest.raises(LibraryUnusable):
                ask()
            assert not table.holds("made")


def test_a_small_table_is_read_once(tmp_path: Path) -> None:
    """Up to its very size; one that is larger is asked again each time."""
    for held_bytes, is_held in ((VECTORS.nbytes, True), (VECTORS.nbytes - 1, False)):
        table = _table(tmp_path, held_bytes=held_bytes)
        table.publish("made", MADE)
        assert table.nearest(VECTORS[4], Label.LIKED, at_least=1)[0].tolist() == [4]
        for file in _files(tmp_path):
            file.unlink()
        if is_held:
            table.prepare(1)
            assert table.nearest(VECTORS[7], Label.LIKED, at_least=1)[0].tolist() == [7]
            table.publish("others", LabelVectors(VECTORS[:3], LABELS[:3]))
            assert table.nearest(VECTORS[7], Label.LIKED, at_least=9)[0].max() < 3
        else:
            with pytest.raises(LibraryUnusable):
                table.nearest(VECTORS[7], Label.LIKED, at_least=1)


def test_a_library_makes_the_table_again_by_itself(tmp_path: Path) -> None:
    """When it was lost, and when the references are others; also with many pictures in a row."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    library.learn([learned(f"liked/{n}.png", row) for n, row in enumerate(VECTORS[:20])])

    def nearest(row: int) -> str:
        (found,) = library.nearest(VECTORS[row], Label.LIKED, limit=1, exclude=None)
        assert found.similarity == pytest.approx(1.0, abs=1e-6)
        return found.reference.path

    assert nearest(3) == "liked/3.png"
    for pictures in (1, MANY):
        library.neighbours.prepare(pictures)
        for file in (file for file in _files(tmp_path) if "neighbours_" in str(file)):
            file.unlink()
        assert nearest(4) == "liked/4.png"
        library.learn([learned(f"liked/{20 + pictures}.png", VECTORS[20 + pictures])])
        assert nearest(20 + pictures) == f"liked/{20 + pictures}.png"
    assert len(examine(tmp_path)) == 2, "it is not counted: all of it is in the other tables"


def test_erasing_removes_it_whole(tmp_path: Path) -> None:
    """Each of its vectors is made of many pictures: those of the history are in the mean."""
    library = Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    library.learn([learned(f"liked/{n}.png", row) for n, row in enumerate(VECTORS[:20])])
    centred = LabelVectors(random_units(20, seed=8), [Label.LIKED] * 20)
    library.neighbours.publish("a taste", centred)
    del library

    def found() -> bool:
        data = b"".join(file.read_bytes() for file in _files(tmp_path))
        return centred.vectors[3].tobytes() in data

    assert found()
    (row,) = erase_rows(tmp_path, contents=[content("liked/3.png")], paths=[])
    assert row.path == "liked/3.png"
    assert not found()
    assert not list(tmp_path.glob("neighbours_*"))
