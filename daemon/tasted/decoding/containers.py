"""Walks along the chunks, segments and boxes that image files are made of. Pure.

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
_JPEG_SCANS_MAX = 1000
"""Encoders make about ten, and each costs a decoder as much as a picture."""

_PNG_CHUNK_OVERHEAD = 12

_GIF_HEADER_BYTES = 13
_GIF_IMAGE_BYTES = 10
_GIF_IMAGE = 0x2C
_GIF_TRAILER = 0x3B
_GIF_BLOCK = re.compile(rb"[\x21\x2c\x3b]")

_BOX_HEADER_BYTES = 8
_BOX_LARGE_HEADER_BYTES = 16
_BOX_DATA = frozenset({b"mdat", b"idat"})
_NCLX_BYTES = 8
_ITEMS_MAX = 10_000
_BOX_TYPE = re.compile(rb"[\x20-\x7e]{4}")


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
            if len(scans) == _JPEG_SCANS_MAX:
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
    at = _GIF_HEADER_BYTES + _colour_table_bytes(data[10:11])
    # stray bytes between blocks are skipped, as decoders do
    while found := _GIF_BLOCK.search(data, at):
        at = found.start()
        kind = data[at]
        if kind == _GIF_TRAILER:
            return frames
        if kind == _GIF_IMAGE:
            if within is not None and _reaches_beyond(data[at + 1 : at + 9], *within):
                return frames
            frames += 1
            table = _colour_table_bytes(data[at + 9 : at + 10])
            at = _after_sub_blocks(data, at + _GIF_IMAGE_BYTES + table + 1)
        else:
            at = _after_sub_blocks(data, at + 2)
    return None


def _reaches_beyond(place: bytes, width: int, height: int) -> bool:
    """Tell by its descriptor (left, top, width, height) whether a frame reaches beyond a size."""
    left, top, across, down = (int.from_bytes(place[at : at + 2], "little") for at in (0, 2, 4, 6))
    return left + across > width or top + down > height


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


def primary_nclx(data: bytes) -> tuple[int, int] | None:
    """Return the code points of primaries and curve of the primary picture of an AVIF or HEIF.

    They stand in a property `colr` of the item (ISO/IEC 23008-12, section 6.5.5; ISO/IEC 14496-12,
    section 12.1.5).
    """
    meta = _box(data, b"meta")
    # a full box has a version and flags first
    meta = meta[4:] if meta is not None else b""
    properties = _box(meta, b"iprp") or b""
    boxes = list(_boxes(_box(properties, b"ipco") or b""))
    indices = _properties_of(_box(meta, b"ipma", inside=b"iprp") or b"", _box(meta, b"pitm") or b"")
    for index in indices if indices is not None else range(1, len(boxes) + 1):
        if 1 <= index <= len(boxes):
            kind, content = boxes[index - 1]
            if kind == b"colr" and content.startswith(b"nclx") and len(content) >= _NCLX_BYTES:
                primaries, transfer = struct.unpack_from(">4xHH", content)
                return primaries, transfer
    return None


def _properties_of(associations: bytes, primary: bytes) -> list[int] | None:
    """Return the numbers, from 1, of the properties of the primary item; None: not to be told."""
    try:
        wanted = struct.unpack_from(">H" if primary[0] == 0 else ">I", primary, 4)[0]
        version, has_long_indices = associations[0], bool(associations[3] & 1)
        (count,) = struct.unpack_from(">I", associations, 4)
        at = 8
        for _item in range(min(count, _ITEMS_MAX)):
            (item,) = struct.unpack_from(">H" if version == 0 else ">I", associations, at)
            at += 2 if version == 0 else 4
            number, at = associations[at], at + 1
            width = 2 if has_long_indices else 1
            raw = struct.unpack_from(
                f">{number}{'H' if has_long_indices else 'B'}", associations, at
            )
            at += number * width
            if item == wanted:
                return [index & (0x7FFF if has_long_indices else 0x7F) for index in raw]
    except (struct.error, IndexError):
        return None
    return None


def _box(data: bytes, kind: bytes, *, inside: bytes | None = None) -> bytes | None:
    """Return the content of the first box of a kind, directly in these bytes or in another box."""
    if inside is not None:
        data = _box(data, inside) or b""
    return next((content for found, content in _boxes(data) if found == kind), None)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _BOX_HEADER_BYTES <= len(data):
        length = _box_length(data, at)
        if length is None:
            return
        is_large = data[at : at + 4] == b"\0\0\0\1"
        header = _BOX_LARGE_HEADER_BYTES if is_large else _BOX_HEADER_BYTES
        yield data[at + 4 : at + 8], data[at + header : at + length]
        at += length


def _box_length(data: bytes, at: int) -> int | None:
    length = int.from_bytes(data[at : at + 4], "big")
    smallest = _BOX_HEADER_BYTES
    if length == 0:
        return len(data) - at
    if length == 1:
        length = int.from_bytes(data[at + 8 : at + 16], "big")
        smallest = _BOX_LARGE_HEADER_BYTES
    return length if length >= smallest else None
