"""Faults around the light process: killed at each of its steps, full disks, engines that misbehave.

The engine is a quick one, the daemon and every process are real.
"""

import shutil
import signal
import sys
from pathlib import Path

import pytest

from kit.daemons import WITHOUT_OVERRIDE, RunningDaemon, observing
from kit.disks import fill, mounted_disk
from kit.homes import quick_home
from kit.outboxes import documents, is_done, picture, temporary_files
from kit.quick_engine import HANG, POISON, VANISH, scores_begun
from kit.waiting import PATIENCE_SECONDS, eventually
from tasted.errors import HomeLocked
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.system.faultpoints import LIGHT_POINTS, VARIABLE

QUEUE_OF_INOTIFY = Path("/proc/sys/fs/inotify/max_queued_events")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="inotify is of Linux")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home for the quick engine."""
    return quick_home(tmp_path / "home")


def settle(home: Home, *paths: str) -> None:
    """Wait until every file has its sidecar, these among them."""

    def all_done() -> bool:
        return is_done(home) and set(paths) <= documents(home).keys()

    eventually(all_done)


@pytest.mark.longest
def test_row_02_killed_at_every_step_and_nothing_is_lost(home: Home) -> None:
    """Each life ends at another place; the sidecars are whole after it, and complete at the end."""
    for number, point in enumerate(LIGHT_POINTS):
        for index in range(8):
            (home.inbox / f"{number}-{index}.png").write_bytes(picture(100 * number + index))
        # the first files that a life writes are its status
        passes = 8 if point.startswith("write.") else 1
        with observing(home, environment={VARIABLE: f"{point}:{passes}"}) as daemon:
            if point == "scanner.former_removed":
                settle(home, f"{number}-1.png")
                (home.inbox / f"{number}-1.png").rename(home.inbox / "renamed.png")
            if point == "scanner.gone_marked":
                settle(home, f"{number}-1.png")
                (home.inbox / f"{number}-1.png").unlink()
            assert daemon.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL, point
        documents(home)
    with observing(home) as daemon:
        settle(home, "renamed.png")
        daemon.await_state("idle")
    assert not temporary_files(home)
    found = documents(home)
    gone = {path for path in found if found[path].gone_since is not None}
    assert found.keys() - gone == {path.name for path in home.inbox.glob("*.png")}
    assert len(gone) == 1


def test_row_12_a_full_disk_holds_the_queue_until_there_is_room(home: Home) -> None:
    """No sidecar, no temporary file and no error is left; room is enough to go on."""
    with mounted_disk(home.outbox, megabytes=1), observing(home) as daemon:
        daemon.await_state("idle")
        ballast = fill(home.outbox)
        (home.inbox / "a.png").write_bytes(picture(1))
        blocked = daemon.await_state("blocked")
        assert blocked.fault is not None
        assert blocked.fault.code == "disk_full"
        assert "Free some space" in blocked.fault.remedy
        assert {path.name for path in home.outbox.iterdir()} <= {"ballast", "results.html"}
        ballast.unlink()
        settle(home, "a.png")
        assert daemon.await_state("idle").fault is None


def test_row_11_a_read_only_outbox_holds_the_queue(home: Home) -> None:
    """Nothing is blamed but the outbox, and work goes on when it may be written again."""
    with observing(home, prefix=WITHOUT_OVERRIDE) as daemon:
        daemon.await_state("idle")
        home.outbox.chmod(0o500)
        (home.inbox / "a.png").write_bytes(picture(1))
        blocked = daemon.await_state("blocked")
        assert blocked.fault is not None
        assert blocked.fault.code == "outbox_unwritable"
        assert [path.name for path in home.outbox.iterdir()] == ["results.html"]
        home.outbox.chmod(0o700)
        settle(home, "a.png")
        assert daemon.await_state("idle").fault is None


def test_row_09_two_daemons_one_home(home: Home) -> None:
    """The second leaves with 75 whatever path leads it here; killed, the first leaves no lock."""
    link = home.root.parent / "link"
    link.symlink_to(home.root)
    with observing(home) as first:
        first.await_state("idle")
        with observing(Home(link)) as second:
            assert second.process.wait(PATIENCE_SECONDS) == HomeLocked.exit_code
        (home.inbox / "a.png").write_bytes(picture(1))
        settle(home, "a.png")
        first.kill()
        with observing(home) as third:
            third.await_state("idle")
    assert [path for path, _content in scores_begun(home)] == ["a.png"]


def test_row_09_a_folder_that_was_made_again_is_locked_again(home: Home, tmp_path: Path) -> None:
    """The daemon of another home finds the outbox taken that came while the first one ran."""
    other = quick_home(tmp_path / "other")
    other.outbox.rmdir()
    other.outbox.symlink_to(home.outbox)
    with observing(home) as first:
        first.await_state("idle")
        shutil.rmtree(home.outbox)
        first.await_state("blocked")
        home.outbox.mkdir()
        first.await_state("idle")
        with observing(other) as second:
            assert second.process.wait(PATIENCE_SECONDS) == HomeLocked.exit_code


def test_row_37_a_former_library_that_cannot_be_removed_holds_nothing_up(home: Home) -> None:
    """What `tasted rebuild` set aside is in nobody's way."""
    home.current_file.write_text("{}", encoding="utf-8")
    home.former_library.symlink_to(home.config_file.parent)
    with observing(home) as daemon:
        (home.inbox / "a.png").write_bytes(picture(1))
        settle(home, "a.png")
        daemon.await_state("idle")
    assert home.config_file.exists()


def failed(home: Home, path: str) -> str:
    """Wait for the error sidecar of a path, and return its code."""

    def error() -> str | None:
        sidecar = documents(home).get(path)
        return sidecar.error.code if sidecar is not None and sidecar.error is not None else None

    return eventually(error) or ""


def test_row_06_row_19_poison_hangs_and_vanishing_files_harm_no_neighbour(tmp_path: Path) -> None:
    """Files that end or stop the engine get their error; one that is gone meanwhile gets nothing.

    And a file that was damaged is scored as soon as it is whole.
    """
    home = quick_home(tmp_path / "home", "[engine]\ndeadline_seconds = 0.5\n")
    for number in range(5):
        (home.inbox / f"{number}.png").write_bytes(picture(number))
    (home.inbox / "2 poison.png").write_bytes(picture(12) + POISON)
    (home.inbox / "3 hang.png").write_bytes(picture(13) + HANG)
    (home.inbox / "4 vanish.png").write_bytes(picture(14) + VANISH)
    with observing(home) as daemon:
        assert failed(home, "2 poison.png") == "engine_died"
        assert failed(home, "3 hang.png") == "engine_died"
        eventually(lambda: {f"{number}.png" for number in range(5)} <= documents(home).keys())
        sidecars = documents(home)
        for path in ("2 poison.png", "3 hang.png"):
            error = sidecars[path].error
            assert error is not None
            assert error.attempts == 1
            assert error.retry_at is not None
            assert error.remedy
        (home.inbox / "2 poison.png").write_bytes(picture(22))
        (home.inbox / "3 hang.png").unlink()
        settle(home, "2 poison.png")
        (home.inbox / "5 vanish.png").write_bytes(picture(15) + VANISH)
        eventually(lambda: scores_begun(home)[-1][0] == "5 vanish.png")
        assert daemon.await_state("idle").fault is None
    assert not any("vanish" in path for path in documents(home))


def test_row_13_a_stop_while_the_engine_hangs(home: Home) -> None:
    """Asked once the daemon gives the batch up and ends with 0; asked twice it leaves at once."""
    (home.inbox / "a.png").write_bytes(picture(1) + HANG)
    with observing(home) as daemon:
        engine = daemon.engine_pid()
        assert daemon.stop() == 0
        assert not process_exists(engine)
    assert not documents(home)
    with observing(home) as daemon:
        engine = daemon.engine_pid()
        daemon.process.send_signal(signal.SIGTERM)
        daemon.await_state("stopping")
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(PATIENCE_SECONDS) == 1
        eventually(lambda: not process_exists(engine))
    assert not documents(home)


def test_row_02_nobody_survives_a_daemon_that_is_killed_while_the_engine_hangs(home: Home) -> None:
    """An engine that would never read its pipe again ends all the same, and the lock is free."""
    (home.inbox / "a.png").write_bytes(picture(1) + HANG)
    with observing(home) as daemon:
        engine = daemon.engine_pid()
        daemon.kill()
        eventually(lambda: not process_exists(engine))
    (home.inbox / "a.png").write_bytes(picture(1))
    with observing(home):
        settle(home, "a.png")


def test_row_38_an_engine_that_grows_is_started_anew(tmp_path: Path) -> None:
    """Between two batches, without an error; every file has its score."""
    home = quick_home(tmp_path / "home", "[engine]\nmax_memory_mb = 100\nbatch_size = 1\n")
    for number in range(4):
        (home.inbox / f"{number}.png").write_bytes(picture(number))
    with observing(home, "real", "--engine-option=--grow-mb=60") as daemon:
        settle(home, *(f"{number}.png" for number in range(4)))
        daemon.await_state("idle")
    assert (home.logs / "tasted.log").read_text("utf-8").count('"engine_recycled"') >= 2
    assert len(scores_begun(home)) == 4


@linux_only
def test_row_01_row_18_an_overflow_of_the_kernel_loses_no_file(home: Home) -> None:
    """A daemon that was stopped hears that events were lost, and looks at everything at once."""
    text = home.config_file.read_text("utf-8").replace(
        "rescan_seconds = 0.5", "rescan_seconds = 3600"
    )
    home.config_file.write_text(text, "utf-8")
    with observing(home) as daemon:
        daemon.await_state("idle")
        daemon.process.send_signal(signal.SIGSTOP)
        noise = home.inbox / ".noise"
        for _ in range(int(QUEUE_OF_INOTIFY.read_text("ascii")) // 3):
            noise.touch()
            noise.unlink()
        for number in range(200):
            (home.inbox / f"{number}.png").write_bytes(picture(number))
        daemon.process.send_signal(signal.SIGCONT)
        settle(home, *(f"{number}.png" for number in range(200)))
        eventually(lambda: _began_anew(daemon))
        (home.inbox / "later.png").write_bytes(picture(1000))
        settle(home, "later.png")
    assert len(scores_begun(home)) == 201


def _began_anew(daemon: RunningDaemon) -> bool:
    status = daemon.status()
    return status is not None and status.watch.losses >= 1 and status.watch.restarts >= 1
