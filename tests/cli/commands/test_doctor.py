"""`tasted doctor` as it is typed: what it looks at for real, and what it answers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kit.defaults import FakeDefaults
from kit.desktops import FakeDesktop
from kit.homes import home_with, pocket_home
from kit.launchctl import FakeLaunchctl, launchctl_on_path
from kit.login import Login
from kit.model_folders import write_model_folder
from tasted.embedding.models.weights import find_model, weights_sha256
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


def _login(home: Home, tmp_path: Path, capsys: Captured, system: str = "linux") -> Login:
    login = Login(home, tmp_path, tmp_path, capsys)
    login.system = system
    return login


def _found(login: Login, status: int, **environment: str) -> dict[str, dict[str, Any]]:
    """Return the findings that are not fine, by check."""
    ended, out, errors = login.types("doctor --json", **environment)
    assert ended == status, out + errors
    answer = json.loads(out)
    assert (answer["wrong"] > 0) is (status == 1)
    return {
        finding["check"]: finding for finding in answer["findings"] if finding["level"] != "fine"
    }


def test_a_new_home_has_nothing_wrong(home: Home, tmp_path: Path, capsys: Captured) -> None:
    """Without a daemon and a login item: what is looked at is listed, and the status is 0."""
    login = _login(home, tmp_path, capsys)
    status, out, _said = login.types("doctor")
    assert status == 0
    assert out.endswith("Nothing is wrong.\n")
    lines = out.splitlines()
    for words in ("note   login item   tasted does not start", "fine   model        pocket"):
        assert any(line.startswith(words) for line in lines), out
    assert "→ tasted service install" in out
    status, _out, said = login.types("doctor --fix")
    assert status == 0
    assert "There is nothing that installing the login item again would fix" in said


def test_a_notification_is_tried_only_when_asked_for(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """It is shown, with the way to the settings; one that fails is a finding."""
    login, desktop = _login(home, tmp_path, capsys), FakeDesktop(tmp_path / "programs")
    assert _found(login, 0, PATH=desktop.path).keys().isdisjoint({"notification"})
    assert not desktop.calls()
    status, out, _said = login.types("doctor --notify", PATH=desktop.path)
    assert status == 0
    assert "Sent a test notification through notify-send." in out
    assert "If none appeared" in out
    assert len(desktop.calls()) == 1
    desktop.behave(says="no session bus", status=1)
    status, out, _said = login.types("doctor --notify", PATH=desktop.path)
    assert status == 1
    assert "notify-send failed: no session bus" in out


def test_a_system_without_login_items_is_looked_at_all_the_same(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """There is only no login item to look at."""
    assert "login item" not in _found(_login(home, tmp_path, capsys, "freebsd14"), 0)


def test_several_ailments_are_told_at_once(tmp_path: Path, capsys: Captured) -> None:
    """Weights that changed on the disk, an unreadable library, no room, and a missing inbox."""
    home = home_with(
        tmp_path / "home",
        '[embedder]\nmodel = "weights"\n[reading]\nengine = "companion"\n'
        "[limits]\nmin_free_mb = 1000000\n",
    )
    folder = write_model_folder(home.root / "weights")
    model = find_model("weights", models_file=home.models_file, home_root=home.root)
    before = weights_sha256(model)
    status = model.weights_file.stat()
    data = bytearray(model.weights_file.read_bytes())
    data[-1] ^= 1
    model.weights_file.write_bytes(data)
    os.utime(model.weights_file, ns=(status.st_atime_ns, status.st_mtime_ns))
    table = home.library / "vectors_x.lance" / "_versions"
    table.mkdir(parents=True)
    (table / "1.manifest").write_bytes(b"not a manifest")
    for name in ("liked", "rejected", ""):
        (home.inbox / name).rmdir()
    login = _login(home, tmp_path, capsys)
    found = _found(login, 1)
    assert before in found["model"]["what"]
    assert str(folder / "model.safetensors") in found["model"]["remedy"]
    assert "tasted rebuild" in found["library"]["remedy"]
    assert "limits.min_free_mb requires 1000000 MB" in found["disk"]["what"]
    assert f"does not find {home.inbox}" in found["inbox"]["what"]
    _status, out, _said = login.types("doctor")
    assert "things are wrong." in out
    # the worst stands first
    levels = [line.split()[0] for line in out.splitlines() if line[:5].strip() and line[6] == " "]
    assert levels.index("wrong") < levels.index("fine")


def test_invalid_settings_are_one_finding_and_no_end(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """Everything that does not hang on them is still looked at."""
    home.config_file.write_text("[watch]\nsetle_seconds = 1\n", "utf-8")
    found = _found(_login(home, tmp_path, capsys), 1)
    assert "setle_seconds" in found["settings"]["what"]
    assert set(found) == {"settings", "login item", "daemon", "inbox"}


def test_a_variable_of_this_shell_hides_nothing(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """A mistake in the file is reported, even if a variable of the shell hides it."""
    home.config_file.write_text("[engine]\nbatch_size = 0\n", "utf-8")
    login = _login(home, tmp_path, capsys)
    found = _found(login, 1, TASTED_ENGINE__BATCH_SIZE="3")
    assert "batch_size" in found["settings"]["what"]


def test_files_that_are_dated_in_the_future_and_a_moved_away_capture(
    home: Home, tmp_path: Path, launchd: FakeLaunchctl, capsys: Captured
) -> None:
    """Read off the disk and asked of a forged Mac."""
    login = Login(home, tmp_path, launchd.bin, capsys)
    FakeDefaults(launchd.bin, tmp_path / "defaults").choose("/Users/maya/Shots")
    assert login.types("init --capture-here --yes")[0] == 0
    home.current_file.write_text("{}", "utf-8")
    os.utime(home.current_file, (4_000_000_000, 4_000_000_000))
    FakeDefaults(launchd.bin, tmp_path / "defaults").choose(None)
    found = _found(login, 1)
    assert str(home.current_file) in found["clock"]["what"]
    assert "now saved in the Desktop folder" in found["capture"]["what"]
    home.capture_file.write_text("{}", "utf-8")
    assert str(home.capture_file) in _found(login, 1)["capture"]["what"]


@pytest.fixture
def launchd(tmp_path: Path) -> Any:
    """A launchd that knows of nothing."""
    with launchctl_on_path(tmp_path, {}) as fake:
        yield fake


def test_a_home_on_the_desktop_of_a_mac(
    tmp_path: Path, launchd: FakeLaunchctl, capsys: Captured
) -> None:
    """It is reported before anything is installed there, with the commands to move it."""
    home = pocket_home(tmp_path / "Desktop" / "home")
    found = _found(Login(home, tmp_path, launchd.bin, capsys), 1)
    assert "in the Desktop" in found["places"]["what"]
    assert found["interpreter"]["level"] == "note"
    assert "~/Tasted" in found["places"]["remedy"]
