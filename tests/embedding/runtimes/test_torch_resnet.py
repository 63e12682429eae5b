"""ResNet gives the pooled features of transformers, prepared as its own processor says."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.resnet.modeling_resnet import ResNetModel

from tasted.embedding.models.weights import verify_folder
from tasted.embedding.opening import open_embedder
from tasted.errors import ModelUnusable

SIZES = [(2532, 1170), (300, 900), (224, 224), (50, 30), (1, 1)]


def opened(folder: Path) -> object:
    """Open a folder on the CPU."""
    return open_embedder(
        verify_folder(folder),
        device="auto",
        dtype="float32",
        views="crops",
        preprocessing="test",
        runtime="torch",
        threads=2,
    )


@pytest.mark.parametrize(
    ("fixture", "dimensions", "sizes"),
    [("tiny_resnet", 32, SIZES), ("real_resnet", 2048, SIZES[:2])],
)
def test_pictures_equal_a_plain_call(
    request: pytest.FixtureRequest, fixture: str, dimensions: int, sizes: list[tuple[int, int]]
) -> None:
    """The classifier's checkpoint without its head, for every size of picture, in order."""
    folder = request.getfixturevalue(fixture)
    generator = np.random.default_rng(4)
    pictures = [generator.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    model = ResNetModel.from_pretrained(folder, local_files_only=True).eval()
    processor = ConvNextImageProcessorPil.from_pretrained(folder, local_files_only=True)
    images = [Image.fromarray(picture) for picture in pictures]
    with torch.no_grad():
        pooled = model(**processor(images=images, return_tensors="pt")).pooler_output
    expected = pooled.flatten(1).numpy()
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    embedder = opened(folder)
    rows = embedder.embed_pictures(pictures)
    assert rows.shape == (len(sizes), dimensions)
    assert rows.dtype == np.float32
    assert np.sum(rows * expected, axis=1).min() >= 0.99999
    assert embedder.dimensions == dimensions
    assert embedder.embed_pictures([]).shape == (0, dimensions)


def test_pictures_are_cropped_to_seven_eighths(tiny_resnet: Path) -> None:
    """What lies in the outer sixteenth of a square picture does not count, as in training."""
    picture = np.full((256, 256, 3), 90, dtype=np.uint8)
    framed = picture.copy()
    framed[:8], framed[-8:], framed[:, :8], framed[:, -8:] = 255, 255, 255, 255
    rows = opened(tiny_resnet).embed_pictures([picture, framed])
    assert np.allclose(rows[0], rows[1], atol=1e-6)


def test_texts_are_refused(tiny_resnet: Path) -> None:
    """The error says what to choose instead."""
    embedder = opened(tiny_resnet)
    assert not embedder.reads_text
    with pytest.raises(ModelUnusable, match="pictures only") as caught:
        embedder.embed_texts(["a cat"])
    assert "CLIP" in caught.value.remedy
