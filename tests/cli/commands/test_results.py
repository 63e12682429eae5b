"""`tasted results`: the outbox as a list."""

import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.children import python, running_python
from kit.commands import run
from kit.sidecars import failed, profile, scored
from kit.snapshots import FULL
from tasted.cli.commands.result_rows import columns_of, rows
from tasted.cli.context import Context, printable
from tasted.cli.main import main
from tasted.daemon.shared.ignored_files import IgnoredFiles
from tasted.errors import UsageError
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.home.status import QueueReport, write_status
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.results import parse_since
from tasted.outbox.sidecar import ExtractedData, Sidecar
from tasted.outbox.sidecar_writer import Writer
from tasted.outbox.succession import succeeding

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


def on_terminal(home: Home, columns: int, **environment: str) -> Context:
    """Return the context of a command whose stdout is a terminal."""
    return Context(
        environment=environment, working_folder=home.root, named_home=home.root, columns=columns
    )


def test_a_terminal_shows_colours_unless_it_must_not(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """NO_COLOR and a dumb terminal are obeyed; JSON and pipes have no colour in any case."""
    fill(writer)
    assert main(["results"], on_terminal(home, 80)) == 0
    shown = capsys.readouterr().out
    assert "\x1b[32mmatch\x1b[0m" in shown
    assert "\x1b[31mno match\x1b[0m" in shown
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert main(["results"], on_terminal(home, 80, **environment)) == 0
        plain = capsys.readouterr().out
        assert plain == click.unstyle(shown)
    assert main(["--json", "results"], on_terminal(home, 80)) == 0
    coloured = capsys.readouterr().out
    assert run(home, "results", "--json") == 0
    assert coloured == capsys.readouterr().out


def test_a_terminal_has_who_above_and_the_rest_below(
    home: Home, writer: Writer, capsys: Captured
) -> None:
    """What does not fit is cut: a reason at its end, a path in its middle."""
    summary = "Match, 83 %: close to 2 of your likes; hiking is in the bio."
    path = "Screenshot 2026-11-28 at 5.05.12\u202fPM.png"
    writer.write(scored(path, summary=summary, extracted_data=ANNA, judgement="liked"))
    plain = {"NO_COLOR": "1"}
    assert main(["results"], on_terminal(home, 130, **plain)) == 0
    below = f"    {path} · otherwise: match, 83 % · Close to 2 of your likes; hiking is in the bio."
    first = "Anna, 29         you liked"
    assert capsys.readouterr().out.splitlines() == [first, below]
    assert main(["results"], on_terminal(home, 40, **plain)) == 0
    assert capsys.readouterr().out.splitlines() == [
        first,
        "    Scree…M.png · otherwise: match, 83 %",
        "    Close to 2 of your likes; hiking is…",
    ]


@given(
    names=st.lists(st.text(max_size=60), max_size=4),
    summary=st.text(max_size=120),
    columns=st.integers(40, 120),
)
def test_every_line_fits_the_width(names: list[str], summary: str, columns: int) -> None:
    """Whatever a name or a reason holds, in letters that take one column or two."""
    found = [
        scored(f"{name}.png", summary=summary, extracted_data=ExtractedData(name=name, age=29))
        for name in names
    ]
    for line in rows(found, columns=columns, has_colour=False):
        assert columns_of(line) <= columns
        assert line.isprintable() or "\u3000" in line or line.strip() == printable(line.strip())


def test_the_width_is_that_of_the_real_terminal(home: Home, writer: Writer) -> None:
    """Seen through a pseudo-terminal of 40 columns, as a person would."""
    writer.write(scored(f"{'long' * 20}.png", summary=f"Match, 83 %: {'close ' * 20}."))
    main_end, child_end = pty.openpty()
    fcntl.ioctl(child_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "results"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        command, stdin=child_end, stdout=child_end, stderr=subprocess.PIPE, check=True,
        env=environment,
    )  # fmt: skip
    os.close(child_end)
    shown = os.read(main_end, 10_000).decode()
    os.close(main_end)
    assert "\x1b[32mmatch" in shown
    assert all(len(line) <= 40 for line in click.unstyle(shown).splitlines())
    assert b"tasted is not running" in done.stderr


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
