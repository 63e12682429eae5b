"""A link that leads to itself, named wherever a command takes a file or a folder."""

from pathlib import Path

import pytest

from kit.commands import run
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]
_COMMANDS = (
    ["backfill", "LOOP"],
    ["backfill", "--name", "t1", "LOOP"],
    ["backfill", "LOOP/below"],
    ["evaluate", "--out", "LOOP"],
    ["export", "LOOP"],
    ["forget", "LOOP"],
    ["import", "LOOP"],
    ["like", "LOOP"],
    ["models", "add", "own/model", "LOOP"],
    ["open", "LOOP"],
    ["reject", "LOOP"],
    ["score", "LOOP"],
    ["undo", "LOOP"],
)


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    """A link to itself."""
    link = tmp_path / "loopx"
    link.symlink_to("loopx")
    return link


@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_a_command_refuses_it_in_words(
    home: Home, loop: Path, words: list[str], capsys: Captured
) -> None:
    """It is a file that cannot be read, and nothing that is worth a report."""
    named = [word.replace("LOOP", str(loop)) for word in words]
    assert run(home, *named) not in (0, 70)
    told = capsys.readouterr()
    assert "report" not in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("words", [["init", "loopx"], ["--home", "loopx", "status"]], ids=" ".join)
def test_it_is_no_home(loop: Path, words: list[str], capsys: Captured) -> None:
    """Nothing is made in its place."""
    context = Context(environment={}, working_folder=loop.parent)
    assert main(words, context) not in (0, 70)
    assert "report" not in capsys.readouterr().err
    assert loop.is_symlink()


def test_a_folder_is_no_home_for_a_loop_in_it(home: Home, loop: Path) -> None:
    """Also where the link lies in the inbox, among pictures."""
    (home.inbox / "loopy").symlink_to("loopy")
    for command in ("like", "score", "undo"):
        assert run(home, command, "inbox/loopy") not in (0, 70)
