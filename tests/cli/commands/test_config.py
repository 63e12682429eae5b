"""`tasted config`: show, check, path, edit."""

import json
import stat
from pathlib import Path

import pytest

from kit.homes import home_with
from tasted.cli.context import Context
from tasted.cli.main import main
from tasted.config.template import render_toml

Captured = pytest.CaptureFixture[str]


def config(root: Path, *words: str, **environment: str) -> int:
    """Run `tasted config` on a home."""
    context = Context(environment=environment, working_folder=root, named_home=root)
    return main(["config", *words], context)


def test_show_prints_values_as_toml_with_their_origin(tmp_path: Path, capsys: Captured) -> None:
    """Each setting once, aligned, with the place that decided it."""
    home = home_with(tmp_path, "[log]\nkeep = 7\n")
    assert config(tmp_path, "show", TASTED_WATCH__SETTLE_SECONDS="2") == 0
    shown = capsys.readouterr().out.split("\n")
    assert shown[0] == f"# {home.config_file} (from --home)"
    assert "settle_seconds = 2   # environment TASTED_WATCH__SETTLE_SECONDS" in shown
    assert "rescan_seconds = 60  # default" in shown
    assert "keep = 7        # config/tasted.toml line 2" in shown
    assert "weights.physical = 0.6     # default" in shown


def test_show_as_json_holds_settings_and_origins(tmp_path: Path, capsys: Captured) -> None:
    """One object on stdout, nothing on stderr."""
    home_with(tmp_path, "[log]\nkeep = 7\n")
    assert config(tmp_path, "show", "--json") == 0
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert answer["settings"]["log"]["keep"] == 7
    assert answer["origins"]["log.keep"] == "config/tasted.toml line 2"
    assert answer["origins"]["preferences.weights.physical"] == "default"
    assert captured.err == ""


def test_check_names_every_mistake_and_exits_with_4(tmp_path: Path, capsys: Captured) -> None:
    """So that scripts and people see the same."""
    home_with(tmp_path, "[log]\nkep = 7\nlevel = 3\n")
    assert config(tmp_path, "check") == 4
    message = capsys.readouterr().err
    assert "config/tasted.toml line 2: unknown key `kep` in [log]. Did you mean `keep`?" in message
    assert "config/tasted.toml line 3: `level` in [log] is 3:" in message
    assert "→ Correct it: tasted config edit" in message


def test_check_as_json_gives_the_mistakes_as_an_error_object(
    tmp_path: Path, capsys: Captured
) -> None:
    """Errors go to stderr as JSON, with the same exit status."""
    home_with(tmp_path)
    assert config(tmp_path, "check", "--json", TASTED_LOG__KEEP="x") == 4
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "config_invalid"
    assert error["message"].startswith("environment TASTED_LOG__KEEP: ")
    assert error["remedy"] == "Correct or unset it, then: tasted config check"


def test_check_of_right_settings_says_what_is_set(tmp_path: Path, capsys: Captured) -> None:
    """And where."""
    home_with(tmp_path, "[log]\nkeep = 7\n")
    assert config(tmp_path, "check") == 0
    shown = capsys.readouterr().out
    assert "Settings OK. 1 changed from the default:" in shown
    assert "log.keep: config/tasted.toml line 2" in shown


def test_check_says_when_the_file_is_missing(tmp_path: Path, capsys: Captured) -> None:
    """It is not a mistake, but worth knowing: it can vanish while a command waits."""
    home = home_with(tmp_path)
    context = Context(environment={}, working_folder=tmp_path, named_home=tmp_path)
    context.home()
    home.config_file.unlink()
    assert main(["config", "check"], context) == 0
    assert f"There is no {home.config_file}" in capsys.readouterr().out


def test_path_prints_the_file(tmp_path: Path, capsys: Captured) -> None:
    """For `$EDITOR "$(tasted config path)"`."""
    home = home_with(tmp_path, env="")
    assert config(tmp_path, "path") == 0
    assert capsys.readouterr().out == f"{home.config_file}\n"
    assert config(tmp_path, "path", "--json") == 0
    assert json.loads(capsys.readouterr().out)["environment_file_exists"] is True


def editor(tmp_path: Path, line: str) -> str:
    """Make an editor that adds a line to the file."""
    script = tmp_path / "my editor"
    script.write_text(f"#!/bin/sh\nprintf '{line}\\n' >> \"$1\"\n")
    script.chmod(stat.S_IRWXU)
    return f"'{script}'"


def test_edit_opens_the_editor_of_the_environment_and_checks(
    tmp_path: Path, capsys: Captured
) -> None:
    """VISUAL wins over EDITOR; what was written is checked at once."""
    home = home_with(tmp_path)
    visual = editor(tmp_path, "[log]\\nkeep = 9")
    assert config(tmp_path, "edit", VISUAL=visual, EDITOR="false") == 0
    assert "log.keep: config/tasted.toml line 2" in capsys.readouterr().out
    assert home.config_file.read_text() == "[log]\nkeep = 9\n"


def test_edit_keeps_a_mistake_and_names_it(tmp_path: Path, capsys: Captured) -> None:
    """The user's words are not thrown away."""
    home = home_with(tmp_path)
    assert config(tmp_path, "edit", EDITOR=editor(tmp_path, "[lg]")) == 4
    assert "unknown section [lg]. Did you mean [log]?" in capsys.readouterr().err
    assert home.config_file.read_text() == "[lg]\n"


@pytest.mark.parametrize(("command", "status"), [("false", 1), ("'unclosed", 2), ("/no/such", 1)])
def test_an_editor_that_fails_is_named(
    tmp_path: Path, capsys: Captured, command: str, status: int
) -> None:
    """No traceback, whatever EDITOR holds."""
    home_with(tmp_path)
    assert config(tmp_path, "edit", EDITOR=command) == status
    assert command.strip("'") in capsys.readouterr().err


def test_set_changes_the_file_and_nothing_else(tmp_path: Path, capsys: Captured) -> None:
    """Comments, layout, mode and link of the file stay; the name alone is enough."""
    home = home_with(tmp_path / "home", render_toml())
    dotfiles = tmp_path / "dotfiles.toml"
    home.config_file.rename(dotfiles)
    home.config_file.symlink_to(dotfiles)
    dotfiles.chmod(0o640)
    before = dotfiles.read_text("utf-8")
    assert config(home.root, "set", "traits", "kind", "well read") == 0
    assert capsys.readouterr().out == 'preferences.traits = ["kind", "well read"]\n'
    assert config(home.root, "set", "--json", "engine.save_power", "no") == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "key": "engine.save_power",
        "value": False,
        "config_file": str(home.config_file),
        "acts": True,
    }
    assert said.err == ""
    assert home.config_file.is_symlink()
    assert stat.S_IMODE(dotfiles.stat().st_mode) == 0o640
    after = dotfiles.read_text("utf-8")
    assert after == before.replace("#traits = []", 'traits = ["kind", "well read"]').replace(
        "#save_power = true", "save_power = false"
    )


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (("keep", "many"), "`keep` in [log] is 'many': it should be a whole number", 4),
        (("model", "pokcet"), "Did you mean 'pocket'?", 4),
        (("log.kep", "3"), "There is no setting log.kep. Did you mean log.keep?", 2),
        (("kepe", "3"), "There is no setting kepe. Did you mean log.keep?", 2),
        (("preferences", "kind"), "preferences is a section of settings.", 2),
        (("keep", "3", "4"), "keep takes one value, and you gave 2.", 2),
        (("traits", "[kind"), "[kind is not a list.", 2),
    ],
)
def test_set_refuses_what_would_be_invalid(
    tmp_path: Path, capsys: Captured, words: tuple[str, ...], said: str, status: int
) -> None:
    """And leaves the file as it was."""
    home = home_with(tmp_path, "[log]\nkeep = 7\n")
    assert config(tmp_path, "set", *words) == status
    message = capsys.readouterr().err
    assert said in message
    assert "line" not in message
    assert home.config_file.read_text() == "[log]\nkeep = 7\n"


def test_set_corrects_one_mistake_beside_another(tmp_path: Path, capsys: Captured) -> None:
    """Other mistakes stay and are reported; a file that cannot be read is not touched."""
    home = home_with(tmp_path, '[log]\nkeep = "x"\nlevel = "loud"\n')
    assert config(tmp_path, "set", "keep", "5") == 0
    said = capsys.readouterr()
    assert said.out == "log.keep = 5\n"
    assert "Still invalid: config/tasted.toml line 3: `level` in [log] is 'loud'" in said.err
    home.config_file.write_text("keep = five\n")
    assert config(tmp_path, "set", "keep", "5") == 4
    assert "words need quotes" in capsys.readouterr().err
    assert home.config_file.read_text() == "keep = five\n"


def test_set_says_when_something_else_wins(tmp_path: Path, capsys: Captured) -> None:
    """A variable of the environment hides the file."""
    home_with(tmp_path)
    assert config(tmp_path, "set", "keep", "5", TASTED_LOG__KEEP="6") == 0
    said = capsys.readouterr().err
    assert (
        said
        == "It has no effect: environment TASTED_LOG__KEEP takes precedence over tasted.toml.\n"
    )


def test_set_makes_a_file_that_is_missing(tmp_path: Path, capsys: Captured) -> None:
    """Of the template, as `tasted init` does."""
    home = home_with(tmp_path)
    context = Context(environment={}, working_folder=tmp_path, named_home=tmp_path)
    context.home()
    home.config_file.unlink()
    assert main(["config", "set", "interests", '["jazz", {name = "golf"}]'], context) == 0
    assert 'interests = ["jazz", { name = "golf" }]\n' in home.config_file.read_text()


def test_check_says_that_the_model_is_not_there(tmp_path: Path, capsys: Captured) -> None:
    """The settings are valid anyway."""
    home_with(tmp_path)
    assert config(tmp_path, "check") == 0
    assert "The model openai/clip-vit-base-patch32 is not on this machine." in (
        capsys.readouterr().out
    )
