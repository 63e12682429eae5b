"""`tasted init`: what it makes, and what it leaves alone."""

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kit.homes import home_with
from kit.hub_server import running_hub
from kit.model_folders import write_model_folder
from tasted.cli.commands.init import privacy_warning
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.config import Settings, load_settings
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


def init(working_folder: Path, *words: str, **environment: str) -> int:
    """Run `tasted init` in a folder."""
    context = Context(environment=environment, working_folder=working_folder)
    return main(["init", *words], context)


def tree(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Return mode and content of everything below a folder."""
    return {
        str(path.relative_to(root)): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(root.rglob("*"))
    }


def test_a_new_home_is_private_complete_and_at_its_defaults(
    tmp_path: Path, capsys: Captured
) -> None:
    """Folders 0700, files 0600, a note for people in inbox and outbox, and the next steps."""
    assert init(tmp_path, "new/home") == 0
    root = tmp_path / "new" / "home"
    made = tree(root)
    assert {
        "config/tasted.toml",
        "inbox/README.txt",
        "inbox/liked",
        "inbox/rejected",
        "outbox/README.txt",
        ".tasted/logs",
    } <= set(made)
    assert {mode for mode, content in made.values() if content is None} == {0o700}
    assert {mode for mode, content in made.values() if content is not None} == {0o600}
    assert load_settings(Home(root), environment={}).settings == Settings()
    shown = capsys.readouterr().out
    assert f"Created your tasted folder: {root}" in shown
    assert f"tasted models pull --home {root}" in shown
    assert f"tasted run --home {root}" in shown


def test_the_default_is_the_folder_tasted_of_the_user(tmp_path: Path, capsys: Captured) -> None:
    """And then commands need no --home."""
    assert init(tmp_path, "--model", "pocket", HOME=str(tmp_path)) == 0
    assert (tmp_path / "Tasted" / "config" / "tasted.toml").is_file()
    shown = capsys.readouterr().out
    assert "--home" not in shown
    assert "models pull" not in shown


def test_tasted_home_and_the_option_name_the_folder(tmp_path: Path) -> None:
    """As they do for every other command."""
    assert init(tmp_path, TASTED_HOME=str(tmp_path / "a")) == 0
    assert init(tmp_path, "--home", str(tmp_path / "b"), TASTED_HOME=str(tmp_path / "c")) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}
    assert init(tmp_path, "d", "--home", str(tmp_path / "e")) == 2


def test_the_model_is_written_to_a_new_settings_file(tmp_path: Path, capsys: Captured) -> None:
    """As the only setting that is not commented out."""
    assert init(tmp_path, "h", "--model", "pocket", "--json") == 0
    home = Home(tmp_path / "h")
    loaded = load_settings(home, environment={})
    assert loaded.settings.embedder.model == "pocket"
    assert loaded.origins["embedder.model"].startswith("config/tasted.toml line")
    answer = json.loads(capsys.readouterr().out)
    assert answer["home"] == str(home.root)
    assert (answer["model"], answer["model_is_there"]) == ("pocket", True)
    assert answer["kept"] == []
    assert "config/tasted.toml" in answer["made"]
    assert answer["next"][-1].startswith("tasted results")


def test_a_model_folder_is_meant_from_where_the_command_is_called(tmp_path: Path) -> None:
    """Not from the new home, which is where the settings file would look."""
    assert init(tmp_path, "h", "--model", "./weights") == 0
    loaded = load_settings(Home(tmp_path / "h"), environment={})
    assert loaded.settings.embedder.model == str(tmp_path / "weights")


def test_a_wrong_model_name_makes_nothing(tmp_path: Path) -> None:
    """The refusal comes before the first folder."""
    assert init(tmp_path, "h", "--model", " ") == 4
    assert list(tmp_path.iterdir()) == []


def test_running_it_again_completes_and_never_overwrites(tmp_path: Path, capsys: Captured) -> None:
    """Whatever the user wrote stays, byte by byte; what is missing is made and named."""
    home = home_with(tmp_path / "h", '[embedder]\nmodel = "a/b"\n')
    (home.inbox / "README.txt").write_text("mine")
    (home.inbox / "liked").rmdir()
    (home.outbox / "README.txt").symlink_to(tmp_path / "nowhere")
    before = home.config_file.read_bytes()
    assert init(tmp_path, "h", "--model", "pocket", "--json") == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert answer["made"] == ["inbox/liked/"]
    assert answer["model"] == "a/b"
    assert "existed before" in answer["warnings"][0]
    assert home.config_file.read_bytes() == before
    assert (home.inbox / "README.txt").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert init(tmp_path, "h") == 0
    assert "is already complete" in capsys.readouterr().out


@pytest.mark.parametrize("inside", ["inbox", "inbox/deep/er", "outbox/x", ".tasted/x"])
def test_a_home_inside_the_folders_of_another_is_refused(
    tmp_path: Path, capsys: Captured, inside: str
) -> None:
    """Its files would be scored, or swept away, by the other."""
    home_with(tmp_path / "outer")
    before = tree(tmp_path)
    assert init(tmp_path, f"outer/{inside}") == 4
    assert "of another tasted folder" in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_a_link_into_the_inbox_of_another_home_is_refused_as_well(tmp_path: Path) -> None:
    """Links are resolved before the question is asked."""
    outer = home_with(tmp_path / "outer")
    (tmp_path / "link").symlink_to(outer.inbox)
    assert init(tmp_path, "link/x") == 4


def test_a_file_in_the_way_is_named(tmp_path: Path, capsys: Captured) -> None:
    """Exit status 4, no traceback."""
    (tmp_path / "h").write_text("")
    assert init(tmp_path, "h") == 4
    assert "is a file, not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("below", "warned"),
    [
        ("Desktop/t", True),
        ("documents", True),
        ("Downloads/a/b", True),
        ("Library/Mobile Documents/com~apple~CloudDocs/t", True),
        ("Library/CloudStorage/Drive/t", True),
        ("Tasted", False),
        ("Library/t", False),
        ("Pictures/Desktop", False),
    ],
)
def test_folders_that_macos_guards_are_warned_of(
    tmp_path: Path, below: str, *, warned: bool
) -> None:
    """Only on macOS; background programs see no files there."""
    environment = {"HOME": str(tmp_path)}
    root = tmp_path.resolve() / below
    assert (privacy_warning(root, environment, "darwin") is not None) is warned
    assert privacy_warning(root, environment, "linux") is None
    assert privacy_warning(Path("/elsewhere/Desktop"), environment, "darwin") is None


def init_at_a_terminal(root: Path, endpoint: str, answer: str) -> subprocess.CompletedProcess[str]:
    """Run `tasted init` with a terminal as its standard input, on which this is typed."""
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, f"{answer}\n".encode())
        return subprocess.run(
            [sys.executable, "-m", "tasted", "init", str(root / "home")],
            stdin=terminal,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(root),
                "HF_HOME": str(root / "hf"),
                "HF_ENDPOINT": endpoint,
            },
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)


def test_at_a_terminal_the_download_is_offered_and_done(tmp_path: Path) -> None:
    """By the same code as `tasted models pull`; then it is no longer a next step."""
    name = "openai/clip-vit-base-patch32"
    with running_hub({name: write_model_folder(tmp_path / "hub")}) as hub:
        done = init_at_a_terminal(tmp_path, hub.endpoint, "y")
    assert done.returncode == 0, done.stderr
    assert f"The model {name} is not on this computer yet (about 600 MB)." in done.stderr
    assert f"{name} is ready" in done.stdout
    assert "models pull" not in done.stdout
    assert (tmp_path / "home" / ".tasted" / "models.json").is_file()


def test_an_offer_that_is_declined_opens_no_connection(tmp_path: Path) -> None:
    """Declining is the default."""
    with running_hub({}) as hub:
        done = init_at_a_terminal(tmp_path, hub.endpoint, "")
        assert hub.asked == []
    assert done.returncode == 0, done.stderr
    assert "tasted models pull --home" in done.stdout


def test_a_download_that_fails_leaves_a_home_that_is_right(tmp_path: Path) -> None:
    """The failure is shown, and the download stays a next step."""
    with running_hub({}) as hub:
        done = init_at_a_terminal(tmp_path, hub.endpoint, "y")
    assert done.returncode == 0
    assert "tasted: " in done.stderr
    assert "tasted models pull --home" in done.stdout


def test_a_misspelt_model_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the one that was probably meant."""
    context = Context(environment={}, working_folder=tmp_path)
    assert main(["init", str(tmp_path / "home"), "--model", "pokcet"], context) == 4
    assert "Did you mean 'pocket'?" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
