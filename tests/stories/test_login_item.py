"""The whole life of the login item: installed, killed, blocked, stopped at any moment, and gone.

A small launchd runs the rendered plist as a real process, with as little as launchd gives it.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.daemons import read_sidecar, running
from kit.drawings import drawing
from kit.environments import bare
from kit.homes import quick_home
from kit.launchctl import FakeLaunchctl, launchctl_on_path
from kit.login import Login
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.home.status import read_status
from tasted.service.definitions.definition import LABEL, STOP_SECONDS
from tasted.system.faultpoints import VARIABLE

# throttle and times to end are those of the plist


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that settles soon."""
    return quick_home(tmp_path / "home")


@pytest.fixture
def launchd(tmp_path: Path) -> Iterator[FakeLaunchctl]:
    """A launchd of a user whose home folder is empty."""
    with launchctl_on_path(tmp_path, bare()) as fake:
        fake.session.pop("PATH")
        yield fake


@pytest.fixture
def login(
    home: Home, tmp_path: Path, launchd: FakeLaunchctl, capsys: pytest.CaptureFixture[str]
) -> Login:
    """The user."""
    return Login(home, tmp_path, launchd.bin, capsys)


def _pid(launchd: FakeLaunchctl) -> int:
    process = launchd.jobs[LABEL].process
    return process.pid if process is not None else 0


def _arrives(home: Home, name: str, *, seed: int) -> None:
    """Let a screenshot arrive as macOS lets it: complete, under a hidden name, then renamed."""
    hidden = home.inbox / f".{name}"
    hidden.write_bytes(drawing("city", seed=seed))
    hidden.rename(home.inbox / name)


def _scored(home: Home, name: str) -> bool:
    sidecar = read_sidecar(home, name)
    return sidecar is not None and sidecar.status == "scored"


def _stops_at(login: Login, launchd: FakeLaunchctl, place: str, name: str) -> None:
    """Stop the service while its engine hangs at a place, with a picture in hand.

    It ends with 0 before it is killed, which is when `ExitTimeOut` is over, and the picture has no
    sidecar, whole or in part.
    """
    home = login.home
    launchd.session[VARIABLE] = f"{place}:1:hang"
    assert login.types("service start")[0] == 0
    _arrives(home, name, seed=99)
    words = home.logs / "engine.stderr"
    eventually(lambda: words.exists() and f"hung at fault point {place}" in words.read_text())
    job = launchd.jobs[LABEL]
    assert login.types("service stop")[0] == 0
    del launchd.session[VARIABLE]
    assert job.plist["ExitTimeOut"] == STOP_SECONDS
    assert (job.exits, job.process) == ([0], None)
    assert not list(home.outbox.glob(f"{name}*"))
    assert _nothing_is_half_written(home)


def _nothing_is_half_written(home: Home) -> bool:
    return not list(home.outbox.rglob("*.tmp")) and all(
        read_sidecar(home, file.name.removesuffix(".json")) is not None
        for file in home.outbox.glob("*.json")
    )


def test_a_service_from_its_installation_to_its_end(
    home: Home, login: Login, launchd: FakeLaunchctl
) -> None:
    """Installed, it scores; killed, it goes on exactly once; uninstalled, it leaves nothing."""
    status, out, said = login.types("service install")
    assert status == 0, said
    assert "macOS will announce a background item" in said
    assert "To undo this: tasted service uninstall" in said
    assert "running" in out

    # what launchd gives it, and what the plist asks for
    pid = _pid(launchd)
    process_status = (Path("/proc") / str(pid) / "status").read_text()
    assert "Umask:\t0077" in process_status
    limits = (Path("/proc") / str(pid) / "limits").read_text().split()
    assert limits[limits.index("open") + 2] == "10240"
    assert Path(f"/proc/{pid}/cwd").readlink() == home.state

    _arrives(home, "first.png", seed=1)
    eventually(lambda: _scored(home, "first.png"))

    # killed in the middle of a burst
    names = [f"{index}.png" for index in range(24)]
    for index, name in enumerate(names):
        _arrives(home, name, seed=100 + index)
    eventually(lambda: sum(_scored(home, name) for name in names) >= 3)
    os.kill(pid, signal.SIGKILL)
    done = {
        name: (home.outbox / f"{name}.json").read_bytes() for name in names if _scored(home, name)
    }
    eventually(lambda: _pid(launchd) not in {0, pid})
    eventually(lambda: all(_scored(home, name) for name in names))
    assert {name: (home.outbox / f"{name}.json").read_bytes() for name in done} == done
    report = login.asks("service status")
    assert (report["condition"], report["starts"], report["pid"]) == ("running", 2, _pid(launchd))
    assert report["last_exit"] == "killed by a signal (Killed: 9)"
    assert report["findings"] == []

    pid, engine = _pid(launchd), read_status(home.status_file)
    status, out, said = login.types("service uninstall")
    assert status == 0, said
    assert not launchd.jobs
    assert not process_exists(pid)
    assert engine is None or engine.engine_pid is None or not process_exists(engine.engine_pid)
    assert list((home.root.parent / "Library" / "LaunchAgents").iterdir()) == []
    assert not list(home.logs.glob("launchd.*"))
    assert not home.blocked_file.exists()
    assert _scored(home, "first.png")
    assert login.asks("service status")["condition"] == "not installed"


def test_a_service_can_be_stopped_at_any_time(
    home: Home, login: Login, launchd: FakeLaunchctl
) -> None:
    """Idle, while the model is loaded, during an embed: it ends with 0, and in time.

    Nothing is half written, and what was in hand is found again.
    """
    assert login.types("service install")[0] == 0
    eventually(lambda: _state(home) == "idle")
    assert login.types("service stop")[0] == 0
    _stops_at(login, launchd, "engine.loading", "loading.png")
    _stops_at(login, launchd, "engine.embedding", "embedding.png")
    assert [job.exits for job in launchd.past] == [[0], [0], [0]]
    assert login.asks("service status")["condition"] == "not loaded"
    assert login.types("service restart")[0] == 0
    for name in ("loading.png", "embedding.png"):
        eventually(lambda name=name: _scored(home, name))
    assert login.types("service uninstall")[0] == 0


def _state(home: Home) -> str | None:
    snapshot = read_status(home.status_file)
    return snapshot.state if snapshot is not None else None


def test_a_service_waits_for_what_a_person_has_to_mend(
    home: Home, login: Login, launchd: FakeLaunchctl
) -> None:
    """Broken settings and a home in other hands: one process, alive, that says why, and goes on."""
    good = home.config_file.read_text("utf-8")
    home.config_file.write_text(good.replace("settle_seconds", "setle_seconds"), "utf-8")
    status, out, said = login.types("service install")
    assert status == 0, said
    assert "settle_seconds" in out
    pid = _pid(launchd)
    finding = login.asks("service status")["findings"][0]
    assert finding["code"] == "blocked"
    assert "tasted config edit" in finding["remedy"]
    _status, out, _said = login.types("status")
    assert f"Service  blocked, pid {pid}" in out

    home.config_file.write_text(good, "utf-8")
    eventually(lambda: _state(home) == "idle")
    assert not home.blocked_file.exists()
    login.types("service stop")

    with running(home) as other:
        other.await_state("idle")
        assert login.types("service start")[0] == 0
        finding = login.asks("service status")["findings"][0]
        assert str(other.process.pid) in finding["message"]
        waiting = _pid(launchd)
        assert other.stop() == 0

        def has_taken_over() -> bool:
            snapshot = read_status(home.status_file)
            return snapshot is not None and snapshot.pid == waiting and snapshot.state == "idle"

        eventually(has_taken_over)
    assert launchd.jobs[LABEL].runs == 1
    assert login.types("service uninstall")[0] == 0
    assert launchd.past[-1].exits == [0]
