"""A profile is liked, rejected and taken back as one, and no photo is ever lost."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.children import python
from kit.inbox_files import PNG
from tasted.errors import NotAnImage, UnreadableFile
from tasted.faultpoints import VARIABLE
from tasted.home import Home
from tasted.inbox.folder_labels import FolderLesson, forget_folder_label, teach_folder
from tasted.inbox.labels import Taught, teach
from tasted.inbox.listing import list_inbox
from tasted.inbox.profiles import label_groups
from tasted.records import Label


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


def test_the_photos_of_a_profile_teach_together(home: Home, tmp_path: Path) -> None:
    """In one folder, which is one label; the profile itself stays as it was."""
    anna = folder_of(tmp_path)
    done = teach_folder(home.inbox, anna, Label.LIKED)
    assert done == FolderLesson(Taught.COPIED, "liked/anna", 3)
    assert labelled(home) == {f"liked/anna/{number}.png" for number in (1, 2, 3)}
    groups = label_groups(list_inbox(home.inbox).files)
    assert set(groups.values()) == {"liked/anna/"}
    assert len(list(anna.iterdir())) == 5
    again = teach_folder(home.inbox, anna, Label.LIKED)
    assert again.outcome is Taught.ALREADY
    done = teach_folder(home.inbox, anna, Label.REJECTED)
    assert done == FolderLesson(Taught.MOVED, "rejected/anna", 3)
    assert labelled(home) == {f"rejected/anna/{number}.png" for number in (1, 2, 3)}
    assert not (home.inbox / "liked" / "anna").exists()


def test_what_was_begun_is_completed(home: Home, tmp_path: Path) -> None:
    """Some photos are there from a command that was killed, or the profile has a new one."""
    anna = folder_of(tmp_path)
    half = home.inbox / "liked" / "anna"
    half.mkdir(parents=True)
    shutil.copy(anna / "1.png", half / "1.png")
    assert teach_folder(home.inbox, anna, Label.LIKED).path == "liked/anna"
    assert len(labelled(home)) == 3


@pytest.mark.parametrize("point", ["write.opened:1", "write.written:2", "write.synced:3"])
def test_a_command_that_is_killed_loses_nothing(home: Home, tmp_path: Path, point: str) -> None:
    """Rejecting what lies in the other folder alone: whenever it ends, every photo is there."""
    anna = folder_of(home.inbox / "liked")
    words = ["-m", "tasted", "--home", str(home.root), "reject", str(anna)]
    assert python(*words, environment={VARIABLE: point}).returncode != 0
    contents = {(home.inbox / path).read_bytes() for path in labelled(home)}
    assert {PNG + bytes([number]) for number in (1, 2, 3)} <= contents
    assert python(*words).returncode == 0
    pictures = {path for path in labelled(home) if path.endswith(".png") and "/." not in path}
    assert pictures == {f"rejected/anna/{number}.png" for number in (1, 2, 3)}


def test_another_profile_of_this_name_has_a_folder_of_its_own(home: Home, tmp_path: Path) -> None:
    """Two people are called Anna; and a file or link in the way is stepped around."""
    teach_folder(home.inbox, folder_of(tmp_path), Label.LIKED)
    other = folder_of(tmp_path / "other", numbers=(7, 8))
    path = teach_folder(home.inbox, other, Label.LIKED).path
    assert path is not None
    assert path.startswith("liked/anna~")
    assert teach_folder(home.inbox, other, Label.LIKED) == FolderLesson(Taught.ALREADY, path, 2)
    (home.inbox / "liked" / "bea").write_text("in the way", "utf-8")
    bea = folder_of(tmp_path, "bea", (5, 6))
    assert str(teach_folder(home.inbox, bea, Label.LIKED).path).startswith("liked/bea~")
    # more than twelve would be no label any more
    grown = folder_of(tmp_path / "grown", numbers=(1, *range(20, 31)))
    assert teach_folder(home.inbox, grown, Label.LIKED).path not in {"liked/anna", path}
    assert set(label_groups(list_inbox(home.inbox).files).values()) == {
        f"{each.relative_to(home.inbox).as_posix()}/"
        for each in (home.inbox / "liked").iterdir()
        if each.is_dir()
    }


@pytest.mark.parametrize("name", [".hidden", "liked", "Rejected"])
def test_a_name_that_could_not_teach_is_replaced(home: Home, tmp_path: Path, name: str) -> None:
    """A hidden folder is passed over by every look."""
    done = teach_folder(home.inbox, folder_of(tmp_path / "x", name), Label.LIKED)
    assert str(done.path).startswith("liked/profile~")
    assert len(list_inbox(home.inbox).files) == 3


def test_what_is_no_profile_is_refused(home: Home, tmp_path: Path) -> None:
    """Too few, too many, none, no folder: told, and nothing is copied."""
    for name, numbers in (("one", [1]), ("many", range(13)), ("none", [])):
        with pytest.raises(NotAnImage, match="a profile has 2 to 12"):
            teach_folder(home.inbox, folder_of(tmp_path, name, numbers), Label.LIKED)
    with pytest.raises(UnreadableFile):
        teach_folder(home.inbox, tmp_path / "absent", Label.LIKED)
    with pytest.raises(NotAnImage, match="holds no picture"):
        forget_folder_label(home.inbox, tmp_path / "none")
    assert labelled(home) == set()


def test_taking_back_removes_all_copies(home: Home, tmp_path: Path) -> None:
    """Wherever they teach; and the folder that is empty without them."""
    anna = folder_of(tmp_path)
    teach_folder(home.inbox, anna, Label.LIKED)
    teach(home.inbox, anna / "1.png", Label.REJECTED)
    done = forget_folder_label(home.inbox, anna)
    assert done.outcome is Taught.REMOVED
    assert labelled(home) == set()
    assert not (home.inbox / "liked" / "anna").exists()
    assert forget_folder_label(home.inbox, anna).outcome is Taught.UNTAUGHT


def test_a_profile_that_lies_nowhere_else_is_returned(home: Home) -> None:
    """As one folder of the inbox, with its text; twins are one photo."""
    anna = folder_of(home.inbox / "liked")
    (anna / "twin.png").write_bytes(PNG + bytes([1]))
    (anna / "bio.txt").write_text("Name: Anna", "utf-8")
    done = forget_folder_label(home.inbox, anna)
    assert (done.outcome, done.path) == (Taught.RETURNED, "anna")
    returned = home.inbox / "anna"
    assert {path.read_bytes() for path in returned.glob("*.png")} == {
        PNG + bytes([number]) for number in (1, 2, 3)
    }
    assert (returned / "bio.txt").read_text("utf-8") == "Name: Anna"
    assert labelled(home) == {"liked/anna/notes.md", "liked/anna/.hidden.png"}
