"""The pictures of the demonstration: labelled ones, new ones, and one that is broken.

Reads the drawings beside this file, which `training/demo_pictures.py` made, and the photographs of
a folder that is handed in. Writes nothing.
"""

from pathlib import Path

from tasted.errors import UsageError
from tasted.plain_dataclass import dataclass

_DRAWINGS = Path(__file__).with_name("drawings")
_KINDS = {"liked": ("mountain", "shoes"), "rejected": ("gym", "t-shirts")}
"""What is drawn, and what is photographed, of each kind."""
_DRAWINGS_BESIDE_PHOTOS = 8
_PHOTOS = 8
_BIO = "Name: Maya\nAge: 29\n\nI love hiking and camping.\n"


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """One file of the demonstration."""

    name: str
    data: bytes
    kind: str
    """`liked`, `rejected`, or `broken`: what tasted should make of it."""
    bio: str | None = None


def labelled_pictures(photos: Path | None) -> list[DemoPicture]:
    """Return as many liked pictures as rejected ones: 8 of each, 16 with photographs."""
    return [
        picture
        for kind in _KINDS
        for picture in (*_drawings("labelled", kind), *_photographs(photos, kind, start=0))
    ]


def new_pictures(photos: Path | None) -> list[DemoPicture]:
    """Return 28 or 32 pictures that are not among the labelled ones, and one that is broken.

    The first has a bio.
    """
    count = None if photos is None else _DRAWINGS_BESIDE_PHOTOS
    found = [
        picture
        for kind in _KINDS
        for picture in (
            *_drawings("new", kind)[:count],
            *_photographs(photos, kind, start=_PHOTOS),
        )
    ]
    whole = found[0].data
    found[0] = DemoPicture(found[0].name, whole, found[0].kind, bio=_BIO)
    return [*found, DemoPicture("new-broken.png", whole[: len(whole) // 2], "broken")]


def _drawings(folder: str, kind: str) -> list[DemoPicture]:
    place, _thing = _KINDS[kind]
    files = sorted((_DRAWINGS / folder).glob(f"{place}-*.png"))
    return [DemoPicture(f"{folder}-{file.name}", file.read_bytes(), kind) for file in files]


def _photographs(photos: Path | None, kind: str, *, start: int) -> list[DemoPicture]:
    if photos is None:
        return []
    _place, thing = _KINDS[kind]
    folder = photos / thing
    files = sorted(folder.glob("*.jpg"))[start : start + _PHOTOS]
    if len(files) < _PHOTOS:
        raise UsageError(
            f"{folder} has fewer than {start + _PHOTOS} .jpg photographs.",
            remedy="Name a folder that has shoes/ and t-shirts/ with 16 photographs each.",
        )
    prefix = "new" if start else "labelled"
    return [
        DemoPicture(f"{prefix}-{thing}-{number:02}.jpg", file.read_bytes(), kind)
        for number, file in enumerate(files, 1)
    ]
