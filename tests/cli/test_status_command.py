"""`tasted status` on what a daemon wrote before it ended."""

from dataclasses import replace

import pytest

from kit.commands import run
from kit.snapshots import FULL
from tasted.home import Home
from tasted.status import PlainFolder, write_status


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


def test_folders_that_are_no_profiles_are_told_of(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which and why, the first few; and how many profiles there are."""
    plain = (PlainFolder("big/", "too_large"), PlainFolder("anna/may/", "nested"))
    counts = {"scored": 14, "profiles": 1}
    write_status(home.status_file, replace(FULL, plain=plain, plain_count=3, counts=counts))
    assert run(home, "status") == 0
    said = capsys.readouterr().out.splitlines()
    assert (
        "Outbox   14 scored, 0 learnt, 0 failed, 0 whose picture is gone; "
        "1 profile of several photos"
    ) in said
    at = said.index(
        "Plain    big/ holds more than 12 pictures, so it is no profile; each counts on its own"
    )
    assert said[at + 1 : at + 3] == [
        (
            "Plain    anna/may/ lies in another folder, so it is no profile; "
            "each picture counts on its own"
        ),
        "         and 1 more folder",
    ]
