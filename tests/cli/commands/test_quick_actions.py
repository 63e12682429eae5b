"""`tasted init --quick-actions`, and how `tasted uninstall` takes them away again."""

import os
import plistlib
import subprocess
from pathlib import Path

import pytest

from kit.drawings import drawing
from kit.login import Login
from tasted.home.layout import Home
from tasted.service.definitions.workflow import DOCUMENT, INFO

Captured = pytest.CaptureFixture[str]
BUNDLES = ("Like with tasted.workflow", "Reject with tasted.workflow")


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """Home folder of the user."""
    folder = tmp_path / "maya"
    folder.mkdir()
    return folder


@pytest.fixture
def login(home: Home, user: Path, capsys: Captured) -> Login:
    """A user at a Mac."""
    return Login(home, user, user, capsys)


def _services(user: Path) -> set[str]:
    folder = user / "Library" / "Services"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_they_are_written_and_what_they_are_is_said(login: Login, user: Path) -> None:
    """Twice is once; others can read them, as Automator's own."""
    for _time in range(2):
        status, out, said = login.types("init --quick-actions")
        assert status == 0, said
        assert "Quick Actions > Like with tasted or Reject with tasted" in out
        assert "not been tried on a Mac" in out
    assert _services(user) == {f"{name}/{file}" for name in BUNDLES for file in (INFO, DOCUMENT)}
    file = user / "Library" / "Services" / BUNDLES[0] / INFO
    assert file.stat().st_mode & 0o777 == 0o644


def test_what_they_run_likes_a_picture(login: Login, user: Path) -> None:
    """The line in the bundle, run as Automator runs it, copies the picture into the folder."""
    assert login.types("init --quick-actions")[0] == 0
    document = (user / "Library" / "Services" / BUNDLES[0] / DOCUMENT).read_bytes()
    action = plistlib.loads(document)["actions"][0]["action"]["ActionParameters"]
    picture = user / "a b.png"
    picture.write_bytes(drawing("forest", seed=1))
    # the checkout of the tests is not installed for a Python that is started with -I
    line = action["COMMAND_STRING"].replace(" -I -m ", " -m ")
    subprocess.run([action["shell"], "-c", line, "-", str(picture)], check=True, env=os.environ)
    assert (login.home.inbox / "liked" / "a b.png").read_bytes() == picture.read_bytes()


def test_a_bundle_of_somebody_else_stays(login: Login, user: Path) -> None:
    """Nothing at all is written then, and uninstall does not list it."""
    file = user / "Library" / "Services" / BUNDLES[1] / INFO
    file.parent.mkdir(parents=True)
    file.write_bytes(plistlib.dumps({"CFBundleIdentifier": "com.example.mine"}))
    status, _out, said = login.types("init --quick-actions")
    assert status == 4
    assert "not from tasted" in said
    assert "Rename it in Finder" in said
    assert _services(user) == {f"{BUNDLES[1]}/{INFO}"}
    traces = login.asks("uninstall --dry-run")["traces"]
    assert "quick action" not in {trace["name"] for trace in traces}


def test_uninstall_removes_them_and_leaves_what_automator_added(login: Login, user: Path) -> None:
    """The folder of a bundle goes when nothing else is in it."""
    assert login.types("init --quick-actions")[0] == 0
    added = user / "Library" / "Services" / BUNDLES[0] / "Contents" / "Thumbnail.png"
    added.write_bytes(b"1")
    answer = login.asks("uninstall --yes")
    removed = [trace for trace in answer["traces"] if trace["removed"]]
    assert [trace["name"] for trace in removed].count("quick action") == 2
    assert _services(user) == {f"{BUNDLES[0]}/Contents/Thumbnail.png"}
    assert not added.parents[2].joinpath(BUNDLES[1]).exists()
    assert "quick action" not in str(login.asks("uninstall --dry-run")["traces"])


def test_those_of_another_home_stay(login: Login, user: Path, tmp_path: Path) -> None:
    """As long as it is there; of a home that is gone, they lead nowhere."""
    other = Home(tmp_path / "other")
    words = ["init", str(other.root), "--model", "pocket", "--quick-actions"]
    assert login.types(words, names_home=False)[0] == 0
    assert "quick action" not in str(login.asks("uninstall --dry-run")["traces"])
    other.root.rename(tmp_path / "moved")
    assert login.types("uninstall --yes")[0] == 0
    assert not _services(user)


def test_they_are_for_macos(login: Login, tmp_path: Path) -> None:
    """Elsewhere nothing is made, and the commands are named."""
    login.system = "linux"
    words = ["init", "--quick-actions", str(tmp_path / "new")]
    status, _out, said = login.types(words, names_home=False)
    assert status == 2
    assert "only on macOS" in said
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_named(login: Login, user: Path) -> None:
    """A file lies where the folder belongs."""
    (user / "Library").write_bytes(b"")
    status, _out, said = login.types("init --quick-actions")
    assert status == 1
    assert "Library" in said
