"""A profile is liked, rejected and taken back as one, and no photo is ever lost."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.children import python
from kit.inbox_files import PNG
from kit.label_changes import AtStep
from tasted.errors import NotAnImage, UnreadableFile
from tasted.home.layout import Home
from tasted.inbox.change_label import LabelOutcome, set_label
from tasted.inbox.change_profile_label import (
    FolderLabelChange,
    remove_folder_label,
    set_folder_label,
)
from tasted.inbox.listing import list_inbox
from tasted.inbox.moving import Mover
from tasted.inbox.profiles import label_groups
from tasted.records import Label
from tasted.system.faultpoints import VARIABLE


def folder_of(parent: Path, name: str = "anna", numbers: Sequence[int] = (1, 2, 3)) -> Path:
    """Make a folder of pictures, each with the content of its number, a note and a hidden file."""
    folder = parent / name
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{number}.png").write_bytes(PNG + bytes([number]))
    (folder / "notes.md").write_text("no picture", "utf-8")
    (folder / ".hidden.png").write_bytes(PNG)
    return folder


def labelled(home: Home) -> set[str]:
    """Return every file below the label folders."""
    return {
        path.relative_to(home.inbox).as_posix()
        for label in Label
        for path in (home.inbox / label).rglob("*")
        if path.is_file()
    }


def test_the_photos_of_a_profile_are_one_label(home: Home, tmp_path: Path) -> None:
    """In one folder, which is one label; the profile itself stays as it was."""
    anna = folder_of(tmp_path)
    done = set_folder_label(home, anna, Label.LIKED)
    assert done == FolderLabelChange(LabelOutcome.COPIED, "liked/anna", 3)
    assert labelled(home) == {f"liked/anna/{number}.png" for number in (1, 2, 3)}
    groups = label_groups(dict.fromkeys(list_inbox(home.inbox).files))
    assert set(groups.values()) == {"liked/anna/"}
    assert len(list(anna.iterdir())) == 5
    again = set_folder_label(home, anna, Label.LIKED)
    assert again.outcome is LabelOutcome.ALREADY
    done = set_folder_label(home, anna, Label.REJECTED)
    assert done == FolderLabelChange(LabelOutcome.MOVED, "rejected/anna", 3)
    assert labelled(home) == {f"rejected/anna/{number}.png" for number in (1, 2, 3)}
    assert not (home.inbox / "liked" / "anna").exists()


def test_what_was_begun_is_completed(home: Home, tmp_path: Path) -> None:
    """Some photos are there from a command that was killed, or the profile has a new one."""
    anna = folder_of(tmp_path)
    half = home.inbox / "liked" / "anna"
    half.mkdir(parents=True)
    shutil.copy(anna / "1.png", half / "1.png")
    assert set_folder_label(home, anna, Label.LIKED).path == "liked/anna"
    assert len(labelled(home)) == 3


@pytest.mark.parametrize("point", ["write.opened:1", "write.written:2", "write.done:3"])
def test_liking_a_profile_that_is_killed_is_completed(
    home: Home, tmp_path: Path, point: str
) -> None:
    """Whenever it ends, the same command does what is missing, and no half file is left."""
    words = ["-m", "tasted", "--home", str(home.root), "like", str(folder_of(tmp_path))]
    assert python(*words, environment={VARIABLE: point}).returncode != 0
    assert python(*words).returncode == 0
    assert labelled(home) == {f"liked/anna/{number}.png" for number in (1, 2, 3)}


@pytest.mark.parametrize("point", ["locked:1", "set_aside:2", "moved:1", "moved:3", "done:1"])
@pytest.mark.parametrize("command", ["reject", "undo"])
def test_a_profile_whose_label_change_is_killed_loses_no_photo(
    home: Home, tmp_path: Path, command: str, point: str
) -> None:
    """At every step each photo is listed once; the same command does what is missing."""
    anna = folder_of(tmp_path if command == "reject" else home.inbox / "liked")
    if command == "reject":
        set_folder_label(home, anna, Label.LIKED)
    words = ["-m", "tasted", "--home", str(home.root), command, str(anna)]
    assert python(*words, environment={VARIABLE: f"label.{point}"}).returncode != 0
    wanted = sorted(PNG + bytes([number]) for number in (1, 2, 3))
    listed = [(home.inbox / path).read_bytes() for path in list_inbox(home.inbox).files]
    assert sorted(listed) == wanted
    python(*words)
    folder = home.inbox / ("rejected/anna" if command == "reject" else "anna")
    assert sorted(file.read_bytes() for file in folder.iterdir()) == wanted
    assert len(list_inbox(home.inbox).files) == 3


def test_a_profile_with_the_opposite_label_is_moved_as_a_whole(home: Home) -> None:
    """In one step, with its text and whatever else lies there: half a profile is none."""
    anna = folder_of(home.inbox / "liked")
    (anna / "bio.txt").write_text("Name: Anna", "utf-8")
    set_label(home, anna / "1.png", Label.LIKED)
    twin = home.inbox / "liked" / "twin.png"
    shutil.copy(anna / "2.png", twin)
    done = set_folder_label(home, anna, Label.REJECTED)
    assert done == FolderLabelChange(LabelOutcome.MOVED, "rejected/anna", 3)
    photos = {f"rejected/anna/{number}.png" for number in (1, 2, 3)}
    others = {f"rejected/anna/{name}" for name in ("bio.txt", "notes.md", ".hidden.png")}
    assert labelled(home) == photos | others


def test_another_profile_of_this_name_has_a_folder_of_its_own(home: Home, tmp_path: Path) -> None:
    """Two people are called Anna; and a file or link in the way is stepped around."""
    set_folder_label(home, folder_of(tmp_path), Label.LIKED)
    other = folder_of(tmp_path / "other", numbers=(7, 8))
    path = set_folder_label(home, other, Label.LIKED).path
    assert path is not None
    assert path.startswith("liked/anna~")
    assert set_folder_label(home, other, Label.LIKED) == FolderLabelChange(
        LabelOutcome.ALREADY, path, 2
    )
    (home.inbox / "liked" / "bea").write_text("in the way", "utf-8")
    bea = folder_of(tmp_path, "bea", (5, 6))
    assert str(set_folder_label(home, bea, Label.LIKED).path).startswith("liked/bea~")
    # more than twelve would be no label any more
    grown = folder_of(tmp_path / "grown", numbers=(1, *range(20, 31)))
    assert set_folder_label(home, grown, Label.LIKED).path not in {"liked/anna", path}
    assert set(label_groups(dict.fromkeys(list_inbox(home.inbox).files)).values()) == {
        f"{folder.relative_to(home.inbox).as_posix()}/"
        for folder in (home.inbox / "liked").iterdir()
        if folder.is_dir()
    }


@pytest.mark.parametrize("name", [".hidden", "liked", "Rejected"])
def test_a_name_that_cannot_be_a_label_is_replaced(home: Home, tmp_path: Path, name: str) -> None:
    """A hidden folder is passed over by every look."""
    done = set_folder_label(home, folder_of(tmp_path / "x", name), Label.LIKED)
    assert str(done.path).startswith("liked/profile~")
    assert len(list_inbox(home.inbox).files) == 3


def test_what_is_no_profile_is_refused(home: Home, tmp_path: Path) -> None:
    """Too few, too many, none, no folder: told, and nothing is copied."""
    for name, numbers in (("one", [1]), ("many", range(13)), ("none", [])):
        with pytest.raises(NotAnImage, match="a profile has 2 to 12"):
            set_folder_label(home, folder_of(tmp_path, name, numbers), Label.LIKED)
    with pytest.raises(UnreadableFile):
        set_folder_label(home, tmp_path / "absent", Label.LIKED)
    with pytest.raises(NotAnImage, match="holds no picture"):
        remove_folder_label(home, tmp_path / "none")
    assert labelled(home) == set()


def test_taking_back_removes_all_copies(home: Home, tmp_path: Path) -> None:
    """From both label folders; and the folder that is empty without them."""
    anna = folder_of(tmp_path)
    set_folder_label(home, anna, Label.LIKED)
    set_label(home, anna / "1.png", Label.REJECTED)
    done = remove_folder_label(home, anna)
    assert done.outcome is LabelOutcome.REMOVED
    assert labelled(home) == set()
    assert not (home.inbox / "liked" / "anna").exists()
    assert remove_folder_label(home, anna).outcome is LabelOutcome.UNLABELLED


def test_a_profile_that_lies_nowhere_else_is_returned(home: Home) -> None:
    """As one folder of the inbox, with its text; twins are one photo."""
    anna = folder_of(home.inbox / "liked")
    (anna / "twin.png").write_bytes(PNG + bytes([1]))
    (anna / "bio.txt").write_text("Name: Anna", "utf-8")
    done = remove_folder_label(home, anna)
    assert (done.outcome, done.path) == (LabelOutcome.RETURNED, "anna")
    returned = home.inbox / "anna"
    assert {path.read_bytes() for path in returned.glob("*.png")} == {
        PNG + bytes([number]) for number in (1, 2, 3)
    }
    assert (returned / "bio.txt").read_text("utf-8") == "Name: Anna"
    assert labelled(home) == {"liked/anna/notes.md", "liked/anna/.hidden.png"}


def test_row_47_a_profile_that_vanishes_meanwhile_is_told_of(home: Home) -> None:
    """It is the fault of that folder alone, so the others of the command are judged."""
    anna = folder_of(home.inbox / "rejected")
    vanish = AtStep(lambda: shutil.rmtree(home.inbox / "liked"), 1)
    with pytest.raises(UnreadableFile, match="anna"):
        set_folder_label(home, anna, Label.LIKED, mover=Mover(vanish))
