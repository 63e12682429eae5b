"""`tasted like`, `reject` and `undo`, as a user calls them."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from kit.commands import imported_by, run
from kit.inbox_files import PNG
from kit.sidecars import profile
from kit.snapshots import FULL
from tasted.home import Home
from tasted.lock import hold_lock
from tasted.outbox.ledger import Ledger
from tasted.outbox.writer import Writer
from tasted.status import write_status

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A picture outside of the home."""
    file = tmp_path / "shot.png"
    file.write_bytes(PNG)
    return file


def test_liking_rejecting_and_taking_back(home: Home, shot: Path, capsys: Captured) -> None:
    """Each step says what it did and where the picture teaches from."""
    said = []
    for words in (["like"], ["like"], ["reject"], ["undo"], ["undo"]):
        assert run(home, *words, str(shot)) == 0
        said.append(capsys.readouterr().out)
    assert said == [
        "Liked: shot.png teaches from inbox/liked/shot.png.\n",
        "Liked before: shot.png teaches from inbox/liked/shot.png.\n",
        (
            "Rejected: shot.png teaches from inbox/rejected/shot.png; "
            "the opposite lesson was taken back.\n"
        ),
        "Taken back: shot.png no longer teaches.\n",
        "shot.png had taught nothing.\n",
    ]
    assert shot.read_bytes() == PNG


def test_the_only_copy_is_returned(home: Home, shot: Path, capsys: Captured) -> None:
    """The user is told where the picture lies now."""
    shot.rename(home.inbox / "liked" / "shot.png")
    assert run(home, "undo", "inbox/liked/shot.png") == 0
    assert "is now inbox/shot.png in the inbox" in capsys.readouterr().out
    assert (home.inbox / "shot.png").read_bytes() == PNG


def test_a_folder_is_one_lesson(home: Home, tmp_path: Path, capsys: Captured) -> None:
    """The photos of a profile are copied together, moved together, and taken back together."""
    anna = tmp_path / "anna"
    anna.mkdir()
    for number in (1, 2):
        (anna / f"{number}.png").write_bytes(PNG + bytes([number]))
    said = []
    for words in (["like"], ["like"], ["reject"], ["undo"], ["undo"]):
        assert run(home, *words, str(anna)) == 0
        said.append(capsys.readouterr().out)
    assert said == [
        "Liked: anna (2 pictures) teaches from inbox/liked/anna.\n",
        "Liked before: anna (2 pictures) teaches from inbox/liked/anna.\n",
        (
            "Rejected: anna (2 pictures) teaches from inbox/rejected/anna; "
            "the opposite lesson was taken back.\n"
        ),
        "Taken back: anna (2 pictures) no longer teaches.\n",
        "anna (2 pictures) had taught nothing.\n",
    ]
    assert run(home, "--json", "like", str(anna)) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 2
    (anna / "1.png").unlink()
    assert run(home, "like", str(anna)) == 3
    assert "holds one picture; a profile has 2 to 12" in capsys.readouterr().err


def test_a_profile_of_the_inbox_tells_what_it_had_said(
    home: Home, shot: Path, capsys: Captured
) -> None:
    """The verdict is that of the folder's document; its photos are none of the others."""
    writer = Writer(home.outbox, Ledger(home.outbox))
    (home.inbox / "anna").mkdir()
    for number in (1, 2):
        (home.inbox / "anna" / f"{number}.png").write_bytes(PNG + bytes([number]))
    writer.write(profile("anna/", "anna/1.png", "anna/2.png", confidence_score=0.83))
    write_status(home.status_file, replace(FULL, counts={"scored": 5}))
    assert run(home, "like", str(home.inbox / "anna")) == 0
    said = capsys.readouterr().out
    assert "It said match, 83 %; 3 others will be re-scored." in said
    assert run(home, "reject", str(shot)) == 0
    assert "5 others will be re-scored." in capsys.readouterr().out


def test_what_follows_is_said_once(home: Home, shot: Path, capsys: Captured) -> None:
    """How many others are re-scored, after the last file; and that nobody learns just now."""
    files = [shot.with_name(f"{number}.png") for number in range(3)]
    for file in files:
        file.write_bytes(PNG + file.name.encode())
    write_status(home.status_file, replace(FULL, counts={"scored": 5}))
    assert run(home, "like", *map(str, files)) == 0
    said = capsys.readouterr()
    assert said.out.count("will be re-scored") == 1
    assert said.out.endswith("\n5 others will be re-scored.\n")
    assert said.err == "No daemon runs; it is learnt when one does: tasted run\n"
    assert run(home, "like", *map(str, files)) == 0
    assert capsys.readouterr().err == ""
    with hold_lock(home):
        assert run(home, "undo", str(files[0])) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("typed", ["liked/shot.png", "inbox/liked/shot.png"])
def test_a_name_that_tasted_prints_may_be_typed_anywhere(
    home: Home, shot: Path, tmp_path: Path, typed: str
) -> None:
    """What lies in the working folder comes first; then the inbox is searched."""
    assert run(home, "like", str(shot)) == 0
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "liked").mkdir(parents=True)
    mine = elsewhere / "liked" / "mine.png"
    mine.write_bytes(PNG + b"mine")
    assert run(home, "reject", "liked/mine.png", working_folder=elsewhere) == 0
    assert run(home, "undo", typed, working_folder=elsewhere) == 0
    assert not (home.inbox / "liked" / "shot.png").exists()
    assert (home.inbox / "rejected" / "mine.png").exists()


def test_a_name_of_nothing_is_looked_for_here_and_in_the_inbox(
    home: Home, capsys: Captured
) -> None:
    """The remedy speaks of the name alone: a mode of nothing cannot be wrong."""
    for words in ("undo", "like"):
        assert run(home, words, "liked/absent.png") == 3
        said = capsys.readouterr().err
        assert "There is no such file here or in the inbox" in said
        assert "Nothing was done." in said
        assert "mode" not in said


def test_json_tells_of_every_file(home: Home, shot: Path, capsys: Captured) -> None:
    """One object a file, with outcome and path; nothing else is printed."""
    other = shot.with_name("other.png")
    other.write_bytes(PNG + b"other")
    assert run(home, "like", "--json", str(shot), str(other)) == 0
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"file": str(shot), "outcome": "copied", "path": "liked/shot.png"},
        {"file": str(other), "outcome": "copied", "path": "liked/other.png"},
    ]
    assert said.err == ""


def test_one_bad_file_does_not_stop_the_others(home: Home, shot: Path, capsys: Captured) -> None:
    """What is no picture or not there is named with a remedy, and the exit status is 3."""
    notes = shot.with_name("notes.txt")
    notes.write_text("no picture")
    assert run(home, "like", str(notes), "absent.png", str(shot)) == 3
    said = capsys.readouterr()
    assert "Liked: shot.png" in said.out
    assert "notes.txt is no picture" in said.err
    assert "absent.png cannot be read" in said.err
    assert "2 of 3 files failed; the others are done." in said.err
    assert (home.inbox / "liked" / "shot.png").exists()


def test_failures_are_told_in_json_too(home: Home, shot: Path, capsys: Captured) -> None:
    """The object of a file that failed carries the code and the message."""
    absent = str(shot.with_name("absent.png"))
    assert run(home, "--json", "reject", absent, str(shot)) == 3
    said = capsys.readouterr()
    failed, done = (json.loads(line) for line in said.out.splitlines())
    assert (failed["file"], failed["error"]) == (absent, "unreadable")
    assert done["outcome"] == "copied"
    assert json.loads(said.err.splitlines()[-1])["error"]["code"] == "some_failed"


def test_relative_names_are_those_of_the_working_folder(home: Home, shot: Path) -> None:
    """The home of the working folder is used, and the file is looked for there."""
    shot.rename(home.inbox / "shot.png")
    assert run(home, "like", "shot.png", working_folder=home.inbox) == 0
    assert (home.inbox / "liked" / "shot.png").exists()
    assert (home.inbox / "shot.png").exists()


@pytest.mark.parametrize("name", ["caf\udce9.png", "\x1b[31mred.png", "two\nlines.png"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_any_name_can_be_taught(
    home: Home, shot: Path, capsys: Captured, name: str, form: list[str]
) -> None:
    """Names that are no text, and names that would steer the terminal, are shown safely."""
    odd = shot.rename(shot.with_name(name))
    assert run(home, *form, "like", str(odd)) == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1
    assert said.rstrip("\n").isprintable()
    assert said.encode("utf-8")
    if form:
        assert json.loads(said)["path"] == f"liked/{name}"
    assert (home.inbox / "liked" / name).exists()


def test_a_missing_inbox_fails_the_command(home: Home, shot: Path, capsys: Captured) -> None:
    """Nothing is taught in silence: the exit status is 1, and a remedy is named."""
    for folder in ("liked", "rejected", ""):
        (home.inbox / folder).rmdir()
    assert run(home, "like", str(shot)) == 1
    assert "  → " in capsys.readouterr().err


def test_teaching_imports_nothing_heavy(home: Home, shot: Path) -> None:
    """`tasted like` is quick: it needs neither settings nor pixels nor the library."""
    heavy = {"pydantic", "torch", "numpy", "PIL", "lancedb", "pyarrow", "transformers"}
    assert not imported_by("--home", str(home.root), "like", str(shot)) & heavy
    assert os.listdir(home.inbox / "liked") == ["shot.png"]  # noqa: PTH208 - names are compared
