"""`tasted like`, `reject` and `undo`, as a user calls them."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from kit.commands import imported_by, run
from kit.inbox_files import PNG
from kit.sidecars import failed, profile, scored
from kit.snapshots import FULL
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.home.status import write_status
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ExtractedData
from tasted.outbox.sidecar_writer import Writer
from tasted.system.files import stamp_of

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """A picture outside of the home."""
    file = tmp_path / "shot.png"
    file.write_bytes(PNG)
    return file


def test_liking_rejecting_and_taking_back(home: Home, shot: Path, capsys: Captured) -> None:
    """Each step says what it did and where the copy is."""
    said = []
    for words in (["like"], ["like"], ["reject"], ["undo"], ["undo"]):
        assert run(home, *words, str(shot)) == 0
        said.append(capsys.readouterr().out)
    assert said == [
        "Liked shot.png (copied to inbox/liked).\n",
        "shot.png is already liked (inbox/liked).\n",
        "Rejected shot.png (copied to inbox/rejected); it no longer counts as liked.\n",
        "shot.png is no longer a like or a reject.\n",
        "shot.png was not a like or a reject.\n",
    ]
    assert shot.read_bytes() == PNG


def test_the_only_copy_is_returned(home: Home, shot: Path, capsys: Captured) -> None:
    """The command says where the picture is now."""
    shot.rename(home.inbox / "liked" / "shot.png")
    assert run(home, "undo", "inbox/liked/shot.png") == 0
    assert "It was the only copy, so it is now inbox/shot.png." in capsys.readouterr().out
    assert (home.inbox / "shot.png").read_bytes() == PNG


def test_a_folder_is_one_label(home: Home, tmp_path: Path, capsys: Captured) -> None:
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
        "Liked anna as one profile of 2 photos (copied to inbox/liked).\n",
        "anna (2 photos) is already liked (inbox/liked).\n",
        (
            "Rejected anna as one profile of 2 photos (copied to inbox/rejected); "
            "it no longer counts as liked.\n"
        ),
        "anna (2 photos) is no longer a like or a reject.\n",
        "anna (2 photos) was not a like or a reject.\n",
    ]
    assert run(home, "--json", "like", str(anna)) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 2
    (anna / "1.png").unlink()
    assert run(home, "like", str(anna)) == 3
    assert "holds one picture; a profile has 2 to 12" in capsys.readouterr().err


def test_a_profile_of_the_inbox_shows_its_verdict_before(
    home: Home, shot: Path, capsys: Captured
) -> None:
    """The verdict is that of the folder's document; its photos are not among the others."""
    writer = Writer(home.outbox, Ledger(home.outbox))
    (home.inbox / "anna").mkdir()
    for number in (1, 2):
        (home.inbox / "anna" / f"{number}.png").write_bytes(PNG + bytes([number]))
    writer.write(profile("anna/", "anna/1.png", "anna/2.png", confidence_score=0.83))
    write_status(home.status_file, replace(FULL, counts={"scored": 5}))
    assert run(home, "like", str(home.inbox / "anna")) == 0
    said = capsys.readouterr().out
    assert "Its verdict was: match, 83 %. 3 pictures will be re-scored." in said
    assert run(home, "reject", str(shot)) == 0
    assert "5 pictures will be re-scored." in capsys.readouterr().out


def test_what_follows_is_said_once(home: Home, shot: Path, capsys: Captured) -> None:
    """How many others are re-scored, after the last file; and that tasted is not running."""
    files = [shot.with_name(f"{number}.png") for number in range(3)]
    for file in files:
        file.write_bytes(PNG + file.name.encode())
    write_status(home.status_file, replace(FULL, counts={"scored": 5}))
    assert run(home, "like", *map(str, files)) == 0
    said = capsys.readouterr()
    assert said.out.count("will be re-scored") == 1
    assert said.out.endswith("\n5 pictures will be re-scored.\n")
    assert said.err == "tasted is not running. It learns this when you start it: tasted run\n"
    assert run(home, "like", *map(str, files)) == 0
    assert capsys.readouterr().err == ""
    with hold_lock(home):
        assert run(home, "undo", str(files[0])) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("typed", ["liked/shot.png", "inbox/liked/shot.png"])
def test_a_name_that_tasted_prints_may_be_typed_anywhere(
    home: Home, shot: Path, tmp_path: Path, typed: str
) -> None:
    """The working folder comes first, then the inbox is searched."""
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
    """The remedy is about the name only: what does not exist has no wrong mode."""
    for words in ("undo", "like"):
        assert run(home, words, "liked/absent.png") == 3
        said = capsys.readouterr().err
        assert "absent.png was not found, here or in the inbox" in said
        assert "Nothing was done." in said
        assert "mode" not in said


def test_json_has_an_object_for_every_file(home: Home, shot: Path, capsys: Captured) -> None:
    """It has outcome and path; nothing else is printed."""
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
    """A file that is missing or not a picture is named with a remedy; the exit status is 3."""
    notes = shot.with_name("notes.txt")
    notes.write_text("no picture")
    assert run(home, "like", str(notes), "absent.png", str(shot)) == 3
    said = capsys.readouterr()
    assert "Liked shot.png" in said.out
    assert "notes.txt does not count as a picture" in said.err
    assert "absent.png was not found" in said.err
    assert "2 of 3 files failed; the others are done." in said.err
    assert (home.inbox / "liked" / "shot.png").exists()


def test_failures_are_json_too(home: Home, shot: Path, capsys: Captured) -> None:
    """The object of a file that failed carries the code and the message."""
    absent = str(shot.with_name("absent.png"))
    assert run(home, "--json", "reject", absent, str(shot)) == 3
    said = capsys.readouterr()
    (done,) = (json.loads(line) for line in said.out.splitlines())
    assert done["outcome"] == "copied"
    failed, whole = (json.loads(line) for line in said.err.splitlines())
    assert (failed["file"], failed["error"]["code"]) == (absent, "not_found")
    assert whole["error"]["code"] == "some_failed"


def test_relative_names_are_those_of_the_working_folder(home: Home, shot: Path) -> None:
    """The home of the working folder is used, and the file is looked for there."""
    shot.rename(home.inbox / "shot.png")
    assert run(home, "like", "shot.png", working_folder=home.inbox) == 0
    assert (home.inbox / "liked" / "shot.png").exists()
    assert (home.inbox / "shot.png").exists()


@pytest.mark.parametrize("name", ["caf\udce9.png", "\x1b[31mred.png", "two\nlines.png"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_any_name_can_get_a_label(
    home: Home, shot: Path, capsys: Captured, name: str, form: list[str]
) -> None:
    """Names that are not text, and names that would control the terminal, are shown safely."""
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
    """It does not fail silently: the exit status is 1, and a remedy is named."""
    for folder in ("liked", "rejected", ""):
        (home.inbox / folder).rmdir()
    assert run(home, "like", str(shot)) == 1
    assert "  → " in capsys.readouterr().err


def test_labelling_imports_nothing_heavy(home: Home, shot: Path) -> None:
    """`tasted like` is quick: it needs neither settings nor pixels nor the library."""
    heavy = {"pydantic", "torch", "numpy", "PIL", "lancedb", "pyarrow", "transformers"}
    assert not imported_by("--home", str(home.root), "like", str(shot)) & heavy
    assert os.listdir(home.inbox / "liked") == ["shot.png"]  # noqa: PTH208 - names are compared


@pytest.mark.parametrize("command", ["undo", "reject"])
def test_what_was_dragged_into_a_label_folder_is_found_by_its_name(
    home: Home, shot: Path, tmp_path: Path, command: str
) -> None:
    """Directly in it, or in the folder of a profile there; a profile by its name too."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    anna = home.inbox / "liked" / "anna"
    anna.mkdir()
    shot.rename(home.inbox / "liked" / "shot.png")
    for number in range(4):
        (anna / f"{number}.png").write_bytes(PNG + bytes([number]))
    for name in ("shot.png", "0.png", "anna"):
        assert run(home, command, name, working_folder=elsewhere) == 0
    assert not list((home.inbox / "liked").iterdir())


def test_one_name_of_two_pictures_is_asked_about(
    home: Home, shot: Path, tmp_path: Path, capsys: Captured
) -> None:
    """It does not guess; of two copies of one picture either will do."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for label in ("liked", "rejected"):
        (home.inbox / label / "shot.png").write_bytes(PNG + label.encode("ascii"))
        (home.inbox / label / "same.png").write_bytes(PNG)
    shot.unlink()
    assert run(home, "undo", "shot.png", working_folder=elsewhere) == 3
    assert "liked/shot.png and rejected/shot.png" in capsys.readouterr().err
    assert run(home, "undo", "same.png", working_folder=elsewhere) == 0
    assert (home.inbox / "same.png").read_bytes() == PNG


def test_liking_what_is_known_to_be_broken_is_refused(
    home: Home, shot: Path, capsys: Captured
) -> None:
    """With the error in its sidecar; once the file is replaced it is not refused."""
    broken = shot.rename(home.inbox / "broken.png")
    sidecar = failed("broken.png")
    stamp = stamp_of(broken.lstat())
    source = sidecar.source.model_copy(
        update={
            "bytes": stamp.size_bytes,
            "modified_ns": stamp.modified_ns,
            "inode": stamp.inode,
            "changed_ns": stamp.changed_ns,
        }
    )
    Writer(home.outbox, Ledger(home.outbox)).write(sidecar.model_copy(update={"source": source}))
    assert run(home, "like", str(broken)) == 3
    assert sidecar.error is not None
    assert sidecar.error.message in capsys.readouterr().err
    assert run(home, "undo", str(broken)) == 0
    broken.write_bytes(PNG + b"another")
    assert run(home, "like", str(broken)) == 0


def test_the_pictures_of_a_folder_can_get_separate_labels(
    home: Home, tmp_path: Path, capsys: Captured
) -> None:
    """With --each, a mark in the folder, or several names in the inbox; else it is one."""
    folders = {name: tmp_path / name for name in ("asked", "marked")} | {
        "named": home.inbox / "named"
    }
    for folder in folders.values():
        folder.mkdir()
        for number in (1, 2):
            (folder / f"{number}.png").write_bytes(PNG + folder.name.encode() + bytes([number]))
    (folders["marked"] / ".not-a-profile").touch()
    writer = Writer(home.outbox, Ledger(home.outbox))
    for number, name in ((1, "Maya"), (2, "Zoe")):
        writer.write(scored(f"named/{number}.png", extracted_data=ExtractedData(name=name)))
    assert run(home, "reject", "--each", str(folders["asked"])) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Rejected 1.png (copied to inbox/rejected).",
        "Rejected 2.png (copied to inbox/rejected).",
    ]
    for name, why in (("marked", "has a file .not-a-profile"), ("named", "names several people")):
        assert run(home, "like", str(folders[name])) == 0
        said = capsys.readouterr()
        assert said.out.count("Liked ") == 2
        assert f"{name} {why}, so each picture is labelled separately." in said.err
    (folders["named"] / "bio.txt").write_text("all of one", "utf-8")
    assert run(home, "reject", str(folders["named"])) == 0
    assert "named as one profile of 2 photos" in capsys.readouterr().out
