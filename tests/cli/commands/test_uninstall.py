"""`tasted uninstall`: every trace is listed, and what was not confirmed stays."""

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.children import bound_by_modes
from kit.defaults import FakeDefaults
from kit.homes import pocket_home
from kit.login import Login
from kit.sidecars import scored
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.embedding.models.weights import note_downloads
from tasted.home.folder_locks import FolderLocks
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.service.definitions import plist
from tasted.service.definitions.definition import Definition, definition_file

Captured = pytest.CaptureFixture[str]
OUTSIDE = {"capture", "completion", "lock files"}
DATA = {"weights", "results", "settings", "state"}


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """Home folder of the user."""
    folder = tmp_path / "maya"
    folder.mkdir()
    return folder.resolve()


@pytest.fixture
def defaults(tmp_path: Path) -> FakeDefaults:
    """A Mac that saves screenshots in a folder of the user."""
    searched = tmp_path / "bin"
    searched.mkdir()
    defaults = FakeDefaults(searched, tmp_path / "defaults")
    defaults.choose("~/Shots")
    return defaults


@pytest.fixture
def login(user: Path, defaults: FakeDefaults, capsys: Captured) -> Login:
    """A user whose home was lived in, at a Mac that knows of no login item."""
    root = user / "Tasted"
    context = Context(environment={"HOME": str(user)}, working_folder=user)
    assert main(["init", "--model", "pocket"], context) == 0
    login = Login(Home(root), user, defaults.bin, capsys)
    login.environment["SHELL"] = "/bin/zsh"
    assert login.types("init --capture-here --yes")[0] == 0
    assert login.types("completion zsh --install")[0] == 0
    (user / ".config" / "fish" / "completions").mkdir(parents=True)
    (user / ".config" / "fish" / "completions" / "tasted.fish").write_text("mine", "utf-8")
    home = login.home
    (home.outbox / "a").mkdir()
    for path in ("a/1.png", "2.png"):
        document = scored(path).model_dump_json()
        (home.outbox / f"{path}.json").write_text(document, "utf-8")
    (home.outbox / ".2.png.json.01234567.tmp").write_text("half", "utf-8")
    home.page_file.write_text("<html>", "utf-8")
    (home.inbox / "empty").mkdir()
    for name in ("2.png", "2.txt", "liked/3.heic", "empty/.DS_Store"):
        (home.inbox / name).write_bytes(b"12345")
    (home.library / "x.lance").mkdir(parents=True)
    (home.library / "x.lance" / "data").write_bytes(bytes(2_000_000))
    _locks(user, home.inbox).close()
    _fetched(user / "hub", home)
    return login


def _locks(user: Path, folder: Path) -> FolderLocks:
    locks = FolderLocks((folder,), place=user / ".cache" / "tasted" / "folders")
    locks.keep()
    return locks


def _fetched(cache: Path, home: Home) -> Path:
    """Lay out a model in the hub's cache, of which tasted fetched two files of three."""
    repository = cache / "models--openai--clip"
    for commit, names in (("c1", ("config.json", "model.safetensors", "x")), ("c2", ("x",))):
        snapshot = repository / "snapshots" / commit
        snapshot.mkdir(parents=True)
        (repository / "blobs").mkdir(exist_ok=True)
        for name in names:
            blob = repository / "blobs" / f"blob-of-{name}"
            blob.write_bytes(bytes(1_000))
            (snapshot / name).symlink_to(Path("../../blobs") / blob.name)
    note_downloads(
        repository / "snapshots" / "c1",
        ["config.json", "model.safetensors", "never-came"],
        models_file=home.models_file,
        home_root=home.root,
    )
    return repository


def _tree(root: Path) -> set[str]:
    return {
        str(file.relative_to(root))
        for file in root.rglob("*")
        if file.is_symlink() or file.is_file()
    }


def _removed(login: Login, words: str) -> set[str]:
    answer = login.asks(words)
    return {trace["name"] for trace in answer["traces"] if trace["removed"]}


def _agreed(login: Login, words: str) -> set[str]:
    """Run a command that asks, and return what it says that it removed."""
    status, out, said = login.types(words)
    assert status == 0, said
    return set(re.findall(r"^Removed (.+?)(?: from|:) ", out, re.MULTILINE))


def test_a_dry_run_lists_every_trace_with_its_size(login: Login, user: Path) -> None:
    """Whatever else is said; nothing is touched."""
    before = _tree(user)
    status, out, said = login.types("uninstall --purge --delete-pictures --yes --dry-run")
    assert status == 0, said
    for words in (
        "capture",
        f"kB  {user}/.zfunc/_tasted",
        f"2.0 kB  {user}/hub/models--openai--clip/snapshots/c1",
        "other programs and other tasted folders may use it",
        f"{login.home.outbox}",
        "3 pictures and texts of YOURS",
        "2.0 MB",
    ):
        assert words in out, out
    assert "Removed" not in out
    assert "pip uninstall tasted" in said
    assert "Your pictures stay" not in said
    answer = login.asks("uninstall --dry-run")
    assert {trace["name"] for trace in answer["traces"]} == OUTSIDE | DATA | {"pictures"}
    assert not any(trace["removed"] for trace in answer["traces"])
    assert _tree(user) == before


def test_a_dry_run_tells_what_the_same_words_would_do(login: Login) -> None:
    """Each trace is marked; the last line contradicts none of them."""
    outside, data = OUTSIDE, DATA
    expected = {
        "": dict.fromkeys(outside | data, "asked") | {"pictures": "stays"},
        "--yes": dict.fromkeys(outside, "goes") | dict.fromkeys(data | {"pictures"}, "stays"),
        "--purge --yes": dict.fromkeys(outside | data, "goes") | {"pictures": "stays"},
        "--purge --delete-pictures": dict.fromkeys(outside | data | {"pictures"}, "asked"),
        "--delete-pictures --yes": dict.fromkeys(outside | {"pictures"}, "goes")
        | dict.fromkeys(data, "stays"),
    }
    for words, fates in expected.items():
        answer = login.asks(f"uninstall --dry-run {words}")
        assert {trace["name"]: trace["fate"] for trace in answer["traces"]} == fates, words
        _status, out, said = login.types(f"uninstall --dry-run {words}")
        marked = {tuple(line.split()[:2]) for line in out.splitlines() if line[0] != " "}
        assert (fates["results"], "results") in marked
        assert ("Your pictures stay" in said) == (fates["pictures"] == "stays"), words


def test_yes_alone_takes_what_lies_outside_the_home(
    login: Login, user: Path, defaults: FakeDefaults
) -> None:
    """Nothing that cost anything; somebody else's completion script stays."""
    before = _tree(login.home.root)
    with contextlib.closing(_locks(user, user)):
        assert _removed(login, "uninstall --yes") == OUTSIDE
        # that of another home, which is at work
        assert len(_tree(user / ".cache")) == 1
    assert defaults.location == "~/Shots"
    assert before - _tree(login.home.root) == {".tasted/capture.json"}
    assert not (user / ".zfunc" / "_tasted").exists()
    assert _removed(login, "uninstall --yes") == {"lock files"}
    assert not (user / ".cache" / "tasted").exists()
    assert (user / ".config" / "fish" / "completions" / "tasted.fish").exists()


def test_purge_leaves_the_pictures_and_what_is_not_ours(login: Login, user: Path) -> None:
    """A notice that was changed, a strange file in the outbox, weights that others fetched."""
    home = login.home
    (home.inbox / "README.txt").write_text("my own", "utf-8")
    (home.outbox / "a" / "notes.txt").write_text("mine", "utf-8")
    (home.outbox / "other.json").write_text("{}", "utf-8")
    assert _removed(login, "uninstall --purge --yes") == OUTSIDE | DATA
    kept = {"README.txt", "2.png", "2.txt", "liked/3.heic", "empty/.DS_Store"}
    assert _tree(home.root) == {
        *(f"inbox/{name}" for name in kept),
        "outbox/a/notes.txt",
        "outbox/other.json",
    }
    assert _tree(user / "hub") == {
        "models--openai--clip/snapshots/c1/x",
        "models--openai--clip/snapshots/c2/x",
        "models--openai--clip/blobs/blob-of-x",
    }


def test_pictures_go_only_when_they_are_named(login: Login) -> None:
    """With everything else confirmed, the home is gone then, but for what is none of ours."""
    status, out, said = login.types("uninstall --purge --delete-pictures --yes")
    assert status == 0, said
    assert f"Removed pictures from {login.home.inbox}" in out
    assert "Your pictures stay" not in said
    assert _tree(login.home.root) == {"inbox/empty/.DS_Store"}


def test_empty_folders_of_the_outbox_go_with_the_results(login: Login) -> None:
    """They bear the names of people; that they are all that is left makes no difference."""
    home = login.home
    (home.outbox / "liked" / "emil").mkdir(parents=True)
    assert login.types("uninstall --purge --delete-pictures --yes")[0] == 0
    assert not home.outbox.exists()
    (home.root / "config").mkdir()
    home.config_file.write_text("", "utf-8")
    (home.outbox / "anna").mkdir(parents=True)
    status, out, said = login.types("uninstall --dry-run")
    assert status == 0, said
    assert "empty folders in the outbox" in out
    assert _removed(login, "uninstall --purge --yes") >= {"results"}
    assert not home.outbox.exists()


def test_a_second_run_tells_what_the_first_one_left(login: Login) -> None:
    """Pictures and files of others lie on where no home is any more."""
    login.environment["TASTED_HOME"] = str(login.home.root)
    assert login.types(["uninstall", "--purge", "--yes"], names_home=False)[0] == 0
    status, out, said = login.types(["uninstall"], names_home=False)
    assert status == 0, said
    assert "nothing of tasted" not in out
    assert f"{login.home.root} still has 4 files." in out


def _answers(login: Login, yes: Callable[[str], bool]) -> list[str]:
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return yes(question)

    login.ask = ask
    return asked


def test_a_person_is_asked_about_each_trace(login: Login) -> None:
    """Only what was agreed to goes; pictures are not even asked about."""
    asked = _answers(login, lambda question: "results" in question)
    assert _agreed(login, "uninstall") == {"results"}
    assert len(asked) == len(OUTSIDE | DATA)
    assert not any("picture" in question for question in asked)
    assert login.home.config_file.exists()
    assert not login.home.page_file.exists()


def test_purge_asks_once_and_for_pictures_once_more(login: Login) -> None:
    """A no to the second leaves them."""
    asked = _answers(login, lambda question: "YOURS" not in question)
    assert _agreed(login, "uninstall --purge --delete-pictures") == OUTSIDE | DATA
    assert len(asked) == 2
    assert (login.home.inbox / "2.png").exists()


def test_nobody_to_ask_and_a_daemon_at_work_are_refused(login: Login, user: Path) -> None:
    """Nothing is removed in either case."""
    before = _tree(user)
    status, _out, said = login.types("uninstall --purge")
    assert status == 2
    assert "--yes" in said
    with hold_lock(login.home):
        before |= _tree(user)
        status, _out, said = login.types("uninstall --purge --yes")
        assert status == 75
        assert f"kill {os.getpid()}" in said
    assert before <= _tree(user)


def test_what_is_damaged_keeps_nothing_else_from_going(login: Login) -> None:
    """It says what is not known then."""
    login.home.models_file.write_text("[]", "utf-8")
    status, out, said = login.types("uninstall --purge --yes --json")
    assert status == 0, said
    assert "models.json is damaged" in said
    answer: dict[str, Any] = json.loads(out)
    assert {trace["name"] for trace in answer["traces"] if trace["removed"]} == OUTSIDE | (
        DATA - {"weights"}
    )


def test_a_home_that_was_deleted_by_hand(user: Path, capsys: Captured, tmp_path: Path) -> None:
    """Its login item is found and goes; that of another home that lives stays."""
    (tmp_path / "bin").mkdir()
    login = Login(Home(user), user, tmp_path / "bin", capsys)
    file = definition_file(login.environment, "darwin")
    assert file is not None
    file.parent.mkdir(parents=True)
    file.write_bytes(plist.render(Definition(Path("/opt/python"), user)))
    status, out, said = login.types(["uninstall", "--dry-run"], names_home=False)
    assert status == 0, said
    assert str(file) in out
    file.write_bytes(plist.render(Definition(Path("/opt/python"), user / "gone")))
    assert str(file) in login.types(["uninstall", "--dry-run"], names_home=False)[1]
    status, _out, said = login.types("uninstall --dry-run")
    assert status == 4


def test_the_login_item_of_another_home_stays(login: Login, user: Path) -> None:
    """The command says so."""
    other = user / "Other"
    other.mkdir()
    file = definition_file(login.environment, "darwin")
    assert file is not None
    file.parent.mkdir(parents=True)
    file.write_bytes(plist.render(Definition(Path("/opt/python"), other)))
    status, _out, said = login.types("uninstall --yes")
    assert status == 0
    assert f"{file} belongs to another tasted folder, and stays" in said
    assert file.exists()


def test_a_checkout_keeps_its_settings_and_a_link_what_it_leads_to(
    login: Login, tmp_path: Path
) -> None:
    """Both belong to more than this home; an outbox on a disk that is away is none."""
    home = login.home
    (home.root / "pyproject.toml").write_text("", "utf-8")
    elsewhere = tmp_path / "elsewhere"
    home.state.rename(elsewhere)
    home.state.symlink_to(elsewhere)
    shutil.rmtree(home.outbox)
    home.outbox.symlink_to(tmp_path / "not-connected")
    assert _removed(login, "uninstall --purge --yes") == OUTSIDE | DATA - {"results", "settings"}
    assert home.config_file.exists()
    assert not home.state.is_symlink()
    assert (elsewhere / "library" / "x.lance" / "data").exists()
    assert home.outbox.is_symlink()


def test_a_file_that_cannot_be_removed_is_named(login: Login, user: Path) -> None:
    """Running it again continues: what was removed before is no longer listed."""
    script = user / ".zfunc" / "_tasted"
    command = [sys.executable, "-m", "tasted", "uninstall", "--yes", "--home", str(login.home.root)]
    script.parent.chmod(0o500)
    try:
        done = subprocess.run(
            [*bound_by_modes(), *command],
            env={"PATH": os.environ["PATH"], "HOME": str(user)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        script.parent.chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert f"Cannot remove {script}: Permission denied" in done.stderr
    assert script.exists()


def test_at_a_terminal_no_is_the_answer_of_who_only_presses_return(user: Path) -> None:
    """A real terminal: one question for --purge, and nothing goes without a yes."""
    home = pocket_home(user / "Tasted")
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, b"\n")
        done = subprocess.run(
            [sys.executable, "-m", "tasted", "uninstall", "--purge", "--home", str(home.root)],
            stdin=terminal,
            env={"PATH": os.environ["PATH"], "HOME": str(user)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert done.returncode == 0, done.stderr
    assert "Remove all of this except your pictures" in done.stderr
    assert "Removed" not in done.stdout
    assert home.config_file.exists()
