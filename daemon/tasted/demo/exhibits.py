"""The pictures of the demonstration: which teach, which are judged, and which one is broken.

Draws with PIL and reads the photographs that are handed in; writes nothing.
"""

import io
import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tasted.demo.phone import phone_screenshot
from tasted.demo.scenes import draw_scene, random_scene
from tasted.errors import UsageError

LIKED_PLACE, REJECTED_PLACE = "mountain", "gym"
LIKED_THING, REJECTED_THING = "shoes", "t-shirts"
_PHONE_SIZE = (1170, 2532)
_DRAWING_SIZE = (640, 640)
_BIO = "Name: Maya\nAge: 29\n\nI love hiking and camping.\n"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file of the demonstration."""

    name: str
    data: bytes
    kind: str
    """`liked`, `rejected`, or `broken`: what the taste that is taught should make of it."""
    bio: str | None = None


def lessons(photos: Path | None) -> list[Exhibit]:
    """Return the pictures that teach: as many liked as rejected, at least six of each."""
    return _drawings(8, "taught", first_seed=0) + _photographs(
        photos, start=0, count=8, prefix="taught"
    )


def candidates(photos: Path | None) -> list[Exhibit]:
    """Return the pictures to be judged, none of which teaches: at least 24, and a broken one."""
    found = _drawings(14 if photos is None else 8, "new", first_seed=1000) + _photographs(
        photos, start=8, count=8, prefix="new"
    )
    whole = found[0].data
    found[0] = Exhibit(found[0].name, found[0].data, found[0].kind, bio=_BIO)
    return [*found, Exhibit("new-broken.png", whole[: len(whole) // 2], "broken")]


def _drawings(count: int, prefix: str, *, first_seed: int) -> list[Exhibit]:
    exhibits = []
    for kind, place in (("liked", LIKED_PLACE), ("rejected", REJECTED_PLACE)):
        for index in range(count):
            seed = first_seed + index
            scene = random_scene(random.Random(f"{place} {seed}"), place)
            picture = draw_scene(scene, size=_DRAWING_SIZE, seed=seed)
            name = f"{prefix}-{place}-{index + 1}.png"
            exhibits.append(Exhibit(name, _bytes(picture, "PNG"), kind))
    return exhibits


def _photographs(photos: Path | None, *, start: int, count: int, prefix: str) -> list[Exhibit]:
    if photos is None:
        return []
    exhibits = []
    for kind, thing in (("liked", LIKED_THING), ("rejected", REJECTED_THING)):
        for index, file in enumerate(_files(photos / thing, start, count)):
            with Image.open(file) as photo:
                picture = phone_screenshot(photo, seed=start + index, size=_PHONE_SIZE)
            name = f"{prefix}-{thing}-{index + 1}.jpg"
            exhibits.append(Exhibit(name, _bytes(picture, "JPEG"), kind))
    return exhibits


def _files(folder: Path, start: int, count: int) -> list[Path]:
    files = sorted(folder.glob("*.jpg"))[start : start + count]
    if len(files) < count:
        raise UsageError(
            f"{folder} has fewer than {start + count} .jpg photographs.",
            remedy=f"Name a folder with {LIKED_THING}/ and {REJECTED_THING}/, as tests/photos is.",
        )
    return files


def _bytes(picture: Image.Image, file_format: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, quality=90)
    return buffer.getvalue()
