"""PNG files of the plain kind that nearly all screenshots are, decoded by libvips.

It takes half of Pillow's time for the same pixels. Which files give the same was tried out, and the
rest is Pillow's: other depths, palettes, key colours, interlacing, animations, and whatever has
something but its end behind its rows. So is everything that libvips refuses, as it does where the
checksum of a chunk is wrong: what is wrong with a file Pillow says.
"""

import functools

import numpy as np
import structlog
from numpy.typing import NDArray

from tasted.decoding import containers
from tasted.native import libvips
from tasted.picture_formats import PNG_SIGNATURE

log = structlog.get_logger("tasted.decoding")

_KIND = slice(24, 29)
_PLAIN_KINDS = frozenset({b"\x08\x02\0\0\0", b"\x08\x06\0\0\0"})
"""Depth, colour type, compression, filter and interlacing: 8 bits of RGB or RGBA, row by row."""
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_ANCILLARY = 0x20
"""The bit of the first letter that tells chunks which a picture can be decoded without."""


def pixels_of(data: bytes) -> NDArray[np.uint8] | None:
    """Decode a plain PNG.

    Args:
        data: a whole PNG whose header Pillow has read, and found of an allowed size.

    Returns:
        (h, w, 3), or (h, w, 4) where something is not opaque, as stored: without regard to colour
        space and orientation. None where the file is not plain, or libvips refuses it.
    """
    if not is_plain(data) or _is_missing():
        return None
    try:
        return libvips.png_pixels(data)
    except libvips.LibvipsError:
        return None


@functools.cache
def _is_missing() -> bool:
    reason = libvips.missing()
    if reason is not None:
        log.warning("decoding_png_by_pillow", reason=reason)
    return reason is not None


def is_plain(data: bytes) -> bool:
    """Tell by its chunks whether libvips makes of a PNG what Pillow does."""
    if data[_KIND] not in _PLAIN_KINDS:
        return False
    rows_begun = False
    for kind, _content, _checksum in containers.png_chunks(data, len(PNG_SIGNATURE)):
        if kind == b"IDAT":
            rows_begun = True
        elif rows_begun:
            return kind == b"IEND"
        elif kind != b"IHDR" and (
            not kind[0] & _ANCILLARY or kind == b"tRNS" or kind in _ANIMATION
        ):
            return False
    return False
