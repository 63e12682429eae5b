"""Batches of canvases → batches of small pictures that never look the same twice. Touches no file.

Every choice comes from the generator that is passed in, so that a seed repeats a training run.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional

from training.photographs import CANVAS, SHORT

#: The side of the pictures that come out, in pixels.
SIDE = 64


@dataclass(frozen=True, slots=True)
class Strength:
    """How far a picture may be changed."""

    smallest: float
    """The smallest crop, as a share of the canvas's inner square."""

    turn: float
    """Standard deviation of the rotation in radians."""

    colour: float
    """How far brightness, contrast and saturation move, 0 to 1."""

    hue: float
    """Share of the pictures whose colour channels change places."""

    erase: float
    """Share of the pictures in which a rectangle is painted over."""


#: A garment keeps its name in any colour; a drawing does not, because its captions name colours.
FOR_PHOTOGRAPHS = Strength(smallest=0.55, turn=0.25, colour=0.4, hue=0.25, erase=0.4)
FOR_DRAWINGS = Strength(smallest=0.7, turn=0.07, colour=0.15, hue=0.0, erase=0.2)


def augment(canvases: torch.Tensor, strength: Strength, generator: torch.Generator) -> torch.Tensor:
    """Crop, turn, mirror and recolour.

    Args:
        canvases: Shape (n, 3, CANVAS, CANVAS), uint8.
        strength: How far.
        generator: Where the choices come from.

    Returns:
        Shape (n, 3, SIDE, SIDE), float32 in [0, 1].
    """
    pictures = _crop(canvases.float() / 255, strength, generator)
    pictures = _recolour(pictures, strength, generator)
    for number in torch.nonzero(_chance(len(pictures), strength.erase, generator)).flatten():
        tall, wide = torch.randint(8, 28, (2,), generator=generator).tolist()
        top = int(torch.randint(0, SIDE - tall, (1,), generator=generator))
        left = int(torch.randint(0, SIDE - wide, (1,), generator=generator))
        paint = torch.rand(3, 1, 1, generator=generator)
        pictures[number, :, top : top + tall, left : left + wide] = paint
    return pictures.clamp(0, 1)


def frame_some(pictures: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Cover the upper and lower edge of some pictures with paper and writing, as a phone would.

    Args:
        pictures: Shape (n, 3, SIDE, SIDE), float32 in [0, 1]; not changed.
        share: Of the pictures that are framed.
        generator: Where the choices come from.
    """
    framed = pictures.clone()
    for number in torch.nonzero(_chance(len(pictures), share, generator)).flatten():
        dark = float(torch.rand(1, generator=generator)) < 0.5
        paper = torch.rand(3, 1, 1, generator=generator) * 0.12 + (0.04 if dark else 0.88)
        above, below = torch.randint(0, SIDE // 3, (2,), generator=generator).tolist()
        framed[number, :, :above] = paper
        framed[number, :, SIDE - below :] = paper
        for row in (*range(3, above - 2, 4), *range(SIDE - below + 3, SIDE - 2, 4)):
            end = int(torch.randint(8, SIDE - 4, (1,), generator=generator))
            framed[number, :, row : row + 2, 4:end] = 0.35 + 0.3 * (1 - paper)
    return framed


def _crop(pictures: torch.Tensor, strength: Strength, generator: torch.Generator) -> torch.Tensor:
    """Sample one turned, mirrored, stretched square from each canvas."""
    count = len(pictures)

    def uniform(least: float, most: float) -> torch.Tensor:
        return torch.rand(count, generator=generator) * (most - least) + least

    inner = SHORT / CANVAS
    scale = uniform(strength.smallest, 1.08) * inner
    stretch = torch.exp(uniform(-0.2, 0.2))
    angle = torch.randn(count, generator=generator) * strength.turn
    mirror = _chance(count, 0.5, generator).float() * 2 - 1
    room = (inner - scale).clamp(min=0) + 0.06
    across, down = uniform(-1, 1) * room, uniform(-1, 1) * room
    cosine, sine = torch.cos(angle), torch.sin(angle)
    wide, tall = scale * stretch, scale / stretch
    upper = torch.stack([cosine * wide * mirror, -sine * tall, across], dim=1)
    lower = torch.stack([sine * wide * mirror, cosine * tall, down], dim=1)
    grid = functional.affine_grid(
        torch.stack([upper, lower], dim=1), [count, 3, SIDE, SIDE], align_corners=False
    )
    return functional.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def _recolour(
    pictures: torch.Tensor, strength: Strength, generator: torch.Generator
) -> torch.Tensor:
    """Move brightness, contrast, saturation and white balance; let some channels change places."""
    count = len(pictures)

    def factor(spread: float) -> torch.Tensor:
        return 1 + (torch.rand(count, 1, 1, 1, generator=generator) * 2 - 1) * spread

    pictures = pictures * factor(strength.colour)
    mean = pictures.mean((1, 2, 3), keepdim=True)
    pictures = (pictures - mean) * factor(strength.colour) + mean
    grey = pictures.mean(1, keepdim=True)
    pictures = (pictures - grey) * factor(strength.colour * 1.5) + grey
    balance = torch.randn(count, 3, 1, 1, generator=generator) * strength.colour * 0.3
    pictures = pictures * (1 + balance)
    swapped = _chance(count, strength.hue, generator)
    order = torch.randperm(3, generator=generator)
    pictures[swapped] = pictures[swapped][:, order]
    return pictures


def _chance(count: int, share: float, generator: torch.Generator) -> torch.Tensor:
    """Draw `count` booleans that are true with the given probability."""
    return torch.rand(count, generator=generator) < share
