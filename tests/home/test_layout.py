"""How a home is found, that it can be moved, and that it has one owner."""

import contextlib
import json
import os
import shutil
import signal
import stat
from pathlib import Path

import pytest

from kit.children import python, running_python
from kit.homes import pocket_home
from kit.waiting import eventually
from tasted.errors import HomeGone, HomeInvalid, HomeLocked
from tasted.home.folder_locks import FolderLocks
from tasted.home.layout import Home, find_home
from tasted.home.lock import hold_lock, lock_owner
from tasted.system.logs import set_up_logs

_HOLD = """
import pathlib, sys
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
with hold_lock(Home(pathlib.Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""
_FIND = """
import json, pathlib, sys
from tasted.errors import HomeInvalid
from tasted.home.layout import find_home
try:
    found = find_home(None, {}, pathlib.Path(sys.argv[1]), near=pathlib.Path(sys.argv[2]))
    print(json.dumps([str(found.home.root), found.because]))
except HomeInvalid as error:
    print(json.dumps(error.message))
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that lies in no home."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_the_named_home_comes_first(tmp_path: Path) -> None:
    """--home wins over the variable, the named file and the working folder."""
    homes = {name: pocket_home(tmp_path / name) for name in ("named", "variable", "near", "cwd")}
    found = find_home(
        homes["named"].root,
        {"TASTED_HOME": str(homes["variable"].root)},
        homes["cwd"].inbox,
        near=homes["near"].inbox / "a.png",
    )
    assert found.home == homes["named"]
    assert "--home" in found.because


def test_then_comes_the_variable(tmp_path: Path) -> None:
    """TASTED_HOME wins over the named file and the working folder; empty it says nothing."""
    homes = {name: pocket_home(tmp_path / name) for name in ("variable", "near", "cwd")}
    environment = {"TASTED_HOME": str(homes["variable"].root)}
    near = homes["near"].inbox / "a.png"
    found = find_home(None, environment, homes["cwd"].inbox, near=near)
    assert found.home == homes["variable"]
    assert "TASTED_HOME" in found.because
    assert find_home(None, {"TASTED_HOME": ""}, homes["cwd"].inbox).home == homes["cwd"]


def test_then_comes_the_parent_of_a_named_file(tmp_path: Path) -> None:
    """A file in another home than the working folder's belongs to its own home."""
    near, cwd = pocket_home(tmp_path / "near"), pocket_home(tmp_path / "cwd")
    found = find_home(None, {}, cwd.inbox, near=near.inbox / "anna" / "a.png")
    assert found.home == near
    assert "a.png" in found.because


def test_then_comes_the_working_folder(home: Home, elsewhere: Path) -> None:
    """The nearest parent with a config counts, also when the named file lies in no home."""
    nested = pocket_home(home.root / "nested")
    assert find_home(None, {}, nested.inbox).home == nested
    found = find_home(None, {}, home.inbox / "liked", near=elsewhere / "a.png")
    assert found.home == home
    assert "current folder" in found.because


def test_last_comes_the_default(elsewhere: Path) -> None:
    """~/Tasted serves when nothing else does."""
    default = pocket_home(Path.home() / "Tasted")
    try:
        found = find_home(None, {}, elsewhere)
        assert found.home == default
        assert "default" in found.because
    finally:
        shutil.rmtree(default.root)


def test_without_any_home_the_remedy_makes_one(elsewhere: Path) -> None:
    """The error names the folder, the reason, and the command."""
    with pytest.raises(HomeInvalid, match="Tasted") as caught:
        find_home(None, {}, elsewhere)
    assert "tasted init" in caught.value.remedy
    with pytest.raises(HomeInvalid, match="--home"):
        find_home(elsewhere, {}, elsewhere)
    with pytest.raises(HomeInvalid, match="TASTED_HOME"):
        find_home(None, {"TASTED_HOME": str(elsewhere)}, elsewhere)


def test_a_linked_home_is_resolved(home: Home, tmp_path: Path) -> None:
    """Watchers miss events on a linked path, so the root is free of links."""
    link = tmp_path / "link"
    link.symlink_to(home.root)
    for found in (find_home(link, {}, tmp_path), find_home(None, {}, link / "inbox")):
        assert found.home.root == home.root


def test_parents_that_may_not_be_searched_hold_no_home(home: Home, elsewhere: Path) -> None:
    """A file in somebody's private folder is no reason to fail."""
    (elsewhere / "config").mkdir(mode=0o000)
    near = elsewhere / "a.png"
    child = python("-c", _FIND, str(home.root), str(near), modes_bind=True)
    (elsewhere / "config").chmod(0o700)
    assert child.returncode == 0, child.stderr
    assert json.loads(child.stdout)[0] == str(home.root)


def test_making_the_folders_is_private_and_repeatable(tmp_path: Path) -> None:
    """Every folder is its owner's alone; making them again changes nothing."""
    home = Home(tmp_path / "new")
    home.make_folders(is_new=True)
    home.make_folders()
    folders = {path.relative_to(home.root).as_posix() for path in home.root.rglob("*")}
    assert folders >= {"config", "inbox/liked", "inbox/rejected", "outbox", ".tasted/requests"}
    assert {path.stat().st_mode & 0o777 for path in home.root.rglob("*")} == {0o700}


def test_row_11_row_15_missing_folders_of_a_used_home_are_not_made(home: Home) -> None:
    """An empty folder in the place of inbox or outbox would hide that its disk is not connected."""
    home.current_file.write_text("{}", "utf-8")
    shutil.rmtree(home.inbox)
    shutil.rmtree(home.outbox)
    shutil.rmtree(home.requests)
    home.make_folders()
    assert not home.inbox.exists()
    assert not home.outbox.exists()
    assert home.requests.is_dir()


def test_folders_that_were_open_to_others_are_closed(home: Home) -> None:
    """A checkout and an older home may be readable by all; their own rights stay."""
    for folder, mode in ((home.inbox, 0o3755), (home.outbox, 0o775), (home.state, 0o500)):
        folder.chmod(mode)
    home.close_to_others()
    folders = (home.inbox, home.outbox, home.state)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o3700, 0o700, 0o500]


def test_a_folder_behind_a_link_keeps_its_rights(home: Home, elsewhere: Path) -> None:
    """A shared folder that serves as the inbox is others' too."""
    home.inbox.rename(elsewhere / "shared")
    home.inbox.symlink_to(elsewhere / "shared")
    home.inbox.chmod(0o2775)
    home.close_to_others()
    assert stat.S_IMODE(home.inbox.stat().st_mode) == 0o2775


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way of a folder is said, with what to do."""
    home = Home(tmp_path)
    (tmp_path / "outbox").touch()
    with pytest.raises(HomeInvalid, match="outbox") as caught:
        home.make_folders()
    assert caught.value.remedy


@pytest.mark.parametrize(("name", "target"), [("outbox", "inbox"), ("outbox", "inbox/results")])
def test_row_10_a_nested_outbox_is_refused(home: Home, name: str, target: str) -> None:
    """Results in the inbox would be scored; links do not hide it."""
    home.check_folders()
    (home.root / name).rmdir()
    (home.root / target).mkdir(exist_ok=True)
    (home.root / name).symlink_to(home.root / target)
    with pytest.raises(HomeInvalid, match="overlap"):
        home.check_folders()


def test_row_10_an_inbox_in_the_outbox_is_refused_too(home: Home) -> None:
    """Neither may hold the other."""
    shutil.rmtree(home.inbox)
    (home.outbox / "in").mkdir()
    home.inbox.symlink_to(home.outbox / "in")
    with pytest.raises(HomeInvalid):
        home.check_folders()


def test_row_09_a_home_has_one_owner(home: Home) -> None:
    """A second process is refused with the first one's pid, and may come when it is gone."""
    assert lock_owner(home) is None
    with running_python(_HOLD, str(home.root)) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "held\n"
        assert lock_owner(home) == process.pid
        with pytest.raises(HomeLocked, match=rf"pid {process.pid}\b") as caught, hold_lock(home):
            pass
        assert caught.value.exit_code == 75
        process.stdin.close()
        assert process.wait(20) == 0
    assert lock_owner(home) is None
    with hold_lock(home):
        assert lock_owner(home) == os.getpid()
    assert lock_owner(home) is None


def test_a_lock_whose_file_holds_no_pid_has_an_unknown_owner(home: Home) -> None:
    """Numbers that no system gives to a process name nobody."""
    with hold_lock(home):
        for text in ("0", "9" * 31, str(2**31)):
            home.lock_file.write_text(text)
            assert lock_owner(home) is None
            with pytest.raises(HomeLocked, match="pid unknown"), hold_lock(home):
                pytest.fail("two own the home")


def test_row_09_the_lock_of_a_killed_process_is_free(home: Home) -> None:
    """SIGKILL leaves the pid in the file and the lock with nobody."""
    with running_python(_HOLD, str(home.root)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert home.lock_file.read_text() == f"{process.pid}\n"
    eventually(lambda: lock_owner(home) is None)
    with hold_lock(home):
        assert home.lock_file.read_text() == f"{os.getpid()}\n"
    assert home.lock_file.stat().st_mode & 0o777 == 0o600


def test_row_09_the_folders_that_are_there_now_are_locked(home: Home, tmp_path: Path) -> None:
    """One that comes later, or takes another's place, is locked too, and the former one is free."""
    locks, others = (FolderLocks((home.inbox, home.outbox)) for _ in range(2))
    shutil.rmtree(home.outbox)
    with contextlib.closing(locks), contextlib.closing(others):
        locks.keep()
        home.outbox.mkdir()
        locks.keep()
        locks.keep()
        moved = home.outbox.rename(tmp_path / "moved")
        with pytest.raises(HomeLocked, match="moved"):
            FolderLocks([moved]).keep()
        home.outbox.mkdir()
        locks.keep()
        with contextlib.closing(FolderLocks([moved])) as free:
            free.keep()
        with pytest.raises(HomeLocked, match="inbox"):
            others.keep()
    with contextlib.closing(others):
        others.keep()


def test_row_09_row_15_a_locked_folder_is_not_held_open(home: Home) -> None:
    """The volume of an inbox that is in use could not be unmounted."""
    opened: set[int] = set()
    with hold_lock(home):
        for link in Path("/dev/fd").iterdir():
            # the one that lists them is gone by now
            with contextlib.suppress(OSError):
                opened.add(os.fstat(int(link.name)).st_ino)
    assert home.lock_file.stat().st_ino in opened
    assert opened.isdisjoint({home.inbox.stat().st_ino, home.outbox.stat().st_ino})


def test_where_no_folder_lock_can_be_had_the_lock_of_the_home_has_to_do(home: Home) -> None:
    """A user whose own folder cannot be written can run tasted all the same."""
    (home.root / "in-the-way").touch()
    locks = FolderLocks([home.inbox], place=home.root / "in-the-way" / "folders")
    with contextlib.closing(locks):
        locks.keep()


@pytest.mark.parametrize("shared", ["inbox", "outbox"])
def test_row_09_two_homes_do_not_share_a_folder(home: Home, tmp_path: Path, shared: str) -> None:
    """Two daemons would each take the other's results for their own."""
    other = Home(tmp_path / "other")
    other.make_folders(is_new=True)
    shutil.rmtree(other.root / shared)
    (other.root / shared).symlink_to(home.root / shared)
    with hold_lock(home), pytest.raises(HomeLocked, match=shared), hold_lock(other):
        pass
    with hold_lock(other):
        pass


def test_asking_for_the_owner_never_keeps_an_owner_out(home: Home) -> None:
    """Whoever asks often does not make the lock look held."""
    ask = (
        "import pathlib, sys, time\n"
        "from tasted.home.layout import Home\n"
        "from tasted.home.lock import lock_owner\n"
        "print('asking', flush=True)\n"
        "while True: lock_owner(Home(pathlib.Path(sys.argv[1]))); time.sleep(0.002)"
    )
    with hold_lock(home):
        pass
    with running_python(ask, str(home.root)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asking\n"
        for _ in range(50):
            with hold_lock(home):
                pass


def test_the_lock_is_freed_when_the_work_fails(home: Home) -> None:
    """An error in the block lets go of the home."""
    with pytest.raises(ZeroDivisionError), hold_lock(home):
        _ = 1 / 0
    assert lock_owner(home) is None


def test_a_linked_lock_is_refused(home: Home, elsewhere: Path) -> None:
    """Nothing outside the home is created or truncated through a planted link."""
    (elsewhere / "precious").write_text("precious")
    home.lock_file.symlink_to(elsewhere / "precious")
    with pytest.raises(OSError, match="symbolic links"), hold_lock(home):
        pass
    assert (elsewhere / "precious").read_text() == "precious"


def test_a_moved_home_works(home: Home, tmp_path: Path) -> None:
    """No file of a home says where it lies."""
    with hold_lock(home):
        pass
    moved = home.root.rename(tmp_path / "moved")
    found = find_home(moved, {}, tmp_path).home
    assert found.inbox == moved / "inbox"
    assert lock_owner(found) is None
    with hold_lock(found):
        assert lock_owner(found) == os.getpid()
    for file in moved.rglob("*"):
        assert file.is_dir() or str(tmp_path) not in file.read_text()


def test_row_50_a_taken_home_knows_itself_wherever_it_is(home: Home, tmp_path: Path) -> None:
    """Moved, unmounted, replaced or robbed of its folder: they are distinguished."""
    taken, elsewhere = home.taken(), tmp_path / "elsewhere"
    taken.check()
    home.root.rename(elsewhere)
    with pytest.raises(HomeGone, match="is gone: it was moved or unmounted") as caught:
        taken.check()
    assert str(home.root) in caught.value.message
    assert not taken.is_replaced()
    home.root.mkdir()
    with pytest.raises(HomeGone, match="another folder is in its place"):
        taken.check()
    # an empty one is where its disk was mounted
    assert not taken.is_replaced()
    pocket_home(home.root)
    assert taken.is_replaced()
    shutil.rmtree(home.root)
    elsewhere.rename(home.root)
    taken.check()
    assert not taken.is_replaced()
    shutil.rmtree(home.state)
    with pytest.raises(HomeGone, match=r"\.tasted was removed or replaced"):
        taken.check()
    assert taken.is_replaced()


def test_row_50_a_home_that_does_not_answer_is_gone_and_no_other(
    home: Home, tmp_path: Path
) -> None:
    """The system refuses to say what is there, as of a network drive that is not connected."""
    taken = home.taken()
    home.root.rename(tmp_path / "elsewhere")
    home.root.symlink_to("x" * 300)
    with pytest.raises(HomeGone, match=r"Cannot access the tasted folder .*: File name too long"):
        taken.check()
    assert not taken.is_replaced()


def test_row_50_folders_of_a_home_are_not_made_where_it_was(home: Home, tmp_path: Path) -> None:
    """Neither by a command, nor for its lock or its logs."""
    home.root.rename(tmp_path / "elsewhere")
    with pytest.raises(HomeInvalid, match="Cannot create the folder"):
        home.make_folders()
    with pytest.raises(FileNotFoundError), hold_lock(home):
        pass
    with pytest.raises(FileNotFoundError):
        set_up_logs(home.logs / "tasted.log", level="info", max_bytes=1000, keep=1)
    with pytest.raises(HomeInvalid, match="moved or unmounted"):
        home.taken()
    assert not home.root.exists()
