"""`tasted open`: hands the page, a folder or the settings to the desktop."""

import json
import os
import stat
from pathlib import Path

import pytest

from kit.children import python
from kit.waiting import eventually
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


def opens(home: Home, tmp_path: Path, *words: str) -> tuple[int, str, Path]:
    """Run the command as a process whose desktop notes what it is handed."""
    note, program = tmp_path / "note", tmp_path / "bin" / "xdg-open"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{note}.new" && mv "{note}.new" "{note}"\n')
    program.chmod(stat.S_IRWXU)
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "DISPLAY": ":0"}
    child = python(
        "-m", "tasted", "--home", str(home.root), "open", *words, environment=environment
    )
    return child.returncode, child.stdout, note


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ((), "outbox/results.html"),
        (("page",), "outbox/results.html"),
        (("inbox",), "inbox"),
        (("outbox",), "outbox"),
        (("config",), "config/tasted.toml"),
    ],
)
def test_the_desktop_is_handed_what_was_asked_for(
    home: Home, tmp_path: Path, words: tuple[str, ...], place: str
) -> None:
    """The page where nothing is named."""
    home.page_file.write_text("<html>")
    status, said, note = opens(home, tmp_path, *words, "--json")
    assert status == 0
    assert json.loads(said) == {"opened": str(home.root / place)}
    eventually(note.exists)
    assert note.read_text() == str(home.root / place)


def test_a_page_that_is_not_there_yet_is_said(home: Home, capsys: Captured) -> None:
    """With what makes it, and the exit status of what is missing."""
    context = Context(environment={}, working_folder=home.root, named_home=home.root)
    assert main(["open"], context) == 3
    assert "tasted run" in capsys.readouterr().err


@pytest.mark.parametrize("environment", [{"PATH": "/nowhere"}, {"DISPLAY": ":0", "PATH": "/none"}])
def test_without_a_desktop_the_place_is_told(
    home: Home, capsys: Captured, environment: dict[str, str]
) -> None:
    """On a server, or without the program: a person can go there by hand."""
    context = Context(
        environment=environment, working_folder=home.root, named_home=home.root, system="linux"
    )
    assert main(["open", "inbox"], context) == 1
    assert f"is here: {home.inbox}" in capsys.readouterr().err
