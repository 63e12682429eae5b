"""What the worst inputs cost that a stranger could make: they are bounded before they are read.

Touches nothing; draws no picture and loads no model.
"""

import struct
import time
import zlib
from collections.abc import Callable

from bench.table import Row
from tasted.decoding.pictures import decode
from tasted.errors import ImageTooLarge
from tasted.reading.companion import parse_companion
from tasted.scoring.interests.interests import named_interests

_TEXT_BYTES = 10_000_000
_BIO_CHARACTERS = 10_000
_FILLERS = ("a ", " ", "a-", "\u0301", "tea", "\u00df", "a\u200d")
_BYTES = (b"\n", b" ", b"\x00", b"\xe9", b"name:", b"\xff\xfe", b"\r")
_INTERESTS = ["a a a b", "tea time", "a b"] * 5
_BOMB_SIDE = 20_000
_MAX_PIXELS = 80_000_000


def measure() -> list[Row]:
    """Return what the slowest of each kind takes."""
    texts = [pattern * (_TEXT_BYTES // len(pattern)) for pattern in _BYTES]
    bios = [filler * (_BIO_CHARACTERS // len(filler)) for filler in _FILLERS]
    bomb = _bomb()
    kinds: list[tuple[str, list[Callable[[], object]], str]] = [
        (
            "a companion text of 10 MB",
            [lambda text=text: parse_companion(text) for text in texts],
            "64 KiB are read",
        ),
        (
            "15 interests looked for in 10,000 characters",
            [lambda bio=bio: named_interests(bio, _INTERESTS) for bio in bios],
            "the slowest of seven kinds",
        ),
        (
            "a PNG that promises 400 megapixels",
            [lambda: _refused(bomb)],
            f"{len(bomb)} bytes, refused",
        ),
    ]
    return [
        Row(what, f"{1000 * max(map(_seconds, works)):.1f} ms", remark)
        for what, works, remark in kinds
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _refused(data: bytes) -> None:
    try:
        decode(data, name="bomb.png", max_pixels=_MAX_PIXELS)
    except ImageTooLarge:
        return
    raise AssertionError("the bomb was decoded")


def _bomb() -> bytes:
    header = struct.pack(">IIBBBBB", _BOMB_SIDE, _BOMB_SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
