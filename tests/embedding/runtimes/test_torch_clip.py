"""CLIP gives what transformers itself gives, in order, whatever the batch."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.clip.modeling_clip import CLIPModel
from transformers.models.clip.processing_clip import CLIPProcessor
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from kit.checkpoints import as_bin
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.opening import open_embedder
from tasted.embedding.runtimes.torch_clip import ClipEmbedder

# a phone's screenshot, a desktop's, a strip, less than a patch, the model's own size
SIZES = [(2532, 1170), (900, 1440), (500, 40), (3, 50), (1, 1), (32, 32), (33, 31)]
TEXTS = ["a photo of a cat", "Hi!", "", "wörter 🐈", "dog " * 100]


def opened(folder: Path, *, dtype: str = "float32") -> Embedder:
    """Open a folder on the CPU."""
    return open_embedder(
        verify_folder(folder),
        device="cpu",
        dtype=dtype,
        views="crops",
        preprocessing="test",
        runtime="torch",
        threads=2,
    )


def pictures(sizes: list[tuple[int, int]]) -> list[NDArray[np.uint8]]:
    """Draw noise of the given heights and widths."""
    generator = np.random.default_rng(3)
    return [generator.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


class Plain:
    """The calls of transformers' own documentation: processor, model, normalise."""

    def __init__(self, folder: Path) -> None:
        self.model = CLIPModel.from_pretrained(folder, local_files_only=True).eval()
        self.processor = CLIPProcessor(
            image_processor=CLIPImageProcessorPil.from_pretrained(folder, local_files_only=True),
            tokenizer=CLIPTokenizer.from_pretrained(folder, local_files_only=True),
        )

    @torch.no_grad()
    def pictures(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed pictures one at a time, as PIL images."""
        images = [Image.fromarray(picture) for picture in pictures]
        inputs = [self.processor(images=image, return_tensors="pt") for image in images]
        return _unit(
            [self.model.get_image_features(**batch).pooler_output[0].numpy() for batch in inputs]
        )

    @torch.no_grad()
    def texts(self, texts: list[str]) -> NDArray[np.float32]:
        """Embed texts one at a time."""
        inputs = [
            self.processor(text=[text], return_tensors="pt", padding=True, truncation=True)
            for text in texts
        ]
        return _unit(
            [self.model.get_text_features(**batch).pooler_output[0].numpy() for batch in inputs]
        )


def _unit(rows: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    stacked = np.stack(rows)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


def smallest_cosine(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Return the worst agreement between rows."""
    assert left.shape == right.shape
    return float(np.sum(left * right, axis=1).min())


def as_hub_files(folder: Path) -> None:
    """Write the preprocessor as the hub's oldest folders have it: an old class name, integers."""
    side = json.loads((folder / "preprocessor_config.json").read_text())["crop_size"]["height"]
    old = {
        "crop_size": side,
        "do_center_crop": True,
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
        "size": side,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(old))


def test_pictures_and_texts_equal_a_plain_call(tiny_clip: Path) -> None:
    """Every size of picture and every text has the vector that transformers gives it."""
    embedder, plain = opened(tiny_clip), Plain(tiny_clip)
    assert (
        smallest_cosine(embedder.embed_pictures(pictures(SIZES)), plain.pictures(pictures(SIZES)))
        >= 0.99999
    )
    assert smallest_cosine(embedder.embed_texts(TEXTS), plain.texts(TEXTS)) >= 0.99999


def test_the_real_shape_loads_and_equals_a_plain_call(real_clip: Path) -> None:
    """ViT-B/32 with 151 million parameters: 512 dimensions, a phone's screenshot, a text."""
    embedder, plain = opened(real_clip), Plain(real_clip)
    phone = pictures([(2532, 1170)])
    assert embedder.dimensions == 512
    # transformers resizes by Pillow, and noise is what another kernel differs in most
    assert smallest_cosine(embedder.embed_pictures(phone), plain.pictures(phone)) >= 0.9998
    assert smallest_cosine(embedder.embed_texts(["a cat"]), plain.texts(["a cat"])) >= 0.99999


@pytest.mark.parametrize(
    "change",
    [
        as_hub_files,
        as_bin,
        lambda folder: as_bin(folder, zipped=False),
        lambda folder: as_bin(
            folder,
            extra=(
                "text_model.embeddings.position_ids",
                "vision_model.embeddings.position_ids",
            ),
        ),
    ],
    ids=["old preprocessor", "bin", "bin of torch 1.5", "bin with position ids"],
)
def test_older_forms_of_the_same_model_give_the_same_vectors(
    tiny_clip: Path, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    """The hub still holds .bin files with buffers that newer classes do not keep."""
    folder = shutil.copytree(tiny_clip, tmp_path / "older")
    change(folder)
    expected, given = opened(tiny_clip), opened(folder)
    some = pictures(SIZES[:2])
    assert smallest_cosine(given.embed_pictures(some), expected.embed_pictures(some)) >= 0.99999
    assert smallest_cosine(given.embed_texts(TEXTS), expected.embed_texts(TEXTS)) >= 0.99999


def test_a_folder_with_vocabulary_and_merges_alone_reads_the_same_texts(
    tiny_clip: Path, tmp_path: Path
) -> None:
    """Neither tokenizer.json nor a stated limit is needed; long texts are still cut off."""
    folder = shutil.copytree(tiny_clip, tmp_path / "bare")
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    marks = json.loads((folder / "config.json").read_text())["text_config"]
    vocabulary = model["vocab"] | {
        "<|startoftext|>": marks["bos_token_id"],
        "<|endoftext|>": marks["eos_token_id"],
    }
    merges = [" ".join(merge) for merge in model["merges"]]
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    bare, whole = opened(folder), opened(tiny_clip)
    assert smallest_cosine(bare.embed_texts(TEXTS), whole.embed_texts(TEXTS)) >= 0.99999


def test_rows_are_unit_float32_in_the_order_of_the_pictures(tiny_clip: Path) -> None:
    """The row of a picture stands where the picture stood."""
    embedder = opened(tiny_clip)
    some = pictures([(40, 40)] * 5)
    rows = embedder.embed_pictures(some)
    assert rows.dtype == np.float32
    assert rows.shape == (5, 16)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert np.allclose(embedder.embed_pictures(some[::-1]), rows[::-1], atol=1e-6)


def test_the_batch_size_changes_no_vector(tiny_clip: Path) -> None:
    """One at a time, three at a time and all at once agree."""
    some, folder = pictures(SIZES), verify_folder(tiny_clip)
    one, three, many = (
        ClipEmbedder.load(
            folder, dtype=torch.float32, fingerprint="", batch_size=size
        ).embed_pictures(some)
        for size in (1, 3, 100)
    )
    assert np.allclose(one, three, atol=1e-6)
    assert np.allclose(one, many, atol=1e-6)


def test_a_copy_for_another_device_leaves_the_first_whole(tiny_clip: Path) -> None:
    """An accelerator that fails its test must leave a CPU embedder that still works."""
    embedder = ClipEmbedder.load(verify_folder(tiny_clip), dtype=torch.float32, fingerprint="")
    some = pictures(SIZES[:2])
    before = embedder.embed_pictures(some)
    gone = embedder.on_device("meta")
    assert gone._model.device.type == "meta"
    assert np.array_equal(embedder.embed_pictures(some), before)


def test_nothing_gives_no_rows(tiny_clip: Path) -> None:
    """An empty batch has the shape (0, d)."""
    embedder = opened(tiny_clip)
    assert embedder.embed_pictures([]).shape == (0, 16)
    assert embedder.embed_texts([]).shape == (0, 16)


def test_a_line_of_pixels_costs_no_gigabytes(tiny_clip: Path) -> None:
    """A strip is cut to its middle, where the model would look anyway."""
    strip = np.zeros((1, 200_000, 3), dtype=np.uint8)
    strip[:, 99_000:101_000] = 255
    white = np.full((8, 8, 3), 255, dtype=np.uint8)
    rows = opened(tiny_clip).embed_pictures([strip, white])
    assert rows[0] @ rows[1] > 0.999


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_an_array_that_is_no_picture_is_refused(tiny_clip: Path, wrong: NDArray[np.uint8]) -> None:
    """A wrong shape or dtype is a mistake of the caller, found here and not in the scores."""
    with pytest.raises(ValueError, match="a picture must"):
        opened(tiny_clip).embed_pictures([wrong])


def test_a_picture_that_may_not_be_written_is_read(tiny_clip: Path) -> None:
    """Arrays over foreign memory are read-only and often in another order."""
    picture = pictures([(40, 50)])[0]
    turned = picture[:, ::-1]
    turned.flags.writeable = False
    embedder = opened(tiny_clip)
    expected = embedder.embed_pictures([turned.copy()])
    assert np.array_equal(embedder.embed_pictures([turned]), expected)


def test_bfloat16_stays_near_float32(tiny_clip: Path) -> None:
    """Rows are still float32 and of length 1; they are other vectors, with another fingerprint."""
    wide, narrow = opened(tiny_clip), opened(tiny_clip, dtype="bfloat16")
    some = pictures(SIZES[:3])
    assert narrow.embed_pictures(some).dtype == np.float32
    assert smallest_cosine(narrow.embed_pictures(some), wide.embed_pictures(some)) > 0.99
    assert not np.array_equal(narrow.embed_pictures(some), wide.embed_pictures(some))


def test_a_reload_gives_the_same_vectors_to_the_last_bit(tiny_clip: Path) -> None:
    """What the fingerprint promises is kept."""
    first, second = opened(tiny_clip), opened(tiny_clip)
    some = pictures(SIZES[:2])
    assert np.array_equal(first.embed_pictures(some), second.embed_pictures(some))
