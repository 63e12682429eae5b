"""`tasted results`: the outbox as a list."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.children import python, running_python
from kit.commands import run
from kit.sidecars import failed, profile, scored
from tasted.errors import UsageError
from tasted.home import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.results import parse_since
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.writer import Writer

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


def test_results_are_listed_best_first(home: Home, writer: Writer, capsys: Captured) -> None:
    """A line a picture: percent, verdict, path, and what the summary says besides."""
    fill(writer)
    assert run(home, "results") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        " 83%  match     anna/match.png  Close to 2 of your likes.",
        " 20%  no_match  no.png",
        "   -  unsure    unsure.png",
        "   -  error     failed.png  Not scored: failed.png is empty.",
    ]
    assert said.err == ""


def test_a_profile_is_listed_once(home: Home, writer: Writer, capsys: Captured) -> None:
    """A line with the number of its photos; programs that open pictures are given the photos."""
    for number in (1, 2):
        writer.write(scored(f"anna/{number}.png", 0.9))
    writer.write(profile("anna/", "anna/1.png", "anna/2.png"))
    assert run(home, "results") == 0
    assert capsys.readouterr().out == " 83%  match     anna/ (2 photos)\n"
    child = python("-m", "tasted", "--home", str(home.root), "results", "--print0")
    assert child.stdout == "".join(f"{home.inbox}/anna/{number}.png\0" for number in (1, 2))
    assert run(home, "stats") == 0
    assert "Profiles   1 match\n" in capsys.readouterr().out


def test_results_without_a_verdict_tell_what_gives_one(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """On stderr, as the last document has it; nothing is said beside a verdict or of a failure."""
    writer.write(failed("failed.png"))
    assert run(home, "results") == 0
    assert capsys.readouterr().err == ""
    ranked = {"verdict": "unsure", "is_match": None, "unsure_because": "needs_labels"}
    writer.write(scored("a.png", None, **ranked, next="Reject 4 to get verdicts"))
    later = datetime.now(UTC)
    writer.write(scored("b.png", None, **ranked, next="Reject 3 to get verdicts", scored_at=later))
    assert run(home, "results", "--json") == 0
    said = capsys.readouterr()
    assert said.err == "No verdicts yet. Reject 3 to get verdicts.\n"
    assert "verdicts yet" not in said.out
    writer.write(scored("c.png"))
    assert run(home, "results") == 0
    assert capsys.readouterr().err == ""


def test_json_is_the_whole_document(home: Home, writer: Writer, capsys: Captured) -> None:
    """One sidecar a line, as it stands in the outbox."""
    fill(writer)
    assert run(home, "--json", "results", "--match") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert Sidecar.model_validate_json(line) == scored(
        "anna/match.png", 0.83, summary="Match, 83 %: close to 2 of your likes."
    )


def test_verdicts_and_numbers_choose(home: Home, writer: Writer, capsys: Captured) -> None:
    """--match is one of the verdicts; several may be given; --top cuts."""
    fill(writer)
    assert listed(home, capsys, "--match") == ["anna/match.png"]
    assert listed(home, capsys, "--verdict", "error", "--verdict", "unsure") == [
        "unsure.png",
        "failed.png",
    ]
    assert listed(home, capsys, "--match", "--verdict", "no_match") == ["anna/match.png", "no.png"]
    assert listed(home, capsys, "--top", "2") == ["anna/match.png", "no.png"]


def test_what_was_judged_is_marked_and_a_rejected_match_is_none(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """The list of matches is for what is still to be looked at; the verdict itself can be asked."""
    writer.write(scored("liked.png", 0.9, judgement="liked"))
    writer.write(scored("rejected.png", 0.8, judgement="rejected"))
    writer.write(profile("anna/", "anna/1.png", "anna/2.png", judgement="liked"))
    assert run(home, "results") == 0
    assert capsys.readouterr().out.splitlines() == [
        " 90%  match     liked.png (you liked this)",
        " 83%  match     anna/ (2 photos, you liked this)",
        " 80%  match     rejected.png (you rejected this)",
    ]
    assert listed(home, capsys, "--match") == ["liked.png", "anna/"]
    assert listed(home, capsys, "--verdict", "match") == ["liked.png", "anna/", "rejected.png"]


def test_since_chooses_by_time(home: Home, writer: Writer, capsys: Captured) -> None:
    """Spans count back from now; nonsense is wrong usage."""
    now = datetime.now(UTC)
    writer.write(scored("old.png", scored_at=now - timedelta(hours=3)))
    writer.write(scored("young.png", scored_at=now - timedelta(hours=1)))
    assert listed(home, capsys, "--since", "2h") == ["young.png"]
    assert len(listed(home, capsys, "--since", "1d")) == 2
    assert run(home, "results", "--since", "lately") == 2
    assert "'lately' is neither a span" in capsys.readouterr().err


def test_nothing_yet_is_said_on_stderr(home: Home, capsys: Captured) -> None:
    """An empty list is no error, and machines read an empty list."""
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


def test_print0_gives_paths_that_can_be_opened(home: Home, writer: Writer) -> None:
    """Absolute paths, separated by NUL, byte for byte as the file system has them."""
    writer.write(scored("caf\udce9.png", 0.9))
    writer.write(scored("two\nlines.png", 0.8))
    child = python("-m", "tasted", "--home", str(home.root), "results", "--print0")
    assert child.returncode == 0
    assert child.stdout.encode("utf-8", "surrogateescape").split(b"\0") == [
        os.fsencode(home.inbox / "caf\udce9.png"),
        os.fsencode(home.inbox / "two\nlines.png"),
        b"",
    ]


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


def test_following_shows_what_arrives(home: Home, writer: Writer) -> None:
    """Each result is printed once, a new score of the same picture again."""
    writer.write(scored("first.png"))
    code = "from tasted.cli.main import run; run()"
    words = ("--home", str(home.root), "results", "--follow", "--json")
    with running_python(code, *words) as process:
        assert process.stdout is not None

        def arrives() -> str:
            path: str = json.loads(process.stdout.readline())["source"]["path"]
            return path

        assert arrives() == "first.png"
        writer.write(scored("second.png"))
        assert arrives() == "second.png"
        writer.write(scored("first.png", scored_at=datetime.now(UTC)))
        assert arrives() == "first.png"


@pytest.mark.parametrize("text", ["999999w", "yesterday", "", "2h30m"])
def test_a_time_that_is_none_is_a_usage_error(text: str) -> None:
    """Never a traceback, and the remedy shows the forms."""
    with pytest.raises(UsageError, match="neither a span"):
        parse_since(text, now=datetime.now(UTC))
