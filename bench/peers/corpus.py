"""The files of the race, drawn from fixed seeds around the photographs of `tests/photos`.

60 phone screenshots (PNG, 1170x2532), 15 desktop screenshots (PNG with alpha, 2880x1800) and 15
pictures as from a camera (JPEG, 12 megapixels), and more phone screenshots for what is dropped one
by one. The photographs are small: enlarged, they get the grain of a sensor, without which a PNG
would be far smaller, and decoded far sooner, than that of a real screen. Writes into one folder.
"""

import io
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from training.pictures.phone import phone_screenshot

PHONE = (1170, 2532)
DESKTOP = (2880, 1800)
CAMERA = (4032, 3024)
_GRAIN_LEVELS = 2.0
_JPEG_QUALITY = 90
_WORDS = (
    "a quiet walk along the river before the first train leaves and the bakery opens its door",
    "music on Sunday with friends who cook too much and laugh about it until late",
    "looking for someone who knows where the good coffee is, and what to read next to it",
)
PHOTOS = Path(__file__).parents[2] / "tests" / "photos"
_EXTRA_SEED = 1000
_VERSION = "2"
"""Raised with every change here that changes a file."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The files, in the order in which they are handed out."""

    files: tuple[Path, ...]
    """Of the race."""
    extra: tuple[Path, ...]
    """Phone screenshots that are not in the race."""


def corpus_in(
    folder: Path, *, phones: int = 60, desktops: int = 15, cameras: int = 15, extra: int = 64
) -> Corpus:
    """Draw what is not in the folder yet, and return the files."""
    folder = folder / f"corpus-{_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    groups = (
        ("phone", phones, phone, "png"),
        ("desktop", desktops, desktop, "png"),
        ("camera", cameras, camera, "jpg"),
        ("extra", extra, lambda seed: phone(_EXTRA_SEED + seed), "png"),
    )
    files: dict[str, list[Path]] = {}
    for group, count, draw, ending in groups:
        for seed in range(count):
            file = folder / f"{group}-{seed:02}.{ending}"
            if not file.exists():
                partial = folder / f"{file.name}.part"
                partial.write_bytes(draw(seed))
                partial.rename(file)
            files.setdefault(group, []).append(file)
    raced = [*files.get("phone", []), *files.get("desktop", []), *files.get("camera", [])]
    # a screenshot first, then all kinds amid each other, as in a folder sorted by date
    first, *others = raced
    random.Random("order").shuffle(others)
    return Corpus((first, *others), tuple(files.get("extra", [])))


def phone(seed: int, size: tuple[int, int] = PHONE) -> bytes:
    """Return a screenshot of a dating app as PNG."""
    rng = random.Random(f"phone {seed}")
    screen = phone_screenshot(_photograph(rng, size[0]), seed=seed, size=size)
    return _png(screen)


def desktop(seed: int, size: tuple[int, int] = DESKTOP) -> bytes:
    """Return a screen with a page in a window as PNG with alpha, all of it opaque."""
    rng = random.Random(f"desktop {seed}")
    width, height = size
    screen = ImageOps.fit(_photograph(rng, width), size)
    draw = ImageDraw.Draw(screen)
    window = (width * 0.06, height * 0.07, width * 0.94, height * 0.95)
    paper, ink = rng.choice([((252, 252, 252), (30, 30, 34)), ((28, 28, 32), (226, 226, 230))])
    draw.rounded_rectangle(window, radius=width // 120, fill=paper)
    side, top = round(height * 0.5), round(height * 0.18)
    photograph = ImageOps.fit(_photograph(rng, side), (side, side))
    screen.paste(photograph, ((width - side) // 2, top))
    letters = max(6, height // 70)
    font = ImageFont.load_default(letters)
    for line in range(12):
        words = rng.choice(_WORDS)
        for left in (width * 0.07, (width + side) / 2 + letters):
            draw.text((left, top + line * 2 * letters), words[:52], ink, font)
    return _png(screen.convert("RGBA"))


def camera(seed: int, size: tuple[int, int] = CAMERA) -> bytes:
    """Return a picture as a camera writes it, as JPEG."""
    rng = random.Random(f"camera {seed}")
    picture = ImageOps.fit(_photograph(rng, size[0]), size)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling="4:2:0")
    return buffer.getvalue()


def _photograph(rng: random.Random, width: int) -> Image.Image:
    """Return one of the photographs, cut, mirrored, lit and enlarged, with grain."""
    with Image.open(rng.choice(_photographs())) as opened:
        picture = opened.convert("RGB")
    share = rng.uniform(0.7, 1.0)
    wide, tall = (round(side * share) for side in picture.size)
    left, top = rng.randint(0, picture.width - wide), rng.randint(0, picture.height - tall)
    picture = picture.crop((left, top, left + wide, top + tall))
    if rng.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.75, 1.2))
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.6, 1.4))
    tall = round(width * picture.height / picture.width)
    picture = picture.resize((width, tall), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(rng.getrandbits(32)).normal(0, _GRAIN_LEVELS, (tall, width, 1))
    grainy = np.asarray(picture, np.float32) + grain.astype(np.float32)
    return Image.fromarray(grainy.clip(0, 255).astype(np.uint8))


def _photographs() -> list[Path]:
    return sorted(PHOTOS.glob("*/*.jpg"))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
