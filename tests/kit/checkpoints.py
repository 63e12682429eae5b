"""Checkpoints with random weights, in the files that transformers writes: tiny and real shapes.

Random weights have no taste, and every property of loading, preparing and normalising all the same.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers.models.clip.configuration_clip import CLIPConfig
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.clip.modeling_clip import CLIPModel
from transformers.models.clip.tokenization_clip import CLIPTokenizer
from transformers.models.resnet.configuration_resnet import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetForImageClassification

CONTEXT = 16
_MERGES = ("h i", "c a", "ca t</w>", "d o", "do g</w>", "h a", "ha t</w>")
# the file of microsoft/resnet-50: an integer size, and a class that is called something else now
RESNET_PICTURES = {
    "crop_pct": 0.875,
    "do_normalize": True,
    "do_resize": True,
    "feature_extractor_type": "ConvNextFeatureExtractor",
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
    "resample": 3,
    "size": 224,
}


def save_tiny_clip(folder: Path, *, seed: int = 0, side: int = 32) -> Path:
    """Save a CLIP of 2 layers and 16 dimensions, for pictures of `side` pixels."""
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "patch_size": 8,
        "image_size": side,
    }
    text = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "vocab_size": 600,
        "max_position_embeddings": CONTEXT,
    }
    return _save_clip(folder, vision, text, dimensions=16, seed=seed)


def save_clip_of_real_shape(folder: Path) -> Path:
    """Save a CLIP of the shape of openai/clip-vit-base-patch32: 151 million parameters, 605 MB."""
    vision = {"hidden_size": 768, "patch_size": 32, "image_size": 224}
    text = {"hidden_size": 512, "vocab_size": 49408, "max_position_embeddings": 77}
    return _save_clip(folder, vision, text, dimensions=512, seed=0)


def _save_clip(
    folder: Path, vision: dict[str, int], text: dict[str, int], *, dimensions: int, seed: int
) -> Path:
    marks = {"bos_token_id": text["vocab_size"] - 2, "eos_token_id": text["vocab_size"] - 1}
    config = CLIPConfig(
        vision_config={**vision, "projection_dim": dimensions},
        text_config={**text, **marks, "pad_token_id": 1, "projection_dim": dimensions},
        projection_dim=dimensions,
    )
    with torch.device("meta"):
        model = CLIPModel(config)
    _fill(model, seed)
    model.save_pretrained(folder)
    size = vision["image_size"]
    CLIPImageProcessorPil(
        size={"shortest_edge": size}, crop_size={"height": size, "width": size}
    ).save_pretrained(folder)
    tokenizer(marks, context=text["max_position_embeddings"]).save_pretrained(folder)
    return folder


def _fill(model: torch.nn.Module, seed: int) -> None:
    # several times quicker than transformers' own initialisation, which minds training
    generator = torch.Generator().manual_seed(seed)
    model.to_empty(device="cpu")
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            parameter.data.uniform_(-0.1, 0.1, generator=generator)
        else:
            parameter.data.fill_(0.0 if name.endswith("bias") else 1.0)


def tokenizer(marks: dict[str, int], *, context: int) -> CLIPTokenizer:
    """Build a byte-level tokenizer with a handful of merges."""
    letters = _byte_letters()
    entries = [*letters, *(f"{letter}</w>" for letter in letters)]
    entries += [merge.replace(" ", "") for merge in _MERGES]
    vocabulary = {entry: number for number, entry in enumerate(entries)}
    vocabulary["<|startoftext|>"] = marks["bos_token_id"]
    vocabulary["<|endoftext|>"] = marks["eos_token_id"]
    merges = [tuple(merge.split()) for merge in _MERGES]
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=context)


def _byte_letters() -> list[str]:
    # GPT-2's byte alphabet: printable bytes stand for themselves, the others come after 255
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in sorted(printable)] + [
        chr(256 + number) for number in range(len(others))
    ]


def save_tiny_resnet(folder: Path, *, seed: int = 0) -> Path:
    """Save a ResNet classifier whose pooled features have 32 dimensions."""
    return _save_resnet(
        folder, ResNetConfig(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1]), seed
    )


def save_resnet_of_real_shape(folder: Path) -> Path:
    """Save a classifier of the shape of microsoft/resnet-50: pooled features of 2048 dimensions."""
    return _save_resnet(folder, ResNetConfig(), seed=0)


def _save_resnet(folder: Path, config: ResNetConfig, seed: int) -> Path:
    torch.manual_seed(seed)
    ResNetForImageClassification(config).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(RESNET_PICTURES))
    return folder


def as_bin(folder: Path, *, extra: Sequence[str] = (), zipped: bool = True) -> Path:
    """Turn the safetensors of a folder into a .bin, as older repositories hold them.

    Args:
        folder: where the weights lie.
        extra: names of integer buffers to add, such as old checkpoints carry.
        zipped: False writes the format from before torch 1.6.
    """
    from safetensors.torch import load_file  # noqa: PLC0415 - next to the file it replaces

    weights = load_file(folder / "model.safetensors")
    weights |= {name: torch.arange(CONTEXT)[None] for name in extra}
    torch.save(weights, folder / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)
    (folder / "model.safetensors").unlink()
    return folder
