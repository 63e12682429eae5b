"""A library read to its last row by a process that mends nothing."""

import json
import subprocess
import sys
from pathlib import Path

from kit.memories import DIMENSIONS, FINGERPRINT, content, random_units
from tasted.library.examining import examine, main
from tasted.library.library import Embedded, Library
from tasted.records import PictureFacts


def _filled(folder: Path) -> Path:
    library = Library.open(folder, fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    rows = enumerate(random_units(7, seed=2))
    facts = PictureFacts(1, 1, "PNG")
    library.remember({content(str(n)): Embedded(row[None], facts) for n, row in rows})
    library.close()
    return folder


def test_every_row_is_counted_by_a_process_of_its_own(tmp_path: Path) -> None:
    """As the doctor asks for it; nothing is written."""
    folder = _filled(tmp_path / "library")
    before = {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
    command = [sys.executable, "-I", "-m", "tasted.library.examining", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["rows"]
    assert sum(rows.values()) == 7
    assert {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert examine(tmp_path / "missing") == {}
    assert not (tmp_path / "missing").exists()


def test_damage_is_told_with_its_remedy(tmp_path: Path) -> None:
    """A data file that was cut short."""
    folder = _filled(tmp_path)
    (file,) = folder.glob("vectors_*/data/*.lance")
    file.write_bytes(file.read_bytes()[:40])
    command = [sys.executable, "-I", "-m", "tasted.library.examining", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["code"] == "library_unusable"
    assert "tasted rebuild" in said["remedy"]
    assert main(folder) == 1
