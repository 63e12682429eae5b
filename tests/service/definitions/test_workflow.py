"""The bundles of Finder's quick actions, byte for byte, and the line of shell in them."""

import json
import os
import plistlib
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.service.definitions.workflow import (
    DOCUMENT,
    FILE_TYPES,
    INFO,
    QUICK_ACTIONS,
    QuickAction,
    files_of,
    home_in,
    identifier_in,
    shell_line,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "quick_actions"
PYTHON = Path("/Users/maya/.local/share/uv/tools/tasted/bin/python")
HOME = Path("/Users/maya/Tasted")
_paths = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\0\ufffe\uffff"),
    min_size=1,
    max_size=20,
).map(lambda text: Path(f"/{text}"))


@pytest.mark.parametrize("action", QUICK_ACTIONS, ids=lambda action: action.command)
def test_the_bundles_look_like_this(
    action: QuickAction, golden: Callable[[Path, str], None]
) -> None:
    """Both files of both, for an example user; Automator itself has not read them yet."""
    GOLDEN.mkdir(exist_ok=True)
    for place, data in files_of(action, PYTHON, HOME).items():
        name = f"{action.command}-{Path(place).name}"
        golden(GOLDEN / name, data.decode("utf-8"))


def test_finder_offers_them_for_pictures_and_folders() -> None:
    """In Finder alone, under their own names, and with the information written last."""
    for action in QUICK_ACTIONS:
        files = files_of(action, PYTHON, HOME)
        assert list(files) == [DOCUMENT, INFO]
        (service,) = plistlib.loads(files[INFO])["NSServices"]
        assert service["NSMenuItem"] == {"default": action.title}
        assert tuple(service["NSSendFileTypes"]) == FILE_TYPES
        assert service["NSRequiredContext"] == {"NSApplicationIdentifier": "com.apple.finder"}


@given(_paths, _paths)
def test_whatever_the_paths_are_they_can_be_read_back(interpreter: Path, home: Path) -> None:
    """Spaces, quotes, dollars, emoji: one word each for the shell, and the home is found again."""
    for action in QUICK_ACTIONS:
        files = files_of(action, interpreter, home)
        assert identifier_in(files[INFO]) == action.identifier
        assert home_in(files[DOCUMENT]) == home
        words = shlex.split(shell_line(action, interpreter, home))
        assert words[1:] == [
            *[str(interpreter), "-I", "-m", "tasted", action.command, "--home", str(home)],
            *["--", "$@"],
        ]


@given(st.binary(max_size=200))
def test_other_bytes_are_not_ours(data: bytes) -> None:
    """A bundle of another program, or a damaged one, is never taken for one of ours."""
    assert identifier_in(data) is None
    assert home_in(data) is None


@pytest.mark.parametrize(
    "document",
    [
        {"actions": []},
        {"actions": [{"action": {"ActionParameters": {"COMMAND_STRING": "tasted --home"}}}]},
        {"actions": [{"action": {"ActionParameters": {"COMMAND_STRING": "a --home b"}}}]},
        {"actions": [{"action": {"ActionParameters": {"COMMAND_STRING": "'"}}}]},
        {"actions": 3},
    ],
)
def test_a_document_without_a_home_names_none(document: dict[str, object]) -> None:
    """Somebody may have edited it in Automator."""
    assert home_in(plistlib.dumps(document)) is None


def test_a_real_shell_hands_every_path_over_as_it_is(tmp_path: Path) -> None:
    """As Automator calls it: `sh -c LINE -` with the paths that Finder selected."""
    program = tmp_path / 'it\'s a "python" $HOME'
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n", "utf-8"
    )
    program.chmod(0o700)
    home = tmp_path / "my $(touch x); home"
    selected = ["/Users/maya/a b.png", "/Users/maya/-rf", "/Users/maya/'\"`$(touch y)\n.png"]
    done = subprocess.run(
        ["/bin/sh", "-c", shell_line(QUICK_ACTIONS[1], program, home), "-", *selected],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": os.defpath},
    )
    assert json.loads(done.stdout) == [
        *["-I", "-m", "tasted", "reject", "--home", str(home), "--", *selected]
    ]
    assert [file.name for file in tmp_path.iterdir()] == [program.name]
