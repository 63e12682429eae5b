"""What a comparison of the runtimes found is kept, believed, and void when something changed."""

import json
import shutil
from pathlib import Path

import pytest

from kit.model_folders import write_model_folder
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.runtime_choice import Computer, RuntimeChoice, choose_runtime
from tasted.embedding.models.verdicts import (
    SHIPPED,
    RuntimeVerdict,
    contents_digest,
    keep_verdict,
    read_verdict,
)
from tasted.embedding.models.weights import hashes_file_beside, verify_folder
from tasted.embedding.pocket import FOLDER as POCKET
from tasted.embedding.runtimes.comparing import compare_runtimes
from tasted.errors import ModelUnusable

GOOD = RuntimeVerdict(float32=0.99999, bfloat16=0.9998)
PLAIN = Computer(has_bfloat16=False, may_have_cuda=False, is_x86=True)
MODERN = Computer(has_bfloat16=True, may_have_cuda=False, is_x86=True)
CARD = Computer(has_bfloat16=True, may_have_cuda=True, is_x86=True)
MAC = Computer(has_bfloat16=False, may_have_cuda=False, is_x86=False)


@pytest.fixture
def model(tmp_path: Path) -> ModelFolder:
    """A model in a home of its own."""
    return checked(write_model_folder(tmp_path / "model"), tmp_path)


def checked(folder: Path, home: Path) -> ModelFolder:
    """Check a folder for a home."""
    hashes = hashes_file_beside(home / ".tasted" / "models.json")
    return verify_folder(folder, hashes_file=hashes)


def choice(
    model: ModelFolder,
    machine: Computer = PLAIN,
    *,
    runtime: str = "auto",
    device: str = "auto",
    dtype: str = "auto",
) -> RuntimeChoice:
    """Choose for a machine."""
    return choose_runtime(model, runtime=runtime, device=device, dtype=dtype, machine=machine)


def test_a_verdict_is_about_contents(model: ModelFolder, tmp_path: Path) -> None:
    """A copy of the folder has it too; another file in it makes another model."""
    assert read_verdict(model) is None
    keep_verdict(model, GOOD)
    assert read_verdict(model) == GOOD
    copy = checked(shutil.copytree(model.folder, tmp_path / "copy"), tmp_path)
    assert read_verdict(copy) == GOOD
    (copy.folder / "tokenizer_config.json").write_text("{}")
    assert read_verdict(copy) is None


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "verdicts": {}}', "null"])
def test_a_damaged_file_says_nothing(model: ModelFolder, text: str) -> None:
    """It is written anew by the next comparison."""
    keep_verdict(model, GOOD)
    assert model.hashes_file is not None
    file = model.hashes_file.with_name("runtimes.json")
    file.write_text(text)
    assert read_verdict(model) is None
    keep_verdict(model, GOOD)
    assert read_verdict(model) == GOOD


@pytest.mark.parametrize("change", [{"openvino": "1.0"}, {"float32": "high"}, {"float32": None}])
def test_what_another_version_found_does_not_count(
    model: ModelFolder, change: dict[str, object]
) -> None:
    """Nor what is no number."""
    keep_verdict(model, GOOD)
    assert model.hashes_file is not None
    file = model.hashes_file.with_name("runtimes.json")
    document = json.loads(file.read_text())
    (entry,) = document["verdicts"].values()
    entry |= change
    file.write_text(json.dumps(document))
    assert read_verdict(model) is None


def test_the_processor_has_openvino_and_what_it_computes_natively(model: ModelFolder) -> None:
    """A model that was never compared too: the graph refuses what it does not know."""
    assert choice(model) == RuntimeChoice("openvino", "float32")
    assert choice(model, MODERN) == RuntimeChoice("openvino", "bfloat16")
    assert choice(model, MODERN, dtype="float32") == RuntimeChoice("openvino", "float32")


def test_cards_have_torch_and_the_same_library(model: ModelFolder) -> None:
    """What is computed in does not hang on a driver that may be gone tomorrow."""
    assert choice(model, CARD) == RuntimeChoice("torch", "bfloat16")
    assert choice(model, CARD, device="cpu") == RuntimeChoice("openvino", "bfloat16")
    assert choice(model, MAC, device="mps") == RuntimeChoice("torch", "float32")
    assert choice(model, PLAIN, runtime="torch") == RuntimeChoice("torch", "float32")


def test_where_nothing_was_tested_a_comparison_comes_first(model: ModelFolder) -> None:
    """On Arm a model is trusted once it was compared there."""
    assert choice(model, MAC).runtime == "torch"
    assert "tasted models pull" in str(choice(model, MAC).reason)
    keep_verdict(model, GOOD)
    assert choice(model, MAC) == RuntimeChoice("openvino", "float32")


def test_a_model_that_differs_is_run_by_torch(model: ModelFolder) -> None:
    """And why is said; whoever insists on openvino is refused."""
    keep_verdict(model, RuntimeVerdict(float32=0.99, bfloat16=0.98))
    chosen = choice(model, MODERN)
    assert (chosen.runtime, chosen.computing) == ("torch", "float32")
    assert "cosine 0.9900" in str(chosen.reason)
    with pytest.raises(ModelUnusable, match=r"cosine 0\.9900"):
        choice(model, PLAIN, runtime="openvino")


def test_a_model_that_bfloat16_is_too_coarse_for_computes_float32(model: ModelFolder) -> None:
    """Unless the settings want bfloat16; then torch computes it."""
    keep_verdict(model, RuntimeVerdict(float32=1.0, bfloat16=0.999))
    assert choice(model, MODERN) == RuntimeChoice("openvino", "float32")
    chosen = choice(model, MODERN, dtype="bfloat16")
    assert (chosen.runtime, chosen.computing) == ("torch", "bfloat16")


def test_what_openvino_cannot_read_is_run_by_torch(model: ModelFolder) -> None:
    """A .bin needs an unpickler, and a card needs torch."""
    folder = shutil.copytree(model.folder, model.folder.with_name("old"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    old = verify_folder(folder)
    assert choice(old).runtime == "torch"
    assert "pytorch_model.bin" in str(choice(old).reason)
    with pytest.raises(ModelUnusable, match="device is cuda"):
        choice(model, CARD, runtime="openvino", device="cuda")
    with pytest.raises(ModelUnusable, match="onnx"):
        choice(model, runtime="onnx")


def test_the_embedded_model_comes_with_its_verdict(request: pytest.FixtureRequest) -> None:
    """Made anew here: the files are those that were compared, and the cosines still hold."""
    pocket = verify_folder(POCKET)
    found = compare_runtimes(pocket, has_bfloat16=True)
    if request.config.getoption("--update-golden"):
        entry = {"float32": found.float32, "bfloat16": found.bfloat16}
        document = {"version": 1, "verdicts": {contents_digest(pocket): entry}}
        SHIPPED.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")
    for verdict in (found, read_verdict(pocket)):
        assert verdict is not None
        assert verdict.fault("float32") is None
        assert verdict.fault("bfloat16") is None
        assert verdict.bfloat16 is not None


def test_what_a_runtime_lacks_is_a_verdict(tmp_path: Path) -> None:
    """Torch is not even asked."""
    folder = write_model_folder(tmp_path / "model", vision_config={"hidden_act": "gelu_new"})
    verdict = compare_runtimes(verify_folder(folder), has_bfloat16=False)
    assert "gelu_new" in str(verdict.fault("float32"))
