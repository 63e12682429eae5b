"""The teacher: a small convolutional network that learns the garments and is then thrown away.

A transformer learns little about shapes from a few hundred photographs, a convolutional network
much more. The student is shown the same augmented pictures and learns what the teacher says about
them. Touches no file.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from training.augment import FOR_PHOTOGRAPHS, augment
from training.words import GARMENTS

if TYPE_CHECKING:
    from training.photographs import Photographs

WIDTHS = (24, 48, 96, 160)
BATCH = 64


def _layer(inner: int, outer: int, stride: int) -> nn.Sequential:
    """Build a convolution with its normalisation."""
    convolution = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer))


class Block(nn.Module):
    """Halve the picture, then refine it."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.shrink, self.first = _layer(inner, outer, 2), _layer(outer, outer, 1)
        self.second = _layer(outer, outer, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Map (n, inner, h, w) to (n, outer, h / 2, w / 2)."""
        small = functional.relu(self.shrink(pictures))
        refined: torch.Tensor = self.second(functional.relu(self.first(small)))
        return functional.relu(small + refined)


class Teacher(nn.Module):
    """A residual network over garments."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _layer(3, WIDTHS[0], 2)
        self.blocks = nn.Sequential(*(Block(inner, outer) for inner, outer in pairwise(WIDTHS)))
        self.head = nn.Linear(WIDTHS[-1], len(GARMENTS))

    def features(self, pictures: torch.Tensor) -> torch.Tensor:
        """Map pictures (n, 3, SIDE, SIDE) in [0, 1] to features (n, 160)."""
        maps = self.blocks(functional.relu(self.stem((pictures - 0.5) / 0.27)))
        pooled: torch.Tensor = maps.mean((2, 3))
        return pooled

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Map pictures to logits over `GARMENTS`, shape (n, 3)."""
        features = functional.dropout(self.features(pictures), 0.3, self.training)
        logits: torch.Tensor = self.head(features)
        return logits


def train_teacher(photographs: Photographs, *, steps: int, seed: int) -> Teacher:
    """Train the teacher on augmented and blended photographs."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    teacher = Teacher()
    optimiser = torch.optim.AdamW(teacher.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps)
    evenly = 1 / torch.bincount(photographs.garments).float()[photographs.garments]
    begun = time.perf_counter()
    for step in range(steps):
        chosen = torch.multinomial(evenly, BATCH, replacement=True, generator=generator)
        pictures = augment(photographs.pixels[chosen], FOR_PHOTOGRAPHS, generator)
        truth = functional.one_hot(photographs.garments[chosen], len(GARMENTS)).float()
        if step % 2:
            share = float(torch.rand(1, generator=generator)) * 0.5 + 0.5
            other = torch.randperm(BATCH, generator=generator)
            pictures = share * pictures + (1 - share) * pictures[other]
            truth = share * truth + (1 - share) * truth[other]
        loss = functional.cross_entropy(teacher(pictures), truth, label_smoothing=0.05)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        if step % 250 == 249:
            seconds = time.perf_counter() - begun
            print(f"teacher {step + 1:5d}  loss {loss.item():.3f}  {seconds:.0f} s", flush=True)
    return teacher.eval()
