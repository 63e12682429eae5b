"""The pictures that `tasted demo` shows: python -m training.demo_pictures --help.

`drawings` draws those that come with the package, into `daemon/tasted/demo/drawings`, from fixed
seeds. `screenshots` puts photographs into phone screenshots, for `tasted demo --photos`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from training.pictures.phone import phone_screenshot
from training.pictures.scenes import draw_scene, random_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWINGS = Path(__file__).parent.parent / "daemon/tasted/demo/drawings"
SIZE = (640, 640)
PLACES = ("mountain", "gym")
THINGS = ("shoes", "t-shirts")
#: How many drawings of each place, and the seed of the first.
FOLDERS = {"labelled": (8, 0), "new": (14, 1000)}


def drawings() -> Iterator[tuple[str, Image.Image]]:
    """Draw the pictures of the demonstration: the path below `DRAWINGS` and the picture of each."""
    for folder, (count, first_seed) in FOLDERS.items():
        for place in PLACES:
            for index in range(count):
                seed = first_seed + index
                scene = random_scene(random.Random(f"{place} {seed}"), place)
                yield (
                    f"{folder}/{place}-{index + 1:02}.png",
                    draw_scene(scene, size=SIZE, seed=seed),
                )


def write_drawings() -> None:
    """Write them as small PNG files."""
    for path, picture in drawings():
        file = DRAWINGS / path
        file.parent.mkdir(parents=True, exist_ok=True)
        picture.save(file, optimize=True)


def write_screenshots(photos: Path, target: Path) -> None:
    """Write a phone screenshot around each photograph, as `target/THING/NAME.jpg`."""
    for thing in THINGS:
        (target / thing).mkdir(parents=True, exist_ok=True)
        for seed, file in enumerate(sorted((photos / thing).glob("*.jpg"))):
            with Image.open(file) as photo:
                screen = phone_screenshot(photo, seed=seed)
            screen.save(target / thing / file.name, quality=90)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("drawings", help="draw the pictures that come with the package")
    screenshots = commands.add_parser("screenshots", help="put photographs into screenshots")
    screenshots.add_argument("photos", type=Path, help="a folder with shoes/ and t-shirts/ in it")
    screenshots.add_argument("target", type=Path, help="where the screenshots go")
    asked = parser.parse_args()
    if asked.command == "drawings":
        write_drawings()
    else:
        write_screenshots(asked.photos, asked.target)


if __name__ == "__main__":
    main()
