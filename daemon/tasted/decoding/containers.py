"""Walks along the chunks, segments and blocks that image files are made of. Pure.

Every walk takes arbitrary bytes: a length that points past the end is an answer, not an error.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_JPEG_START = 0xD8
_JPEG_END = 0xD9
_JPEG_TEMPORARY = 0x01

_JPEG_SCAN = 0xDA
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
JPEG_SCANS_MAX = 1000
"""Encoders make about ten, and each costs a decoder as much as a picture."""

_PNG_CHUNK_OVERHEAD = 12

_BIG_TIFF = 43

_GIF_HEADER_BYTES = 13
_GIF_IMAGE_BYTES = 10
_GIF_IMAGE = 0x2C
_GIF_TRAILER = 0x3B
_GIF_COMMENT = b"\xfe"
_GIF_BLOCK = re.compile(rb"[\x21\x2c\x3b]")


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


def has_endless_scans(data: bytes) -> bool:
    """Tell whether the first image of a JPEG has more scans than `JPEG_SCANS_MAX`."""
    # their marker stands nowhere in the bits of a scan
    if data.count(bytes([0xFF, _JPEG_SCAN])) <= JPEG_SCANS_MAX:
        return False
    at = scans = 0
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _JPEG_END:
            break
        if marker not in {_JPEG_START, _JPEG_TEMPORARY}:
            at += int.from_bytes(data[at : at + 2], "big")
            scans += marker == _JPEG_SCAN
    return scans > JPEG_SCANS_MAX


@dataclass(frozen=True, slots=True)
class JpegScan:
    """One scan of a JPEG: which coefficients of which components it brings, down to which bit."""

    components: frozenset[int]
    first: int
    last: int
    lowest_bit: int


@dataclass(frozen=True, slots=True)
class JpegScans:
    """The frame of a JPEG and its scans."""

    kind: int
    """0 or 1: sequential, 2: progressive."""
    components: frozenset[int]
    scans: tuple[JpegScan, ...]
    end: int
    """Where the bits of the last scan end: at a marker, or with the content."""


def jpeg_scans(data: bytes) -> JpegScans | None:
    """Read which scans the first image of a JPEG has, without decoding one (ITU T.81, annex B).

    Returns:
        None without a frame and a scan of it, and for more scans than any encoder makes.
    """
    kind, components = -1, frozenset[int]()
    scans: list[JpegScan] = []
    at, end = 0, 0
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _JPEG_END or (marker == _JPEG_START and scans):
            # its end, or another picture in a maker's trailer
            break
        if marker in {_JPEG_START, _JPEG_TEMPORARY}:
            continue
        segment = data[at + 2 : at + int.from_bytes(data[at : at + 2], "big")]
        at += 2 + len(segment)
        if marker in _JPEG_FRAMES and kind < 0:
            kind, components = marker & 0x0F, frozenset(segment[6::3])
        elif marker == _JPEG_SCAN:
            scan = _jpeg_scan(segment)
            if scan is None or not scan.components <= components:
                # what looks like a scan in a maker's trailer
                break
            if len(scans) == JPEG_SCANS_MAX:
                return None
            scans.append(scan)
            following = _JPEG_MARKER.search(data, at)
            end = following.start() if following is not None else len(data)
    return JpegScans(kind, components, tuple(scans), end) if scans and kind >= 0 else None


def _jpeg_scan(segment: bytes) -> JpegScan | None:
    count = segment[0] if segment else 0
    if count == 0 or len(segment) != 2 * count + 4:
        return None
    first, last, bits = segment[-3:]
    return JpegScan(frozenset(segment[1 : 1 + 2 * count : 2]), first, last, bits & 0x0F)


def png_chunks(data: bytes, start: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield kind, content and checksum of the whole chunks of a PNG, up to its end.

    They end, too, where no chunk begins: as in room that was made for what has not arrived.

    Args:
        data: the file.
        start: where the first chunk begins.
    """
    at = start
    while at + _PNG_CHUNK_OVERHEAD <= len(data):
        kind = data[at + 4 : at + 8]
        end = at + _PNG_CHUNK_OVERHEAD + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or not kind.isalpha():
            return
        yield kind, data[at + 8 : end - 4], data[end - 4 : end]
        if kind == b"IEND":
            return
        at = end


def gif_frames(data: bytes, *, within: tuple[int, int] | None = None) -> int | None:
    """Count the frames of a GIF without decoding one (GIF89a specification).

    Args:
        data: the file.
        within: width and height; counting ends before the first frame that reaches beyond, for
            which decoders enlarge the picture. None counts all.

    Returns:
        The number of images, or None when the trailer is not reached.
    """
    frames = 0
    for at in _gif_blocks(data):
        if data[at] == _GIF_TRAILER:
            return frames
        if data[at] == _GIF_IMAGE:
            right, bottom = _reach(data, at)
            if within is not None and (right > within[0] or bottom > within[1]):
                return frames
            frames += 1
    return None


def gif_first_frame(data: bytes) -> tuple[int, int] | None:
    """Return how far the first frame of a GIF reaches, to the right and down; None without one."""
    for at in _gif_blocks(data):
        if data[at] == _GIF_IMAGE:
            return _reach(data, at)
    return None


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Yield where each block of a GIF begins, up to its trailer, as Pillow finds them."""
    at = _GIF_HEADER_BYTES + _colour_table_bytes(data[10:11])
    # stray bytes between blocks are skipped, as decoders do
    while found := _GIF_BLOCK.search(data, at):
        at = found.start()
        yield at
        kind, label, first = data[at], data[at + 1 : at + 2], data[at + 2 : at + 3]
        if kind == _GIF_TRAILER:
            return
        if kind == _GIF_IMAGE:
            table = _colour_table_bytes(data[at + 9 : at + 10])
            at = _after_sub_blocks(data, at + _GIF_IMAGE_BYTES + table + 1)
            continue
        at = _after_sub_blocks(data, at + 2)
        if first == b"\0" and label != _GIF_COMMENT:
            # Pillow has taken the end of this extension for its first block, and reads on
            at = _after_sub_blocks(data, at)


def _reach(data: bytes, at: int) -> tuple[int, int]:
    """Return how far a frame reaches by its descriptor: left, top, width and height."""
    left, top, width, height = (
        int.from_bytes(data[start : start + 2], "little") for start in range(at + 1, at + 9, 2)
    )
    return left + width, top + height


def tiff_pages(data: bytes, most: int) -> int:
    """Count the pages of a TIFF or BigTIFF by their offsets alone (TIFF 6.0, section 2).

    Pages may lie in each other, so that one that is read costs as much as the whole file.

    Args:
        data: the file.
        most: where counting ends.
    """
    order = "<" if data[:2] == b"II" else ">"
    seen: set[int] = set()
    try:
        is_big = struct.unpack_from(f"{order}H", data, 2)[0] == _BIG_TIFF
        count_of, next_of, first, entry = ("Q", "Q", 8, 20) if is_big else ("H", "I", 4, 12)
        (at,) = struct.unpack_from(order + next_of, data, first)
        while at and at not in seen and len(seen) < most:
            (entries,) = struct.unpack_from(order + count_of, data, at)
            seen.add(at)
            at += struct.calcsize(order + count_of) + entry * entries
            (at,) = struct.unpack_from(order + next_of, data, at)
    except (struct.error, OverflowError):
        # it ends in the middle of a page
        return len(seen)
    return len(seen)


def _colour_table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1
