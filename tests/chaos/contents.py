"""Pictures, each unlike any other, and bad ones. Pure but for drawing once.

A drawing is made unlike all others by a comment in its file, which costs nothing and leaves the
pixels alone.
"""

import hashlib
import struct
from dataclasses import dataclass

from kit.drawings import drawing
from kit.pictures import chunk

PLACES = ("mountain", "gym", "forest", "city")
_DRAWINGS = 8
_IEND_BYTES = 12
GOOD_SUFFIXES = (".png", ".png", ".PNG", ".jpg", ".jpeg", ".webp", "")


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file, and what must become of it."""

    data: bytes
    codes: frozenset[str] = frozenset()
    """Which errors its sidecar may tell; empty for a picture that has a score."""

    @property
    def sha256(self) -> str:
        """The id of the content."""
        return hashlib.sha256(self.data).hexdigest()


def picture(number: int, suffix: str) -> Content:
    """Return the picture of a number, in the format that a suffix asks for; none is PNG."""
    place = PLACES[number % len(PLACES)]
    seed = number % _DRAWINGS
    words = f"picture {number}".encode("ascii")
    match suffix.casefold():
        case ".jpg" | ".jpeg":
            data = drawing(place, seed=seed, file_format="JPEG")
            comment = b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words
            return Content(data[:2] + comment + data[2:])
        case ".webp":
            data = drawing(place, seed=seed, file_format="WEBP")
            padded = words + b"\0" * (len(words) % 2)
            body = data[8:] + b"JUNK" + struct.pack("<I", len(words)) + padded
            return Content(b"RIFF" + struct.pack("<I", len(body)) + body)
        case _:
            data = drawing(place, seed=seed)
            comment = chunk(b"tEXt", b"Comment\0" + words)
            return Content(data[:-_IEND_BYTES] + comment + data[-_IEND_BYTES:])


def bad_picture(number: int) -> Content:
    """Return what must get an error sidecar: half a picture, nothing, or words; named `.png`."""
    match number % 3:
        case 0:
            data = picture(number, ".png").data
            return Content(data[: len(data) // 2], frozenset({"truncated"}))
        case 1:
            return Content(b"", frozenset({"empty"}))
        case _:
            words = f"these are words, not pixels: {number}\n".encode("ascii")
            return Content(words, frozenset({"not_an_image"}))
