"""A random CLIP for everybody: the shape and size of OpenAI's, drawn from a fixed seed.

`python -m bench.peers.checkpoint NAME FOLDER` writes one, as transformers would. Vectors of random
weights mean nothing, but cost as much as real ones. As transformers draws them, all pictures come
out nearly alike, and a cosine would show nothing: weights of layers are three times as large here,
and biases and norms are drawn too. The tokenizer is that of `pocket`.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import CLIPConfig, CLIPModel

import tasted.embedding.pocket as pocket_package

SHAPES: dict[str, dict[str, Any]] = {
    "vit-b-32": {"width": 768, "layers": 12, "heads": 12, "patch": 32, "text": 512, "out": 512},
    "vit-b-16": {"width": 768, "layers": 12, "heads": 12, "patch": 16, "text": 512, "out": 512},
    "vit-l-14": {"width": 1024, "layers": 24, "heads": 16, "patch": 14, "text": 768, "out": 768},
}
_LAYER_FACTOR = 3.0
_BIAS_DEVIATION = 0.1
_SIDE = 224
_POCKET = Path(pocket_package.__file__).parent


def write_checkpoint(name: str, folder: Path) -> None:
    """Write config, weights, tokenizer and preprocessing of a random model into a folder."""
    shape = SHAPES[name]
    tokens = json.loads((_POCKET / "config.json").read_text(encoding="utf-8"))["text_config"]
    ends = {key: tokens[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    config = CLIPConfig(
        projection_dim=shape["out"],
        vision_config={
            "hidden_size": shape["width"],
            "intermediate_size": 4 * shape["width"],
            "num_hidden_layers": shape["layers"],
            "num_attention_heads": shape["heads"],
            "patch_size": shape["patch"],
            "image_size": _SIDE,
            "projection_dim": shape["out"],
        },
        text_config={
            "hidden_size": shape["text"],
            "intermediate_size": 4 * shape["text"],
            "num_hidden_layers": 12,
            "num_attention_heads": shape["text"] // 64,
            "projection_dim": shape["out"],
            "vocab_size": 49_408,
            **ends,
        },
    )
    torch.manual_seed(sum(name.encode()))
    model = CLIPModel(config).eval()
    with torch.no_grad():
        for key, tensor in model.named_parameters():
            if ".layers." in key and tensor.ndim == 2:
                tensor.mul_(_LAYER_FACTOR)
            elif tensor.ndim == 1:
                tensor.add_(torch.randn(tensor.shape) * _BIAS_DEVIATION)
    model.save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(_POCKET / file, folder / file)
    pictures = json.loads((_POCKET / "preprocessor_config.json").read_text(encoding="utf-8"))
    pictures["size"] = {"shortest_edge": _SIDE}
    pictures["crop_size"] = {"height": _SIDE, "width": _SIDE}
    text = json.dumps(pictures, indent=2)
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Write the named model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(SHAPES))
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    write_checkpoint(given.name, given.folder)


if __name__ == "__main__":
    main()
