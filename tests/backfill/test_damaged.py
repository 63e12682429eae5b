"""What is kept of a backfill, edited or replaced by others: refused in words, and removable."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.commands import run
from kit.inbox_files import PNG
from kit.quick_backfill import backfilled
from tasted.errors import OutboxUnwritable
from tasted.home.backfill_files import BackfillPlace
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


def photos_at(folder: Path) -> Path:
    """Make a folder with three pictures."""
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(PNG + str(number).encode())
    return folder


def edited(home: Home, **fields: Any) -> None:
    """Write the state of the backfill t1 with other fields."""
    state = {
        "name": "t1",
        "roots": [{"path": "/photos", "first": ""}],
        "started_at": "2026-01-01T00:00:00+00:00",
    }
    home.backfills.mkdir(exist_ok=True)
    (home.backfills / "t1.json").write_text(json.dumps({**state, **fields}), encoding="utf-8")


def test_engines_leave_nothing_behind_a_link(home: Home, tmp_path: Path) -> None:
    """A link where an engine works is removed, and what it leads to stays as it was."""
    photos = photos_at(tmp_path / "photos")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "own.txt").write_text("mine", encoding="utf-8")
    folder = home.backfills / "photos"
    folder.mkdir(parents=True)
    (folder / "engine-1").symlink_to(outside)
    assert backfilled(home, photos).is_complete
    assert [file.name for file in outside.rglob("*")] == ["own.txt"]
    assert not os.path.lexists(folder / "engine-1")


@pytest.mark.parametrize("linked", ["", "taste", "taste/model", "logs", "logs/engine-1"])
def test_a_folder_of_it_that_is_a_link_is_refused(home: Home, tmp_path: Path, linked: str) -> None:
    """Nothing is written through it; --forget removes the link, and begins anew."""
    photos = photos_at(tmp_path / "photos")
    outside = tmp_path / "outside"
    outside.mkdir()
    place = home.backfills / "photos" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    with pytest.raises(OutboxUnwritable, match="is a link"):
        backfilled(home, photos)
    assert list(outside.iterdir()) == []
    assert run(home, "backfill", "--forget", "photos") == 0
    assert not os.path.lexists(place)
    assert outside.is_dir()
    assert backfilled(home, photos).is_complete


@pytest.mark.parametrize(
    "roots",
    [
        [],
        [{"path": "/photos", "first": "../../x"}],
        [{"path": "/photos", "first": "a"}, {"path": "/other", "first": ".."}],
        [{"path": "/photos", "first": "a"}, {"path": "/other", "first": "A"}],
        [{"path": "/photos", "first": "a"}, {"path": "/other", "first": "b\0"}],
        [{"path": "/photos", "first": "a"}, {"path": "/other", "first": ""}],
        [{"path": "/pho\ud800\0tos", "first": ""}],
        [{"path": "photos", "first": ""}],
    ],
    ids=repr,
)
def test_folders_that_none_can_be_are_no_state(home: Home, roots: list[dict[str, str]]) -> None:
    """They become part of paths: who edited them is told, and nothing is looked for there."""
    edited(home, roots=roots)
    assert BackfillPlace(home, "t1").read() is None
    assert run(home, "backfill", "--name", "t1") == 2


@pytest.mark.parametrize(
    "roots",
    [
        [{"path": "/pho\udce4tos", "first": ""}],
        [{"path": "/photos", "first": "photos"}, {"path": "/b/photos", "first": "photos-2"}],
        [{"path": "s3://bucket/photos", "first": ""}],
    ],
    ids=repr,
)
def test_folders_of_all_kinds_are_a_state(home: Home, roots: list[dict[str, str]]) -> None:
    """Also with names that are not UTF-8."""
    edited(home, roots=roots)
    assert BackfillPlace(home, "t1").read() is not None


def test_an_unreadable_state_is_told_alike_whoever_asks(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """By its folder, by its name, in the list: each names the one way out, which helps."""
    photos = photos_at(tmp_path / "t1")
    edited(home, roots="none")
    for words in (["--name", "t1"], [str(photos)], []):
        assert run(home, "backfill", *words) == (2 if words else 0)
        told = capsys.readouterr()
        assert "t1.json cannot be read" in told.out + told.err
        assert "tasted backfill --forget t1" in told.out + told.err
    assert run(home, "backfill", "--forget", "t1") == 0
    assert list(home.backfills.iterdir()) == []


def as_folder(file: Path) -> None:
    """Put a folder that is not empty in the place of a file."""
    (file / "inner").mkdir(parents=True)


def as_loop(file: Path) -> None:
    """Put a link to itself in the place of a file."""
    file.symlink_to(file.name)


@pytest.mark.parametrize("name", ["t1.json", "t1.lock", "t1"])
@pytest.mark.parametrize("put", [as_folder, as_loop, os.mkfifo])
def test_forgetting_removes_whatever_lies_there(
    home: Home, name: str, put: Callable[[Path], None], capsys: Captured
) -> None:
    """Folders, links and pipes alike; and a run before says what to type."""
    edited(home)
    place = home.backfills / name
    place.unlink(missing_ok=True)
    put(place)
    assert run(home, "backfill", "--name", "t1") not in {0, 70}
    capsys.readouterr()
    assert run(home, "backfill", "--forget", "t1") == 0, capsys.readouterr().err
    assert list(home.backfills.iterdir()) == []
    assert run(home, "backfill", "--forget", "t1") == 3
