"""`tasted results`: the outbox as a list."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.children import python
from kit.commands import run
from kit.sidecars import failed, profile, scored
from kit.snapshots import FULL
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.home.status import QueueReport, write_status
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ExtractedData
from tasted.outbox.sidecar_writer import Writer

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def writer(home: Home) -> Writer:
    """Writes into the outbox that is listed."""
    return Writer(home.outbox, Ledger(home.outbox))


def listed(home: Home, capsys: Captured, *words: str) -> list[str]:
    """Return the paths of what is listed, in order."""
    assert run(home, "results", "--json", *words) == 0
    return [json.loads(line)["source"]["path"] for line in capsys.readouterr().out.splitlines()]


def fill(writer: Writer) -> None:
    """Write one result of each verdict."""
    writer.write(scored("anna/match.png", 0.83, summary="Match, 83 %: close to 2 of your likes."))
    writer.write(scored("no.png", 0.2, verdict="no_match", is_match=False, summary="No match."))
    writer.write(scored("unsure.png", None, verdict="unsure", is_match=None, summary="Unsure."))
    writer.write(failed("failed.png"))


NOT_RUNNING = "tasted is not running, so new pictures are not scored.\n  → Start it: tasted run\n"
ANNA = ExtractedData(name="Anna", age=29)


def test_results_are_listed_best_first(home: Home, writer: Writer, capsys: Captured) -> None:
    """In a pipe a line a result: who, percent, verdict in words, path, what else is said."""
    fill(writer)
    writer.write(scored("7.png", 0.96, strong=True, summary="Strong match.", extracted_data=ANNA))
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "Anna, 29         96 %  strong match  7.png",
        "anna/match.png   83 %  match         Close to 2 of your likes.",
        "no.png           20 %  no match",
        "unsure.png          -  unsure",
        "failed.png          -  not scored    failed.png is empty.",
    ]
    assert said.err == NOT_RUNNING


def test_a_profile_is_listed_once(home: Home, writer: Writer, capsys: Captured) -> None:
    """A line with the number of its photos; programs that open pictures are given the photos."""
    for number in (1, 2):
        writer.write(scored(f"anna/{number}.png", 0.9))
    writer.write(profile("anna/", "anna/1.png", "anna/2.png"))
    assert run(home, "results") == 0
    assert capsys.readouterr().out == "anna/      83 %  match         (2 photos)\n"
    child = python("-m", "tasted", "--home", str(home.root), "results", "--print0")
    assert child.stdout == "".join(f"{home.inbox}/anna/{number}.png\0" for number in (1, 2))
    assert child.stderr == ""
    assert run(home, "stats") == 0
    assert "Profiles   1 match\n" in capsys.readouterr().out


def test_results_without_a_verdict_tell_what_gives_one(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """On stderr, as the last document has it; nothing is said beside a verdict or of a failure."""
    writer.write(failed("failed.png"))
    assert run(home, "results") == 0
    assert "verdicts yet" not in capsys.readouterr().err
    ranked = {"verdict": "unsure", "is_match": None, "unsure_because": "needs_labels"}
    writer.write(scored("a.png", None, **ranked, next="Reject 4 to get verdicts"))
    later = datetime.now(UTC)
    writer.write(scored("b.png", None, **ranked, next="Reject 3 to get verdicts", scored_at=later))
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert said.err == f"No verdicts yet. Reject 3 to get verdicts.\n{NOT_RUNNING}"
    writer.write(scored("c.png"))
    assert run(home, "results") == 0
    assert "verdicts yet" not in capsys.readouterr().err


def test_what_gives_verdicts_is_said_once(home: Home, writer: Writer, capsys: Captured) -> None:
    """Below the list, and not again with each result."""
    step = "Like 4 and reject 4 to get verdicts"
    unsure = {"verdict": "unsure", "is_match": None, "unsure_because": "needs_labels"}
    for number in range(3):
        summary = f"Unsure: {step[0].lower()}{step[1:]}."
        writer.write(scored(f"{number}.png", None, **unsure, next=step, summary=summary))
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert (said.out + said.err).casefold().count(step.casefold()) == 1


def test_what_waits_is_said_and_why(home: Home, writer: Writer, capsys: Captured) -> None:
    """Pictures without a sidecar of their own are counted; who is scored is not."""
    (home.inbox / "a.png").write_bytes(b"a picture")
    assert run(home, "results") == 0
    said = capsys.readouterr().err
    assert said.startswith("No results yet. Drop pictures into the inbox")
    assert "1 picture is waiting, but tasted is not running.\n  → Start it: tasted run\n" in said
    (home.inbox / "liked").mkdir(exist_ok=True)
    (home.inbox / "liked" / "b.png").write_bytes(b"another one")
    writer.write(scored("gone.png"))
    assert run(home, "results") == 0
    said = capsys.readouterr().err
    assert "2 pictures are waiting, but tasted is not running." in said
    assert "No results yet" not in said


def test_what_was_forgotten_and_kept_waits_for_nothing(home: Home, capsys: Captured) -> None:
    """It lies in the inbox, has no sidecar, and never gets one by itself."""
    (home.inbox / "a.png").write_bytes(b"a picture")
    IgnoredFiles(home.ignored_file).keep([(list_inbox(home.inbox).files["a.png"], None)])
    assert run(home, "results") == 0
    assert "1 picture" not in capsys.readouterr().err
    home.ignored_file.write_text("no list", encoding="utf-8")
    assert run(home, "results") == 0
    assert "Restore the file, or delete it" in capsys.readouterr().err


def test_a_running_daemon_tells_what_waits(home: Home, writer: Writer, capsys: Captured) -> None:
    """Its queue, or what stops it; and then there is no advice to start it."""
    queue = QueueReport(new=3, rescores=2, seconds_left=40.4)
    held = replace(FULL, pid=os.getpid(), queue=queue)
    writer.write(scored())
    with hold_lock(home):
        write_status(home.status_file, replace(held, fault=None))
        assert run(home, "results") == 0
        assert (
            capsys.readouterr().err
            == "3 pictures and 2 re-scores are waiting, about 40 seconds left.\n"
        )
        reading = replace(queue, texts=4)
        write_status(home.status_file, replace(held, fault=None, queue=reading))
        assert run(home, "results") == 0
        assert capsys.readouterr().err.endswith(
            "left. The text of 4 pictures is still being read.\n"
        )
        write_status(home.status_file, held)
        assert run(home, "results") == 0
        said = capsys.readouterr().err
        assert said == "Scoring is stopped: The disk is full.\n  → Free some space.\n"
        write_status(home.status_file, replace(held, fault=None, queue=QueueReport()))
        assert run(home, "results") == 0
        assert capsys.readouterr().err == ""


def test_an_inbox_that_is_gone_is_said_below_the_results(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """The results are listed anyway."""
    writer.write(scored())
    shutil.rmtree(home.inbox)
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert said.out.startswith("a.png")
    assert f"The inbox {home.inbox} cannot be read" in said.err


def test_a_choice_that_fits_nothing_says_of_how_many(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """No results yet is said where there are none."""
    writer.write(scored("no.png", 0.2, verdict="no_match", is_match=False))
    writer.write(failed("failed.png"))
    assert run(home, "results", "--match") == 0
    said = capsys.readouterr().err
    assert said.startswith("None of 2 results fits. To list all: tasted results\n")
    assert "No results yet" not in said


def test_nothing_yet_is_said_on_stderr(home: Home, capsys: Captured) -> None:
    """An empty list is not an error, and programs read an empty list."""
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "No results yet" in said.err


def test_a_missing_outbox_is_said(home: Home, capsys: Captured) -> None:
    """A folder that is gone is not an empty one."""
    home.outbox.rmdir()
    assert run(home, "results") == 1
    assert str(home.outbox) in capsys.readouterr().err


def test_spoilt_sidecars_are_passed_over(home: Home, writer: Writer, capsys: Captured) -> None:
    """One edited file does not hide the others."""
    fill(writer)
    (home.outbox / "no.png.json").write_bytes(b"{")
    spoilt = scored("unsure.png").to_json().replace(b'"path_hex": null', b'"path_hex": "zz"')
    (home.outbox / "unsure.png.json").write_bytes(spoilt)
    assert listed(home, capsys) == ["anna/match.png", "failed.png"]


def test_foreign_words_are_shown_safely(home: Home, writer: Writer, capsys: Captured) -> None:
    """Neither a file name nor a summary can steer the terminal or break the line."""
    writer.write(scored("\x1b[2J\n.png", summary="bio: \x1b]0;title\x07\u202e"))
    assert run(home, "results") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()


def test_the_readers_home_may_be_anywhere(home: Home, writer: Writer, tmp_path: Path) -> None:
    """A moved home lists the same results."""
    fill(writer)
    moved = Home(home.root.rename(tmp_path / "moved"))
    assert run(moved, "results", "--match") == 0
