"""Walks along the chunks, segments and blocks that image files are made of. Pure.

Every walk takes arbitrary bytes: a length that points past the end is an answer, not an error.
"""

import re
import struct
import sys
from collections.abc import Iterator

from tasted.plain_dataclass import dataclass

_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_JPEG_START = 0xD8
_JPEG_END = 0xD9
_JPEG_TEMPORARY = 0x01
JPEG_SCAN = 0xDA
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})

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
    return any(marker == _JPEG_END for marker, _start, _end in jpeg_segments(data))


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the marker of each segment of the first image of a JPEG, and where its content lies.

    The last is that of EOI, which has no content; what is between two segments is passed over.
    """
    at = 0
    while found := _JPEG_MARKER.search(data, at):
        marker, at = found[1][0], found.end()
        if marker == _JPEG_END:
            yield marker, at, at
            return
        if marker not in {_JPEG_START, _JPEG_TEMPORARY}:
            start, at = at + 2, at + int.from_bytes(data[at : at + 2], "big")
            yield marker, start, at


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
        None without a frame and a scan of it.
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
        elif marker == JPEG_SCAN:
            scan = _jpeg_scan(segment)
            if scan is None or not scan.components <= components:
                # what looks like a scan in a maker's trailer
                break
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

    Args:
        data: the file.
        start: where the first chunk begins.
    """
    for kind, at, end in png_places(data, start):
        yield kind, data[at + 8 : end - 4], data[end - 4 : end]


def png_places(data: bytes, start: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, beginning and end of the whole chunks of a PNG, up to its end.

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
        yield kind, at, end
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


def gif_blocks(data: bytes, most: int) -> int:
    """Count the blocks of a GIF, and the sub-blocks that hold what is in them.

    Args:
        data: the file.
        most: where counting ends.
    """
    blocks, sub_blocks = 0, _SubBlocks(data, most)
    for _at in _gif_blocks(data, sub_blocks):
        blocks += 1
        if blocks + sub_blocks.count >= most:
            break
    return blocks + sub_blocks.count


class _SubBlocks:
    """Steps over the sub-blocks of a GIF, and counts them."""

    def __init__(self, data: bytes, most: int = sys.maxsize) -> None:
        self._data = data
        self._most = most
        self.count = 0

    def after(self, at: int) -> int:
        """Return where they end that begin here."""
        data, count = self._data, self.count
        while at < len(data) and data[at] and count < self._most:
            at += data[at] + 1
            count += 1
        self.count = count
        return at + 1


def _gif_blocks(data: bytes, sub_blocks: _SubBlocks | None = None) -> Iterator[int]:
    """Yield where each block of a GIF begins, up to its trailer, as Pillow finds them."""
    sub_blocks = sub_blocks or _SubBlocks(data)
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
            at = sub_blocks.after(at + _GIF_IMAGE_BYTES + table + 1)
            continue
        at = sub_blocks.after(at + 2)
        if first == b"\0" and label != _GIF_COMMENT:
            # Pillow has taken the end of this extension for its first block, and reads on
            at = sub_blocks.after(at)


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
    seen: set[int] = set()
    try:
        count, entry, place, first = _tiff_parts(data)
        (at,) = place.unpack_from(data, first)
        while at and at not in seen and len(seen) < most:
            (entries,) = count.unpack_from(data, at)
            seen.add(at)
            at += count.size + (entry.size + place.size) * entries
            (at,) = place.unpack_from(data, at)
    except (struct.error, OverflowError):
        # it ends in the middle of a page
        return len(seen)
    return len(seen)


def tiff_entries(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield tag, type and number of values of each entry of the first page of a TIFF or BigTIFF."""
    try:
        count, entry, place, first = _tiff_parts(data)
        (at,) = place.unpack_from(data, first)
        (entries,) = count.unpack_from(data, at)
        at += count.size
        for _entry in range(entries):
            tag, kind, values = entry.unpack_from(data, at)
            yield tag, kind, values
            at += entry.size + place.size
    except (struct.error, OverflowError):
        # it ends in the middle of the page
        return


def _tiff_parts(data: bytes) -> tuple[struct.Struct, struct.Struct, struct.Struct, int]:
    """Return how entries are counted, an entry but its value, a place, and where the first is."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = struct.unpack_from(f"{order}H", data, 2)[0] == _BIG_TIFF
    count, entry, place = ("Q", "HHQ", "Q") if is_big else ("H", "HHI", "I")
    counts, entries, places = (struct.Struct(order + form) for form in (count, entry, place))
    return counts, entries, places, 8 if is_big else 4


def _colour_table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0
