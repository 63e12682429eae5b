"""Liking, rejecting and taking back move copies between folders and never lose a picture."""

import contextlib
import os
from pathlib import Path

import pytest

from kit.children import running_python
from kit.inbox_files import HEIC, PNG
from tasted.errors import CommandError, NotAnImage, UnreadableFile
from tasted.home import Home
from tasted.inbox.labels import Lesson, Taught, forget_label, sweep_copies, teach
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
    """The copy teaches, the original stays as it was."""
    file = picture(tmp_path)
    assert teach(home.inbox, file, Label.LIKED) == Lesson(Taught.COPIED, "liked/shot.png")
    assert (home.inbox / "liked" / "shot.png").read_bytes() == file.read_bytes()
    assert (home.inbox / "liked" / "shot.png").stat().st_mode & 0o777 == 0o600


def test_liking_twice_changes_nothing(home: Home, tmp_path: Path) -> None:
    """The same content under another name teaches no second time."""
    teach(home.inbox, picture(tmp_path), Label.LIKED)
    again = picture(tmp_path, "renamed.png")
    assert teach(home.inbox, again, Label.LIKED) == Lesson(Taught.ALREADY, "liked/shot.png")
    assert names(home.inbox) == {"liked/shot.png"}


def test_the_last_word_counts(home: Home, tmp_path: Path) -> None:
    """Rejecting what was liked moves the lesson, under whatever names the copies lie."""
    picture(home.inbox / "liked" / "deep", "other.png")
    file = picture(tmp_path)
    assert teach(home.inbox, file, Label.REJECTED) == Lesson(Taught.MOVED, "rejected/shot.png")
    assert names(home.inbox) == {"rejected/shot.png"}
    assert teach(home.inbox, file, Label.LIKED) == Lesson(Taught.MOVED, "liked/shot.png")
    assert names(home.inbox) == {"liked/shot.png"}


_TEACH = """
import sys
from pathlib import Path
from tasted.inbox.labels import teach
from tasted.records import Label
inbox, picture = map(Path, sys.argv[1:])
sys.stdin.readline()
print(teach(inbox, picture, Label.LIKED).path)
"""


def test_commands_at_once_lose_no_reference(home: Home, tmp_path: Path) -> None:
    """Eight pictures of one name, liked in the same instant, are eight references."""
    with contextlib.ExitStack() as stack:
        children = []
        for number in range(8):
            file = picture(tmp_path / str(number), data=PNG + bytes([number]))
            child = running_python(_TEACH, str(home.inbox), str(file))
            children.append(stack.enter_context(child))
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        paths = {child.communicate(timeout=60)[0].strip() for child in children}
    assert paths == names(home.inbox)
    assert len(paths) == 8
    assert len({(home.inbox / path).read_bytes() for path in paths}) == 8


def test_a_picture_may_be_named_where_it_teaches(home: Home) -> None:
    """Rejecting inbox/liked/shot.png itself moves it; nothing is lost."""
    file = picture(home.inbox / "liked")
    assert teach(home.inbox, file, Label.LIKED).outcome is Taught.ALREADY
    assert teach(home.inbox, file, Label.REJECTED).outcome is Taught.MOVED
    assert names(home.inbox) == {"rejected/shot.png"}


def test_another_content_of_the_same_name_gets_a_name_of_its_own(
    home: Home, tmp_path: Path
) -> None:
    """No reference is overwritten: the second one carries digits of its content."""
    teach(home.inbox, picture(tmp_path / "a", data=PNG + b"1"), Label.LIKED)
    second = teach(home.inbox, picture(tmp_path / "b", data=PNG + b"2"), Label.LIKED)
    assert second.outcome is Taught.COPIED
    assert second.path is not None
    assert second.path.startswith("liked/shot~")
    assert second.path.endswith(".png")
    assert (home.inbox / "liked" / "shot.png").read_bytes() == PNG + b"1"
    assert (home.inbox / second.path).read_bytes() == PNG + b"2"


def test_a_name_of_255_bytes_may_clash_too(home: Home, tmp_path: Path) -> None:
    """The distinguishing digits fit into the longest name, and cut no character in two."""
    name = "ß" * 125 + ".png"
    teach(home.inbox, picture(tmp_path / "a", name, PNG + b"1"), Label.LIKED)
    second = teach(home.inbox, picture(tmp_path / "b", name, PNG + b"2"), Label.LIKED)
    assert second.path is not None
    assert second.path.encode()
    assert set(list_inbox(home.inbox).files) == {f"liked/{name}", second.path}


def test_a_taken_distinguished_name_is_not_overwritten(home: Home, tmp_path: Path) -> None:
    """A copy that was edited by hand keeps its bytes, whatever its name promises."""
    teach(home.inbox, picture(tmp_path / "a", data=PNG + b"1"), Label.LIKED)
    other = picture(tmp_path / "b", data=PNG + b"2")
    second = teach(home.inbox, other, Label.LIKED)
    assert second.path is not None
    (home.inbox / second.path).write_bytes(PNG + b"edited")
    third = teach(home.inbox, other, Label.LIKED)
    assert third.path is not None
    assert third.path != second.path
    assert (home.inbox / second.path).read_bytes() == PNG + b"edited"


def test_the_letter_case_of_a_folder_is_the_users(home: Home, tmp_path: Path) -> None:
    """Liked/ is used where it stands; no second folder appears beside it."""
    (home.inbox / "liked").rename(home.inbox / "Liked")
    assert teach(home.inbox, picture(tmp_path), Label.LIKED).path == "Liked/shot.png"
    assert {entry.name for entry in home.inbox.iterdir()} == {"Liked", "rejected"}


def test_folders_in_several_letter_cases_all_count(home: Home, tmp_path: Path) -> None:
    """Where liked/ and Liked/ are two folders, both teach, so both are searched."""
    picture(home.inbox / "Liked")
    picture(home.inbox / "LIKED")
    file = picture(tmp_path)
    assert teach(home.inbox, file, Label.LIKED).outcome is Taught.ALREADY
    assert teach(home.inbox, file, Label.REJECTED).outcome is Taught.MOVED
    assert names(home.inbox) == {"rejected/shot.png"}


def test_a_missing_label_folder_is_made(home: Home, tmp_path: Path) -> None:
    """Whoever deleted an empty folder can teach all the same."""
    (home.inbox / "liked").rmdir()
    assert teach(home.inbox, picture(tmp_path), Label.LIKED).outcome is Taught.COPIED
    assert (home.inbox / "liked").stat().st_mode & 0o777 == 0o700


def test_taking_back_removes_the_copies(home: Home, tmp_path: Path) -> None:
    """While the picture lies elsewhere its copies go, under whatever names."""
    file = picture(tmp_path)
    teach(home.inbox, file, Label.LIKED)
    picture(home.inbox / "liked" / "deep", "twin.png")
    assert forget_label(home.inbox, file).outcome is Taught.REMOVED
    assert names(home.inbox) == set()
    assert file.exists()


def test_taking_back_the_only_copy_returns_it(home: Home) -> None:
    """A picture that lies nowhere else is put into the inbox, not deleted."""
    file = picture(home.inbox / "liked")
    assert forget_label(home.inbox, file) == Lesson(Taught.RETURNED, "shot.png")
    assert names(home.inbox) == {"shot.png"}


def test_returning_never_overwrites(home: Home) -> None:
    """Another picture of that name in the inbox stays as it was."""
    picture(home.inbox, data=PNG + b"other")
    back = forget_label(home.inbox, picture(home.inbox / "liked"))
    assert back.outcome is Taught.RETURNED
    assert back.path is not None
    assert (home.inbox / "shot.png").read_bytes() == PNG + b"other"
    assert (home.inbox / back.path).read_bytes() == PNG + b"1"


def test_a_copy_in_the_inbox_is_enough_to_survive(home: Home) -> None:
    """Naming the taught copy removes it while the screenshot itself lies in the inbox."""
    picture(home.inbox / "anna")
    assert forget_label(home.inbox, picture(home.inbox / "liked")).outcome is Taught.REMOVED
    assert names(home.inbox) == {"anna/shot.png"}


def test_copies_in_both_folders_are_no_other_copy(home: Home) -> None:
    """Both lessons are taken back, and one picture is left, in the inbox."""
    file = picture(home.inbox / "liked")
    picture(home.inbox / "rejected")
    assert forget_label(home.inbox, file) == Lesson(Taught.RETURNED, "shot.png")
    assert names(home.inbox) == {"shot.png"}


def test_what_taught_nothing_is_left_alone(home: Home, tmp_path: Path) -> None:
    """Taking back a lesson that was never given does nothing."""
    picture(home.inbox / "liked", data=PNG + b"another")
    untaught = forget_label(home.inbox, picture(tmp_path))
    assert untaught == Lesson(Taught.UNTAUGHT, None)
    assert names(home.inbox) == {"liked/shot.png"}


def test_links_are_no_copies(home: Home, tmp_path: Path) -> None:
    """A link in a label folder teaches nothing, so it is neither found nor removed."""
    file = picture(tmp_path)
    link = home.inbox / "liked" / "link.png"
    link.symlink_to(file)
    assert forget_label(home.inbox, file).outcome is Taught.UNTAUGHT
    assert link.is_symlink()


def test_a_named_link_means_its_picture(home: Home, tmp_path: Path) -> None:
    """The user named it, so it is followed; what lies in the folder is a real copy."""
    link = tmp_path / "link.png"
    link.symlink_to(picture(tmp_path, "target.png"))
    assert teach(home.inbox, link, Label.LIKED).path == "liked/link.png"
    assert not (home.inbox / "liked" / "link.png").is_symlink()


@pytest.mark.parametrize(("name", "data"), [("shot", PNG), ("IMG_1", HEIC), ("shot.PNG", b"any")])
def test_what_the_inbox_takes_for_a_picture_teaches(
    home: Home, tmp_path: Path, name: str, data: bytes
) -> None:
    """Whatever is taught is found by the next look at the inbox."""
    lesson = teach(home.inbox, picture(tmp_path, name, data), Label.LIKED)
    assert list(list_inbox(home.inbox).files) == [lesson.path]


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.txt", b"text"), ("notes", b"text"), ("page.pdf", PNG), (".hidden.png", PNG)],
)
def test_what_could_not_teach_is_refused(
    home: Home, tmp_path: Path, name: str, data: bytes
) -> None:
    """A file that a look at the inbox would pass over is not copied there in silence."""
    file = picture(tmp_path, name, data)
    with pytest.raises(NotAnImage) as caught:
        teach(home.inbox, file, Label.LIKED)
    assert name in caught.value.message
    assert caught.value.remedy
    assert names(home.inbox) == set()


@pytest.mark.parametrize("name", ["absent.png", "folder.png", "fifo.png"])
def test_what_cannot_be_read_is_refused(home: Home, tmp_path: Path, name: str) -> None:
    """A missing file, a folder and a FIFO are named in the error, and nothing blocks."""
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "fifo.png")
    with pytest.raises(UnreadableFile, match=name):
        teach(home.inbox, tmp_path / name, Label.LIKED)


def test_a_missing_inbox_is_a_failed_command(home: Home, tmp_path: Path) -> None:
    """What to do is said; no folder is made where none is expected."""
    file = picture(tmp_path)
    for folder in ("liked", "rejected", ""):
        (home.inbox / folder).rmdir()
    for attempt in (
        lambda: teach(home.inbox, file, Label.LIKED),
        lambda: forget_label(home.inbox, file),
    ):
        with pytest.raises(CommandError) as caught:
            attempt()
        assert caught.value.remedy
    assert not home.inbox.exists()


def test_only_what_a_command_of_ours_left_is_swept(home: Home) -> None:
    """Another program may hide temporary files of the same form in the user's folders."""
    ours = {".a.PNG.0123abcd.tmp", "Liked/.b.jpg.0123abcd.tmp", "rejected/.c.heic.0123abcd.tmp"}
    ours.add("liked/anna/.d.png.0123abcd.tmp")
    theirs = {".a.0123abcd.tmp", "liked/.b.docx.0123abcd.tmp", "anna/.c.png.0123abcd.tmp"}
    for path in ours | theirs:
        picture((home.inbox / path).parent, Path(path).name)
    sweep_copies(home.inbox, older_than_seconds=3600)
    assert names(home.inbox) == ours | theirs
    sweep_copies(home.inbox, older_than_seconds=0)
    assert names(home.inbox) == theirs
    sweep_copies(home.inbox / "nowhere", older_than_seconds=0)
