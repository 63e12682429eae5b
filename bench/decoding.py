"""What it costs to decode a picture, beside Pillow alone in the same run.

Both are asked in turns, so that other work on the machine costs both the same. Times are of the
processor, over all threads. Draws its pictures; touches nothing.
"""

import io
import statistics
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.peers.corpus import camera, desktop, phone
from bench.table import Row
from tasted.copies.perceptual_hash import perceptual_hash
from tasted.decoding.pictures import Picture, decode
from tasted.decoding.views import crops, find_views
from tasted.native import libvips

Thing = TypeVar("Thing")

KINDS: Mapping[str, tuple[Callable[[int], bytes], str]] = {
    "a phone screenshot, PNG": (phone, "aim <= 0.75"),
    "a desktop screenshot, PNG with alpha": (desktop, "aim <= 0.85"),
    "a camera picture, JPEG of 12 megapixels": (camera, "aim <= 0.4"),
}
_PICTURES = 3
_TURNS = 9
_MAX_PIXELS = 80_000_000
_RESIZED = 224


def measure() -> list[Row]:
    """Return a row for each kind of picture, and what is made of the pixels of one."""
    rows = []
    for kind, (draw, aim) in KINDS.items():
        files = [draw(seed) for seed in range(_PICTURES)]
        ours_ms, theirs_ms = _in_turns(decoded, by_pillow, files)
        moved = [
            np.abs(decoded(file).pixels.astype(np.int16) - by_pillow(file)).mean() for file in files
        ]
        remark = (
            f"Pillow alone {theirs_ms:.1f} ms, ratio {ours_ms / theirs_ms:.2f}; {aim}; "
            f"levels differ by {statistics.mean(moved):.2f}"
        )
        rows.append(Row(f"decoding {kind}", f"{ours_ms:.1f} ms", remark))
    picture = decoded(phone(0))
    squares = [picture.pixels[top : top + len(picture.pixels[0])] for top in (300, 600, 900)]
    ours_ms, theirs_ms = _in_turns(_by_libvips, _by_bicubic, squares)
    remark = f"Pillow's bicubic {theirs_ms:.1f} ms, ratio {ours_ms / theirs_ms:.2f}; aim <= 0.5"
    rows.append(Row("resizing its middle square to 224", f"{ours_ms:.1f} ms", remark))
    views_ms, hashes_ms = _in_turns(_views, _hashes, [picture] * _PICTURES)
    rows.append(Row("its views and its perceptual hashes", f"{views_ms + hashes_ms:.1f} ms"))
    return rows


def decoded(data: bytes) -> Picture:
    """Decode as the engine does."""
    return decode(data, name="picture", max_pixels=_MAX_PIXELS)


def by_pillow(data: bytes) -> NDArray[np.uint8]:
    """Decode as Pillow does when left alone, to the same size."""
    with Image.open(io.BytesIO(data)) as image:
        plain = image.convert("RGB")
    half = min(plain.size) // 2 >= 1024
    return np.asarray(plain.reduce(2) if half else plain)


def _by_libvips(square: NDArray[np.uint8]) -> object:
    return libvips.resize(square, _RESIZED, _RESIZED)


def _by_bicubic(square: NDArray[np.uint8]) -> object:
    image = Image.fromarray(square)
    return np.asarray(image.resize((_RESIZED, _RESIZED), Image.Resampling.BICUBIC))


def _views(picture: Picture) -> object:
    return find_views(
        "auto", picture.pixels, width=picture.facts.width, height=picture.facts.height
    )


def _hashes(picture: Picture) -> object:
    size = {"width": picture.facts.width, "height": picture.facts.height}
    views = find_views("center", picture.pixels, **size)
    return [
        perceptual_hash(part) for part in (picture.pixels, *crops(picture.pixels, views, **size))
    ]


def _in_turns(
    first: Callable[[Thing], object], second: Callable[[Thing], object], given: list[Thing]
) -> tuple[float, float]:
    """Return the medians of what two ways take, asked for each thing in turn, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(_TURNS + 1):
        for thing in given:
            for way, taken in zip((first, second), times, strict=True):
                started = time.process_time()
                way(thing)
                # what the first turn imports and allocates is no part of it
                if turn > 0:
                    taken.append(1000 * (time.process_time() - started))
    return statistics.median(times[0]), statistics.median(times[1])
