"""A home that moves while a daemon works with it: held, said, never made again where it was."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kit.daemons import RunningDaemon, json_lines, observing, running, tasted
from kit.disks import mounted_disk, take_away
from kit.drawings import drawing, label_scenes
from kit.homes import pocket_home, quick_home
from kit.outboxes import documents, is_done, picture
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.errors import HomeInvalid, HomeReplaced
from tasted.home.layout import Home
from tasted.home.lock import lock_owner
from tasted.home.status import Status, read_status


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the quick engine."""
    return quick_home(tmp_path / "home")


def await_fault(home: Home, code: str) -> Status:
    """Wait until the status that lies in a home tells of a fault."""

    def faulty_status() -> Status | None:
        status = read_status(home.status_file)
        return status if status and status.fault and status.fault.code == code else None

    found = eventually(faulty_status)
    assert found is not None
    return found


@pytest.mark.parametrize("observer", ["real", "null"])
def test_row_50_a_home_that_is_moved_away_is_waited_for(
    home: Home, tmp_path: Path, observer: str
) -> None:
    """Nothing is made where it was; its own status says what happened; back again it goes on."""
    elsewhere = Home(tmp_path / "elsewhere")
    with observing(home, observer) as daemon:
        daemon.await_state("idle")
        home.root.rename(elsewhere.root)
        fault = await_fault(elsewhere, "home_gone").fault
        assert fault is not None
        assert str(home.root) in fault.message
        assert "moved or unmounted" in fault.message
        shown = json_lines(tasted(elsewhere, "status", "--json").stdout)[0]
        assert shown["running"]
        assert shown["status"]["fault"]["code"] == "home_gone"
        (elsewhere.inbox / "a.png").write_bytes(picture(1))
        assert not home.root.exists()
        elsewhere.root.rename(home.root)
        daemon.sidecar("a.png")
        assert daemon.await_state("idle").fault is None
        assert daemon.stop() == 0
    assert not elsewhere.root.exists()


def test_row_50_an_engine_makes_no_library_where_the_home_was(tmp_path: Path) -> None:
    """Moved in the middle of a backlog, with the real engine and LanceDB, and back."""
    home, elsewhere = pocket_home(tmp_path / "home"), Home(tmp_path / "elsewhere")
    label_scenes(home)
    for index in range(12):
        (home.inbox / f"{index}.png").write_bytes(drawing("city", seed=100 + index))
    with running(home) as daemon:
        eventually(lambda: documents(home))
        home.root.rename(elsewhere.root)
        # heard by the watch on the inbox, should everything have been done by then
        (elsewhere.inbox / "late.png").write_bytes(drawing("city", seed=200))
        await_fault(elsewhere, "home_gone")
        assert not home.root.exists()
        elsewhere.root.rename(home.root)
        for index in range(12):
            daemon.sidecar(f"{index}.png", status="scored")
        daemon.sidecar("late.png", status="scored")
        daemon.await_state("idle")
        assert is_done(home)
        assert daemon.stop() == 0
    assert "Traceback" not in (home.logs / "tasted.log").read_text("utf-8")


def test_row_50_a_new_home_at_the_old_place_is_left_alone(home: Home, tmp_path: Path) -> None:
    """In a terminal the daemon ends with one sentence; both homes say the truth."""
    elsewhere = Home(tmp_path / "elsewhere")
    said = tmp_path / "said"
    with said.open("wb") as stream, _saying(home, stream.fileno()) as daemon:
        daemon.await_state("idle")
        home.root.rename(elsewhere.root)
        assert tasted(home, "init", str(home.root), "--model", "pocket").returncode == 0
        (home.inbox / "new.png").write_bytes(picture(1))
        assert daemon.process.wait(PATIENCE_SECONDS) == HomeReplaced.exit_code
    text = said.read_text("utf-8")
    assert "Traceback" not in text
    assert text.count("Another tasted folder is at") == 1
    assert not list(home.outbox.glob("*.json"))
    assert not home.status_file.exists()
    for either_home in (home, elsewhere):
        assert lock_owner(either_home) is None
        assert not json_lines(tasted(either_home, "status", "--json").stdout)[0]["running"]


def test_row_50_a_service_takes_the_home_that_is_there_now(home: Home, tmp_path: Path) -> None:
    """It was told a path: it lets go of the moved home and takes the new one, without an end."""
    elsewhere = Home(tmp_path / "elsewhere")
    with running(home, options=["--service"]) as daemon:
        daemon.await_state("idle")
        watches = _watches(daemon.process.pid)
        home.root.rename(elsewhere.root)
        quick_home(home.root)
        daemon.await_state("idle")
        assert lock_owner(home) == daemon.process.pid
        assert lock_owner(elsewhere) is None
        # the folders of the moved home are not listened to any more
        assert _watches(daemon.process.pid) == watches
        assert daemon.stop() == 0
    assert not home.blocked_file.exists()


def _watches(pid: int) -> int:
    """Count the inotify instances of a process; 0 where there is no /proc to tell."""
    count = 0
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        # others are opened and closed meanwhile
        with suppress(FileNotFoundError):
            count += descriptor.readlink() == Path("anon_inode:inotify")
    return count


@contextmanager
def _saying(home: Home, descriptor: int) -> Iterator[RunningDaemon]:
    command = [sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    with subprocess.Popen(command, stdout=descriptor, stderr=descriptor) as process:
        try:
            yield RunningDaemon(home, process)
        finally:
            process.kill()


def test_row_50_nothing_is_made_below_an_empty_mount_point(tmp_path: Path) -> None:
    """The disk of the home is taken away by force while the daemon runs."""
    place = tmp_path / "disk"
    with mounted_disk(place, megabytes=500):
        home = quick_home(place)
        with observing(home) as daemon:
            daemon.await_state("idle")
            (home.inbox / "a.png").write_bytes(picture(1))
            daemon.sidecar("a.png")
            take_away(place)
            eventually(lambda: "home_gone" in _fault_codes(daemon))
            assert not list(place.iterdir())
            assert daemon.stop() == 0
            assert not list(place.iterdir())


def _fault_codes(daemon: RunningDaemon) -> str:
    # its own folder is reached through the process, wherever the disk is
    folder = Path(f"/proc/{daemon.process.pid}/fd")
    for descriptor in folder.iterdir():
        try:
            if str(descriptor.readlink()).endswith(".tasted") and descriptor.is_dir():
                return (descriptor / "status.json").read_text("utf-8")
        except OSError:
            continue
    return ""


@pytest.mark.parametrize("label", ["liked", "Rejected"])
def test_row_50_a_label_folder_that_becomes_a_link_is_held(
    home: Home, tmp_path: Path, label: str
) -> None:
    """Nothing is unlearnt by it, and it goes on when the folder is back."""
    folder = home.inbox / label
    if not folder.exists():
        (home.inbox / label.lower()).rename(folder)
    (folder / "1.png").write_bytes(picture(1))
    with observing(home) as daemon:
        daemon.sidecar(f"{label}/1.png")
        eventually(lambda: (_current := daemon.await_state("idle")).liked == 1)
        folder.rename(tmp_path / "away")
        folder.symlink_to(tmp_path / "away")
        fault = daemon.await_state("blocked").fault
        assert fault is not None
        assert fault.code == "inbox_unavailable"
        assert "is now a link" in fault.message
        assert daemon.await_state("blocked").liked == 1
        folder.unlink()
        (tmp_path / "away").rename(folder)
        assert daemon.await_state("idle").liked == 1


@pytest.mark.parametrize(
    ("name", "code"), [("outbox", "outbox_unwritable"), ("inbox", "inbox_unavailable")]
)
def test_row_50_a_folder_that_becomes_a_link_is_held(
    home: Home, tmp_path: Path, name: str, code: str
) -> None:
    """No result is written through it; back again, or after a new start, it is worked with."""
    folder, away = home.root / name, tmp_path / "away"
    with observing(home) as daemon:
        daemon.await_state("idle")
        folder.rename(away)
        folder.symlink_to(away)
        fault = daemon.await_state("blocked").fault
        assert fault is not None
        assert fault.code == code
        assert "became a link" in fault.message
        (home.inbox / "a.png").write_bytes(picture(1))
        assert not list(away.glob("*.json"))
        folder.unlink()
        away.rename(folder)
        daemon.sidecar("a.png")
        assert daemon.await_state("idle").fault is None
    folder.rename(away)
    folder.symlink_to(away)
    (home.inbox / "b.png").write_bytes(picture(2))
    with observing(home) as daemon:
        daemon.sidecar("b.png")


def test_row_50_a_file_where_a_folder_belongs_is_named_and_rebuild_mends_it(tmp_path: Path) -> None:
    """Each is named with the remedy; what the files were is not lost: they are renamed."""
    home = pocket_home(tmp_path / "home")
    label_scenes(home)
    names = ("logs", "requests", "library", "tastes")
    for name in names:
        folder = home.state / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.write_bytes(name.encode())
    once = tasted(home, "run", "--once")
    assert once.returncode == HomeInvalid.exit_code
    assert str(home.state) in once.stderr
    assert "a file lies where this folder belongs" in once.stderr
    assert "tasted rebuild" in once.stderr
    mended = tasted(home, "rebuild")
    assert mended.returncode == 0, mended.stderr
    for name in names:
        assert f"{name}.set-aside-1" in mended.stderr
        assert (home.state / f"{name}.set-aside-1").read_bytes() == name.encode()
    (home.inbox / "a.png").write_bytes(drawing("city", seed=100))
    assert tasted(home, "run", "--once").returncode == 0
    assert documents(home)["a.png"].status == "scored"
