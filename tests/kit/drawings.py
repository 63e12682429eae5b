"""Drawn pictures as bytes, and a home whose labels like mountains and reject gyms."""

import functools
import io
import random

from tasted.home.layout import Home
from training.pictures.scenes import draw_scene, random_scene

PER_LABEL = 6


@functools.cache
def drawing(place: str, *, seed: int, file_format: str = "PNG") -> bytes:
    """Return a drawn scene as the bytes of an image file."""
    scene = random_scene(random.Random(f"{place} {seed}"), place)
    buffer = io.BytesIO()
    draw_scene(scene, size=(256, 256), seed=seed).save(buffer, file_format)
    return buffer.getvalue()


def label_scenes(home: Home) -> None:
    """Drop references into the label folders: mountains liked, gyms rejected."""
    for index in range(1, PER_LABEL + 1):
        liked = home.inbox / "liked" / f"mountain-{index}.png"
        liked.write_bytes(drawing("mountain", seed=index))
        rejected = home.inbox / "rejected" / f"gym-{index}.png"
        rejected.write_bytes(drawing("gym", seed=index))
