"""Downloads, through faults: real child processes against a hub on this machine."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kit.environments import bare
from kit.hub_server import Hub, running_hub
from kit.model_folders import write_model_folder

NAME = "someone/model"
# huggingface_hub keeps what came in steps of 10 MB, so that a test of Range needs more than that
LARGE_BYTES = 30_000_000
SCRIPT = """
import json, sys
from pathlib import Path
from tasted.embedding.hub.fetch import pull
from tasted.errors import TastedError
home, name, revision, free = Path(sys.argv[1]), sys.argv[2], sys.argv[3] or None, int(sys.argv[4])
said = {"grown": {}}
def announce(plan):
    said["plan"] = [plan.total_bytes, plan.missing_bytes, [file.name for file in plan.files]]
def progress(name, amount):
    said["grown"][name] = said["grown"].get(name, 0) + amount
try:
    model = pull(name, revision=revision, models_file=home / ".tasted/models.json", home_root=home,
                 announce=announce, progress=progress, free_bytes=lambda folder: free)
    said["model"] = [model.name, str(model.folder), model.revision, model.weights_file.name]
except TastedError as error:
    said["error"] = [type(error).__name__, error.message, error.remedy]
print(json.dumps(said))
"""


@dataclass
class Puller:
    """Pulls in child processes: huggingface_hub reads its environment while it is imported."""

    folder: Path
    hub: Hub

    @property
    def home(self) -> Path:
        """The home that models are recorded in."""
        return self.folder / "home"

    @property
    def cache(self) -> Path:
        """Where HF_HOME points."""
        return self.folder / "hf"

    def start(
        self, *, name: str = NAME, revision: str = "", free: int = 10**12, **environment: str
    ) -> subprocess.Popen[str]:
        """Start a pull."""
        variables = {
            **bare(),
            "HOME": str(self.folder),
            "HF_HOME": str(self.cache),
            "HF_ENDPOINT": self.hub.endpoint,
            **environment,
        }
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(self.home), name, revision, str(free)],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def recorded(self) -> dict[str, Any]:
        """Return what models.json says."""
        return json.loads((self.home / ".tasted" / "models.json").read_text())

    def pull(self, **options: object) -> dict[str, object]:
        """Pull to the end and return what it said."""
        out, errors = self.start(**options).communicate(timeout=60)
        assert errors == ""
        return json.loads(out)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with files that are needed and files that are not."""
    folder = write_model_folder(tmp_path_factory.mktemp("hub") / "small")
    (folder / "pytorch_model.bin").write_bytes(b"not needed")
    (folder / "tf_model.h5").write_bytes(b"not needed")
    (folder / "README.md").write_text("not needed")
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose weights are large enough to break off in the middle."""
    from kit.model_folders import safetensors_bytes  # noqa: PLC0415 - for this fixture alone

    folder = write_model_folder(tmp_path_factory.mktemp("hub") / "large")
    (folder / "model.safetensors").write_bytes(safetensors_bytes(LARGE_BYTES // 4))
    return folder


@pytest.fixture
def puller(small: Path, large: Path, tmp_path: Path) -> Iterator[Puller]:
    """A hub with both repositories, and a place to pull to."""
    with running_hub({NAME: small, "someone/large": large}) as hub:
        puller = Puller(tmp_path, hub)
        puller.home.mkdir()
        yield puller


def test_a_pull_fetches_what_is_needed_and_records_it(puller: Puller) -> None:
    """Only configuration, tokenizer and safetensors; the plan comes first; HF_HOME acts."""
    said = puller.pull()
    name, folder, revision, weights = said["model"]
    assert (name, revision, weights) == (NAME, puller.hub.commit(NAME), "model.safetensors")
    assert Path(folder).is_relative_to(puller.cache)
    assert said["plan"][0] == said["plan"][1] == sum(said["grown"].values())
    assert {Path(asked.path).name for asked in puller.hub.asked if "/resolve/" in asked.path} == {
        "config.json",
        "preprocessor_config.json",
        "vocab.json",
        "merges.txt",
        "model.safetensors",
    }
    recorded = puller.recorded()
    assert recorded["models"][NAME] == {"folder": folder, "revision": revision}
    assert sorted(recorded["downloads"][folder]) == sorted(said["plan"][2])


def test_a_second_pull_fetches_nothing(puller: Puller) -> None:
    """What lies in the cache is not asked for again."""
    puller.pull()
    recorded = puller.recorded()
    puller.hub.asked.clear()
    said = puller.pull()
    assert said["plan"][1] == 0
    assert puller.recorded() == recorded
    assert [asked for asked in puller.hub.asked if "/resolve/" in asked.path] == []


def test_a_bin_is_fetched_only_where_there_are_no_safetensors(
    puller: Puller, tmp_path: Path
) -> None:
    """Older repositories hold nothing else."""
    folder = write_model_folder(tmp_path / "old")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    puller.hub.repositories["someone/old"] = folder
    assert puller.pull(name="someone/old")["model"][3] == "pytorch_model.bin"


def test_a_dropped_connection_goes_on_where_it_broke(puller: Puller) -> None:
    """The server's log shows a Range request; size and sha256 are as promised."""
    puller.hub.faults.drop_after["model.safetensors"] = 22_000_000
    said = puller.pull(name="someone/large")
    assert "model" in said, said
    starts = [asked.range_start for asked in puller.hub.downloads("model.safetensors")]
    assert starts == [None, 20_971_520]
    assert said["grown"]["model.safetensors"] == said["plan"][1] - _small_bytes(said, puller)


def _small_bytes(said: dict[str, object], puller: Puller) -> int:
    folder = puller.hub.repositories["someone/large"]
    names = [name for name in said["plan"][2] if name != "model.safetensors"]
    return sum((folder / name).stat().st_size for name in names)


def test_a_hub_that_ignores_range_is_read_from_the_beginning(puller: Puller) -> None:
    """Nothing is put together wrongly, and the progress does not run over."""
    puller.hub.faults.drop_after["model.safetensors"] = 22_000_000
    puller.hub.faults.ignore_range = True
    said = puller.pull(name="someone/large")
    assert "model" in said, said
    assert sum(said["grown"].values()) == said["plan"][1]


def test_after_a_killed_pull_finished_files_are_kept(puller: Puller) -> None:
    """The next pull asks for the broken file alone, and what the killed one left is removed."""
    puller.hub.faults.hold_after["model.safetensors"] = 22_000_000
    child = puller.start(name="someone/large")
    assert puller.hub.holding.wait(30)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    puller.hub.release.set()
    assert _broken(puller.cache)
    puller.hub.faults.hold_after.clear()
    puller.hub.asked.clear()
    said = puller.pull(name="someone/large")
    assert "model" in said, said
    downloads = [asked for asked in puller.hub.asked if "/resolve/" in asked.path]
    assert {Path(asked.path).name for asked in downloads} == {"model.safetensors"}
    assert not _broken(puller.cache)


def _broken(cache: Path) -> list[Path]:
    return list(cache.rglob("*.incomplete"))


def test_two_pulls_at_once_leave_each_other_whole(puller: Puller) -> None:
    """The second does not take the first one's growing file for a leftover."""
    puller.hub.faults.hold_after["model.safetensors"] = 22_000_000
    first = puller.start(name="someone/large")
    assert puller.hub.holding.wait(30)
    puller.hub.asked.clear()
    second = puller.start(name="someone/large")
    deadline = time.monotonic() + 30
    while not puller.hub.asked and time.monotonic() < deadline:
        time.sleep(0.02)
    puller.hub.release.set()
    for child in (first, second):
        out, errors = child.communicate(timeout=60)
        assert "model" in json.loads(out), (out, errors)


def test_one_fault_of_the_server_is_passed_over(puller: Puller) -> None:
    """A 500 in the question and a 503 in a file are asked again."""
    puller.hub.faults.answer_once = {"/api/models/": 500, "/config.json": 503}
    assert "model" in puller.pull()


def test_a_slow_hub_is_waited_for(puller: Puller) -> None:
    """Slowness is no fault while bytes come."""
    puller.hub.faults.pause_seconds = 0.05
    assert "model" in puller.pull()


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "no model"), (401, "no model"), (403, "terms"), (500, "answered 500")],
)
def test_a_refusal_is_explained(puller: Puller, status: int, said: str) -> None:
    """The message says what the hub meant, the remedy what to do."""
    puller.hub.faults.answer_always = {"/api/models/": status}
    kind, message, remedy = puller.pull()["error"]
    assert kind == "DownloadFailed"
    assert said in message
    assert remedy


def test_an_unknown_revision_is_explained(puller: Puller) -> None:
    """A branch that is not there is told apart from a model that is not there."""
    _kind, message, remedy = puller.pull(revision="nowhere")["error"]
    assert "no such revision" in message
    assert "--revision" in remedy


def test_a_hub_that_cannot_be_reached_is_explained(puller: Puller) -> None:
    """Behind a firewall the remedy names the way by hand."""
    kind, message, remedy = puller.pull(HF_ENDPOINT="http://127.0.0.1:9")["error"]
    assert kind == "DownloadFailed"
    assert "127.0.0.1:9" in message
    assert f"tasted models add FOLDER --name {NAME}" in remedy


def test_downloads_that_are_switched_off_say_so(puller: Puller) -> None:
    """HF_HUB_OFFLINE is honoured and named."""
    _kind, message, remedy = puller.pull(HF_HUB_OFFLINE="1")["error"]
    assert "HF_HUB_OFFLINE" in message + remedy


def test_without_room_no_byte_of_weights_is_asked_for(puller: Puller) -> None:
    """The plan is told, then the error; the disk is left as it was."""
    said = puller.pull(name="someone/large", free=100_000_000)
    kind, message, remedy = said["error"]
    assert kind == "DownloadFailed"
    assert "230 MB" in message
    assert "HF_HOME" in remedy
    assert said["plan"][1] > LARGE_BYTES
    assert [asked for asked in puller.hub.asked if "/resolve/" in asked.path] == []


def test_weights_that_changed_on_the_way_are_thrown_away(puller: Puller) -> None:
    """A wrong sha256 is found at once, and the next pull fetches the file again."""
    puller.hub.faults.corrupt = {"model.safetensors"}
    kind, message, _remedy = puller.pull(name="someone/large")["error"]
    assert kind == "DownloadFailed"
    assert "sha256" in message
    assert puller.recorded()["models"] == {}
    puller.hub.faults.corrupt = set()
    assert "model" in puller.pull(name="someone/large")


def test_a_short_file_in_the_cache_is_fetched_again(puller: Puller) -> None:
    """The hub's library takes whatever lies in its cache for finished."""
    weights = Path(puller.pull()["model"][1]) / "model.safetensors"
    blob = weights.resolve()
    blob.write_bytes(blob.read_bytes()[:-3])
    said = puller.pull()
    assert "model" in said, said
    assert len(puller.hub.downloads("model.safetensors")) == 2


def test_a_model_of_another_kind_is_refused_after_the_pull(puller: Puller, tmp_path: Path) -> None:
    """It is not recorded, and the error says which models are read."""
    puller.hub.repositories["someone/vit"] = write_model_folder(tmp_path / "vit", model_type="vit")
    kind, message, _remedy = puller.pull(name="someone/vit")["error"]
    assert kind == "ModelUnusable"
    assert "'vit'" in message
    recorded = puller.recorded()
    assert recorded["models"] == {}
    # it lies in the cache all the same, and can be removed one day
    (files,) = recorded["downloads"].values()
    assert "model.safetensors" in files


@pytest.mark.parametrize("name", ["/etc", "a/b/c", "../up", "", "a b"])
def test_a_name_that_is_none_is_refused_before_any_question(puller: Puller, name: str) -> None:
    """Nothing of it reaches a URL."""
    kind, _message, remedy = puller.pull(name=name)["error"]
    assert kind == "DownloadFailed"
    assert "openai/clip-vit-base-patch32" in remedy
    assert puller.hub.asked == []


NO_SOCKETS = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
from pathlib import Path
from tasted.embedding.opening import open_embedder
from tasted.embedding.models.weights import find_model
home = Path(sys.argv[1])
for name in sys.argv[2:]:
    model = find_model(name, models_file=home / ".tasted/models.json", home_root=home)
    embedder = open_embedder(model, device="auto", dtype="auto", views="", preprocessing="")
    print(model.weights_file.name, embedder.embed_texts(["hi"]).shape)
"""


def test_pulled_models_load_without_a_network(
    puller: Puller, tiny_clip: Path, tmp_path: Path
) -> None:
    """With every way to a socket closed, and in an empty network where the system permits it."""
    from kit.checkpoints import as_bin  # noqa: PLC0415 - torch, for this test alone

    puller.hub.repositories["someone/new"] = tiny_clip
    puller.hub.repositories["someone/old"] = as_bin(shutil.copytree(tiny_clip, tmp_path / "old"))
    for name in ("someone/new", "someone/old"):
        assert "model" in puller.pull(name=name)
    puller.hub.asked.clear()
    empty_network = ["unshare", "-n"] if _may_unshare() else []
    answer = subprocess.run(
        [
            *(*empty_network, sys.executable, "-c", NO_SOCKETS),
            *(str(puller.home), "someone/new", "someone/old"),
        ],
        env=bare(HF_ENDPOINT=puller.hub.endpoint),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    assert answer.stdout.splitlines() == ["model.safetensors (1, 16)", "pytorch_model.bin (1, 16)"]
    assert puller.hub.asked == []


def _may_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return (
        subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0
    )
