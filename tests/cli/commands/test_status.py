"""`tasted status` on what a daemon wrote before it ended."""

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kit.commands import run
from kit.snapshots import FULL
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.home.status import IgnoredPath, PlainFolder, read_status, write_status
from tasted.home.training_file import TrainingFolder, TrainingState


def test_what_gives_verdicts_is_told_while_there_are_none(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below the labels that there are."""
    write_status(home.status_file, replace(FULL, next="Reject 4 to get verdicts"))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    at = said.index("Taste    4 liked, 2 rejected")
    assert said[at + 1] == "Next     Reject 4 to get verdicts"
    write_status(home.status_file, replace(FULL, next=None))
    assert run(home, "status") == 0
    assert "Next" not in capsys.readouterr().out


def test_folders_that_are_not_profiles_are_listed(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which and why, the first few; and how many profiles there are."""
    plain = (PlainFolder("big/", "too_large"), PlainFolder("anna/may/", "nested"))
    counts = {"scored": 14, "profiles": 1, "gone": 2}
    write_status(home.status_file, replace(FULL, plain=plain, plain_count=3, counts=counts))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    assert (
        "Outbox   14 scored, 0 learnt, 0 failed; 1 profile of several photos; "
        "2 gone (tasted results --gone)"
    ) in said
    at = said.index("Folders  big/ has over 12 pictures, so its pictures are scored separately")
    assert said[at + 1 : at + 3] == [
        "Folders  anna/may/ is in another folder, so its pictures are scored separately",
        "         and 1 more folder",
    ]


def test_a_training_is_told_as_it_is_now(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """Not as the daemon wrote it minutes ago: while it runs, and how it ended."""
    now = "2026-11-30T14:10:00.000+00:00"
    folder = TrainingFolder(home)
    state = TrainingState(1, "training", "pocket", now, now, adapter=2, adapters=4, steps_max=90)
    write_status(home.status_file, replace(FULL, training="Training begins."))
    with folder.held():
        folder.write(replace(state, step=7))
        assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    assert "Training adapter 2 of 4: step 7 of at most 90." in said
    assert not any("begins" in line for line in said)

    folder.write(replace(state, state="not_offered", message="500 labels are needed."))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    at = said.index("Training 500 labels are needed.")
    assert said[at + 1] == "         → See more: tasted train --status"
    assert run(home, "--json", "status") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"]["training"] is None
    assert told["training"] == {
        "is_running": False,
        "state": "not_offered",
        "summary": "500 labels are needed.",
    }


def test_texts_without_a_picture_are_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest few, with what to do; and how many more the daemon saw."""
    for number, name in enumerate(("a.md", "notes.txt")):
        (home.inbox / name).touch()
        os.utime(home.inbox / name, (0, number))
    write_status(home.status_file, replace(FULL, ignored={"text_without_picture": 5}))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    at = said.index("Texts    without a picture: notes.txt, a.md and 3 more")
    assert (
        said[at + 1] == "         → Give each text the name of its picture: shot.txt for shot.png"
    )


def test_row_52_what_is_ignored_is_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest few, each with its reason, below the counts."""
    newest = (IgnoredPath("n-page.pdf", "other"), IgnoredPath("a/x.png.part", "unfinished"))
    write_status(home.status_file, replace(FULL, ignored_newest=newest, ignored={"other": 19}))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    at = said.index("Ignored  19 other")
    assert said[at + 1 : at + 3] == [
        "         n-page.pdf (not a picture)",
        "         a/x.png.part (still being written)",
    ]
    assert read_status(home.status_file) == replace(
        FULL, ignored_newest=newest, ignored={"other": 19}
    )


def test_row_48_a_failure_of_tasted_itself_is_red_for_a_day(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Above all else, with the way to the lines to report; then no more."""
    CrashLog(home.crashes_file, version="0.1.0").note(KeyError("anna.png"), "labels")
    assert run(home, "status") == 0
    first, second, *_others = capsys.readouterr().out.splitlines()
    assert first.startswith("Internal tasted itself failed once in the last day, at ")
    assert second == "         → See what to report: tasted doctor"
    (report,) = json.loads(home.crashes_file.read_text())
    yesterday = datetime.fromisoformat(report["at"]) - timedelta(hours=25)
    home.crashes_file.write_text(json.dumps([{**report, "at": yesterday.isoformat()}]))
    assert run(home, "status") == 0
    assert "Internal" not in capsys.readouterr().out
