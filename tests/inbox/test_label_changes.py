"""Whatever happens while pictures are liked, rejected or taken back: none is lost, none doubled.

A picture is lost when no file that a look at the inbox lists holds its content.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest

from kit.children import running_python
from kit.inbox_files import PNG
from kit.label_changes import COMMANDS, AtStep, counted, killed_label_change, label_change, listed
from tasted.errors import CommandError, HomeGone, HomeLocked, UnreadableFile
from tasted.home.label_lock import hold_labels
from tasted.home.layout import Home
from tasted.inbox.change_label import LabelOutcome, remove_label, set_label
from tasted.inbox.find_copies import sweep_copies
from tasted.inbox.listing import list_inbox
from tasted.inbox.moving import ChangedMeanwhileError, Mover, read_copy
from tasted.records import Label
from tasted.system.faultpoints import LABEL_POINTS

SHOT = PNG + b"the picture"
OTHER = PNG + b"another photograph"
STEPS = range(6)


def picture(folder: Path, name: str = "shot.png", data: bytes = SHOT) -> Path:
    """Put a picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(data)
    return file


UNLISTED = (
    "liked/.shot.png.0123abcd.tmp",
    "rejected/.shot.png.0123abcd.tmp",
    ".shot.png.0123abcd.tmp",
    "rejected/.hidden/shot.png",
    ".hidden/shot.png",
    "__MACOSX/shot.png",
    "rejected/shot.png.part",
    "/".join(["deep"] * 18) + "/shot.png",
)


@pytest.mark.parametrize("twin", UNLISTED)
@pytest.mark.parametrize("command", ["reject", "undo"])
def test_row_47_what_no_look_lists_is_no_copy(home: Home, twin: str, command: str) -> None:
    """A leftover temporary file, a twin in a hidden folder: the visible picture stays visible."""
    shot = picture(home.inbox / "liked")
    picture((home.inbox / twin).parent, Path(twin).name)
    label_change(home, command, shot)
    sweep_copies(home)
    where = {"reject": "rejected/shot.png", "undo": "shot.png"}[command]
    assert list(listed(home.inbox)) == [where]


def test_row_47_a_link_is_no_copy(home: Home) -> None:
    """What it leads to would go with the picture."""
    shot = picture(home.inbox / "liked")
    (home.inbox / "link.png").symlink_to(shot)
    (home.inbox / "rejected" / "link.png").symlink_to(shot)
    assert remove_label(home, shot).outcome is LabelOutcome.RETURNED
    assert listed(home.inbox) == {"shot.png": SHOT}


def test_a_picture_that_is_named_by_another_way_is_no_copy_of_itself(
    home: Home, tmp_path: Path
) -> None:
    """A folder that leads into the label folder shows the very file that would go."""
    shot = picture(home.inbox / "liked")
    (tmp_path / "way").symlink_to(home.inbox / "liked")
    assert remove_label(home, tmp_path / "way" / "shot.png").outcome is LabelOutcome.RETURNED
    assert listed(home.inbox) == {"shot.png": SHOT}
    assert not shot.exists()


_TESTS = str(Path(__file__).parents[1])
_LABEL_CHANGES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from kit.label_changes import label_change
from tasted.errors import ItemError
from tasted.home.layout import Home
root, command, *files = sys.argv[1:]
sys.stdin.readline()
for file in files:
    try:
        label_change(Home(Path(root)), command, Path(file))
    except ItemError:
        print(file)
"""


@pytest.mark.parametrize(
    "commands",
    [("like", "reject", "reject"), ("undo", "reject", "like"), ("undo", "undo", "undo")],
    ids=" & ".join,
)
def test_row_47_commands_at_once_lose_and_double_nothing(
    home: Home, commands: tuple[str, ...]
) -> None:
    """Several commands on the same sixty pictures of a label folder: each is there once."""
    liked = [
        picture(home.inbox / "liked", f"{number}.png", PNG + bytes([number]))
        for number in range(60)
    ]
    with contextlib.ExitStack() as stack:
        children = [
            stack.enter_context(
                running_python(_LABEL_CHANGES, _TESTS, str(home.root), command, *map(str, liked))
            )
            for command in commands
        ]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=60)
            assert child.returncode == 0
    assert counted(home.inbox) == {PNG + bytes([number]): 1 for number in range(60)}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("has_copy", [False, True], ids=["the only copy", "one of two"])
@pytest.mark.parametrize("command", COMMANDS)
def test_row_47_a_picture_that_is_dragged_over_the_name_stays(
    home: Home, tmp_path: Path, command: str, step: int, *, has_copy: bool
) -> None:
    """Whenever it comes: it exists nowhere else, and nobody has judged it."""
    shot = picture(home.inbox / "liked")
    if has_copy:
        picture(home.inbox / "anna")
    dragged = picture(tmp_path, data=OTHER)

    def drag() -> None:
        shutil.move(dragged, shot)

    with contextlib.suppress(UnreadableFile):
        label_change(home, command, shot, Mover(AtStep(drag, step)))
    there = counted(home.inbox)
    assert there[OTHER] == (0 if dragged.exists() else 1)
    assert there[SHOT] <= 1 + has_copy
    if has_copy:
        assert there[SHOT] >= 1


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("command", ["reject", "undo"])
def test_row_47_the_other_copy_is_looked_at_again_before_one_is_removed(
    home: Home, command: str, step: int
) -> None:
    """The copy that was to stay is deleted when this one is set aside: then this one stays."""
    shot = picture(home.inbox / "liked")
    other = picture(home.inbox / ("rejected" if command == "reject" else "anna"))
    label_change(home, command, shot, Mover(AtStep(other.unlink, step)))
    where = "rejected/shot.png" if command == "reject" else "shot.png"
    assert listed(home.inbox) == {where: SHOT}


@pytest.mark.parametrize("command", COMMANDS)
def test_row_47_a_picture_that_vanishes_meanwhile_is_told_of(home: Home, command: str) -> None:
    """It is that file's fault alone, and its label is not given to anything else."""
    shot = picture(home.inbox / "liked")
    other = picture(home.inbox / "liked", "other.png", OTHER)
    vanish = AtStep(shot.unlink, 0)
    with pytest.raises(UnreadableFile, match=r"shot\.png"):
        label_change(home, command, shot, Mover(vanish))
    assert listed(home.inbox) == {"liked/other.png": OTHER}
    label_change(home, command, other)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["liked", "liked+rejected", "liked+anna", "outside", "anna"])
def test_row_47_a_label_change_that_is_killed_loses_nothing_and_is_completed(
    home: Home, tmp_path: Path, place: str, command: str, step: int
) -> None:
    """At every step a listed file holds the picture, and the same command does what is missing."""
    inbox = home.inbox
    places = {"outside": [tmp_path]}.get(place, [inbox / part for part in place.split("+")])
    files = [picture(folder) for folder in places]
    was_listed = place != "outside"
    if killed_label_change(home, command, files[0], step=step):
        there = counted(inbox)
        assert there[SHOT] >= was_listed
        assert there[SHOT] <= max(len(files), 1 + (place in {"anna", "outside"}))
    sweep_copies(home)
    if files[0].exists():
        label_change(home, command, files[0])
    paths = set(listed(inbox))
    labelled = {path for path in paths if path.startswith(("liked/", "rejected/"))}
    assert labelled == {"like": {"liked/shot.png"}, "reject": {"rejected/shot.png"}}.get(
        command, set()
    )
    assert len(paths - labelled) == (
        place in {"anna", "liked+anna"} or (command == "undo" and was_listed)
    )


def test_what_the_user_deletes_while_it_is_moved_does_not_come_back(home: Home) -> None:
    """Its bytes are still in memory, but it is the user who has the last word."""
    shot = picture(home.inbox / "liked")

    def delete() -> None:
        (aside,) = (home.inbox / path for path in listed(home.inbox))
        aside.unlink()

    with pytest.raises(UnreadableFile, match="meanwhile"):
        label_change(home, "reject", shot, Mover(AtStep(delete, 1)))
    assert listed(home.inbox) == {}


def test_every_fault_point_of_a_label_change_is_a_step_of_it(home: Home, tmp_path: Path) -> None:
    """The tests above go by the number of a step: together they pass all that have a name."""
    passed: set[str] = set()
    shot = picture(tmp_path)
    for command in ("like", "reject", "undo"):
        label_change(home, command, shot, Mover(passed.add))
    assert passed == set(LABEL_POINTS)


def test_a_picture_that_was_set_aside_gets_its_name_back(home: Home) -> None:
    """Its name is odd and visible meanwhile; one that is taken again by another stays odd."""
    shot = picture(home.inbox / "liked", "süß.tar.png")
    picture(home.inbox / "rejected", "süß.tar.png")
    assert killed_label_change(home, "reject", shot, step=1)
    (odd,) = (path for path in listed(home.inbox) if path.startswith("liked/"))
    assert odd.startswith("liked/süß.tar~aside-")
    assert sweep_copies(home)
    assert "liked/süß.tar.png" in listed(home.inbox)
    assert killed_label_change(home, "reject", shot, step=1)
    picture(home.inbox / "liked", "süß.tar.png", OTHER)
    assert sweep_copies(home)
    assert len(listed(home.inbox)) == 3


@pytest.mark.parametrize("step", STEPS)
def test_a_text_that_was_set_aside_gets_its_name_back(home: Home, step: int) -> None:
    """It goes with its picture, and by another name it would be nobody's."""
    shot = picture(home.inbox / "liked")
    (home.inbox / "liked" / "shot.txt").write_text("Anna, 31", "utf-8")
    killed_label_change(home, "reject", shot, step=step)
    assert sweep_copies(home)
    (text,) = home.inbox.rglob("*.txt")
    assert text.name == "shot.txt"


def test_label_changes_wait_for_each_other(home: Home) -> None:
    """Whoever waits for too long says so; nothing was done."""
    with hold_labels(home):
        assert not sweep_copies(home, wait_seconds=0)
        with (
            pytest.raises(HomeLocked, match="Another tasted command"),
            hold_labels(home, wait_seconds=0),
        ):
            pass
    assert home.label_lock_file.stat().st_mode & 0o777 == 0o600
    with hold_labels(home, wait_seconds=0):
        pass


def test_row_50_no_label_lock_is_made_below_an_empty_mount_point(
    home: Home, tmp_path: Path
) -> None:
    """Whoever forgets for a daemon knows its home; a folder is still where that was mounted."""
    taken = home.taken()
    home.root.rename(tmp_path / "elsewhere")
    home.root.mkdir()
    with pytest.raises(HomeGone), hold_labels(taken):
        pass
    assert not list(home.root.iterdir())


def test_no_label_change_makes_a_home_that_was_moved_away(home: Home, tmp_path: Path) -> None:
    """A folder made anew at the old place would hide that the home is elsewhere."""
    shot = picture(tmp_path)
    home.root.rename(tmp_path / "moved")
    with pytest.raises(CommandError):
        set_label(home, shot, Label.LIKED)
    with pytest.raises(CommandError), hold_labels(home):
        pass
    assert not home.root.exists()


@pytest.mark.parametrize("command", ["reject", "undo"])
@pytest.mark.parametrize("text", ["shot.txt", "shot.png.txt", "SHOT.md"])
def test_a_picture_that_is_moved_takes_its_text_along(home: Home, command: str, text: str) -> None:
    """Also to another name; the text of two pictures stays with the other one."""
    shot = picture(home.inbox / "liked")
    picture(home.inbox / "liked", text, b"I love jazz")
    label_change(home, command, shot)
    folder = home.inbox / "rejected" if command == "reject" else home.inbox
    assert (folder / text).read_bytes() == b"I love jazz"
    picture(home.inbox / "liked", "shot.png", OTHER)
    picture(home.inbox / "liked", text, b"I love chess")
    label_change(home, command, home.inbox / "liked" / "shot.png")
    (moved,) = (path for path, data in listed(home.inbox).items() if data == OTHER)
    found = list_inbox(home.inbox).files[moved].companion
    if text == "SHOT.md":
        assert (home.inbox / "liked" / text).exists()
    else:
        assert found is not None
        assert (home.inbox / found.path).read_bytes() == b"I love chess"


def test_a_text_that_serves_another_picture_stays(home: Home) -> None:
    """As does one that another text would stand in the way of."""
    shot = picture(home.inbox / "liked")
    picture(home.inbox / "liked", "shot.jpg", OTHER)
    text = picture(home.inbox / "liked", "shot.txt", b"I love jazz")
    label_change(home, "reject", shot)
    assert text.exists()
    picture(home.inbox / "rejected", "shot.txt", b"I love chess")
    label_change(home, "like", home.inbox / "rejected" / "shot.png")
    assert (home.inbox / "rejected" / "shot.txt").exists()


def test_what_cannot_be_renamed_to_another_disk_is_copied_there(home: Home) -> None:
    """A label folder may be a mount; the picture goes when its copy is written."""
    shared = Path("/dev/shm")  # noqa: S108 - a second file system, in a folder of our own
    if not shared.is_dir() or shared.stat().st_dev == home.inbox.stat().st_dev:
        pytest.skip("no second file system here")
    shot = picture(home.inbox / "liked")
    with tempfile.TemporaryDirectory(dir=shared) as there:
        _data, copy = read_copy(shot, max_bytes=1000)
        moved = Mover().move(copy, Path(there), "shot.png")
        assert moved.path.read_bytes() == SHOT
        assert not shot.exists()
        other = picture(home.inbox / "liked", data=OTHER)
        with pytest.raises(ChangedMeanwhileError):
            Mover().move(copy, Path(there), "shot.png")
        assert other.read_bytes() == OTHER
