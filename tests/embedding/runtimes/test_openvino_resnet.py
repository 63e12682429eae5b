"""ResNet as an OpenVINO graph gives the features of transformers, for every kind of layer."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers.models.resnet.configuration_resnet import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetForImageClassification, ResNetModel

from kit.checkpoints import RESNET_PICTURES
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.opening import open_embedder
from tasted.errors import ModelUnusable

SIZES = [(300, 200), (64, 64), (1, 7)]


def opened(folder: Path, runtime: str) -> Embedder:
    """Open a folder on the CPU."""
    return open_embedder(
        verify_folder(folder),
        device="cpu",
        dtype="float32",
        views="crops",
        preprocessing="test",
        runtime=runtime,
        threads=2,
    )


def save(folder: Path, *, is_classifier: bool, **kind: object) -> Path:
    """Save a small ResNet whose batch norms have numbers of their own."""
    config = ResNetConfig(embedding_size=8, hidden_sizes=[16, 32], depths=[2, 1], **kind)
    torch.manual_seed(3)
    (ResNetForImageClassification if is_classifier else ResNetModel)(config).save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    for name, tensor in weights.items():
        if ".normalization." in name and tensor.is_floating_point():
            weights[name] = torch.rand(tensor.shape) + 0.5
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "preprocessor_config.json").write_text(json.dumps({**RESNET_PICTURES, "size": 64}))
    return folder


@pytest.mark.parametrize(
    ("is_classifier", "kind"),
    [
        (True, {"layer_type": "bottleneck"}),
        (False, {"layer_type": "basic"}),
        (True, {"downsample_in_bottleneck": True, "downsample_in_first_stage": True}),
    ],
)
def test_vectors_equal_those_of_transformers(
    tmp_path: Path, *, is_classifier: bool, kind: dict[str, object]
) -> None:
    """With strides in each place where a configuration can put them, with a head and without."""
    folder = save(tmp_path / "model", is_classifier=is_classifier, **kind)
    light, heavy = opened(folder, "openvino"), opened(folder, "torch")
    drawn = [
        np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8) for size in SIZES
    ]
    found = light.embed_pictures(drawn)
    assert found.shape == (3, 32)
    assert np.allclose(found, heavy.embed_pictures(drawn), atol=1e-5)
    assert not light.reads_text
    with pytest.raises(ModelUnusable, match="pictures only"):
        light.embed_texts(["a cat"])
