"""A taste that the frozen vectors of `pocket` hardly carry: the colour of a small sticker.

Draws scenes of people with a red or a blue square somewhere in them. Which scene it is says nothing
of the label; the colour of the square says all of it, but for what is flipped by lot.
"""

import io
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ImageDraw

from tasted.home.layout import Home
from training.pictures.scenes import draw_scene, random_scene

RED, BLUE = (230, 30, 40), (40, 60, 230)
_SIDE, _STICKER = 256, 40
_FIRST_SEED = 50_000


@dataclass(frozen=True, slots=True)
class StickerPicture:
    """One picture, and whether its sticker is red."""

    data: bytes
    """PNG."""
    is_red: bool


def sticker_picture(seed: int) -> StickerPicture:
    """Draw a scene with a sticker of some colour at some place."""
    chance = random.Random(f"sticker {seed}")
    picture = draw_scene(random_scene(chance), size=(_SIDE, _SIDE), seed=_FIRST_SEED + seed)
    is_red = chance.random() < 0.5
    left, top = (chance.randrange(_SIDE - _STICKER) for _axis in "xy")
    corners = (left, top, left + _STICKER, top + _STICKER)
    ImageDraw.Draw(picture).rectangle(corners, fill=RED if is_red else BLUE)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return StickerPicture(buffer.getvalue(), is_red)


def sticker_home(
    root: Path, count: int, *, flipped: float = 0.05, by_lot: bool = False, seed: int = 0
) -> Home:
    """Make a home with labelled pictures, liked where the sticker is red.

    Args:
        root: made.
        count: of labels.
        flipped: share of labels that are the other one.
        by_lot: whether labels have nothing to do with the pictures instead.
        seed: of what is flipped.
    """
    lots = np.random.default_rng(seed)
    for folder in ("config", "inbox/liked", "inbox/rejected", "outbox", ".tasted"):
        (root / folder).mkdir(parents=True, mode=0o700)
    settings = (
        '[embedder]\nmodel = "pocket"\n[reading]\nengine = "companion"\n'
        '[preferences]\ntraits = ["adventurous", "sporty"]\n'
    )
    (root / "config" / "tasted.toml").write_text(settings)
    for number in range(count):
        picture = sticker_picture(number)
        is_liked = bool(lots.random() < 0.5) if by_lot else picture.is_red
        if not by_lot and lots.random() < flipped:
            is_liked = not is_liked
        folder = "liked" if is_liked else "rejected"
        (root / "inbox" / folder / f"{number:05}.png").write_bytes(picture.data)
    return Home(root.resolve())
