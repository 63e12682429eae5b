"""`tasted init --capture-here` and `--capture-restore`, with a forged `defaults`."""

import json
from pathlib import Path

import pytest

from kit.defaults import FakeDefaults
from kit.login import Login
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def defaults(tmp_path: Path) -> FakeDefaults:
    """A Mac on which nobody chose a place for screenshots."""
    searched = tmp_path / "bin"
    searched.mkdir()
    return FakeDefaults(searched, tmp_path / "defaults")


@pytest.fixture
def login(home: Home, tmp_path: Path, defaults: FakeDefaults, capsys: Captured) -> Login:
    """A user who says yes."""
    login = Login(home, tmp_path, defaults.bin, capsys)
    login.ask = lambda _question: True
    return login


@pytest.mark.parametrize("before", [None, "~/Pictures/Bildschirmfotos", "/Users/m/a (b) \u00e4"])
def test_the_old_place_comes_back(login: Login, defaults: FakeDefaults, before: str | None) -> None:
    """What it means is said first; afterwards screenshots go where they went, or to the Desktop."""
    defaults.choose(before)
    status, out, said = login.types("init --capture-here")
    assert status == 0, said
    assert "ALL of them" in said
    assert "preview in the corner" in said
    assert (before or "the Desktop") in said
    assert defaults.location == str(login.home.inbox)
    assert f"now saved in {login.home.inbox}" in out
    assert login.home.capture_file.stat().st_mode & 0o777 == 0o600
    # a second time nothing is kept in the place of what was kept
    assert "already" in login.types("init --capture-here")[1]
    status, out, said = login.types("init --capture-restore")
    assert status == 0, said
    assert f"{before or 'the Desktop'} again" in out
    assert defaults.location == before
    assert not login.home.capture_file.exists()
    assert "Nothing to undo" in login.types("init --capture-restore")[1]


def test_nothing_happens_without_consent(login: Login, defaults: FakeDefaults) -> None:
    """A no changes nothing; where nobody can be asked, --yes has to be said."""
    login.ask = lambda _question: False
    status, out, _said = login.types("init --capture-here")
    assert (status, defaults.location) == (0, None)
    assert "Nothing was changed" in out
    login.ask = None
    status, _out, said = login.types("init --capture-here")
    assert (status, defaults.location) == (2, None)
    assert "--yes" in said
    assert not login.home.capture_file.exists()
    assert login.types("init --capture-here --yes --json")[0] == 0
    assert defaults.location == str(login.home.inbox)


def test_a_place_that_was_chosen_since_stays(login: Login, defaults: FakeDefaults) -> None:
    """The user's word is newer than ours."""
    login.types("init --capture-here")
    defaults.choose("/Users/maya/Shots")
    status, out, _said = login.types("init --capture-restore")
    assert status == 0
    assert "You chose another folder since then" in out
    assert defaults.location == "/Users/maya/Shots"
    assert not login.home.capture_file.exists()


def test_a_refusal_of_macos_is_told(login: Login, defaults: FakeDefaults) -> None:
    """With the way to do it by hand; what is kept allows to go back all the same."""
    defaults.fail("write")
    status, _out, said = login.types("init --capture-here --yes --json")
    assert status == 1
    error = json.loads(said.splitlines()[-1])["error"]
    assert "Could not write domain" in error["message"]
    assert "Cmd-Shift-5" in error["remedy"]
    assert defaults.location is None
    assert login.types("init --capture-restore")[0] == 0


def test_a_damaged_memory_changes_nothing(login: Login, defaults: FakeDefaults) -> None:
    """The old place is not guessed."""
    login.types("init --capture-here")
    login.home.capture_file.write_text("[]", "utf-8")
    status, _out, said = login.types("init --capture-restore")
    assert status == 1
    assert str(login.home.capture_file) in said
    assert defaults.location == str(login.home.inbox)


def test_it_is_for_macos(tmp_path: Path, home: Home, capsys: Captured) -> None:
    """Elsewhere nothing is made and the other way is named; both options at once are refused."""
    login = Login(home, tmp_path, tmp_path, capsys)
    login.system = "linux"
    for option in ("--capture-here", "--capture-restore"):
        status, _out, said = login.types(["init", option, str(tmp_path / "new")], names_home=False)
        assert status == 2
        assert "only on macOS" in said
    assert not (tmp_path / "new").exists()
    assert login.types("init --capture-here --capture-restore")[0] == 2
