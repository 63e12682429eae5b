"""Model folders that look whole to everything that does not load them. Stdlib only, no torch."""

import json
import struct
from pathlib import Path
from typing import Any


def safetensors_bytes(values: int = 8) -> bytes:
    """Return a valid safetensors file with one float32 tensor of that many values."""
    header = {"weight": {"dtype": "F32", "shape": [values], "data_offsets": [0, 4 * values]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(range(4)) * values


def write_model_folder(folder: Path, *, family: str = "clip", **config: Any) -> Path:
    """Write a folder with every file that a model of this family needs."""
    folder.mkdir(parents=True, exist_ok=True)
    architecture = {"clip": "CLIPModel", "resnet": "ResNetForImageClassification"}.get(family)
    facts = {"model_type": family, "architectures": [architecture], "projection_dim": 512, **config}
    (folder / "config.json").write_text(json.dumps(facts))
    kind = {"clip": "CLIPImageProcessor"}.get(family, "ConvNextImageProcessor")
    (folder / "preprocessor_config.json").write_text(json.dumps({"image_processor_type": kind}))
    (folder / "model.safetensors").write_bytes(safetensors_bytes())
    if family == "clip":
        (folder / "vocab.json").write_text('{"a": 0}')
        (folder / "merges.txt").write_text("#version: 0.2\n")
    return folder
