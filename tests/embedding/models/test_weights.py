"""Models are found, named and remembered without a network and without torch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.model_folders import write_model_folder
from tasted.embedding.models.weights import (
    DEFAULT_MODEL,
    canonical_name,
    dimensions_of,
    expected_sha256,
    find_model,
    forget,
    list_downloads,
    list_recorded,
    note_downloads,
    record,
    weights_sha256,
)
from tasted.errors import ModelMissing, ModelUnusable


class Home:
    """The two paths that finding needs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.models_file = root / ".tasted" / "models.json"

    def find(self, model: str) -> object:
        """Find a model of this home."""
        return find_model(model, models_file=self.models_file, home_root=self.root)

    def record(self, name: str, folder: Path, revision: str | None = None) -> None:
        """Record a folder in this home."""
        record(name, folder, revision, models_file=self.models_file, home_root=self.root)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def test_the_light_process_may_import_weights() -> None:
    """Importing the module brings in no heavy library, and none that can open a connection."""
    heavy = ("torch", "transformers", "huggingface_hub", "numpy", "PIL", "safetensors", "lancedb")
    script = "import sys, tasted.embedding.models.weights\n"
    script += f"print([n for n in {heavy} if n in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_model_that_is_not_here_says_how_to_get_it(home: Home) -> None:
    """The error names the download and the way without a network."""
    with pytest.raises(ModelMissing) as caught:
        home.find(DEFAULT_MODEL)
    assert DEFAULT_MODEL in caught.value.message
    assert f"tasted models pull {DEFAULT_MODEL}" in caught.value.remedy
    assert f"tasted models add FOLDER --name {DEFAULT_MODEL}" in caught.value.remedy


def test_the_older_names_are_known(home: Home, tmp_path: Path) -> None:
    """`clip` and `resnet50` stand for the hub's names."""
    home.record(DEFAULT_MODEL, write_model_folder(tmp_path / "a"), "abc")
    found = home.find("clip")
    assert (found.name, found.revision, found.family) == (DEFAULT_MODEL, "abc", "clip")
    assert canonical_name("resnet50") == "microsoft/resnet-50"


def test_a_local_folder_is_a_model(home: Home, tmp_path: Path) -> None:
    """An absolute path and one relative to the home both work; no absolute path gets into names."""
    elsewhere = write_model_folder(tmp_path / "elsewhere" / "mine", family="resnet")
    write_model_folder(home.root / "models" / "ours")
    assert home.find(str(elsewhere)).name == "mine"
    assert home.find(str(elsewhere)).family == "resnet"
    assert home.find("models/ours").name == "ours"


def test_a_path_that_is_no_folder_is_not_offered_as_a_download(home: Home) -> None:
    """`tasted models pull /some/path` would be no remedy."""
    with pytest.raises(ModelMissing) as caught:
        home.find("/nowhere/at all")
    assert "pull" not in caught.value.remedy
    assert "/nowhere/at all" in caught.value.message


def test_a_home_can_be_moved(home: Home, tmp_path: Path) -> None:
    """A folder inside the home is recorded relative to it, one outside absolute."""
    home.record("inside", write_model_folder(home.root / "models" / "inside"))
    home.record("outside", write_model_folder(tmp_path / "outside"))
    assert str(home.root) not in home.models_file.read_text()
    moved = Home(home.root.rename(tmp_path / "moved"))
    assert moved.find("inside").folder == moved.root / "models" / "inside"
    assert moved.find("outside").folder == tmp_path / "outside"


def test_a_recorded_folder_that_is_gone_is_missing(home: Home, tmp_path: Path) -> None:
    """The error names the folder, and how to get the model again."""
    folder = write_model_folder(tmp_path / "gone")
    home.record("someone/model", folder)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(ModelMissing) as caught:
        home.find("someone/model")
    assert str(folder) in caught.value.message
    assert "tasted models pull someone/model" in caught.value.remedy


def test_recording_replaces_and_forgetting_removes(home: Home, tmp_path: Path) -> None:
    """One name has one folder; forgetting leaves the files."""
    first, second = (write_model_folder(tmp_path / name) for name in ("first", "second"))
    home.record("m", first, "1")
    home.record("m", second, "2")
    listed = list_recorded(home.models_file, home.root)
    assert [(entry.name, entry.folder, entry.revision) for entry in listed.values()] == [
        ("m", second, "2")
    ]
    assert forget("m", models_file=home.models_file)
    assert not forget("m", models_file=home.models_file)
    assert second.is_dir()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"version": 1}',
        '{"version": 2, "models": {}}',
        '{"version": 1, "models": {"a": 3}}',
    ],
)
def test_a_damaged_models_file_is_not_taken_for_an_empty_one(home: Home, content: str) -> None:
    """It says which file, and is never overwritten silently."""
    home.models_file.parent.mkdir()
    home.models_file.write_text(content)
    with pytest.raises(ModelUnusable, match=r"models\.json"):
        home.find("clip")
    with pytest.raises(ModelUnusable, match=r"models\.json"):
        home.record("m", home.root)
    assert home.models_file.read_text() == content


def test_the_length_of_a_vector_is_known_without_loading(home: Home, tmp_path: Path) -> None:
    """config.json says it for both families, and damage there is found."""
    clip = home.find(str(write_model_folder(tmp_path / "c", projection_dim=640)))
    resnet = home.find(
        str(write_model_folder(tmp_path / "r", family="resnet", hidden_sizes=[8, 96]))
    )
    assert (dimensions_of(clip), dimensions_of(resnet)) == (640, 96)
    with pytest.raises(ModelUnusable, match="vectors"):
        home.find(str(write_model_folder(tmp_path / "b", projection_dim="many")))


def test_models_json_is_versioned(home: Home, tmp_path: Path) -> None:
    """A later format can be told from this one."""
    home.record("m", tmp_path)
    assert json.loads(home.models_file.read_text())["version"] == 1


@pytest.mark.parametrize("name", ["x" * 300, "~no-such-user/model", "a\0b", "\udcff"])
def test_a_name_that_no_folder_can_have_is_a_missing_model(home: Home, name: str) -> None:
    """It is ModelMissing, which holds the queue, and not an OSError, which would end the daemon."""
    with pytest.raises(ModelMissing):
        home.find(name)
    home.models_file.parent.mkdir()
    home.models_file.write_text(
        json.dumps({"version": 1, "models": {"mine": {"folder": name, "revision": None}}})
    )
    with pytest.raises(ModelMissing):
        home.find("mine")


def test_the_sum_that_weights_should_have_is_the_hubs_or_the_remembered_one(
    home: Home, tmp_path: Path
) -> None:
    """The hub's cache names a blob by it; a plain file has none until it was used once."""
    folder = write_model_folder(tmp_path / "weights")
    home.record("a/b", folder)
    model = find_model("a/b", models_file=home.models_file, home_root=home.root)
    assert expected_sha256(model) is None
    assert weights_sha256(model) == expected_sha256(model)
    blob = tmp_path / ("f" * 64)
    model.weights_file.rename(blob)
    model.weights_file.symlink_to(blob)
    assert expected_sha256(model) == "f" * 64


def test_what_was_fetched_is_noted_beside_the_models(home: Home) -> None:
    """It adds up, survives records and forgetting, and moves with the home."""
    inside, outside = home.root / "hub" / "s", Path("/cache/s")
    for folder, names in ((inside, ["b", "a"]), (inside, ["c", "a"]), (outside, ["x"])):
        note_downloads(folder, names, models_file=home.models_file, home_root=home.root)
    home.record("a/b", inside)
    forget("a/b", models_file=home.models_file)
    assert list_downloads(home.models_file, home.root) == {inside: ("a", "b", "c"), outside: ("x",)}
    assert list_recorded(home.models_file, home.root) == {}
    moved = list_downloads(home.models_file, Path("/elsewhere"))
    assert Path("/elsewhere/hub/s") in moved
    home.models_file.write_text('{"version": 1, "models": {}, "downloads": {"f": "abc"}}')
    with pytest.raises(ModelUnusable):
        list_downloads(home.models_file, home.root)
