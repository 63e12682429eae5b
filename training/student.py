"""The student: an untrained CLIP of pocket size, its tokenizer and its image processor.

All three are of transformers' own classes, so that they load as any other CLIP does.
"""

from __future__ import annotations

import math

import torch
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer

from training.augment import SIDE

PATCH = 8
WIDTH, LAYERS, HEADS = 160, 5, 5
TEXT_WIDTH, TEXT_LAYERS, TEXT_HEADS = 128, 2, 4
DIMENSIONS, CONTEXT, ENTRIES = 128, 48, 2000
MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def build_student(tokenizer: CLIPTokenizer) -> CLIPModel:
    """Build the untrained model for a vocabulary."""
    marks = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": TEXT_WIDTH,
        "intermediate_size": TEXT_WIDTH * 4,
        "num_hidden_layers": TEXT_LAYERS,
        "num_attention_heads": TEXT_HEADS,
        "max_position_embeddings": CONTEXT,
        "projection_dim": DIMENSIONS,
        **marks,
    }
    vision = {
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH * 3,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "image_size": SIDE,
        "patch_size": PATCH,
        "projection_dim": DIMENSIONS,
    }
    config = CLIPConfig(
        text_config=text,
        vision_config=vision,
        projection_dim=DIMENSIONS,
        logit_scale_init_value=math.log(10),
    )
    model = CLIPModel(config)
    # Patches that know their neighbours from the start save a third of the steps.
    places = model.vision_model.embeddings.position_embedding.weight
    with torch.no_grad():
        places[1:] = 0.3 * _waves(SIDE // PATCH, WIDTH)
    return model


def build_processor() -> CLIPImageProcessor:
    """Build the image processor: the shorter side is resized and the middle square kept."""
    return CLIPImageProcessor(
        do_resize=True,
        size={"shortest_edge": SIDE},
        resample=3,
        do_center_crop=True,
        crop_size={"height": SIDE, "width": SIDE},
        do_rescale=True,
        do_normalize=True,
        do_convert_rgb=True,
        image_mean=list(MEAN),
        image_std=list(SPREAD),
    )


def normalise(pictures: torch.Tensor) -> torch.Tensor:
    """Shift and scale pictures (n, 3, h, w) in [0, 1] as the image processor does."""
    mean, spread = torch.tensor(MEAN), torch.tensor(SPREAD)
    return (pictures - mean[:, None, None]) / spread[:, None, None]


def _waves(side: int, width: int) -> torch.Tensor:
    """Describe the cells of a grid by sines and cosines, shape (side * side, width)."""
    quarter = width // 4
    rates = 1 / (30 ** (torch.arange(quarter) / quarter))
    steps = torch.arange(side)[:, None] * rates
    line = torch.cat([torch.sin(steps), torch.cos(steps)], dim=1)
    rows = line[:, None].expand(side, side, -1)
    columns = line[None].expand(side, side, -1)
    return torch.cat([rows, columns], dim=2).reshape(side * side, width)
