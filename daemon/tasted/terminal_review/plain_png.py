"""PNG bytes → rows of pixels, for pictures that the engine made small. Pure, standard library.

Reads what the engine writes: 8 bits, RGB, not interlaced. Anything else is refused, and nothing
larger than `SIDE_MAX` is decoded.
"""

import struct
import zlib
from collections.abc import Iterator

from tasted.plain_dataclass import dataclass

SIDE_MAX = 400
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = 3
_RGB_8_BIT = (8, 2, 0, 0, 0)
_HEADER = struct.Struct(">IIBBBBB")
_CHUNK = struct.Struct(">I4s")


class NotDrawable(ValueError):
    """The bytes are not such a picture."""


@dataclass(frozen=True, slots=True)
class PixelRows:
    """A small picture.

    Attributes:
        width: in pixels.
        rows: of 3 bytes a pixel.
    """

    width: int
    rows: tuple[bytes, ...]

    @property
    def height(self) -> int:
        """In pixels."""
        return len(self.rows)

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Return red, green and blue, from 0 to 255."""
        row = self.rows[y]
        return row[3 * x], row[3 * x + 1], row[3 * x + 2]


def read_png(data: bytes) -> PixelRows:
    """Decode a picture.

    Raises:
        NotDrawable: when the bytes are anything else.
    """
    if not data.startswith(_SIGNATURE):
        raise NotDrawable("not a PNG")
    parts = list(_chunks(data))
    if not parts or parts[0][0] != b"IHDR" or len(parts[0][1]) != _HEADER.size:
        raise NotDrawable("a PNG without a header")
    width, height, *kind = _HEADER.unpack(parts[0][1])
    if tuple(kind) != _RGB_8_BIT or not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX):
        raise NotDrawable("another kind of PNG, or a larger one")
    stride = _CHANNELS * width
    expected = height * (stride + 1)
    packed = b"".join(content for name, content in parts if name == b"IDAT")
    try:
        unpacked = zlib.decompressobj().decompress(packed, expected + 1)
    except zlib.error as error:
        raise NotDrawable(f"damaged: {error}") from error
    if len(unpacked) != expected:
        raise NotDrawable("damaged: too few pixels, or too many")
    return PixelRows(width, tuple(_unfiltered(unpacked, stride)))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at + _CHUNK.size <= len(data):
        length, name = _CHUNK.unpack_from(data, at)
        begin = at + _CHUNK.size
        yield name, data[begin : begin + length]
        at = begin + length + 4


def _unfiltered(data: bytes, stride: int) -> Iterator[bytes]:
    above = bytes(stride)
    for at in range(0, len(data), stride + 1):
        row = bytearray(data[at + 1 : at + 1 + stride])
        _unfilter(data[at], row, above)
        above = bytes(row)
        yield above


def _unfilter(kind: int, row: bytearray, above: bytes) -> None:
    if kind == 0:
        return
    if kind not in {1, 2, 3, 4}:
        raise NotDrawable("damaged: an unknown filter")
    for x in range(len(row)):
        left = row[x - _CHANNELS] if x >= _CHANNELS else 0
        corner = above[x - _CHANNELS] if x >= _CHANNELS else 0
        guesses = (0, left, above[x], (left + above[x]) // 2, _paeth(left, above[x], corner))
        row[x] = (row[x] + guesses[kind]) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    """Return whichever of three neighbours is nearest to what they suggest (PNG, filter 4)."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))
