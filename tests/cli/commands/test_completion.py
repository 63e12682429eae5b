"""`tasted completion`: scripts are valid, complete real commands, and land where shells look."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tasted.cli.commands.completion import script_file
from tasted.cli.context import Context
from tasted.cli.main import main

Captured = pytest.CaptureFixture[str]
SHELLS = ("bash", "zsh", "fish")


def completion(*words: str, **environment: str) -> int:
    """Run `tasted completion`."""
    return main(["completion", *words], Context(environment, Path("/")))


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(shell: str, capsys: Captured) -> None:
    """Alone on stdout, so that it can be sourced."""
    assert completion(shell) == 0
    captured = capsys.readouterr()
    assert f"_TASTED_COMPLETE={shell}_complete" in captured.out
    assert captured.err == ""


def test_bash_accepts_the_script(capsys: Captured) -> None:
    """It is sourced by a real bash, where there is one, and registers the completion."""
    completion("bash")
    script = capsys.readouterr().out
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", "-c", f"{script}\ncomplete -p tasted"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_tasted_completion tasted" in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_install_writes_where_the_shell_looks_and_may_be_repeated(
    tmp_path: Path, shell: str, capsys: Captured
) -> None:
    """It says what it wrote and what to do then."""
    for _time in range(2):
        assert completion(shell, "--install", "--json", HOME=str(tmp_path)) == 0
        answer = json.loads(capsys.readouterr().out)
        assert "_TASTED_COMPLETE" in Path(answer["file"]).read_text()
        assert Path(answer["file"]).is_relative_to(tmp_path)
        assert "terminal" in answer["afterwards"]


def test_install_never_replaces_a_file_of_somebody_else(tmp_path: Path, capsys: Captured) -> None:
    """A file without our variable was not written by us."""
    file = script_file("fish", {"HOME": str(tmp_path)})
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    assert completion("fish", "--install", HOME=str(tmp_path)) == 1
    assert "was not written by tasted" in capsys.readouterr().err
    assert file.read_text() == "mine"


def test_the_variables_of_the_shells_choose_the_place() -> None:
    """XDG folders and ZDOTDIR are honoured."""
    environment = {"HOME": "/h", "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "ZDOTDIR": "/z"}
    assert [str(script_file(shell, environment)) for shell in SHELLS] == [
        "/d/bash-completion/completions/tasted",
        "/z/.zfunc/_tasted",
        "/c/fish/completions/tasted.fish",
    ]


def test_without_a_user_folder_nothing_is_guessed(capsys: Captured) -> None:
    """The script can still be printed."""
    assert completion("zsh", "--install") == 2
    assert "tasted completion zsh" in capsys.readouterr().err
