"""Homes with likes and rejects that nobody has scored yet: bright pictures, and dark ones."""

from pathlib import Path

import numpy as np
from PIL import Image

from kit.homes import pocket_home
from kit.pictures import encoded
from tasted.home.layout import Home


def labelled_home(root: Path, count: int, settings: str = "") -> Home:
    """Make a home with so many labels, every other a like; labels are by lot.

    Args:
        root: where.
        count: of labels.
        settings: more of them, as TOML.
    """
    home = pocket_home(root)
    if settings:
        with home.config_file.open("a", encoding="utf-8") as file:
            file.write(settings)
    random = np.random.default_rng(0)
    for number in range(count):
        pixels = random.integers(20, 235, (8, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        folder = home.inbox / ("liked" if number % 2 else "rejected")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:03}.png").write_bytes(encoded(Image.fromarray(pixels), "PNG"))
    return home
