"""A fingerprint changes with everything that changes vectors, and with nothing else."""

import json
import os
import shutil
from pathlib import Path

import pytest

from kit.model_folders import safetensors_bytes, write_model_folder
from tasted.embedding.models.fingerprint import dtype_class
from tasted.embedding.models.weights import (
    fingerprint_of,
    hashes_file_beside,
    verify_folder,
)
from tasted.errors import ModelUnusable


def fingerprint(
    folder: Path,
    *,
    dtype: str = "float32",
    views: str = "crops",
    preprocessing: str = "pillow-13",
    hashes_file: Path | None = None,
) -> str:
    """Compute the fingerprint of a folder."""
    return fingerprint_of(
        verify_folder(folder, hashes_file=hashes_file),
        dtype_class=dtype,
        views=views,
        preprocessing=preprocessing,
    )


def test_a_copy_under_another_name_has_the_same_fingerprint(tmp_path: Path) -> None:
    """Neither place nor name nor time counts."""
    folder = write_model_folder(tmp_path / "a")
    copy = shutil.copytree(folder, tmp_path / "b")
    (copy / "README.md").write_text("not read")
    os.utime(copy / "model.safetensors", (1, 1))
    assert fingerprint(folder) == fingerprint(copy)
    assert len(fingerprint(folder)) == 64


def test_each_fact_counts(tmp_path: Path) -> None:
    """Weights, configurations, tokenizer, dtype, views and preprocessing each change it."""
    folder = write_model_folder(tmp_path / "a")
    seen = [
        fingerprint(folder),
        fingerprint(folder, dtype="bfloat16"),
        fingerprint(folder, views="whole"),
        fingerprint(folder, preprocessing="pillow-14"),
    ]
    for name, text in (
        ("config.json", '{"model_type": "clip", "x": 1}'),
        ("preprocessor_config.json", '{"size": 7}'),
        ("processor_config.json", "{}"),
        ("vocab.json", '{"b": 0}'),
        ("tokenizer_config.json", "{}"),
    ):
        (folder / name).write_text(text)
        seen.append(fingerprint(folder))
    (folder / "model.safetensors").write_bytes(safetensors_bytes(9))
    seen.append(fingerprint(folder))
    assert len(set(seen)) == len(seen)


def test_a_tokenizer_beside_a_model_without_text_does_not_count(tmp_path: Path) -> None:
    """A ResNet reads no text."""
    folder = write_model_folder(tmp_path / "a", family="resnet")
    before = fingerprint(folder)
    (folder / "vocab.json").write_text("{}")
    assert fingerprint(folder) == before


def test_the_sum_of_unchanged_weights_is_remembered(tmp_path: Path) -> None:
    """At the next start the big file is not read again; a changed one is."""
    folder = write_model_folder(tmp_path / "a")
    hashes = hashes_file_beside(tmp_path / ".tasted" / "models.json")
    first = fingerprint(folder, hashes_file=hashes)
    remembered = json.loads(hashes.read_text())
    (key,) = remembered["sha256"]
    # a sum that only the cache can know shows that the cache was asked
    remembered["sha256"][key] = "0" * 64
    hashes.write_text(json.dumps(remembered))
    assert fingerprint(folder, hashes_file=hashes) != first
    os.utime(folder / "model.safetensors", (1, 1))
    assert fingerprint(folder, hashes_file=hashes) == first


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1, "sha256": {"x": 3}}', "null"])
def test_a_damaged_memory_costs_time_only(tmp_path: Path, content: str) -> None:
    """The sum is computed again and written anew."""
    folder = write_model_folder(tmp_path / "a")
    hashes = tmp_path / "weights.json"
    hashes.write_text(content)
    assert fingerprint(folder, hashes_file=hashes) == fingerprint(folder)
    assert len(json.loads(hashes.read_text())["sha256"]) == 1


def test_few_sums_are_kept(tmp_path: Path) -> None:
    """The memory does not grow with every change of a file."""
    folder = write_model_folder(tmp_path / "a")
    hashes = tmp_path / "weights.json"
    for second in range(20):
        os.utime(folder / "model.safetensors", (second, second))
        fingerprint(folder, hashes_file=hashes)
    assert len(json.loads(hashes.read_text())["sha256"]) == 16


def test_auto_is_what_the_processor_computes_natively() -> None:
    """Neither the device nor the runtime counts: they may change from one start to the next."""
    assert dtype_class("auto", has_bfloat16=True) == "bfloat16"
    assert dtype_class("auto", has_bfloat16=False) == "float32"
    assert dtype_class("float32", has_bfloat16=True) == "float32"
    assert dtype_class("bfloat16", has_bfloat16=False) == "bfloat16"


def test_an_unknown_dtype_is_refused() -> None:
    """The error names those that there are."""
    with pytest.raises(ModelUnusable, match="float16") as caught:
        dtype_class("float16")
    assert "bfloat16" in caught.value.remedy
