"""Pictures are prepared as transformers prepares them, to the last bit."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil

from kit.checkpoints import RESNET_PICTURES
from kit.model_folders import write_model_folder
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.pocket import FOLDER as POCKET
from tasted.embedding.runtimes.openvino_loading import load_embedder
from tasted.embedding.runtimes.picture_processor import read_processor
from tasted.embedding.runtimes.preprocessing import pixel_values
from tasted.embedding.runtimes.refusing import RuntimeLacks
from tasted.native import pillow

# a phone's screenshot, a desktop's, strips longer than is kept, a pixel, the model's own size
SIZES = [(2532, 1170), (900, 1440), (900, 3), (2, 99), (3, 50), (1, 1), (32, 32), (33, 31)]
CLIP: dict[str, Any] = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}


@pytest.mark.parametrize(
    ("family", "config"),
    [
        ("clip", CLIP),
        ("clip", {"size": 40, "crop_size": 32, "image_mean": [0.5, 0, 0.1]}),
        ("clip", {"size": {"height": 24, "width": 24}, "do_center_crop": False}),
        ("clip", {}),
        ("resnet", RESNET_PICTURES),
        ("resnet", {"size": {"shortest_edge": 384}}),
        ("resnet", {"size": 100, "do_center_crop": None, "rescale_factor": 0.01}),
    ],
)
def test_pixels_equal_those_of_transformers(
    tmp_path: Path, family: str, config: dict[str, Any]
) -> None:
    """For sizes of every shape, and for what the files of models say or leave out."""
    folder = write_model_folder(tmp_path / "model", family=family, hidden_sizes=[8])
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    ours = read_processor(verify_folder(folder), resize=pillow.resize)
    kind = CLIPImageProcessorPil if family == "clip" else ConvNextImageProcessorPil
    theirs = kind.from_pretrained(folder, local_files_only=True)
    generator = np.random.default_rng(5)
    for size in SIZES:
        picture = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
        found = ours.values(ours.squares([picture]))
        assert np.array_equal(found, pixel_values([picture], theirs)), size


@pytest.mark.parametrize(
    "config",
    [
        {**CLIP, "do_resize": False},
        {**CLIP, "resample": 2},
        {**CLIP, "crop_size": 48},
        {**CLIP, "do_center_crop": False},
        {**CLIP, "size": {"shortest_edge": 32, "longest_edge": 64}},
        {**CLIP, "size": "large"},
        {**CLIP, "do_center_crop": None},
        {**CLIP, "image_mean": "blue"},
    ],
)
def test_what_is_not_done_here_is_left_to_transformers(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    """It is no damage: another runtime may know it."""
    folder = write_model_folder(tmp_path / "model")
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    with pytest.raises(RuntimeLacks):
        read_processor(verify_folder(folder))


def test_the_newer_file_wins(tmp_path: Path) -> None:
    """processor_config.json is asked first, as transformers does."""
    folder = write_model_folder(tmp_path / "model")
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": CLIP}))
    assert read_processor(verify_folder(folder)).side == 32
    shutil.move(folder / "processor_config.json", folder / "other.json")
    assert read_processor(verify_folder(folder)).side == 224


def test_pixels_by_libvips_are_as_good_as_the_same() -> None:
    """On photographs the vectors of the embedded model move by less than 0.0002."""
    files = sorted((Path(__file__).parents[2] / "photos").glob("*/*.jpg"))[::4]
    photographs = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    pocket = verify_folder(POCKET)
    embedder = load_embedder(pocket, precision="float32", fingerprint="", threads=2)
    by_pillow = read_processor(pocket, resize=pillow.resize).squares(photographs)
    # of the model's own size they are not resized again
    expected = embedder.embed_pictures(list(by_pillow))
    assert np.sum(embedder.embed_pictures(photographs) * expected, axis=1).min() > 0.9998
