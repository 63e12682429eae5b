"""Walks along the chunks, segments and boxes that image files are made of. Pure.

Every walk takes arbitrary bytes: a length that points past the end is an answer, not an error.
"""

import re
import struct

_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_JPEG_START = 0xD8
_JPEG_END = 0xD9
_JPEG_TEMPORARY = 0x01

_PNG_CHUNK_OVERHEAD = 12

_GIF_HEADER_BYTES = 13
_GIF_IMAGE_BYTES = 10
_GIF_IMAGE = 0x2C
_GIF_EXTENSION = 0x21
_GIF_TRAILER = 0x3B

_BOX_HEADER_BYTES = 8
_BOX_LARGE_HEADER_BYTES = 16
_BOX_DATA = frozenset({b"mdat", b"idat"})
_BOX_TYPE = re.compile(rb"[\x20-\x7e]{4}")

_TIFF_SHORT = 3
_TIFF_VERSION = 42
# 43 is BigTIFF, whose directories are laid out otherwise


def png_ends(data: bytes, start: int) -> bool:
    """Tell whether the chunks of a PNG lead to a whole IEND (PNG specification, section 5.3).

    What follows IEND is ignored: some editors leave the rest of an older, longer file there.

    Args:
        data: the file.
        start: where the first chunk begins.
    """
    at = start
    while at + _PNG_CHUNK_OVERHEAD <= len(data):
        kind = data[at + 4 : at + 8]
        at += _PNG_CHUNK_OVERHEAD + int.from_bytes(data[at : at + 4], "big")
        if kind == b"IEND":
            return at <= len(data)
        if not kind.isalpha():
            return False
    return False


def jpeg_ends(data: bytes) -> bool:
    """Tell whether the first image of a JPEG reaches its EOI marker (ITU T.81, annex B).

    Segments are stepped over, so that the EOI of a thumbnail inside one does not count; what
    follows is ignored, because phones append depth maps and films.
    """
    at = 0
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _JPEG_END:
            return True
        if marker not in {_JPEG_START, _JPEG_TEMPORARY}:
            at += int.from_bytes(data[at : at + 2], "big")
    return False


def gif_frames(data: bytes) -> int | None:
    """Count the frames of a GIF without decoding one (GIF89a specification).

    Returns:
        The number of images, or None when the trailer is not reached.
    """
    frames = 0
    at = _GIF_HEADER_BYTES + _colour_table_bytes(data[10:11])
    while at < len(data):
        kind = data[at]
        if kind == _GIF_TRAILER:
            return frames
        if kind == _GIF_IMAGE:
            frames += 1
            table = _colour_table_bytes(data[at + 9 : at + 10])
            at = _after_sub_blocks(data, at + _GIF_IMAGE_BYTES + table + 1)
        elif kind == _GIF_EXTENSION:
            at = _after_sub_blocks(data, at + 2)
        else:
            # stray bytes between blocks are skipped, as decoders do
            at += 1
    return None


def _colour_table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def boxes_end(data: bytes) -> bool:
    """Tell whether the top-level boxes of an ISO base media file are whole and hold picture data.

    The lengths are those of ISO/IEC 14496-12, section 4.2: 32 bits, or 64 bits after a 1, or "to
    the end of the file" for a 0. Bytes after the picture data that form no box are ignored.
    """
    at = 0
    seen: set[bytes] = set()
    while at < len(data):
        kind = data[at + 4 : at + _BOX_HEADER_BYTES]
        if not _BOX_TYPE.fullmatch(kind):
            break
        length = _box_length(data, at)
        if length is None or at + length > len(data):
            return False
        seen.add(kind)
        at += length
    # a picture of a few bytes lies inside the `meta` box, in an `idat`
    return bool(seen & _BOX_DATA) or (b"meta" in seen and b"idat" in data)


def _box_length(data: bytes, at: int) -> int | None:
    length = int.from_bytes(data[at : at + 4], "big")
    smallest = _BOX_HEADER_BYTES
    if length == 0:
        return len(data) - at
    if length == 1:
        length = int.from_bytes(data[at + 8 : at + 16], "big")
        smallest = _BOX_LARGE_HEADER_BYTES
    return length if length >= smallest else None


def tiff_first_directory(data: bytes) -> dict[int, int]:
    """Read the tags of the first directory of a classic TIFF (TIFF 6.0, section 2).

    Returns:
        Tag to the first number of its value where that is short enough to stand in the entry, else
        to the offset of it; empty for a BigTIFF.

    Raises:
        struct.error: when the directory is not within the bytes.
    """
    order = "<" if data.startswith(b"II") else ">"
    version, offset = struct.unpack_from(f"{order}HI", data, 2)
    if version != _TIFF_VERSION:
        return {}
    (count,) = struct.unpack_from(f"{order}H", data, offset)
    tags = {}
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, _values = struct.unpack_from(f"{order}HHI", data, entry)
        width = "H" if kind == _TIFF_SHORT else "I"
        (tags[tag],) = struct.unpack_from(f"{order}{width}", data, entry + 8)
    return tags
