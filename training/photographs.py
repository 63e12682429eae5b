"""The photographs: which are held out for good, the others as canvases ready for augmentation.

Reads a folder with one folder of jpgs per class, and `held_out.txt` beside this file; writes
nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.words import GARMENTS

HELD_OUT = Path(__file__).with_name("held_out.txt")
#: Sides of a canvas and of the picture in it, in pixels. The shorter side is a little more than the
#: model's input; what is left of the square is filled with the picture's own mirror image.
CANVAS, SHORT = 128, 72


@dataclass(frozen=True, slots=True)
class Photographs:
    """The photographs that may be trained on."""

    pixels: torch.Tensor
    """Shape (n, 3, CANVAS, CANVAS), uint8."""

    garments: torch.Tensor
    """Shape (n,), int64: indices into `GARMENTS`."""


def held_out_hashes() -> frozenset[str]:
    """Read the SHA-256 of every photograph that is never trained on."""
    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line and not line.startswith("#"))


def load_photographs(folder: Path) -> Photographs:
    """Load what may be trained on from `folder`/{shoes,hats,t-shirts}/*.jpg."""
    held_out = held_out_hashes()
    canvases, garments = [], []
    for number, garment in enumerate(GARMENTS):
        for path in sorted((folder / garment).glob("*.jpg")):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() in held_out:
                continue
            with Image.open(path) as picture:
                canvases.append(to_canvas(picture.convert("RGB")))
            garments.append(number)
    if not canvases:
        raise SystemExit(f"no photographs in {folder}: it needs the folders {', '.join(GARMENTS)}")
    return Photographs(stack(canvases), torch.tensor(garments))


def to_canvas(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Shrink an RGB picture and mirror its edges: a square (CANVAS, CANVAS, 3), uint8."""
    scale = SHORT / min(picture.size)
    size = tuple(min(CANVAS, round(side * scale)) for side in picture.size)
    small = np.asarray(picture.resize((size[0], size[1]), Image.Resampling.LANCZOS))
    down, across = CANVAS - small.shape[0], CANVAS - small.shape[1]
    edges = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
    return np.pad(small, edges, mode="symmetric")


def stack(canvases: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> torch.Tensor:
    """Stack canvases of shape (h, w, 3) into one uint8 tensor of shape (n, 3, h, w)."""
    return torch.from_numpy(np.stack(canvases)).permute(0, 3, 1, 2).contiguous()
