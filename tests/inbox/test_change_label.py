"""Liking, rejecting and taking back move copies between folders and never lose a picture."""

import contextlib
import os
from pathlib import Path

import pytest

from kit.children import running_python
from kit.inbox_files import HEIC, PNG
from tasted.errors import CommandError, ItemError, NotAnImage, UnreadableFile
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.change_label import LabelChange, LabelOutcome, remove_label, set_label
from tasted.inbox.find_copies import sweep_copies
from tasted.inbox.listing import list_inbox
from tasted.records import Label


def picture(folder: Path, name: str = "shot.png", data: bytes = PNG + b"1") -> Path:
    """Put a picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(data)
    return file


def names(inbox: Path) -> set[str]:
    """Return every file of the inbox."""
    return {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()}


def test_liking_copies_the_picture(home: Home, tmp_path: Path) -> None:
    """The copy is the label, the original stays as it was."""
    file = picture(tmp_path)
    assert set_label(home, file, Label.LIKED) == LabelChange(LabelOutcome.COPIED, "liked/shot.png")
    assert (home.inbox / "liked" / "shot.png").read_bytes() == file.read_bytes()
    assert (home.inbox / "liked" / "shot.png").stat().st_mode & 0o777 == 0o600


def test_liking_twice_changes_nothing(home: Home, tmp_path: Path) -> None:
    """The same content under another name is not copied a second time."""
    set_label(home, picture(tmp_path), Label.LIKED)
    again = picture(tmp_path, "renamed.png")
    assert set_label(home, again, Label.LIKED) == LabelChange(
        LabelOutcome.ALREADY, "liked/shot.png"
    )
    assert names(home.inbox) == {"liked/shot.png"}


def test_the_last_word_counts(home: Home, tmp_path: Path) -> None:
    """Rejecting what was liked moves the copies, under whatever names the copies lie."""
    picture(home.inbox / "liked" / "deep", "other.png")
    file = picture(tmp_path)
    assert set_label(home, file, Label.REJECTED) == LabelChange(
        LabelOutcome.MOVED, "rejected/shot.png"
    )
    assert names(home.inbox) == {"rejected/shot.png"}
    assert set_label(home, file, Label.LIKED) == LabelChange(LabelOutcome.MOVED, "liked/shot.png")
    assert names(home.inbox) == {"liked/shot.png"}


_LIKE = """
import sys
from pathlib import Path
from tasted.inbox.change_label import (set_label)
from tasted.records import Label
from tasted.home.layout import Home
home, picture = map(Path, sys.argv[1:])
sys.stdin.readline()
print(set_label(Home(home), picture, Label.LIKED).path)
"""


def test_commands_at_once_lose_no_reference(home: Home, tmp_path: Path) -> None:
    """Eight pictures of one name, liked in the same instant, are eight references."""
    with contextlib.ExitStack() as stack:
        children = []
        for number in range(8):
            file = picture(tmp_path / str(number), data=PNG + bytes([number]))
            child = running_python(_LIKE, str(home.root), str(file))
            children.append(stack.enter_context(child))
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        paths = {child.communicate(timeout=60)[0].strip() for child in children}
    assert paths == names(home.inbox)
    assert len(paths) == 8
    assert len({(home.inbox / path).read_bytes() for path in paths}) == 8


def test_a_picture_may_be_named_in_its_label_folder(home: Home) -> None:
    """Rejecting inbox/liked/shot.png itself moves it; nothing is lost."""
    file = picture(home.inbox / "liked")
    assert set_label(home, file, Label.LIKED).outcome is LabelOutcome.ALREADY
    assert set_label(home, file, Label.REJECTED).outcome is LabelOutcome.MOVED
    assert names(home.inbox) == {"rejected/shot.png"}


def test_another_content_of_the_same_name_gets_a_name_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    """No reference is overwritten: the second one carries digits of its content."""
    set_label(home, picture(tmp_path / "a", data=PNG + b"1"), Label.LIKED)
    second = set_label(home, picture(tmp_path / "b", data=PNG + b"2"), Label.LIKED)
    assert second.outcome is LabelOutcome.COPIED
    assert second.path is not None
    assert second.path.startswith("liked/shot~")
    assert second.path.endswith(".png")
    assert (home.inbox / "liked" / "shot.png").read_bytes() == PNG + b"1"
    assert (home.inbox / second.path).read_bytes() == PNG + b"2"


def test_a_name_of_255_bytes_may_clash_too(home: Home, tmp_path: Path) -> None:
    """The distinguishing digits fit into the longest name, and cut no character in two."""
    name = "ß" * 125 + ".png"
    set_label(home, picture(tmp_path / "a", name, PNG + b"1"), Label.LIKED)
    second = set_label(home, picture(tmp_path / "b", name, PNG + b"2"), Label.LIKED)
    assert second.path is not None
    assert second.path.encode()
    assert set(list_inbox(home.inbox).files) == {f"liked/{name}", second.path}


def test_a_taken_distinguished_name_is_not_overwritten(home: Home, tmp_path: Path) -> None:
    """A copy that was edited by hand keeps its bytes, whatever its name promises."""
    set_label(home, picture(tmp_path / "a", data=PNG + b"1"), Label.LIKED)
    other = picture(tmp_path / "b", data=PNG + b"2")
    second = set_label(home, other, Label.LIKED)
    assert second.path is not None
    (home.inbox / second.path).write_bytes(PNG + b"edited")
    third = set_label(home, other, Label.LIKED)
    assert third.path is not None
    assert third.path != second.path
    assert (home.inbox / second.path).read_bytes() == PNG + b"edited"


def test_the_letter_case_of_a_folder_is_the_users(home: Home, tmp_path: Path) -> None:
    """Liked/ is used where it stands; no second folder appears beside it."""
    (home.inbox / "liked").rename(home.inbox / "Liked")
    assert set_label(home, picture(tmp_path), Label.LIKED).path == "Liked/shot.png"
    assert {entry.name for entry in home.inbox.iterdir()} == {"Liked", "rejected"}


def test_folders_in_several_letter_cases_all_count(home: Home, tmp_path: Path) -> None:
    """Where liked/ and Liked/ are two folders, both are labels, so both are searched."""
    picture(home.inbox / "Liked")
    picture(home.inbox / "LIKED")
    file = picture(tmp_path)
    assert set_label(home, file, Label.LIKED).outcome is LabelOutcome.ALREADY
    assert set_label(home, file, Label.REJECTED).outcome is LabelOutcome.MOVED
    assert names(home.inbox) == {"rejected/shot.png"}


def test_a_missing_label_folder_is_made(home: Home, tmp_path: Path) -> None:
    """Someone who deleted an empty folder can like all the same."""
    (home.inbox / "liked").rmdir()
    assert set_label(home, picture(tmp_path), Label.LIKED).outcome is LabelOutcome.COPIED
    assert (home.inbox / "liked").stat().st_mode & 0o777 == 0o700


def test_taking_back_removes_the_copies(home: Home, tmp_path: Path) -> None:
    """While the picture lies elsewhere its copies go, under whatever names."""
    file = picture(tmp_path)
    set_label(home, file, Label.LIKED)
    picture(home.inbox / "liked" / "deep", "twin.png")
    assert remove_label(home, file).outcome is LabelOutcome.REMOVED
    assert names(home.inbox) == set()
    assert file.exists()


def test_taking_back_the_only_copy_returns_it(home: Home) -> None:
    """A picture that lies nowhere else is put into the inbox, not deleted."""
    file = picture(home.inbox / "liked")
    assert remove_label(home, file) == LabelChange(LabelOutcome.RETURNED, "shot.png")
    assert names(home.inbox) == {"shot.png"}


def test_returning_never_overwrites(home: Home) -> None:
    """Another picture of that name in the inbox stays as it was."""
    picture(home.inbox, data=PNG + b"other")
    back = remove_label(home, picture(home.inbox / "liked"))
    assert back.outcome is LabelOutcome.RETURNED
    assert back.path is not None
    assert (home.inbox / "shot.png").read_bytes() == PNG + b"other"
    assert (home.inbox / back.path).read_bytes() == PNG + b"1"


def test_a_copy_in_the_inbox_is_enough_to_survive(home: Home) -> None:
    """Naming the labelled copy removes it while the screenshot itself lies in the inbox."""
    picture(home.inbox / "anna")
    assert remove_label(home, picture(home.inbox / "liked")).outcome is LabelOutcome.REMOVED
    assert names(home.inbox) == {"anna/shot.png"}


def test_copies_in_both_folders_are_no_other_copy(home: Home) -> None:
    """Both labels are removed, and one picture is left, in the inbox."""
    file = picture(home.inbox / "liked")
    picture(home.inbox / "rejected")
    assert remove_label(home, file) == LabelChange(LabelOutcome.RETURNED, "shot.png")
    assert names(home.inbox) == {"shot.png"}


def test_what_has_no_label_is_left_alone(home: Home, tmp_path: Path) -> None:
    """Removing a label that was never given does nothing."""
    picture(home.inbox / "liked", data=PNG + b"another")
    unlabelled = remove_label(home, picture(tmp_path))
    assert unlabelled == LabelChange(LabelOutcome.UNLABELLED, None)
    assert names(home.inbox) == {"liked/shot.png"}


def test_links_are_no_copies(home: Home, tmp_path: Path) -> None:
    """A link in a label folder is not a label, so it is neither found nor removed."""
    file = picture(tmp_path)
    link = home.inbox / "liked" / "link.png"
    link.symlink_to(file)
    assert remove_label(home, file).outcome is LabelOutcome.UNLABELLED
    assert link.is_symlink()


def test_a_named_link_means_its_picture(home: Home, tmp_path: Path) -> None:
    """The user named it, so it is followed; what lies in the folder is a real copy."""
    link = tmp_path / "link.png"
    link.symlink_to(picture(tmp_path, "target.png"))
    assert set_label(home, link, Label.LIKED).path == "liked/link.png"
    assert not (home.inbox / "liked" / "link.png").is_symlink()


@pytest.mark.parametrize(("name", "data"), [("shot", PNG), ("IMG_1", HEIC), ("shot.PNG", PNG)])
def test_what_the_inbox_takes_for_a_picture_gets_its_label(
    home: Home, tmp_path: Path, name: str, data: bytes
) -> None:
    """Whatever is labelled is found by the next look at the inbox."""
    label_change = set_label(home, picture(tmp_path, name, data), Label.LIKED)
    assert list(list_inbox(home.inbox).files) == [label_change.path]


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.txt", b"text"), ("notes", b"text"), ("page.pdf", PNG), (".hidden.png", PNG)],
)
def test_what_could_not_be_a_label_is_refused(
    home: Home, tmp_path: Path, name: str, data: bytes
) -> None:
    """A file that a look at the inbox would pass over is not copied there in silence."""
    file = picture(tmp_path, name, data)
    with pytest.raises(NotAnImage) as caught:
        set_label(home, file, Label.LIKED)
    assert name in caught.value.message
    assert caught.value.remedy
    assert names(home.inbox) == set()


@pytest.mark.parametrize("name", ["absent.png", "folder.png", "fifo.png"])
def test_what_cannot_be_read_is_refused(home: Home, tmp_path: Path, name: str) -> None:
    """A missing file, a folder and a FIFO are named in the error, and nothing blocks."""
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "fifo.png")
    with pytest.raises(UnreadableFile, match=name):
        set_label(home, tmp_path / name, Label.LIKED)


def test_a_missing_inbox_is_a_failed_command(home: Home, tmp_path: Path) -> None:
    """What to do is said; no folder is made where none is expected."""
    file = picture(tmp_path)
    for folder in ("liked", "rejected", ""):
        (home.inbox / folder).rmdir()
    for attempt in (
        lambda: set_label(home, file, Label.LIKED),
        lambda: remove_label(home, file),
    ):
        with pytest.raises(CommandError) as caught:
            attempt()
        assert caught.value.remedy
    assert not home.inbox.exists()


def test_only_what_a_command_of_ours_left_is_swept(home: Home) -> None:
    """Another program may hide temporary files of the same form in the user's folders."""
    ours = {".a.PNG.0123abcd.tmp", "Liked/.b.jpg.0123abcd.tmp", "rejected/.c.heic.0123abcd.tmp"}
    ours |= {"liked/anna/.d.png.0123abcd.tmp", "liked/.no extension.tasted.0123abcd.tmp"}
    theirs = {".a.0123abcd.tmp", "liked/.b.docx.0123abcd.tmp", "anna/.c.png.0123abcd.tmp"}
    for path in ours | theirs:
        picture((home.inbox / path).parent, Path(path).name)
    with hold_labels(home):
        # a command is at work, and may be writing one of them
        assert not sweep_copies(home, wait_seconds=0)
    assert names(home.inbox) == ours | theirs
    assert sweep_copies(home)
    assert names(home.inbox) == theirs


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"these are words, not pixels", "not_an_image"),
        (bytes(100), "not_an_image"),
        (b"8BPS and layers", "unsupported_format"),
    ],
)
def test_what_cannot_be_a_picture_is_refused(
    home: Home, tmp_path: Path, data: bytes, code: str
) -> None:
    """It would never count; one that lies in a label folder can be taken back all the same."""
    with pytest.raises(ItemError) as caught:
        set_label(home, picture(tmp_path, data=data), Label.LIKED)
    assert caught.value.code == code
    assert caught.value.remedy
    assert names(home.inbox) == set()
    dragged = picture(home.inbox / "liked", data=data)
    with pytest.raises(ItemError):
        set_label(home, dragged, Label.REJECTED)
    assert remove_label(home, dragged).outcome is LabelOutcome.RETURNED
