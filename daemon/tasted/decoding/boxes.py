"""Walks along the boxes of HEIF and AVIF files, which are ISO base media files. Pure.

Every walk takes arbitrary bytes: a length that points past the end is an answer, not an error.
"""

import re
import struct
import sys
from collections.abc import Iterator, Sequence

from tasted.plain_dataclass import dataclass

_BOX_HEADER_BYTES = 8
_BOX_LARGE_HEADER_BYTES = 16
_BOX_DATA = frozenset({b"mdat", b"idat"})
_NCLX_BYTES = 8
_EXTENT_BYTES = 12
_ITEMS_MAX = 10_000
_EXTENTS_MAX = 100_000
_BOX_TYPE = re.compile(rb"[\x20-\x7e]{4}")
_IN_IDAT = 1
_AV1 = b"av01"
# where the size of the canvas stands, behind version and flags
_CANVAS_BYTES_MAX = 18
_CANVASES = {b"grid": 4, b"iovl": 10}


@dataclass(frozen=True, slots=True)
class Item:
    """One of the things that a file holds: a picture, a tile, metadata."""

    bytes_named: int
    """How many bytes its extents have together, whether or not these lie in each other."""
    canvas: tuple[int, int] | None = None
    """Width and height of what is put together of other items; None for any other."""


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


def items_of(data: bytes) -> list[Item]:
    """Return the items of a HEIF or AVIF (ISO/IEC 14496-12, section 8.11.3).

    Grids and overlays tell the size of their canvas themselves (ISO/IEC 23008-12, section 6.6.2).
    """
    items = []
    for kind, holder, extents in _placed(data):
        named = sum(length or len(holder) for _offset, length in extents)
        canvas = None
        if kind in _CANVASES:
            start = _joined(holder, extents[:_CANVAS_BYTES_MAX], most=_CANVAS_BYTES_MAX)
            canvas = _canvas(start, _CANVASES[kind])
        items.append(Item(named, canvas))
    return items


def av1_streams(data: bytes) -> Iterator[bytes]:
    """Yield what is coded in AV1: the items, and the first sample of each track.

    A decoder takes a sequence of pictures from its tracks (ISO/IEC 14496-12, section 8.5 and on),
    and the first sample of each is the first picture.
    """
    for kind, holder, extents in _placed(data):
        if kind == _AV1:
            yield _joined(holder, extents)
    for kind, track in _boxes(_box(data, b"moov") or b""):
        samples = track
        for inner in (b"mdia", b"minf", b"stbl"):
            samples = _box(samples, inner) or b""
        if kind == b"trak" and _AV1 in (_box(samples, b"stsd") or b""):
            yield _first_sample(data, samples)


def _first_sample(data: bytes, samples: bytes) -> bytes:
    """Return the first sample by its place and size; as far as they can be read."""
    try:
        sizes = _box(samples, b"stsz") or b""
        size = struct.unpack_from(">4xI", sizes)[0] or struct.unpack_from(">12xI", sizes)[0]
        chunks = _box(samples, b"stco")
        if chunks is not None:
            (at,) = struct.unpack_from(">8xI", chunks)
        else:
            (at,) = struct.unpack_from(">8xQ", _box(samples, b"co64") or b"")
    except struct.error:
        return b""
    return data[at : at + size]


def _placed(data: bytes) -> Iterator[tuple[bytes | None, bytes, list[tuple[int, int]]]]:
    """Yield the kind of each item, what its bytes are in, and offset and length of its extents."""
    meta = _box(data, b"meta")
    meta = meta[4:] if meta is not None else b""
    kinds = _kinds(_box(meta, b"iinf") or b"")
    stored = _box(meta, b"idat") or b""
    for number, is_in_meta, extents in _locations(_box(meta, b"iloc") or b""):
        yield kinds.get(number), stored if is_in_meta else data, extents


def _joined(holder: bytes, extents: Sequence[tuple[int, int]], *, most: int = sys.maxsize) -> bytes:
    """Return the bytes of extents, at most so many of each."""
    return b"".join(
        holder[offset : offset + min(length or len(holder), most)] for offset, length in extents
    )


def told_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the width and height that items are said to have (ISO/IEC 23008-12, section 6.5.3)."""
    meta = _box(data, b"meta")
    properties = _box(meta[4:] if meta is not None else b"", b"iprp") or b""
    for kind, content in _boxes(_box(properties, b"ipco") or b""):
        if kind == b"ispe" and len(content) >= _EXTENT_BYTES:
            width, height = struct.unpack_from(">4xII", content)
            yield width, height


def _canvas(content: bytes, at: int) -> tuple[int, int] | None:
    has_long_sides = len(content) > 1 and content[1] & 1
    try:
        width, height = struct.unpack_from(">II" if has_long_sides else ">HH", content, at)
    except struct.error:
        return None
    return width, height


def _kinds(infos: bytes) -> dict[int, bytes]:
    """Return the kind of each item, by number (section 8.11.6)."""
    kinds: dict[int, bytes] = {}
    for kind, content in _boxes(infos[6 if infos[:1] == b"\0" else 8 :]):
        # older versions have no kinds
        if kind == b"infe" and content[:1] in {b"\2", b"\3"} and len(kinds) < _ITEMS_MAX:
            width = 2 if content[0] == 2 else 4  # noqa: PLR2004 - the version
            number = int.from_bytes(content[4 : 4 + width], "big")
            kinds[number] = content[6 + width : 10 + width]
    return kinds


def _locations(places: bytes) -> Iterator[tuple[int, bool, list[tuple[int, int]]]]:
    """Yield number, whether it lies in the metadata, and offset and length of the extents."""
    reader = _Numbers(places)
    try:
        version = reader.take(1)
        reader.take(3)
        widths = reader.take(2)
        offset_bytes, length_bytes, base_bytes, index_bytes = (
            widths >> shift & 0xF for shift in (12, 8, 4, 0)
        )
        has_method, number_bytes = version > 0, 4 if version > 1 else 2
        left = _EXTENTS_MAX
        for _item in range(min(reader.take(number_bytes), _ITEMS_MAX)):
            number = reader.take(number_bytes)
            method = reader.take(2) & 0xF if has_method else 0
            reader.take(2)
            base, count = reader.take(base_bytes), reader.take(2)
            left -= count
            if left < 0:
                return
            extents = []
            for _extent in range(count):
                reader.take(index_bytes if has_method else 0)
                offset = base + reader.take(offset_bytes)
                extents.append((offset, reader.take(length_bytes)))
            yield number, method == _IN_IDAT, extents
    except struct.error:
        return


class _Numbers:
    """Takes unsigned numbers of any width off bytes; raises `struct.error` behind their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, width: int) -> int:
        """Return the next number of so many bytes."""
        self._at += width
        if self._at > len(self._data):
            raise struct.error
        return int.from_bytes(self._data[self._at - width : self._at], "big")
