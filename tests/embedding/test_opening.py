"""A checkpoint that cannot be trusted is refused with what to do, and never runs code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from kit.checkpoints import as_bin
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.opening import open_embedder
from tasted.errors import ModelUnusable


def opened(
    folder: Path, *, device: str = "cpu", dtype: str = "float32", runtime: str = "auto"
) -> Embedder:
    """Check and open a folder."""
    return open_embedder(
        verify_folder(folder),
        device=device,
        dtype=dtype,
        views="crops",
        preprocessing="test",
        runtime=runtime,
        threads=None,
    )


class Runs:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Say what unpickling shall call."""
        return os.system, (f"echo ran > {self.target}",)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_bin_is_refused_and_does_not_run(
    tiny_clip: Path, tmp_path: Path, *, zipped: bool
) -> None:
    """A checkpoint from a stranger may hold a program; opening it must not start it."""
    folder = as_bin(shutil.copytree(tiny_clip, tmp_path / "evil"))
    weights = folder / "pytorch_model.bin"
    proof = tmp_path / "ran"
    torch.save({"logit_scale": Runs(proof)}, weights, _use_new_zipfile_serialization=zipped)
    assert b"echo ran" in weights.read_bytes()
    with pytest.raises(ModelUnusable, match="evil") as caught:
        opened(folder)
    assert not proof.exists()
    assert "holds program code, which tasted never runs" in caught.value.message
    assert "weights_only" not in str(caught.value)
    assert "tasted models" in caught.value.remedy


def test_a_bin_that_holds_no_tensors_is_refused(tiny_clip: Path, tmp_path: Path) -> None:
    """A list, a number, a nested dictionary: all are told apart from weights."""
    folder = as_bin(shutil.copytree(tiny_clip, tmp_path / "odd"))
    for content in ([1, 2], 7, {"state_dict": {"a": torch.zeros(2)}}):
        torch.save(content, folder / "pytorch_model.bin")
        with pytest.raises(ModelUnusable, match="named tensors"):
            opened(folder)


def _without_a_tensor(weights: dict[str, torch.Tensor]) -> None:
    weights.pop("visual_projection.weight")


def _with_a_tensor_too_many(weights: dict[str, torch.Tensor]) -> None:
    weights["vision_model.encoder.layers.7.mlp.fc1.weight"] = torch.zeros(2)


def _with_another_shape(weights: dict[str, torch.Tensor]) -> None:
    weights["visual_projection.weight"] = torch.zeros(3, 3)


@pytest.mark.parametrize("runtime", ["auto", "openvino"])
@pytest.mark.parametrize(
    "change", [_without_a_tensor, _with_a_tensor_too_many, _with_another_shape]
)
def test_weights_that_do_not_fit_their_configuration_are_refused(
    tiny_clip: Path,
    tmp_path: Path,
    change: Callable[[dict[str, torch.Tensor]], None],
    runtime: str,
) -> None:
    """Transformers would fill a missing tensor with random numbers and go on."""
    folder = shutil.copytree(tiny_clip, tmp_path / "unfit")
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnusable, match="unfit"):
        opened(folder, runtime=runtime)


@pytest.mark.parametrize("runtime", ["openvino", "torch"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_weights_without_numbers_are_refused(
    tiny_clip: Path, tmp_path: Path, value: float, runtime: str
) -> None:
    """NaN in a vector would make every score NaN; it is found when the model is opened."""
    folder = shutil.copytree(tiny_clip, tmp_path / "hollow")
    weights = load_file(folder / "model.safetensors")
    weights["visual_projection.weight"].fill_(value)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelUnusable, match="invalid vectors"):
        opened(folder, runtime=runtime)


@pytest.mark.parametrize("runtime", ["openvino", "torch"])
@pytest.mark.parametrize("stored", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision_files_are_computed_in_float32(
    tiny_clip: Path, tmp_path: Path, stored: torch.dtype, runtime: str
) -> None:
    """A file of float16 is a smaller download, not another arithmetic."""
    folder = shutil.copytree(tiny_clip, tmp_path / "half")
    weights = load_file(folder / "model.safetensors")
    halves = {name: tensor.to(stored) for name, tensor in weights.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    picture = np.random.default_rng(5).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    widened = {name: tensor.float() for name, tensor in halves.items()}
    wide = shutil.copytree(tiny_clip, tmp_path / "wide")
    save_file(widened, wide / "model.safetensors", metadata={"format": "pt"})
    half, full = (opened(one, runtime=runtime).embed_pictures([picture]) for one in (folder, wide))
    assert np.allclose(half, full, atol=1e-6)


def test_a_configuration_cannot_point_to_other_weights_or_code(
    tiny_clip: Path, tmp_path: Path
) -> None:
    """The file that was hashed is the one that is read; no kernel is fetched from anywhere."""
    folder = shutil.copytree(tiny_clip, tmp_path / "pointing")
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "transformers_weights": "other.safetensors",
        "attn_implementation": "someone/kernel",
        "_attn_implementation": "someone/kernel",
    }
    (folder / "config.json").write_text(json.dumps(config))
    picture = np.random.default_rng(6).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    pointing, plain = opened(folder), opened(tiny_clip)
    assert pointing.embed_pictures([picture])[0] @ plain.embed_pictures([picture])[0] > 0.99999


@pytest.mark.parametrize("runtime", ["auto", "openvino", "torch"])
@pytest.mark.parametrize("name", ["preprocessor_config.json", "tokenizer.json"])
def test_nonsense_in_a_small_file_is_refused(
    tiny_clip: Path, tmp_path: Path, name: str, runtime: str
) -> None:
    """JSON that is valid and means nothing is found when it is needed first."""
    folder = shutil.copytree(tiny_clip, tmp_path / "nonsense")
    (folder / name).write_text('{"size": "large", "model": 3, "image_mean": "blue"}')
    with pytest.raises(ModelUnusable, match="nonsense"):
        opened(folder, runtime=runtime).embed_texts(["a cat"])


def test_a_device_that_is_not_there_is_named(tiny_clip: Path) -> None:
    """`auto` finds what there is; a named device that is missing is an error with a remedy."""
    with pytest.raises(ModelUnusable, match="tpu"):
        opened(tiny_clip, device="tpu")
    if not torch.backends.mps.is_available():
        with pytest.raises(ModelUnusable, match="mps") as caught:
            opened(tiny_clip, device="mps")
        assert "auto" in caught.value.remedy


def test_the_number_of_threads_is_kept(tiny_clip: Path) -> None:
    """A background program must be able to leave cores to the foreground."""
    script = (
        "import sys, pathlib, tasted.embedding.models.weights as w\n"
        "from tasted.embedding.opening import open_embedder\n"
        "open_embedder(w.verify_folder(pathlib.Path(sys.argv[1])), device='auto', dtype='auto',\n"
        "              views='', preprocessing='', runtime='torch', threads=1)\n"
        "import torch, os, huggingface_hub.constants as c\n"
        "print(torch.get_num_threads(), c.HF_HUB_OFFLINE, "
        "os.environ['DISABLE_SAFETENSORS_CONVERSION'])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tiny_clip)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["1", "True", "1"]
    assert answer.stderr == ""
