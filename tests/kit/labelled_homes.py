"""Homes with likes and rejects that nobody has scored yet: bright pictures, and dark ones."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from kit.homes import pocket_home
from kit.outboxes import picture
from kit.pictures import encoded
from kit.sidecars import scored
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import source_part
from tasted.outbox.sidecar_writer import Writer
from tasted.system.files import content_id


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


def arrive(home: Home, numbers: Iterable[int]) -> None:
    """Let pictures without a label be scored."""
    for number in numbers:
        content = picture(number)
        (home.inbox / f"new-{number:03}.png").write_bytes(content)
        path = f"new-{number:03}.png"
        stamp = list_inbox(home.inbox).files[path].stamp
        source = source_part(path, stamp, None, content_id=content_id(content))
        Writer(home.outbox, Ledger(home.outbox)).write(scored(path, source=source))
