"""`tasted models`, as a process: what is on this machine, what is fetched, what is added."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.checkpoints import as_bin, save_tiny_resnet
from kit.environments import bare
from kit.hub_server import Hub, running_hub
from kit.model_folders import write_model_folder
from tasted.cli.commands.model_change import plan_lines
from tasted.embedding.models.weights import find_model
from tasted.embedding.pocket import FOLDER as POCKET_FOLDER
from tasted.errors import ModelMissing
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.records import Current

NAME = "openai/clip-vit-base-patch32"


@dataclass
class Shell:
    """Runs commands on one home, against a hub on this machine."""

    folder: Path
    hub: Hub
    names_huggingface_home: bool = True
    """Whether HF_HOME is in the environment."""

    @property
    def home(self) -> Path:
        """The home."""
        return self.folder / "home"

    def run(self, *arguments: str, command: str = "models") -> subprocess.CompletedProcess[str]:
        """Run one command line."""
        environment = {
            **bare(),
            "HOME": str(self.folder),
            "TASTED_HOME": str(self.home),
            "HF_ENDPOINT": self.hub.endpoint,
        }
        if self.names_huggingface_home:
            environment["HF_HOME"] = str(self.folder / "hf")
        return subprocess.run(
            [sys.executable, "-m", "tasted", command, *arguments],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def answers(self, *arguments: str) -> list[dict[str, object]]:
        """Run one command line with --json and read what it printed on stdout."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def states(self) -> dict[str, object]:
        """Return the state of each listed model."""
        return {answer["name"]: answer["state"] for answer in self.answers("list")}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """An empty home and a hub that has the default model."""
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "tasted.toml").touch()
    with running_hub({NAME: write_model_folder(tmp_path / "hub")}) as hub:
        yield Shell(tmp_path, hub)


def test_pull_fetches_the_model_that_the_settings_name(shell: Shell) -> None:
    """The size is first on stderr, and the answer is one object on stdout."""
    assert shell.states()[NAME] == "not downloaded"
    done = shell.run("pull")
    assert done.returncode == 0, done.stderr
    assert f"Downloading {NAME}: " in done.stderr.splitlines()[0]
    assert "model.safetensors" in done.stderr
    assert f"{NAME} is ready" in done.stdout
    assert shell.states()[NAME] == "ready"
    (again,) = shell.answers("pull", "clip")
    assert again["downloaded_bytes"] == 0
    assert again["revision"] == shell.hub.commit(NAME)


def test_a_failed_pull_says_what_to_do(shell: Shell) -> None:
    """With --json the error is an object on stderr and stdout stays empty."""
    done = shell.run("pull", "someone/else", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    error = json.loads(done.stderr.splitlines()[-1])["error"]
    assert error["code"] == "download_failed"
    assert "someone/else" in error["message"]


def test_the_revision_of_the_settings_is_pulled(shell: Shell) -> None:
    """A pinned model stays pinned."""
    config = shell.home / "config" / "tasted.toml"
    config.write_text('[embedder]\nrevision = "nowhere"\n')
    done = shell.run("pull")
    assert "no such revision" in done.stderr
    assert shell.run("pull", "--revision", "main").returncode == 0


def test_pocket_needs_no_download(shell: Shell) -> None:
    """Nothing is asked of the hub."""
    assert shell.answers("pull", "pocket") == [{"name": "pocket", "downloaded_bytes": 0}]
    assert shell.hub.asked == []


def test_a_folder_can_serve_as_an_official_model(shell: Shell) -> None:
    """The way for a machine without a network: copy, add, ready."""
    copied = shutil.copytree(POCKET_FOLDER, shell.folder / "copied")
    (answer,) = shell.answers("add", "copied", "--name", NAME)
    assert (answer["name"], answer["folder"]) == (NAME, str(copied))
    assert shell.states()[NAME] == "ready"
    assert shell.hub.asked == []


def test_a_model_that_was_loaded_is_ready(shell: Shell) -> None:
    """By both runtimes, or by torch where it alone takes the file; none other is added."""
    shutil.copytree(POCKET_FOLDER, shell.folder / "whole")
    assert "whole is ready: " in shell.run("add", "whole").stdout
    (answer,) = shell.answers("add", "whole")
    assert answer["tried"]
    pickled = shutil.copytree(POCKET_FOLDER, shell.folder / "pickled")
    as_bin(pickled)
    done = shell.run("add", "pickled")
    assert done.returncode == 0, done.stderr
    assert "pickled is ready: " in done.stdout
    renamed = shutil.copytree(POCKET_FOLDER, shell.folder / "renamed")
    (renamed / "model.safetensors").rename(renamed / "pytorch_model.bin")
    done = shell.run("add", "renamed")
    assert done.returncode == 6
    assert "cannot be loaded" in done.stderr
    assert "models pull" not in done.stderr
    assert "renamed" not in shell.states()


def test_a_model_whose_weights_do_not_fit_is_not_added(shell: Shell) -> None:
    """Before, it was, and what was wrong showed when it was to be used."""
    write_model_folder(shell.folder / "odd")
    done = shell.run("add", "odd")
    assert done.returncode == 6
    assert "does not fit its config.json" in done.stderr
    assert "odd" not in shell.states()


def test_what_openvino_lacks_is_said_and_kept(shell: Shell) -> None:
    """Torch runs such a model; `add` says so once, and `status` as long as it is used."""
    folder = shutil.copytree(POCKET_FOLDER, shell.folder / "odd")
    config = json.loads((folder / "config.json").read_text())
    config["vision_config"]["hidden_act"] = "gelu_new"
    (folder / "config.json").write_text(json.dumps(config))
    done = shell.run("add", "odd")
    assert done.returncode == 0, done.stderr
    assert "odd is run by torch: " in done.stderr
    assert "gelu_new" in done.stderr
    assert "odd is ready: " in done.stdout
    (again,) = shell.answers("add", "odd")
    assert "gelu_new" in str(again["compared"])
    assert "Comparing" not in shell.run("add", "odd").stderr
    (shell.home / "config" / "tasted.toml").write_text('[embedder]\nmodel = "odd"\n')
    said = shell.run(command="status").stdout
    assert "run by torch" in said
    assert "gelu_new" in said


def test_an_added_folder_is_listed_under_its_own_name(shell: Shell) -> None:
    """And how to use it is said."""
    save_tiny_resnet(shell.folder / "mine")
    done = shell.run("add", "mine")
    assert "tasted models use mine" in done.stderr
    listed = {answer["name"]: answer for answer in shell.answers("list")}
    assert (listed["mine"]["state"], listed["mine"]["family"]) == ("ready", "resnet")
    assert listed[NAME]["configured"]


@pytest.mark.parametrize("name", ["pocket", "a b", "../x", "", "a/b/c"])
def test_a_name_that_cannot_be_used_is_refused(shell: Shell, name: str) -> None:
    """`pocket` is always the embedded model."""
    write_model_folder(shell.folder / "mine")
    done = shell.run("add", "mine", "--name", name)
    assert done.returncode == 2
    assert "--name" in done.stderr


def test_a_folder_that_holds_no_model_is_refused(shell: Shell) -> None:
    """Exit status 6, and nothing is recorded."""
    (shell.folder / "empty").mkdir()
    done = shell.run("add", "empty")
    assert done.returncode == 6
    assert "config.json" in done.stderr
    assert not (shell.home / ".tasted" / "models.json").exists()


def test_a_damaged_model_is_listed_with_its_fault(shell: Shell) -> None:
    """One bad folder does not hide the others."""
    folder = shutil.copytree(POCKET_FOLDER, shell.folder / "mine")
    shell.answers("add", "mine")
    (folder / "model.safetensors").write_bytes(b"short")
    listed = {answer["name"]: answer for answer in shell.answers("list")}
    assert listed["mine"]["state"] == "unusable"
    assert "model.safetensors" in listed["mine"]["fault"]
    assert listed[NAME]["state"] == "not downloaded"


def test_hf_home_of_the_env_file_says_where_downloads_are_kept(shell: Shell) -> None:
    """The name that users of the hub's library know acts from the home's `.env` as well."""
    shell.names_huggingface_home = False
    (shell.home / "config" / ".env").write_text("HF_HOME=../kept\n", encoding="utf-8")
    assert shell.run("pull").returncode == 0
    (found,) = (answer for answer in shell.answers("list") if answer["name"] == NAME)
    assert str(found["folder"]).startswith(str((shell.folder / "kept").resolve()))


def test_a_model_that_is_nearly_another_is_asked_about(shell: Shell) -> None:
    """Before anything is downloaded; and where a model is missing the nearest one is named."""
    done = shell.run("pull", "pokcet")
    assert done.returncode == 2
    assert "There is no model pokcet. Did you mean pocket?" in done.stderr
    with pytest.raises(ModelMissing, match=r"Did you mean openai/clip-vit-base-patch32\?"):
        find_model(
            "openai/clip-vit-base-patch23",
            models_file=shell.home / "none.json",
            home_root=shell.home,
        )


# ---- which one decides ----------------------------------------------------------------


def published(shell: Shell) -> None:
    """Have something be in force, so that another model has to wait."""
    Home(shell.home).make_folders(is_new=True)
    current = Current("pocket", "a" * 64, "taste", "v2", "t", "c", "l", 0, 0, model="pocket")
    write_current(shell.home / ".tasted" / "current.json", current)
    (shell.home / "config" / "tasted.toml").write_text('[embedder]\nmodel = "pocket"\n')


def test_use_downloads_what_is_missing_and_writes_the_wish(shell: Shell) -> None:
    """The next daemon makes the change; until then, and in the list, the old one decides."""
    published(shell)
    done = shell.run("use", "clip")
    assert done.returncode == 0, done.stderr
    assert f"Downloading {NAME}: " in done.stderr
    assert "It begins when tasted runs: tasted run" in done.stderr
    assert f"Changing the model to {NAME}" in done.stdout
    assert f'model = "{NAME}"' in (shell.home / "config" / "tasted.toml").read_text()
    listed = {answer["name"]: answer for answer in shell.answers("list")}
    assert (listed["pocket"]["configured"], listed[NAME]["configured"]) == (True, False)
    (stopped,) = shell.answers("use", "--cancel")
    assert stopped["change"]["state"] == "cancelled"  # type: ignore[index]
    assert "The settings ask for" in shell.run(command="status").stdout


def test_a_dry_run_changes_nothing_and_fetches_nothing(shell: Shell) -> None:
    """Of a model that is not here the size is told, as far as it is known."""
    published(shell)
    before = (shell.home / "config" / "tasted.toml").read_bytes()
    done = shell.run("use", "clip", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert f"{NAME} is to be downloaded: about 600 MB" in done.stdout
    assert "Nothing was changed." in done.stdout
    assert (shell.home / "config" / "tasted.toml").read_bytes() == before
    assert not (shell.home / ".tasted" / "switch.json").exists()
    assert shell.hub.asked == []


def test_before_anything_is_scored_another_model_decides_at_once(shell: Shell) -> None:
    """There is nothing that it would have to know first."""
    (answer,) = shell.answers("use", "pocket")
    assert (answer["in_force"], answer["change"]) == ("pocket", None)


def test_a_folder_is_the_one_that_the_person_sees(shell: Shell) -> None:
    """As `models add` takes it, and alike with `--dry-run`; the settings get the whole path."""
    published(shell)
    folder = shutil.copytree(POCKET_FOLDER, shell.folder / "mine")
    write_model_folder(shell.home / "theirs")
    looked = shell.run("use", "./mine", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert f"{folder} is on this computer" in looked.stdout
    assert shell.run("use", "./theirs", "--dry-run").returncode == 6
    done = shell.run("use", "./mine")
    assert done.returncode == 0, done.stderr
    assert f'model = "{folder}"' in (shell.home / "config" / "tasted.toml").read_text()
    assert shell.run("use", "~/mine").returncode == 0
    assert shell.hub.asked == []


@pytest.mark.parametrize("how", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("name", "status", "message", "remedy"),
    [
        ("./nowhere", 6, "There is no folder ", "Name a folder with config.json"),
        ("a/b/c", 6, "No model folder at ", "Name a folder with config.json"),
        ("./broken", 6, "model.safetensors", ""),
        ("nonsense", 2, "There is no model nonsense.", "To list models: tasted models list"),
        ("pokcet", 2, "Did you mean pocket?", "To list models: tasted models list"),
    ],
)
def test_a_dry_run_refuses_what_would_be_refused(
    shell: Shell, how: tuple[str, ...], name: str, status: int, message: str, remedy: str
) -> None:
    """In the same words, which fit whoever typed a name; nothing is asked of the network."""
    published(shell)
    (write_model_folder(shell.folder / "broken") / "model.safetensors").write_bytes(b"short")
    done = shell.run("use", name, *how)
    assert done.returncode == status
    assert message in done.stderr
    assert remedy in done.stderr
    assert "Set embedder.model" not in done.stderr
    assert shell.hub.asked == []


def test_a_dry_run_needs_no_other_model(shell: Shell) -> None:
    """Where the model of the settings is not here, another one decides at once."""
    Home(shell.home).make_folders(is_new=True)
    done = shell.run("use", "pocket", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "pocket is on this computer" in done.stdout
    assert "Then it decides at once: no other model scores now." in done.stdout


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (1, "Then it decides, and 1 older result follows."),
        (2, "Then it decides, and 2 older results follow, newest first."),
    ],
)
def test_older_results_are_counted_in_plain_words(rest: int, words: str) -> None:
    """One as well as many."""
    body = {
        "model": "clip",
        "is_here": False,
        "is_in_force": False,
        "is_at_once": False,
        "download": None,
        "references": 1,
        "first": 1,
        "rest": rest,
        "seconds_each": None,
        "seconds_first": None,
        "seconds_rest": None,
    }
    assert words in plan_lines(body, "pocket")


def test_a_model_and_cancel_are_two_things(shell: Shell) -> None:
    """Whoever gave both is told so."""
    done = shell.run("use", "clip", "--cancel")
    assert done.returncode == 2
    assert "Use either a model or --cancel, not both." in done.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("use",), 2),
        (("use", "clip", "--cancel"), 2),
        (("use", "pockett"), 2),
        (("use", "./nowhere"), 6),
        (("back",), 1),
        (("use", "--cancel"), 1),
    ],
)
def test_what_cannot_be_used_is_refused(shell: Shell, words: tuple[str, ...], status: int) -> None:
    """And the settings stay as they are."""
    published(shell)
    before = (shell.home / "config" / "tasted.toml").read_bytes()
    assert shell.run(*words).returncode == status
    assert (shell.home / "config" / "tasted.toml").read_bytes() == before
