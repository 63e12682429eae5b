"""A file of the inbox is read once, through one descriptor, or it is said why it is not."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python
from kit.inbox_files import PNG
from tasted.errors import EmptyFile, ImageTooLarge, NotAnImage
from tasted.files import content_id
from tasted.home import Home
from tasted.intake import Intake, Item, item_from

_READ = """
import errno, os, sys
from pathlib import Path
from tasted.errors import InboxUnavailable, UnreadableFile
from tasted.intake import Intake, Item

real_open = os.open
def refusing(path, *arguments, **options):
    if str(path).endswith("a.png"):
        raise OSError(int(sys.argv[2]), "refused", str(path))
    return real_open(path, *arguments, **options)
os.open = refusing

intake = Intake(Path(sys.argv[1]), max_bytes=1000, system=sys.argv[3])
item = Item("a.png")
try:
    intake.read(item, intake.look(item))
except InboxUnavailable as fault:
    print("fault", fault.remedy)
except UnreadableFile as error:
    print("file", error.remedy)
"""


def test_the_id_is_that_of_the_bytes_that_were_read(home: Home) -> None:
    """Content, stamp and companion come back together."""
    (home.inbox / "a.png").write_bytes(PNG)
    (home.inbox / "a.txt").write_text("Name: Maya", "utf-8")
    intake, item = Intake(home.inbox, max_bytes=1000), Item("a.png", companion="a.txt")
    read = intake.look(item)
    assert read is not None
    assert intake.read(item, read)
    assert read.content == content_id(PNG)
    assert read.text is not None
    assert read.text.name == "Maya"


def test_row_19_a_file_that_is_gone_is_no_error(home: Home) -> None:
    """Before the look, or between look and read."""
    intake, item = Intake(home.inbox, max_bytes=1000), Item("a.png")
    assert intake.look(item) is None
    (home.inbox / "a.png").write_bytes(PNG)
    read = intake.look(item)
    assert read is not None
    (home.inbox / "a.png").unlink()
    assert intake.read(item, read) is False


def test_row_41_a_link_that_took_the_place_of_a_file_is_not_followed(
    home: Home, tmp_path: Path
) -> None:
    """Swapped in after the inbox was listed, it is refused where it would be opened."""
    (tmp_path / "secret.png").write_bytes(PNG)
    (home.inbox / "a.png").symlink_to(tmp_path / "secret.png")
    intake, item = Intake(home.inbox, max_bytes=1000), Item("a.png")
    read = intake.look(item)
    assert read is not None
    with pytest.raises(NotAnImage):
        intake.read(item, read)
    assert read.data == b""


def test_row_30_nothing_larger_than_the_limit_is_read(home: Home) -> None:
    """Refused by its size alone; an empty one by its emptiness."""
    (home.inbox / "a.png").write_bytes(PNG + bytes(1000))
    (home.inbox / "b.png").write_bytes(b"")
    intake = Intake(home.inbox, max_bytes=1000)
    for name, expected in (("a.png", ImageTooLarge), ("b.png", EmptyFile)):
        read = intake.look(Item(name))
        assert read is not None
        with pytest.raises(expected):
            intake.read(Item(name), read)


@pytest.mark.parametrize(
    ("number", "system", "who", "words"),
    [
        (errno.EPERM, "darwin", "fault", "Privacy & Security"),
        (errno.EACCES, "darwin", "file", "chmod"),
        (errno.EPERM, "linux", "file", "chmod"),
        (errno.EDEADLK, "darwin", "file", "chmod"),
    ],
)
def test_row_16_a_privacy_rule_is_no_files_fault(
    home: Home, number: int, system: str, who: str, words: str
) -> None:
    """EPERM on a Mac holds the queue and names the setting; a mode is that one file's trouble."""
    (home.inbox / "a.png").write_bytes(PNG)
    child = python("-c", _READ, str(home.inbox), str(number), system)
    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith(who)
    assert words in child.stdout


@given(st.dictionaries(st.sampled_from(["path", "companion", "attempts", "proven"]), st.text()))
def test_an_item_that_climbs_is_refused(value: dict[str, object]) -> None:
    """Whatever a message holds: an item below the inbox, or an error of ours."""
    try:
        item = item_from({"path": "a.png", **value})
    except (ValueError, TypeError):
        return
    assert ".." not in item.path.split("/")
    assert not item.path.startswith("/")
