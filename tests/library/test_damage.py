"""Damage on the disk, processes that are killed, and errors of LanceDB that become faults."""

import errno
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kit.memories import DIMENSIONS, FINGERPRINT, content, learned, random_units, unit
from tasted.errors import DiskFull, LibraryUnusable
from tasted.library.failures import fault_of, faults_of
from tasted.library.library import Embedded, Library
from tasted.records import Label, PictureFacts

FACTS = PictureFacts(10, 20, "PNG")

_WRITER = """
import sys
from pathlib import Path
from kit.memories import FINGERPRINT, content, learned, random_units
from tasted.library.library import Embedded, Library
from tasted.records import PictureFacts

rows = random_units(3000, seed=9)
library = Library.open(Path(sys.argv[1]), fingerprint=FINGERPRINT, dimensions=8)
for number, row in enumerate(rows):
    library.learn([learned(f"liked/{number}.png", row)])
    library.remember({content(str(number)): Embedded(row[None], PictureFacts(1, 1, "PNG"))})
    print(number, flush=True)
"""


def _open(folder: Path) -> Library:
    return Library.open(folder, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


def _filled(folder: Path) -> Path:
    library = _open(folder)
    rows = random_units(5, seed=2)
    library.learn([learned(f"liked/{number}.png", row) for number, row in enumerate(rows)])
    library.remember({content(str(n)): Embedded(row[None], FACTS) for n, row in enumerate(rows)})
    library.close()
    return folder


def _flip(folder: Path, table: str, vector: np.ndarray) -> None:
    """Flip one bit in the middle of a vector on the disk."""
    (file,) = folder.glob(f"{table}_*/data/*.lance")
    data = bytearray(file.read_bytes())
    place = data.index(vector.tobytes())
    data[place + 5] ^= 0x10
    file.write_bytes(data)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("table", ["references", "vectors"])
@pytest.mark.parametrize("kept", [0, 0.5])
def test_row_37_a_truncated_data_file_is_seen_at_once(
    tmp_path: Path, table: str, kept: float
) -> None:
    """Opening reads: a library that cannot be read does not open, and stays as it is."""
    _filled(tmp_path)
    (file,) = tmp_path.glob(f"{table}_*/data/*.lance")
    file.write_bytes(file.read_bytes()[: int(kept * file.stat().st_size)])
    before = _contents(tmp_path)
    with pytest.raises(LibraryUnusable, match="cannot be read") as caught:
        _open(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "tasted rebuild" in caught.value.remedy
    assert _contents(tmp_path) == before


def test_a_missing_data_file_is_seen_at_once(tmp_path: Path) -> None:
    """As above, for a file that is gone."""
    _filled(tmp_path)
    next(tmp_path.glob("references_*/data/*.lance")).unlink()
    with pytest.raises(LibraryUnusable):
        _open(tmp_path)


@pytest.mark.parametrize("table", ["references", "vectors"])
def test_row_37_nothing_is_made_anew_over_data(tmp_path: Path, table: str) -> None:
    """LanceDB calls a table without manifests missing; its data must not be buried."""
    _filled(tmp_path)
    for file in tmp_path.glob(f"{table}_*/_versions/*"):
        file.unlink()
    before = _contents(tmp_path)
    for _attempt in range(2):
        with pytest.raises(LibraryUnusable, match="cannot be opened"):
            _open(tmp_path)
    assert _contents(tmp_path) == before


def test_a_broken_manifest_is_seen_at_once(tmp_path: Path) -> None:
    """The newest manifest cut short is no reason to start anew either."""
    _filled(tmp_path)
    newest = min(tmp_path.glob("references_*/_versions/*.manifest"))
    newest.write_bytes(newest.read_bytes()[:20])
    with pytest.raises(LibraryUnusable):
        _open(tmp_path)


def test_row_37_a_table_whose_making_was_interrupted_is_made(tmp_path: Path) -> None:
    """A folder that holds no data and no manifest has nothing to lose."""
    skeleton = tmp_path / f"references_{FINGERPRINT[:16]}.lance"
    for name in ("_transactions", "_versions"):
        (skeleton / name).mkdir(parents=True)
    (skeleton / "_transactions" / "0-x.txn").write_bytes(b"")
    assert _open(tmp_path).references() == []


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    """One fingerprint with two dimensions is no library of this version."""
    _filled(tmp_path)
    with pytest.raises(LibraryUnusable, match="another version"):
        Library.open(tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS + 1)


def test_a_file_in_the_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    """The error names the place, and the file keeps its mode and content."""
    place = tmp_path / "library"
    place.write_text("mine")
    place.chmod(0o640)
    with pytest.raises(LibraryUnusable, match="cannot be opened") as caught:
        _open(place)
    assert str(place) in caught.value.message
    assert place.read_text() == "mine"
    assert place.stat().st_mode & 0o777 == 0o640


def test_row_37_a_flipped_bit_in_a_reference_is_reported(tmp_path: Path) -> None:
    """A damaged reference counts for nothing until it is learnt anew; the others go on."""
    rows = random_units(5, seed=2)
    _flip(_filled(tmp_path), "references", rows[3])
    library = _open(tmp_path)
    assert library.damaged() == ["liked/3.png"]
    assert len(library.references()) == 4
    assert library.counts()[Label.LIKED] == 4
    found = library.nearest(rows[3], Label.LIKED, limit=5, exclude=None)
    assert "liked/3.png" not in {neighbour.reference.path for neighbour in found}
    library.learn([learned("liked/3.png", rows[3])])
    for opened in (library, _open(tmp_path)):
        assert opened.damaged() == []
        assert opened.counts()[Label.LIKED] == 5
        (nearest,) = opened.nearest(rows[3], Label.LIKED, limit=1, exclude=None)
        assert nearest.reference.path == "liked/3.png"
        assert nearest.similarity == pytest.approx(1)


def test_damage_of_a_file_that_has_gone_is_forgotten(tmp_path: Path) -> None:
    """What is not in the inbox cannot be learnt anew."""
    _flip(_filled(tmp_path), "references", random_units(5, seed=2)[3])
    library = _open(tmp_path)
    library.keep_only(["liked/0.png"])
    assert library.damaged() == []
    assert _open(tmp_path).damaged() == []


def test_a_bit_that_flips_while_the_library_is_open_is_found(tmp_path: Path) -> None:
    """Sums never take in a row that no longer fits its check sum."""
    rows = random_units(5, seed=2)
    library = _open(_filled(tmp_path))
    _flip(tmp_path, "references", rows[3])
    vector, count = library.sums().total(Label.LIKED)
    assert count == 4
    assert np.allclose(vector, rows[[0, 1, 2, 4]].astype(np.float64).sum(axis=0))
    assert library.damaged() == ["liked/3.png"]
    assert library.counts()[Label.LIKED] == 4


def test_a_flipped_bit_in_the_cache_means_not_cached(tmp_path: Path) -> None:
    """The content is embedded anew, and its row replaced."""
    rows = random_units(5, seed=2)
    _flip(_filled(tmp_path), "vectors", rows[3])
    library = _open(tmp_path)
    keys = [content(str(number)) for number in range(5)]
    assert library.cached(keys).keys() == set(keys) - {keys[3]}
    library.remember({keys[3]: Embedded(rows[3][None], FACTS)})
    for opened in (library, _open(tmp_path)):
        assert np.array_equal(opened.cached(keys)[keys[3]].vector, rows[3])


def test_flips_anywhere_never_give_wrong_vectors(tmp_path: Path) -> None:
    """Wherever bits flip in the rows, the answer is right, or missing, or a fault.

    The description behind the rows is left alone: LanceDB allocates what a flipped length says, and
    may abort the whole process over it.
    """
    rows = random_units(5, seed=2)
    _filled(tmp_path)
    keys = [content(str(number)) for number in range(5)]
    (file,) = tmp_path.glob("vectors_*/data/*.lance")
    sound = file.read_bytes()
    random = np.random.default_rng(1)
    # the footer of the format is 40 bytes; it begins with where the description of columns does
    (end_of_rows,) = struct.unpack("<Q", sound[-40:-32])
    for place in random.choice(end_of_rows, size=60, replace=False):
        data = bytearray(sound)
        data[place] ^= 1 << int(random.integers(8))
        file.write_bytes(data)
        try:
            found = _open(tmp_path).cached(keys)
        except LibraryUnusable:
            continue
        assert found.keys() <= set(keys)
        for key, cached in found.items():
            assert np.array_equal(cached.vector, rows[keys.index(key)])
            assert cached.facts == FACTS


def test_row_02_a_killed_writer_loses_no_committed_row(tmp_path: Path) -> None:
    """Whatever was reported as written is there after kill -9, whole, and the library opens."""
    tests = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests)}
    rows = random_units(3000, seed=9)
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 130:
                writer.send_signal(signal.SIGKILL)
                break
        last = max([130, *(int(line) for line in writer.stdout if line.strip())])
    library = _open(tmp_path)
    assert library.damaged() == []
    keys = [content(str(number)) for number in range(last + 1)]
    found = library.cached(keys)
    assert found.keys() == set(keys)
    assert all(np.array_equal(found[key].vector, rows[n]) for n, key in enumerate(keys))
    paths = {reference.path for reference in library.references()}
    assert {f"liked/{number}.png" for number in range(last + 1)} <= paths
    library.learn([learned("liked/new.png", unit(1))])


def test_nothing_is_printed(tmp_path: Path) -> None:
    """The engine's streams are its own: not even damage makes LanceDB print."""
    _filled(tmp_path)
    (file,) = tmp_path.glob("vectors_*/data/*.lance")
    file.write_bytes(file.read_bytes()[:100])
    code = (
        "import sys; from pathlib import Path; from tasted.errors import LibraryUnusable\n"
        "from tasted.library.library import Library\n"
        f"Library.open(Path(sys.argv[1]) / 'new', fingerprint={FINGERPRINT!r}, dimensions=8)\n"
        f"try: Library.open(Path(sys.argv[1]), fingerprint={FINGERPRINT!r}, dimensions=8)\n"
        "except LibraryUnusable: sys.exit(5)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, "", "")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("lance error: LanceError(IO): No space left on device (os error 28)"),
        OSError(errno.ENOSPC, "no room"),
    ],
)
def test_row_12_a_full_disk_is_its_own_fault(tmp_path: Path, error: Exception) -> None:
    """The two ways in which a full disk shows."""
    with pytest.raises(DiskFull, match="disk is full"), faults_of(tmp_path, "written"):
        raise error


class RustPanic(BaseException):
    """Named as the panic of LanceDB is, which cannot be imported."""


def test_every_other_error_names_the_folder(tmp_path: Path) -> None:
    """A panic too; what is no error of LanceDB passes through."""
    for error in (RuntimeError("x" * 1000), RustPanic("out of range"), ValueError()):
        fault = fault_of(error, tmp_path, "read")
        assert isinstance(fault, LibraryUnusable)
        assert str(tmp_path) in fault.message
        assert len(fault.message) < 500
        assert fault.remedy
    with pytest.raises(LibraryUnusable), faults_of(tmp_path, "read"):
        raise RustPanic
    with pytest.raises(KeyboardInterrupt), faults_of(tmp_path, "read"):
        raise KeyboardInterrupt


def test_row_50_a_library_that_is_moved_is_not_made_where_it_was(tmp_path: Path) -> None:
    """LanceDB would make every missing folder; each call is refused before it can."""
    home = tmp_path / "home"
    home.mkdir()
    library = _open(home / "library")
    home.rename(tmp_path / "elsewhere")
    with pytest.raises(LibraryUnusable, match="removed or replaced"):
        library.remember({content("a"): Embedded(unit(1)[None], FACTS)})
    with pytest.raises(LibraryUnusable, match="removed or replaced"):
        library.remember_texts({content("a"): "[]"}, "reader")
    with pytest.raises(LibraryUnusable, match="cannot be opened"):
        _open(home / "library")
    assert not home.exists()
    assert not library.is_in_place
    (tmp_path / "elsewhere").rename(home)
    assert library.is_in_place


def test_row_50_a_file_in_the_place_of_the_library_is_named(tmp_path: Path) -> None:
    """And so is what mends it."""
    (tmp_path / "library").touch()
    with pytest.raises(LibraryUnusable, match="a file lies where this folder belongs") as caught:
        _open(tmp_path / "library")
    assert "tasted rebuild" in caught.value.remedy
