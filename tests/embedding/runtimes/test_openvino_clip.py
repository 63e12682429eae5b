"""OpenVINO's graphs give the vectors of transformers, for every kind of CLIP and of text."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.opening import open_embedder
from tasted.embedding.pocket import FOLDER as POCKET
from tasted.embedding.runtimes.clip_tokens import ClipTokens
from tasted.errors import ModelUnusable

SIZES = [(253, 117), (90, 144), (500, 40), (3, 50), (1, 1), (32, 32), (33, 31)]
TEXTS = ["a photo of a cat", "Hi!", "", "wörter 🐈", "dog " * 100]
ODD = [
    *TEXTS,
    "<|endoftext|> in <|startoftext|> the middle",
    "<|ENDOFTEXT|>",
    "it's  we'll\tthey've\n\n'D",
    "ﬁligree ǅ é e\u0301 İstanbul ẞ",
    "登山 日本語 עברית العربية हिन्दी",
    "\x00\x07\u200b\ufeff",
    "a" * 300,
    "1234567890 10€ 3.14 ½ ²",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    " leading and trailing  ",
    "!!!???...,,,;;;",
]


def opened(folder: Path, runtime: str, *, dtype: str = "float32") -> Embedder:
    """Open a folder on the CPU."""
    return open_embedder(
        verify_folder(folder),
        device="cpu",
        dtype=dtype,
        views="crops",
        preprocessing="test",
        runtime=runtime,
        threads=2,
    )


def pictures(sizes: list[tuple[int, int]]) -> list[NDArray[np.uint8]]:
    """Draw noise of the given heights and widths."""
    generator = np.random.default_rng(3)
    return [generator.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def changed(folder: Path, copy: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Copy a model and change its config.json."""
    shutil.copytree(folder, copy)
    config = json.loads((copy / "config.json").read_text())
    change(config)
    (copy / "config.json").write_text(json.dumps(config))
    return copy


def _gelu(config: dict[str, Any]) -> None:
    config["vision_config"]["hidden_act"] = config["text_config"]["hidden_act"] = "gelu"


def _old_end(config: dict[str, Any]) -> None:
    config["text_config"]["eos_token_id"] = 2


def _old_sections(config: dict[str, Any]) -> None:
    for name in ("text_config", "vision_config"):
        config[f"{name}_dict"] = config.pop(name)


def _as_it_is(_config: dict[str, Any]) -> None:
    pass


@pytest.mark.parametrize("change", [_as_it_is, _gelu, _old_end, _old_sections])
def test_vectors_equal_those_of_transformers(
    tiny_clip: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """In float32 a library made with one runtime goes on with the other."""
    folder = changed(tiny_clip, tmp_path / "model", change)
    light, heavy = opened(folder, "openvino"), opened(folder, "torch")
    assert light.fingerprint == heavy.fingerprint
    drawn = pictures(SIZES)
    found, expected = light.embed_pictures(drawn), heavy.embed_pictures(drawn)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-5)
    assert np.allclose(light.embed_texts(TEXTS), heavy.embed_texts(TEXTS), atol=1e-5)


@pytest.mark.parametrize(("dtype", "least"), [("float32", 0.9999), ("bfloat16", 0.9995)])
def test_the_embedded_model_is_as_near_as_is_promised(dtype: str, least: float) -> None:
    """Of real weights, in both precisions."""
    light, heavy = opened(POCKET, "openvino", dtype=dtype), opened(POCKET, "torch")
    drawn = pictures(SIZES)
    assert np.sum(light.embed_pictures(drawn) * heavy.embed_pictures(drawn), axis=1).min() > least
    assert np.sum(light.embed_texts(ODD) * heavy.embed_texts(ODD), axis=1).min() > least


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_neither_batch_nor_threads_change_a_vector(dtype: str) -> None:
    """A picture has one vector, alone or among others, and however many ask at once."""
    light = opened(POCKET, "openvino", dtype=dtype)
    drawn = pictures(SIZES)
    together = light.embed_pictures(drawn)
    with ThreadPoolExecutor(3) as threads:
        alone = list(threads.map(lambda one: light.embed_pictures([one])[0], drawn * 3))
        texts = list(threads.map(lambda text: light.embed_texts([text])[0], TEXTS))
    assert np.array_equal(np.stack(alone), np.concatenate([together] * 3))
    assert np.allclose(np.stack(texts), light.embed_texts(TEXTS), atol=1e-2)
    assert light.embed_pictures([]).shape == light.embed_texts([]).shape == (0, 128)


@pytest.mark.parametrize("files", ["tokenizer.json", "vocab.json"])
def test_tokens_equal_those_of_transformers(tiny_clip: Path, tmp_path: Path, files: str) -> None:
    """Odd texts too: control characters, ligatures, special tokens, other scripts."""
    folder = shutil.copytree(tiny_clip, tmp_path / "model")
    whole = json.loads((folder / "tokenizer.json").read_text())
    if files == "vocab.json":
        vocabulary, merges = whole["model"]["vocab"], whole["model"]["merges"]
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n")
        (folder / "tokenizer.json").unlink()
    for place, context, size in ((folder, 16, 600), (POCKET, 48, 1685)):
        ours = ClipTokens(verify_folder(place), context=context, vocabulary_size=size)
        theirs = CLIPTokenizer.from_pretrained(place, local_files_only=True)
        for text in ODD:
            expected = theirs(text, truncation=True, max_length=context)["input_ids"]
            assert ours.ids([text])[0].tolist() == expected, text


def test_a_picture_and_a_text_need_no_torch(tiny_clip: Path) -> None:
    """Nothing of what makes an engine slow to start is imported."""
    script = (
        "import sys, pathlib, numpy as np, tasted.embedding.models.weights as w\n"
        "from tasted.embedding.opening import open_embedder\n"
        "embedder = open_embedder(w.verify_folder(pathlib.Path(sys.argv[1])), device='cpu',\n"
        "                         dtype='auto', views='', preprocessing='', threads=1)\n"
        "embedder.embed_pictures([np.zeros((9, 9, 3), np.uint8)])\n"
        "embedder.embed_texts(['a cat'])\n"
        "heavy = {'torch', 'transformers', 'safetensors', 'huggingface_hub'}\n"
        "print(type(embedder).__name__, sorted(heavy & set(sys.modules)))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tiny_clip)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["OpenvinoEmbedder", "[]"]
    assert answer.stderr == ""


def _odd_activation(config: dict[str, Any]) -> None:
    config["vision_config"]["hidden_act"] = "gelu_new"


def test_what_it_does_not_know_is_left_to_torch(tiny_clip: Path, tmp_path: Path) -> None:
    """An activation that there is no layer for; to ask for openvino is an error that says so."""
    folder = changed(tiny_clip, tmp_path / "odd", _odd_activation)
    assert type(opened(folder, "auto")).__name__ == "ClipEmbedder"
    with pytest.raises(ModelUnusable, match="hidden_act = 'gelu_new'") as caught:
        opened(folder, "openvino")
    assert "embedder.runtime auto" in caught.value.remedy


def test_buffers_of_older_versions_may_be_left_over(tiny_clip: Path, tmp_path: Path) -> None:
    """Checkpoints from before transformers 4.31 hold the numbers of positions."""
    folder = shutil.copytree(tiny_clip, tmp_path / "old")
    weights = load_file(folder / "model.safetensors")
    for tower in ("text_model", "vision_model"):
        weights[f"{tower}.embeddings.position_ids"] = torch.arange(16)[None]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    old, plain = opened(folder, "openvino"), opened(tiny_clip, "openvino")
    assert np.array_equal(old.embed_texts(TEXTS), plain.embed_texts(TEXTS))


def test_a_file_that_is_cut_short_is_refused(tiny_clip: Path, tmp_path: Path) -> None:
    """After it was checked too: the tensor that is not all there is never read."""
    folder = shutil.copytree(tiny_clip, tmp_path / "cut")
    model = verify_folder(folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ModelUnusable, match="cut"):
        open_embedder(model, device="cpu", dtype="float32", views="", preprocessing="")
