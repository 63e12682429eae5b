"""`tasted results` on a terminal: colours, columns, and lines that fit."""

import os
import pty
import subprocess
import sys

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.commands import run
from kit.sidecars import failed, scored
from kit.terminals import set_size, shown_to_the_end
from tasted.cli.commands.result_rows import columns_of, rows
from tasted.cli.context import Context, printable
from tasted.cli.main import main
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import ExtractedData
from tasted.outbox.sidecar_writer import Writer

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def writer(home: Home) -> Writer:
    """Writes into the outbox that is listed."""
    return Writer(home.outbox, Ledger(home.outbox))


def fill(writer: Writer) -> None:
    """Write one result of each verdict."""
    writer.write(scored("anna/match.png", 0.83, summary="Match, 83 %: close to 2 of your likes."))
    writer.write(scored("no.png", 0.2, verdict="no_match", is_match=False, summary="No match."))
    writer.write(scored("unsure.png", None, verdict="unsure", is_match=None, summary="Unsure."))
    writer.write(failed("failed.png"))


ANNA = ExtractedData(name="Anna", age=29)


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
    set_size(child_end, 40, 24)
    command = [sys.executable, "-m", "tasted", "--home", str(home.root), "results"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        command, stdin=child_end, stdout=child_end, stderr=subprocess.PIPE, check=True,
        env=environment,
    )  # fmt: skip
    os.close(child_end)
    shown = shown_to_the_end(main_end).decode()
    os.close(main_end)
    assert "\x1b[32mmatch" in shown
    assert all(len(line) <= 40 for line in click.unstyle(shown).splitlines())
    assert b"tasted is not running" in done.stderr
