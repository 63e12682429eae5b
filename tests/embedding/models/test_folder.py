"""Damaged, partial and foreign model folders are recognised before anything is loaded."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.model_folders import safetensors_bytes, write_model_folder
from tasted.embedding.models.weights import verify_folder
from tasted.errors import ModelMissing, ModelUnusable


@pytest.mark.parametrize("family", ["clip", "resnet"])
def test_a_whole_folder_is_accepted(tmp_path: Path, family: str) -> None:
    """It says what the folder holds and which file has the weights."""
    folder = write_model_folder(tmp_path / "m", family=family)
    model = verify_folder(folder)
    assert (model.name, model.family) == ("m", family)
    assert model.weights_file == folder / "model.safetensors"


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    """That is a missing model, not a damaged one."""
    with pytest.raises(ModelMissing, match="nowhere"):
        verify_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "vocab.json", "merges.txt"]
)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """The message names the file, the remedy how to complete the folder."""
    folder = write_model_folder(tmp_path / "m")
    (folder / name).unlink()
    with pytest.raises(ModelUnusable, match=name) as caught:
        verify_folder(folder)
    assert "Copy the whole folder again" in caught.value.remedy


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[]"),
        lambda file: file.write_bytes(b"\xff\xfe\x00"),
        lambda file: file.write_text("[" * 100_000),
        lambda file: (file.unlink(), file.mkdir()),
    ],
)
def test_damaged_json_is_named(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    """No parser error escapes, whatever stands in the file."""
    folder = write_model_folder(tmp_path / "m")
    spoil(folder / "config.json")
    with pytest.raises(ModelUnusable, match=r"config\.json"):
        verify_folder(folder)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "vit"}, "'vit'"),
        ({"model_type": ["clip"]}, "'clip'"),
        ({"architectures": ["CLIPTextModelWithProjection"]}, "CLIPTextModelWithProjection"),
        ({"auto_map": {"AutoModel": "code.Model"}}, "program code"),
    ],
)
def test_a_foreign_architecture_is_refused(
    tmp_path: Path, config: dict[str, object], said: str
) -> None:
    """Only plain CLIP and ResNet are read, and no code that a model brings is ever run."""
    folder = write_model_folder(tmp_path / "m", **config)
    with pytest.raises(ModelUnusable, match=said):
        verify_folder(folder)


def test_a_foreign_way_of_preparing_pictures_is_refused(tmp_path: Path) -> None:
    """Pixels prepared for another model give vectors that mean nothing."""
    folder = write_model_folder(tmp_path / "m")
    (folder / "preprocessor_config.json").write_text('{"image_processor_type": "SiglipImage"}')
    with pytest.raises(ModelUnusable, match="SiglipImage"):
        verify_folder(folder)


def test_the_nested_form_of_newer_folders_is_read(tmp_path: Path) -> None:
    """Transformers 5 may write processor_config.json and tokenizer.json alone."""
    folder = write_model_folder(tmp_path / "m")
    for name in ("preprocessor_config.json", "vocab.json", "merges.txt"):
        (folder / name).unlink()
    nested = {"image_processor": {"image_processor_type": "CLIPImageProcessorFast"}}
    (folder / "processor_config.json").write_text(json.dumps(nested))
    (folder / "tokenizer.json").write_text("{}")
    assert verify_folder(folder).family == "clip"


def test_weights_cut_short_are_found_and_named(tmp_path: Path) -> None:
    """The message says how many bytes of how many are there."""
    folder = write_model_folder(tmp_path / "m")
    weights = folder / "model.safetensors"
    size = weights.stat().st_size
    weights.write_bytes(weights.read_bytes()[:-5])
    with pytest.raises(
        ModelUnusable, match=rf"model\.safetensors holds {size - 5} bytes of {size}"
    ):
        verify_folder(folder)


@given(length=st.integers(0, len(safetensors_bytes()) - 1))
def test_every_shorter_prefix_of_weights_is_refused(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    """Wherever a copy broke off, the file is recognised."""
    folder = write_model_folder(tmp_path_factory.mktemp("prefix") / "m")
    (folder / "model.safetensors").write_bytes(safetensors_bytes()[:length])
    with pytest.raises(ModelUnusable, match=r"model\.safetensors"):
        verify_folder(folder)


@given(content=st.binary(max_size=200), length=st.integers(0, 2**64 - 1))
def test_no_content_of_a_weights_file_escapes_the_check(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, length: int
) -> None:
    """Whatever the bytes, the answer is ModelUnusable and never another exception."""
    folder = write_model_folder(tmp_path_factory.mktemp("content") / "m")
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", length) + content)
    with pytest.raises(ModelUnusable):
        verify_folder(folder)


def test_a_git_pointer_is_not_taken_for_weights(tmp_path: Path) -> None:
    """A clone without git-lfs holds a text of 130 bytes in place of the weights."""
    folder = write_model_folder(tmp_path / "m")
    (folder / "model.safetensors").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 605143884\n"
    )
    with pytest.raises(ModelUnusable, match="pointer") as caught:
        verify_folder(folder)
    assert "git lfs pull" in caught.value.remedy


def test_a_bin_is_taken_only_without_safetensors(tmp_path: Path) -> None:
    """Safetensors cannot hold code, so they come first."""
    folder = write_model_folder(tmp_path / "m")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02not read")
    assert verify_folder(folder).weights_file.name == "model.safetensors"
    (folder / "model.safetensors").unlink()
    assert verify_folder(folder).weights_file.name == "pytorch_model.bin"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing"])
def test_a_bin_cut_short_is_found(tmp_path: Path, content: bytes) -> None:
    """A zip file without its end is a broken download."""
    folder = write_model_folder(tmp_path / "m")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(ModelUnusable, match=r"pytorch_model\.bin.*cut short"):
        verify_folder(folder)


def test_weights_that_are_missing_or_split_say_so(tmp_path: Path) -> None:
    """Both cases are told apart."""
    folder = write_model_folder(tmp_path / "m")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnusable, match="no weights"):
        verify_folder(folder)
    (folder / "model.safetensors.index.json").write_text("{}")
    with pytest.raises(ModelUnusable, match="several files"):
        verify_folder(folder)
