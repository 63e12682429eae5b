"""Train the embedded model: python -m training.train --photos DIR --out DIR.

Reads the photographs, draws the scenes, trains a teacher and then the student, and writes the
model's files into a folder. The seed and the numbers of steps decide the result; the clock does
not.
"""

from __future__ import annotations

import argparse
import copy
import math
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from training.batches import Batch, Material, make_batch
from training.captions import corpus
from training.drawings import render_drawings
from training.likeness import caption_targets, fits, picture_targets
from training.objectives import cosine_loss, match_loss, relation_loss
from training.photographs import load_photographs
from training.student import CONTEXT, DIMENSIONS, ENTRIES, WIDTH, build_processor, build_student
from training.teacher import WIDTHS, train_teacher
from training.tokens import learn_tokenizer
from training.words import GARMENTS

if TYPE_CHECKING:
    from transformers import CLIPModel, CLIPTokenizer

STEPS, TEACHER_STEPS, DRAWINGS = 1400, 2000, 4000
HIGHEST_RATE, WARM_UP = 1.2e-3, 150
#: The model's temperature stays above 1 / 24, so that the cosines carry the difference.
HIGHEST_SCALE = math.log(24)


class Apprentice(nn.Module):
    """The student with the two heads that only the lessons of the teacher need."""

    def __init__(self, student: CLIPModel) -> None:
        super().__init__()
        self.student = student
        self.to_features = nn.Linear(WIDTH, WIDTHS[-1])
        self.to_opinions = nn.Linear(DIMENSIONS, len(GARMENTS))

    def forward(self, batch: Batch, tokens: dict[str, torch.Tensor]) -> torch.Tensor:
        """Give the loss of a batch."""
        pooled = self.student.vision_model(pixel_values=batch.pixels).pooler_output
        pictures = functional.normalize(self.student.visual_projection(pooled), dim=1)
        read = self.student.text_model(**tokens).pooler_output
        captions = functional.normalize(self.student.text_projection(read), dim=1)
        fit = fits(batch.shares, batch.scenes, batch.captions)
        wanted = picture_targets(batch.shares, batch.scenes, batch.identities)
        taught = len(batch.teacher_features)
        said = self.to_opinions(8 * pictures[:taught]).log_softmax(1)
        return (
            match_loss(pictures, captions, fit, self.student.logit_scale.exp())
            + 4 * cosine_loss(pictures, wanted)
            + relation_loss(pictures, wanted)
            + 4 * cosine_loss(captions, caption_targets(batch.captions))
            + functional.mse_loss(self.to_features(pooled[:taught]), batch.teacher_features)
            + functional.kl_div(said, batch.teacher_shares, reduction="batchmean")
        )


def main() -> None:
    """Train and save."""
    options = _options()
    torch.set_num_threads(options.threads)
    rng = random.Random(f"captions {options.seed}")
    photographs = load_photographs(options.photos)
    drawings = render_drawings(options.drawings, options.seed)
    texts = [caption.text for caption in corpus(rng, drawings.scenes, 3)]
    tokenizer = learn_tokenizer(texts, entries=ENTRIES, context=CONTEXT)
    print(f"{len(photographs.garments)} photographs, {len(drawings.scenes)} drawings, "
          f"{len(tokenizer)} tokens")  # fmt: skip
    teacher = train_teacher(photographs, steps=options.teacher_steps, seed=options.seed)
    material = Material(photographs, drawings, teacher)
    student = train_student(material, tokenizer, steps=options.steps, seed=options.seed, rng=rng)
    options.out.mkdir(parents=True, exist_ok=True)
    student.half().save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)
    build_processor().save_pretrained(options.out)


def train_student(
    material: Material, tokenizer: CLIPTokenizer, *, steps: int, seed: int, rng: random.Random
) -> CLIPModel:
    """Train the student; what is returned is the moving average of its weights."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    apprentice = Apprentice(build_student(tokenizer))
    average = copy.deepcopy(apprentice)
    optimiser = torch.optim.AdamW(apprentice.parameters(), lr=HIGHEST_RATE, weight_decay=0.05)
    begun = time.perf_counter()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, steps)
        batch = make_batch(material, rng, generator)
        texts = [caption.text for caption in batch.captions]
        tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        loss = apprentice(batch, dict(tokens))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(apprentice.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            apprentice.student.logit_scale.clamp_(max=HIGHEST_SCALE)
            _follow(average, apprentice, step)
        if step % 100 == 99:
            seconds = time.perf_counter() - begun
            print(f"student {step + 1:5d}  loss {loss.item():.3f}  {seconds:.0f} s", flush=True)
    student: CLIPModel = average.student
    return student.eval()


def _follow(average: nn.Module, apprentice: nn.Module, step: int) -> None:
    """Move the averaged weights towards the current ones; the first step sets them."""
    share = 0.005 if step else 1.0
    for mean, weight in zip(average.parameters(), apprentice.parameters(), strict=True):
        mean.lerp_(weight, share)


def _rate(step: int, steps: int) -> float:
    """Give the learning rate of a step: a short rise, then half a cosine down to a hundredth."""
    if step < WARM_UP:
        return HIGHEST_RATE * (step + 1) / WARM_UP
    done = (step - WARM_UP) / max(1, steps - WARM_UP)
    return HIGHEST_RATE * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of the class folders")
    parser.add_argument("--out", type=Path, required=True, help="where the model's files go")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--teacher-steps", type=int, default=TEACHER_STEPS)
    parser.add_argument("--drawings", type=int, default=DRAWINGS)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
