"""What a file claims beside the size in its header: looked at before a decoder believes it. Pure.

Decoders take the word of a file for more than that size: for a tile, a canvas or a frame of another
size, for one stretch of bytes that is named a thousand times, for steps without end. Each of
these lets a file of some kilobytes cost a gigabyte or a minute.
"""

import itertools
import struct
from collections.abc import Mapping

from tasted.decoding import av1, boxes, code_points, containers

Size = tuple[int, int]
"""Width and height."""

_TIMES_NAMED_MAX = 2
_TIMES_CODED_MAX = 3
"""A picture, how much of it is seen through, and small ones of it are coded each for itself."""
_CODED_BLOCK = 64
_TILE_PIXELS_MAX = 1 << 20
"""A tile may well overhang a small image."""
_TIFF_TILE_WIDTH, _TIFF_TILE_HEIGHT = 322, 323
_ICC_STEPS_MAX = 32
_ICC_STEPS = b"mpet"


def fault_of(data: bytes, format_name: str, max_pixels: int) -> str | None:
    """Return why a content is not handed to its decoder, as part of a sentence; None: it may be.

    Args:
        data: the content.
        format_name: of it, as `picture_formats.sniff` says.
        max_pixels: the most that are allowed of one picture.
    """
    if format_name in {"HEIF", "AVIF"}:
        named = sum(item.bytes_named for item in boxes.items_of(data))
        if named > _TIMES_NAMED_MAX * len(data):
            return "its items name the same bytes again and again"
        coded = sum(width * height for width, height in av1.frame_sizes(boxes.av1_streams(data)))
        if coded > _TIMES_CODED_MAX * max_pixels:
            return f"what is coded in it has {coded:,} pixels together"
    return None


def too_large(data: bytes, format_name: str, max_pixels: int) -> Size | None:
    """Return a size for which a decoder makes room, beside that of the picture; None: none is.

    Args:
        data: the content, which has no fault.
        format_name: of it, as `picture_formats.sniff` says.
        max_pixels: the most that are allowed.
    """
    if format_name == "GIF":
        frame = containers.gif_first_frame(data)
        return frame if frame is not None and frame[0] * frame[1] > max_pixels else None
    if format_name not in {"HEIF", "AVIF"}:
        return None
    for width, height in boxes.told_sizes(data):
        # what is coded is filled up to whole blocks, and cut to the picture afterwards
        if max(1, width - _CODED_BLOCK) * max(1, height - _CODED_BLOCK) > max_pixels:
            return width, height
    canvases = (item.canvas for item in boxes.items_of(data) if item.canvas is not None)
    frames = av1.frame_sizes(boxes.av1_streams(data))
    sizes = itertools.chain(canvases, frames)
    return next((size for size in sizes if size[0] * size[1] > max_pixels), None)


def tile_of(tags: Mapping[int, object]) -> Size | None:
    """Return the size of the tiles of a TIFF, where it is more than files have.

    Args:
        tags: by number, as Pillow has read them.
    """
    width, height = tags.get(_TIFF_TILE_WIDTH), tags.get(_TIFF_TILE_HEIGHT)
    if not isinstance(width, int) or not isinstance(height, int):
        return None
    return (width, height) if width * height > _TILE_PIXELS_MAX else None


def has_endless_steps(profile: bytes) -> bool:
    """Tell whether a transform of an ICC profile has more steps than any tool makes.

    A tag of the type `multiProcessElementsType` (ICC.1:2022, section 10.16) counts its own, and
    each is computed for a whole table of colours.
    """
    try:
        for _name, offset, _size in code_points.icc_tags(profile):
            kind, count = struct.unpack_from(">4s8xI", profile, offset)
            if kind == _ICC_STEPS and count > _ICC_STEPS_MAX:
                return True
    except struct.error:
        # a profile that ends early: whoever uses it will say so
        return False
    return False
