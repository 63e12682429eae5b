"""`tasted results` with options: which are listed, and in which form."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from kit.children import python, running_python
from kit.commands import run
from kit.sidecars import failed, profile, scored
from tasted.errors import UsageError
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.outbox.ledger import Ledger
from tasted.outbox.results import parse_since
from tasted.outbox.sidecar import Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.outbox.succession import succeeding
from tasted.records import Current

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


def test_json_is_all_that_is_printed(home: Home, writer: Writer) -> None:
    """Of a folder that was copied, too, whose index is made anew: a log line is no answer."""
    writer.write(scored("a.png", 0.9))
    home.index_file.write_bytes(b"of another outbox")
    child = python("-m", "tasted", "--home", str(home.root), "results", "--json")
    (line,) = child.stdout.splitlines()
    assert json.loads(line)["source"]["path"] == "a.png"
    assert child.stderr == ""


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
        "liked.png            you liked     (otherwise: match, 90 %)",
        "anna/                you liked     (2 photos, otherwise: match, 83 %)",
        "rejected.png         you rejected  (otherwise: match, 80 %)",
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


def test_following_shows_what_arrives(home: Home, writer: Writer) -> None:
    """Each result is printed once, other contents of the same name again, a new score not."""
    first = succeeding(scored("first.png"), None)
    writer.write(first)
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
        writer.write(succeeding(scored("first.png", scored_at=datetime.now(UTC)), first))
        writer.write(scored("third.png"))
        assert arrives() == "third.png"
        writer.write(succeeding(scored("first.png", number=2, scored_at=datetime.now(UTC)), first))
        assert arrives() == "first.png"


@pytest.mark.parametrize("text", ["999999w", "yesterday", "", "2h30m"])
def test_a_time_that_is_none_is_a_usage_error(text: str) -> None:
    """Never a traceback, and the remedy shows the forms."""
    with pytest.raises(UsageError, match="neither a span"):
        parse_since(text, now=datetime.now(UTC))


def test_since_and_changes_go_by_what_is_news(home: Home, writer: Writer, capsys: Captured) -> None:
    """A label scores everything again, and nobody wants to see all of it again."""
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=3)
    old = succeeding(scored("old.png", 0.9, scored_at=long_ago), None)
    again = succeeding(scored("old.png", 0.8, scored_at=now), old)
    flipped = succeeding(
        scored(
            "flipped.png",
            0.2,
            verdict="no_match",
            is_match=False,
            scored_at=now,
            summary="No match.",
        ),
        succeeding(scored("flipped.png", scored_at=long_ago), None),
    )
    judged = flipped.model_copy(update={"source": again.source, "judgement": "rejected"})
    for sidecar in (again, flipped, succeeding(scored("new.png", 0.7, scored_at=now), None)):
        writer.write(sidecar)
    assert listed(home, capsys, "--since", "1h") == ["new.png"]
    assert listed(home, capsys, "--since", "4d") == ["old.png", "new.png", "flipped.png"]
    assert listed(home, capsys, "--changes") == ["flipped.png"]
    assert listed(home, capsys, "--changes", "--since", "1h") == ["flipped.png"]
    assert listed(home, capsys, "--changes", "--match") == []
    assert run(home, "results", "--changes") == 0
    assert capsys.readouterr().out == "flipped.png   20 %  no match      (was match)\n"
    writer.write(judged)
    (home.outbox / "flipped.png.json").unlink()
    assert run(home, "results", "--changes") == 0
    assert capsys.readouterr().err == "No verdict has changed.\n"


def test_what_a_former_model_scored_is_listed_or_said_to_be_nothing(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """Never silence: after a change of the model the list is empty one day."""
    sidecar = scored("here.png")
    writer.write(sidecar)
    assert sidecar.model is not None
    for fingerprint, told, said in (
        (sidecar.model.embedder_fingerprint, [], "No result is of a former model.\n"),
        ("b" * 64, ["here.png"], ""),
    ):
        current = Current("pocket", fingerprint, "taste", "v2", "t", "c", "l", 0, 0, model="pocket")
        write_current(home.current_file, current)
        assert listed(home, capsys, "--former") == told
        assert run(home, "results", "--former") == 0
        assert capsys.readouterr().err == said


def test_gone_pictures_are_listed_apart(home: Home, writer: Writer, capsys: Captured) -> None:
    """Neither beside the others, nor as the reason why there is nothing."""
    writer.write(scored("here.png"))
    assert listed(home, capsys, "--gone") == []
    assert run(home, "results", "--gone") == 0
    assert capsys.readouterr().err == "No picture is gone.\n"
    writer.write(failed("gone.png").marked(datetime(2026, 11, 23, 12, tzinfo=UTC)))
    assert listed(home, capsys) == ["here.png"]
    assert listed(home, capsys, "--gone") == ["gone.png"]
    assert run(home, "results", "--gone") == 0
    assert "(gone since 2026-11-2" in capsys.readouterr().out


def test_a_judgement_is_told_instead_of_a_verdict(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """After what is still to be judged, and with what tasted would say without it."""
    for path, judgement in (("no.png", "rejected"), ("yes.png", "liked"), ("open.png", None)):
        writer.write(scored(path, 0.96, judgement=judgement, summary="Match, 96 %."))
    assert run(home, "results") == 0
    assert capsys.readouterr().out.splitlines() == [
        "open.png   96 %  match",
        "yes.png          you liked     (otherwise: match, 96 %)",
        "no.png           you rejected  (otherwise: match, 96 %)",
    ]
