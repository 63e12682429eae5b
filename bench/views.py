"""What views add: tall screenshots whose telling photograph lies outside the middle square.

Likes and rejects differ in one photograph, near the top or the bottom of a phone's screen; what
stands in the middle is drawn from the same subjects for both. Reads the photographs of the tests;
opens the embedded model.
"""

import dataclasses
import functools
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from bench.table import Row
from tasted.decoding.pictures import Picture
from tasted.decoding.views import MODES, ViewsMode, find_views
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.weights import POCKET, find_model
from tasted.embedding.opening import open_embedder
from tasted.engine.embed_and_read import look_at_pictures
from tasted.evaluation.metrics import auc
from tasted.records import PictureFacts
from tasted.scoring.taste.fit import fit_taste
from training.pictures.phone import BIOS, THEMES, Theme
from training.pictures.scenes import draw_scene, random_scene

REFERENCES = 20
TESTS = 30
"""Of each label."""
WIDTH, HEIGHT = 1170, 2532
MIDDLE = (48, 700, 1074, 1130)
PLACES = {"top": (48, 190, 620, 470), "bottom": (48, 1870, 620, 400)}
_ROOT = Path(__file__).parents[1]
_PHOTOS = _ROOT / "tests" / "photos"
_RUNS = 20
_DIVISIONS = 20
_DENSE_LOOKS = {
    False: ((247, 247, 250), (214, 216, 222), (190, 196, 206)),
    True: ((16, 17, 20), (52, 55, 62), (70, 74, 84)),
}
"""Paper, bars and dots, by whether the screen is dark."""
_AT_ONCE = 10

Draw = Callable[[int], Image.Image]
"""From a seed to a photograph."""


@dataclass(frozen=True)
class Subject:
    """What tells likes from rejects, and what says nothing."""

    liked: Draw
    rejected: Draw
    neutral: Draw


def _drawn(place: str) -> Draw:
    def draw(seed: int) -> Image.Image:
        scene = random_scene(random.Random(f"{place} {seed}"), place)
        return draw_scene(scene, size=(620, 620), seed=seed)

    return draw


def _photographed(garment: str) -> Draw:
    """Take the files in turn: the first half for references, the second for tests."""
    files = sorted((_PHOTOS / garment).glob("*.jpg"))

    def draw(seed: int) -> Image.Image:
        half = len(files) // 2
        chosen = files[seed % half] if seed < REFERENCES else files[half + seed % half]
        return Image.open(chosen).convert("RGB")

    return draw


SUBJECTS = {
    "drawings": Subject(_drawn("mountain"), _drawn("gym"), _drawn("library")),
    "photographs": Subject(
        _photographed("shoes"), _photographed("t-shirts"), _photographed("hats")
    ),
}


def screen(telling: Image.Image, middle: Image.Image | None, *, seed: int) -> NDArray[np.uint8]:
    """Draw a profile on a phone, (h, w, 3).

    Args:
        telling: goes near the top or near the bottom, as the seed says.
        middle: fills the middle; None: a bio does.
        seed: place, colours and words.
    """
    chance = random.Random(f"screen {seed}")
    theme = chance.choice(THEMES)
    image = Image.new("RGB", (WIDTH, HEIGHT), theme.paper)
    draw = ImageDraw.Draw(image)
    _chrome(draw, theme)
    _paste(image, telling, PLACES[chance.choice(sorted(PLACES))])
    if middle is not None:
        _paste(image, middle, MIDDLE)
    else:
        _words(draw, theme, chance.choices(BIOS, k=12))
    return np.array(image)


def _chrome(draw: ImageDraw.ImageDraw, theme: Theme) -> None:
    draw.text((84, 48), "9:41", fill=theme.ink, font=ImageFont.load_default(48))
    draw.rounded_rectangle((1014, 54, 1089, 90), 9, outline=theme.ink, width=3)
    draw.line((0, 2300, WIDTH, 2300), fill=theme.faint, width=3)
    for button in range(3):
        left = 180 + 350 * button
        draw.ellipse((left, 2340, left + 110, 2450), outline=theme.accent, width=9)


def _words(draw: ImageDraw.ImageDraw, theme: Theme, lines: Sequence[str]) -> None:
    font = ImageFont.load_default(51)
    for index, line in enumerate(lines):
        draw.text((60, MIDDLE[1] + 20 + 90 * index), line, fill=theme.ink, font=font)


def _paste(image: Image.Image, picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    left, top, width, height = box
    image.paste(ImageOps.fit(picture, (width, height)), (left, top))


def areas(
    embedder: Embedder, subject: Subject, *, has_middle: bool, modes: Sequence[ViewsMode] = MODES
) -> dict[ViewsMode, float]:
    """Return the AUC of a taste for each mode of views.

    It learns 20 likes and 20 rejects and ranks 30 of each that it never saw.

    Args:
        embedder: what embeds the views.
        subject: what the screens show.
        has_middle: whether another photograph fills the middle, or a bio.
        modes: of views.
    """
    count = REFERENCES + TESTS
    seeds = [
        (telling, first, seed)
        for first, telling in ((0, subject.liked), (count, subject.rejected))
        for seed in range(count)
    ]
    items: dict[ViewsMode, list[NDArray[np.float32]]] = {mode: [] for mode in modes}
    # a few at a time: a hundred screens are a gigabyte
    for start in range(0, len(seeds), _AT_ONCE):
        screens = [
            screen(telling(seed), subject.neutral(seed) if has_middle else None, seed=first + seed)
            for telling, first, seed in seeds[start : start + _AT_ONCE]
        ]
        for mode in modes:
            items[mode] += vectors(embedder, mode, screens)
    liked = np.repeat([True, False], REFERENCES)
    found: dict[ViewsMode, float] = {}
    for mode, views in items.items():
        taste = fit_taste(views[:REFERENCES] + views[count : count + REFERENCES], liked)
        likes, rejects = (
            taste.logit(views[REFERENCES:count]),
            taste.logit(views[count + REFERENCES :]),
        )
        ranked = np.concatenate([likes, rejects])
        found[mode] = auc(ranked, np.repeat([True, False], [len(likes), len(rejects)]))
    return found


def dense(photo: Image.Image, *, is_top: bool, is_dark: bool) -> NDArray[np.uint8]:
    """Draw a phone's screen dense with the rows of a list, and one photograph on it, (h, w, 3)."""
    paper, bar, dot = _DENSE_LOOKS[is_dark]
    image = Image.new("RGB", (WIDTH, HEIGHT), paper)
    draw = ImageDraw.Draw(image)
    for row, top in enumerate(range(150, 2420, 58)):
        draw.ellipse((40, top, 84, top + 44), fill=dot)
        right = 810 + row * 53 % 330
        draw.rounded_rectangle((110, top + 4, right, top + 40), 14, fill=bar)
    image.paste(photo.resize((1070, 640)), (50, 110 if is_top else 1860))
    return np.array(image)


def dense_areas(embedder: Embedder) -> tuple[float, float]:
    """Return the mean AUC on dense screens, and on their photographs alone.

    Half of the photographs of two kinds are references, as they are; the other half is ranked,
    which neither the taste nor the embedded model has seen.
    """
    kinds = [
        [Image.open(file).convert("RGB") for file in sorted((_PHOTOS / kind).glob("*.jpg"))]
        for kind in ("shoes", "t-shirts")
    ]
    photos = [photo for kind in kinds for photo in kind]
    liked = np.repeat([True, False], [len(kind) for kind in kinds])
    alone = vectors(embedder, "auto", [np.array(photo) for photo in photos])
    screens = [
        vectors(
            embedder, "auto", [dense(photo, is_top=is_top, is_dark=is_dark) for photo in photos]
        )
        for is_top in (True, False)
        for is_dark in (True, False)
    ]
    found = []
    for division in range(_DIVISIONS):
        order = np.random.default_rng(division).permutation(len(photos))
        learnt, tested = order[: len(order) // 2], order[len(order) // 2 :]
        taste = fit_taste([alone[index] for index in learnt], liked[learnt])
        ranked = [
            auc(taste.logit([screen[index] for index in tested]), liked[tested])
            for screen in screens
        ]
        plain = auc(taste.logit([alone[index] for index in tested]), liked[tested])
        found.append((statistics.fmean(ranked), plain))
    return (
        statistics.fmean(ranked_auc for ranked_auc, _plain_auc in found),
        statistics.fmean(plain_auc for _ranked_auc, plain_auc in found),
    )


def vectors(
    embedder: Embedder, mode: ViewsMode, screens: Sequence[NDArray[np.uint8]]
) -> list[NDArray[np.float32]]:
    """Embed the views of pictures, each as long as it weighs; (k, d) for each picture."""
    pictures = {
        str(index): Picture(pixels, PictureFacts(pixels.shape[1], pixels.shape[0], "PNG"))
        for index, pixels in enumerate(screens)
    }
    return [embedded.views for embedded in look_at_pictures(pictures, embedder, mode).values()]


@functools.cache
def pocket() -> Embedder:
    """Open the embedded model."""
    model = find_model(POCKET, models_file=_ROOT / ".tasted" / "models.json", home_root=_ROOT)
    # nothing is remembered of its weights: a bench writes into no home
    forgetful = dataclasses.replace(model, hashes_file=None)
    return open_embedder(
        forgetful, device="cpu", dtype="float32", views="auto", preprocessing="bench"
    )


def measure() -> list[Row]:
    """Print what each mode of views finds, and what finding takes."""
    rows = []
    for name, subject in SUBJECTS.items():
        for has_middle, middle in ((False, "a bio"), (True, "another picture")):
            found = areas(pocket(), subject, has_middle=has_middle)
            other_modes = ", ".join(f"{mode} {found[mode]:.2f}" for mode in MODES[1:])
            what = f"AUC with views, {name}, {middle} in the middle"
            rows.append(Row(what, f"{found['auto']:.2f}", f"aim >= 0.90; {other_modes}"))
    on_screens, alone = dense_areas(pocket())
    what = "AUC of photographs on dense screens"
    rows.append(Row(what, f"{on_screens:.2f}", f"aim >= 0.90; the photographs alone {alone:.2f}"))
    pixels = screen(SUBJECTS["drawings"].liked(0), None, seed=0)
    times = []
    for _run in range(_RUNS):
        started = time.perf_counter()
        find_views("auto", pixels, width=WIDTH, height=HEIGHT)
        times.append(time.perf_counter() - started)
    middle_ms = 1000 * statistics.median(times)
    return [
        *rows,
        Row(f"views of a {WIDTH}x{HEIGHT} screen, median", f"{middle_ms:.1f} ms", "aim < 30 ms"),
    ]
