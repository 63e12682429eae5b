"""What copies make of a taste: labels drawn by lot, every picture kept twice, show no signal.

A screen is saved again as a messenger does, scrolled by 150 of 1,170 pixels, cropped, with another
clock, or its photograph stands in the screen of another app. Labels by lot carry nothing, so that
whoever takes a copy for a witness claims to know what cannot be known. Labels of a true taste show
what it costs to take copies together. Draws everything; opens the embedded model.
"""

import functools
import io
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bench.table import Row
from tasted.copies.finding import CopyFinder, Pictured
from tasted.decoding.pictures import PREPROCESSING, Picture
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import POCKET, find_model
from tasted.embedding.opening import open_embedder
from tasted.engine.embed_and_read import look_at_pictures
from tasted.evaluation.judgements import Figures, ReferenceVectors, figures_of, judge_leave_one_out
from tasted.evaluation.metrics import auc
from tasted.library.embedded import Embedded
from tasted.records import PictureFacts
from training.pictures.scenes import PLACES, draw_scene, random_scene

SEEDS = 20
FEWER_SEEDS = 6
"""Of ways to copy for which nothing is promised, and of true tastes."""
PER_LABEL = 15
LIKED_PLACES = 3
"""Of eight: a true taste likes what is drawn in these."""
FLIPPED = 0.1
_TESTED = 64
_ROOT = Path(__file__).parents[1]
_SCREEN = (540, 1170)
_AT_ONCE = 16
_SILENT_MIN = {"messenger": 19, "scroll": 18}


def shapes(seed: int) -> Image.Image:
    """Draw a photograph of sorts: fourteen soft shapes, warm or cold."""
    chance = random.Random(seed)
    is_warm = chance.random() < 0.5
    picture = Image.new("RGB", (360, 640), (245, 170, 110) if is_warm else (30, 60, 140))
    draw = ImageDraw.Draw(picture)
    low, high = ((180, 80, 20), (255, 190, 90)) if is_warm else ((0, 60, 120), (60, 150, 255))
    for _shape in range(14):
        x, y, size = chance.randrange(360), chance.randrange(640), chance.randrange(20, 140)
        colour = tuple(chance.randrange(*ends) for ends in zip(low, high, strict=True))
        corners = (x - size, y - size, x + size, y + size)
        (draw.ellipse if is_warm else draw.rectangle)(corners, fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(2))


def place(seed: int) -> Image.Image:
    """Draw a scene of the demonstration; `seed` modulo 8 says in which place."""
    chosen = random_scene(random.Random(seed), PLACES[seed % len(PLACES)])
    return draw_scene(chosen, size=(450, 800), seed=seed)


def screen(photograph: Image.Image, *, clock: str = "9:41", scrolled: int = 0) -> Image.Image:
    """Draw a phone's screen: a bar with a clock, the photograph, two lines of text."""
    page = Image.new("RGB", _SCREEN, "white")
    draw = ImageDraw.Draw(page)
    page.paste(photograph.resize((500, 889)), (20, 60 - scrolled))
    draw.rectangle((0, 0, _SCREEN[0], 44), fill="white")
    draw.text((20, 10), clock, fill="black")
    draw.rectangle((430, 14, 500, 26), fill="black")
    draw.rectangle((40, 980 - scrolled, 300, 1000 - scrolled), fill=(60, 60, 60))
    draw.rectangle((40, 1015 - scrolled, 480, 1030 - scrolled), fill=(150, 150, 150))
    return page


def _messenger(photograph: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    small = screen(photograph).resize((369, 800), Image.Resampling.LANCZOS)
    small.save(stream, "JPEG", quality=72)
    return Image.open(stream).convert("RGB")


def _other_app(photograph: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1080, 2340), (18, 18, 20))
    draw = ImageDraw.Draw(page)
    page.paste(ImageOps.fit(photograph, (1000, 1250)), (40, 220))
    for line in range(5):
        draw.rectangle((60, 1560 + 80 * line, 700 - 60 * line, 1590 + 80 * line), fill="white")
    return page


def _cropped(photograph: Image.Image) -> Image.Image:
    width, height = photograph.size
    box = (0.1 * width, 0.08 * height, 0.95 * width, 0.9 * height)
    return photograph.crop(tuple(map(round, box)))


COPIES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "clock": lambda photograph: screen(photograph, clock="9:57"),
    "messenger": _messenger,
    "scroll": lambda photograph: screen(photograph, scrolled=150),
    "crop": _cropped,
    "two apps": _other_app,
}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Pictures as the embedder sees them."""

    pictures: tuple[Embedded, ...]

    def copies(self) -> NDArray[np.intp]:
        """Return equal numbers for copies of one picture."""
        pictured = [
            Pictured(str(index), picture.views, picture.hashes)
            for index, picture in enumerate(self.pictures)
        ]
        return CopyFinder().find(pictured).groups

    def known(self, liked: NDArray[np.bool_], copies: NDArray[np.intp] | None) -> ReferenceVectors:
        """Return the pictures as references with these labels."""
        return ReferenceVectors(
            views=[picture.views for picture in self.pictures],
            whole=np.stack([picture.vector for picture in self.pictures]),
            liked=liked,
            curated=np.ones(len(liked), np.bool_),
            copies=copies,
        )


@functools.cache
def embedder() -> Embedder:
    """Load the embedded model."""
    model = find_model(POCKET, models_file=_ROOT / ".tasted" / "models.json", home_root=_ROOT)
    return open_embedder(
        model, device="cpu", dtype="float32", views="auto", preprocessing=PREPROCESSING
    )


def look_at(images: list[Image.Image]) -> Seen:
    """Embed and hash pictures."""
    pictures = {
        str(index): Picture(np.array(image), PictureFacts(*image.size, "PNG"))
        for index, image in enumerate(images)
    }
    keys = list(pictures)
    found: dict[str, Embedded] = {}
    for first in range(0, len(keys), _AT_ONCE):
        batch = {key: pictures[key] for key in keys[first : first + _AT_ONCE]}
        found |= look_at_pictures(batch, embedder(), "auto")
    return Seen(tuple(found[key] for key in keys))


def by_lot(how: str, seed: int) -> Figures:
    """Return what an evaluation says of labels drawn by lot, every picture kept twice.

    Args:
        how: one of `COPIES`.
        seed: of pictures and labels.
    """
    drawn = [shapes(70_000 + 1000 * seed + index) for index in range(2 * PER_LABEL)]
    seen = look_at([*map(screen, drawn), *map(COPIES[how], drawn)])
    labels = np.random.default_rng(seed).permutation(np.arange(len(drawn)) < PER_LABEL)
    known = seen.known(np.tile(labels, 2), seen.copies())
    return figures_of(judge_leave_one_out("taste", known))


def _true_taste(seed: int, how: str) -> tuple[float, float]:
    """Return the AUC on other pictures: learnt from copies, and from each picture once."""
    chance = np.random.default_rng(seed)
    places = chance.permutation(len(PLACES))[:LIKED_PLACES]
    numbers = 10_000 * (seed + 1) + chance.permutation(_TESTED + 2 * PER_LABEL)
    liked = np.isin(numbers % len(PLACES), places)
    drawn = list(map(place, numbers.tolist()))
    learnt, tested = slice(0, 2 * PER_LABEL), slice(2 * PER_LABEL, None)
    said = liked[learnt] ^ (chance.random(2 * PER_LABEL) < FLIPPED)
    once = look_at(list(map(screen, drawn[learnt])))
    again = look_at(list(map(COPIES[how], drawn[learnt])))
    unseen = look_at(list(map(screen, drawn[tested])))
    both = Seen(once.pictures + again.pictures)
    given = [picture.views for picture in unseen.pictures]
    areas = [
        auc(known.fitted("taste").logit(given), liked[tested])
        for known in (both.known(np.tile(said, 2), both.copies()), once.known(said, None))
    ]
    return areas[0], areas[1]


def measure() -> list[Row]:
    """Return the rows of the table.

    Raises:
        SystemExit: when a signal is claimed more often than promised.
    """
    rows, broken = [], []
    for how in COPIES:
        least = _SILENT_MIN.get(how)
        seeds = FEWER_SEEDS if least is None else SEEDS
        figures = [by_lot(how, seed) for seed in range(seeds)]
        silent = sum(not evaluated.has_signal for evaluated in figures)
        areas = np.mean([evaluated.auc for evaluated in figures if evaluated.auc is not None])
        promised = "" if least is None else f"; at least {least}"
        rows.append(
            Row(
                f"labels by lot, kept twice: {how}",
                f"{silent} of {seeds} silent",
                f"AUC {areas:.2f}{promised}",
            )
        )
        if least is not None and silent < least:
            broken.append(how)
    rows += [_cost(how) for how in ("messenger", "scroll")]
    if broken:
        sys.exit("\n".join([*map(str, rows), f"a signal is claimed where none is: {broken}"]))
    return rows


def _cost(how: str) -> Row:
    pairs = np.array([_true_taste(seed, how) for seed in range(FEWER_SEEDS)])
    cost = pairs[:, 1] - pairs[:, 0]
    error = cost.std(ddof=1) / FEWER_SEEDS**0.5
    return Row(
        f"true labels, kept twice: {how}",
        f"AUC {pairs[:, 0].mean():.3f}",
        f"each kept once: {pairs[:, 1].mean():.3f}; costs {cost.mean():.3f} (se {error:.3f})",
    )
