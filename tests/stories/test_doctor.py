"""A doctor at a living login item: what it was told, what --fix mends, and the very end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.daemons import read_sidecar
from kit.defaults import FakeDefaults
from kit.drawings import drawing
from kit.environments import bare
from kit.homes import quick_home
from kit.launchctl import FakeLaunchctl, launchctl_on_path
from kit.login import Login
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.home.status import read_status
from tasted.service.definitions.definition import LABEL


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that settles soon."""
    return quick_home(tmp_path / "home")


@pytest.fixture
def launchd(tmp_path: Path) -> Iterator[FakeLaunchctl]:
    """A launchd of a user whose home folder is empty."""
    with launchctl_on_path(tmp_path, bare()) as fake:
        fake.session.pop("PATH")
        FakeDefaults(fake.bin, tmp_path / "defaults")
        yield fake


@pytest.fixture
def login(
    home: Home, tmp_path: Path, launchd: FakeLaunchctl, capsys: pytest.CaptureFixture[str]
) -> Login:
    """The user."""
    return Login(home, tmp_path, launchd.bin, capsys)


def _found(login: Login, words: str, **environment: str) -> dict[str, dict[str, Any]]:
    status, out, errors = login.types(f"{words} --json", **environment)
    assert status in {0, 1}, errors
    answer = json.loads(out)
    return {finding["check"]: finding for finding in answer["findings"]}


def test_a_doctor_at_a_login_item(home: Home, login: Login, launchd: FakeLaunchctl) -> None:
    """Healthy but for a shell's own settings; edited and stopped, --fix makes it new and hears."""
    assert login.types("service install")[0] == 0

    def has_tried() -> bool:
        status = read_status(home.status_file)
        return status is not None and status.access is not None

    eventually(has_tried)
    shell = {"TASTED_ENGINE__BATCH_SIZE": "3", "TASTED_LOG__LEVEL": "info"}
    found = _found(login, "doctor", **shell)
    assert found["inbox"]["what"] == f"The service may read {home.inbox}, which has no files yet."
    assert {name for name in found if found[name]["level"] == "wrong"} == {"variables"}
    assert found["variables"]["what"].endswith(": TASTED_ENGINE__BATCH_SIZE (engine.batch_size).")

    # an edited file that launchd has loaded, and a last word of a process that is gone
    file = home.root.parent / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    good = file.read_bytes()
    file.write_bytes(good.replace(b"Interactive", b"Background"))
    assert login.types("service stop")[0] == 0
    (home.inbox / "a.txt").write_text("a bio", "utf-8")
    found = _found(login, "doctor --fix")
    assert {found[name]["level"] for name in found} == {"fine"}
    assert found["inbox"]["what"] == f"The service may read {home.inbox}, and its files."
    assert file.read_bytes() == good
    process = launchd.jobs[LABEL].process
    assert process is not None

    # everything goes, and the daemon before it; the user's own text and pictures stay
    user = home.root.parent
    assert login.types("init --capture-here --yes")[0] == 0
    assert _place(user) == str(home.inbox)
    (home.inbox / "b.png").write_bytes(drawing("city", seed=1))
    eventually(lambda: read_sidecar(home, "b.png"))
    status, _out, said = login.types("uninstall --purge --yes")
    assert status == 0, said
    assert not launchd.jobs
    assert not process_exists(process.pid)
    assert _place(user) is None
    left = {str(path.relative_to(user)) for path in user.rglob("*") if path.is_file()}
    assert {path for path in left if not path.startswith("defaults/")} == {
        "home/inbox/a.txt",
        "home/inbox/b.png",
    }


def _place(user: Path) -> str | None:
    file = user / "defaults" / "location"
    return file.read_text("utf-8") if file.exists() else None
