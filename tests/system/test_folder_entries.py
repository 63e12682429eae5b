"""Entries of a folder say what lstat says, and keep no descriptor open."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tasted.system.folder_entries import lasting_entries, passing_entries

Scan = Callable[[Path], Iterator[os.DirEntry[str]]]
SCANS = pytest.mark.parametrize("scan", [passing_entries, lasting_entries])


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@SCANS
def test_each_says_what_lstat_says(tmp_path: Path, scan: Scan) -> None:
    """Of files, folders and links, whatever they point to."""
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / os.fsdecode(b"odd\xff")).touch()
    found = {entry.name: entry.stat(follow_symlinks=False) for entry in scan(tmp_path)}
    wanted = {name: (tmp_path / name).lstat() for name in _names(tmp_path)}
    for name, status in wanted.items():
        assert (found[name].st_ino, found[name].st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    assert found.keys() == wanted.keys()


@SCANS
def test_a_folder_behind_a_link_is_a_folder(tmp_path: Path, scan: Scan) -> None:
    """As for `os.scandir`; what is none, or is not there, raises what that does."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").touch()
    (tmp_path / "link").symlink_to("folder")
    assert [entry.name for entry in scan(tmp_path / "link")] == ["a"]
    with pytest.raises(FileNotFoundError):
        next(scan(tmp_path / "nowhere"))
    with pytest.raises(NotADirectoryError):
        next(scan(tmp_path / "folder" / "a"))


@SCANS
def test_no_descriptor_is_left(tmp_path: Path, scan: Scan) -> None:
    """Neither at the end nor when nobody wants the rest."""
    for name in "abc":
        (tmp_path / name).touch()
    open_before = len(_names(Path("/dev/fd")))
    for _turn in range(3):
        assert len(list(scan(tmp_path))) == 3
        half = scan(tmp_path)
        next(half)
        half.close()  # type: ignore[attr-defined]
    assert len(_names(Path("/dev/fd"))) == open_before


def test_lasting_ones_can_be_asked_later(tmp_path: Path) -> None:
    """When all have come."""
    (tmp_path / "a").write_bytes(b"123")
    (entry,) = list(lasting_entries(tmp_path))
    assert entry.stat(follow_symlinks=False).st_size == 3
