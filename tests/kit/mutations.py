"""Damage that knows the format: numbers, pieces and checksums of image files, attacked. Pure.

A walk over a file finds its fields (lengths, dimensions, offsets, types) and its pieces (chunks,
segments, boxes, directory entries). A change sets a field to a number that decoders stumble over,
or removes, doubles, swaps or empties a piece. Walks take arbitrary bytes, so that changes add up.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

Order = Literal["big", "little"]
_FIELDS_MAX = 4000


@dataclass(frozen=True, slots=True)
class Field:
    """An unsigned number of a file."""

    at: int
    width: int
    order: Order


@dataclass(slots=True)
class Anatomy:
    """What a walk found."""

    fields: list[Field] = field(default_factory=list)
    pieces: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of each, which may lie in one another."""

    def note(self, at: int, widths: tuple[int, ...], order: Order) -> None:
        """Note fields that follow each other."""
        for width in widths:
            self.fields.append(Field(at, width, order))
            at += width

    def note_content(self, start: int, end: int, order: Order) -> None:
        """Note the numbers that may lie in a short content, whatever their width."""
        for width in (1, 2, 4):
            for at in range(start, end - width + 1, width):
                self.fields.append(Field(at, width, order))


def png(data: bytes) -> Anatomy:
    """Walk the chunks of a PNG."""
    found = Anatomy()
    at = 8
    while at + 12 <= len(data) and len(found.fields) < _FIELDS_MAX:
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        found.note(at, (4, 4), "big")
        if kind == b"IHDR":
            found.note(at + 8, (4, 4, 1, 1, 1, 1, 1), "big")
        else:
            found.note_content(at + 8, min(at + 8 + length, at + 48, len(data)), "big")
        end = min(at + 12 + length, len(data))
        found.pieces.append((at, end))
        at = end
    return found


def with_png_checksums(data: bytes) -> bytes:
    """Make every checksum of a PNG right, so that what was changed reaches the decoder."""
    mended = bytearray(data)
    for start, end in png(data).pieces:
        if end - start >= 12:
            mended[end - 4 : end] = struct.pack(">I", zlib.crc32(mended[start + 4 : end - 4]))
    return bytes(mended)


def jpeg(data: bytes) -> Anatomy:
    """Walk the segments of a JPEG up to its compressed data."""
    found = Anatomy()
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = min(at + 2 + length, len(data))
        found.note(at + 1, (1, 2), "big")
        if 0xC0 <= data[at + 1] <= 0xCF:
            found.note(at + 4, (1, 2, 2, 1), "big")
        found.note_content(at + 4, min(end, at + 40), "big")
        found.pieces.append((at, end))
        if data[at + 1] == 0xDA:
            found.pieces.append((end, len(data)))
            break
        at = end
    return found


def gif(data: bytes) -> Anatomy:
    """Walk the blocks of a GIF."""
    found = Anatomy()
    found.note(6, (2, 2, 1, 1, 1), "little")
    at = 13 + _table_bytes(data[10:11])
    while at < len(data) and len(found.fields) < _FIELDS_MAX:
        start = at
        if data[at] == 0x2C:
            found.note(at + 1, (2, 2, 2, 2, 1), "little")
            at += 10 + _table_bytes(data[at + 9 : at + 10])
            found.note(at, (1,), "little")
            at += 1
        elif data[at] == 0x21:
            found.note(at + 1, (1,), "little")
            at += 2
        else:
            found.note(at, (1,), "little")
            at += 1
            continue
        while at < len(data) and data[at]:
            found.note(at, (1, 2), "little")
            at += data[at] + 1
        at += 1
        found.pieces.append((start, min(at, len(data))))
    return found


def _table_bytes(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def webp(data: bytes) -> Anatomy:
    """Walk the chunks of a WebP, those of its frames included."""
    found = Anatomy()
    found.note(4, (4,), "little")
    _riff_chunks(data, 12, len(data), found)
    return found


def _riff_chunks(data: bytes, at: int, end: int, found: Anatomy) -> None:
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        found.note(at, (4, 4), "little")
        # dimensions of an extended file have three bytes, those of a frame too
        found.note(at + 12, (3, 3), "little")
        found.note_content(at + 8, min(at + 8 + length, at + 32, end), "little")
        after = min(at + 8 + length + length % 2, end)
        if data[at : at + 4] == b"ANMF":
            _riff_chunks(data, at + 24, after, found)
        found.pieces.append((at, after))
        at = after


def tiff(data: bytes) -> Anatomy:
    """Walk the directories of a classic TIFF."""
    found = Anatomy()
    order: Order = "little" if data.startswith(b"II") else "big"
    found.note(2, (2, 4), order)
    at = int.from_bytes(data[4:8], order)
    seen: set[int] = set()
    while at and at + 2 <= len(data) and at not in seen:
        seen.add(at)
        found.note(at, (2,), order)
        entries = min(int.from_bytes(data[at : at + 2], order), 200)
        for entry in range(at + 2, at + 2 + 12 * entries, 12):
            if entry + 12 > len(data):
                break
            found.note(entry, (2, 2, 4, 4), order)
            found.pieces.append((entry, entry + 12))
        following = at + 2 + 12 * entries
        found.note(following, (4,), order)
        at = int.from_bytes(data[following : following + 4], order)
    return found


_BOXES_OF_BOXES = {b"meta": 4, b"iprp": 0, b"ipco": 0, b"dinf": 0, b"iinf": 6, b"moov": 0}


def boxes(data: bytes) -> Anatomy:
    """Walk the boxes of a HEIC or AVIF."""
    found = Anatomy()
    _boxes(data, 0, len(data), found)
    return found


def _boxes(data: bytes, at: int, end: int, found: Anatomy) -> None:
    while at + 8 <= end and len(found.fields) < _FIELDS_MAX:
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        after = min(at + length, end) if length >= 8 else end
        found.note(at, (4, 4), "big")
        found.pieces.append((at, after))
        skipped = _BOXES_OF_BOXES.get(kind)
        if skipped is not None:
            _boxes(data, at + 8 + skipped, after, found)
        else:
            found.note_content(at + 8, min(after, at + 72), "big")
        at = after


@dataclass(frozen=True, slots=True)
class Change:
    """One change; shares in [0, 1) choose among what a walk finds."""

    kind: Literal["number", "remove", "double", "swap", "empty", "flip"]
    where: float
    second: float
    number: int


_NUMBERS = st.one_of(
    st.sampled_from([
        0, 1, 2, 3, 7, 8, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000,
        0xFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFE, 0xFFFF_FFFF,
    ]),
    st.integers(0, 0xFFFF_FFFF),
    st.integers(0, 300),
)  # fmt: skip
_SHARES = st.floats(0, 1, exclude_max=True)
changes = st.builds(
    Change,
    st.sampled_from(("number", "number", "number", "remove", "double", "swap", "empty", "flip")),
    _SHARES,
    _SHARES,
    _NUMBERS,
)


def changed(data: bytes, walk: Callable[[bytes], Anatomy], change: Change) -> bytes:
    """Return the bytes with one change; unchanged where there is nothing of its kind."""
    found = walk(data)
    if change.kind == "flip" and data:
        at = int(change.where * len(data))
        return data[:at] + bytes([data[at] ^ (change.number & 0xFF)]) + data[at + 1 :]
    if change.kind == "number" and found.fields:
        return _numbered(data, found.fields[int(change.where * len(found.fields))], change.number)
    if not found.pieces or change.kind in {"number", "flip"}:
        return data
    start, end = found.pieces[int(change.where * len(found.pieces))]
    if change.kind == "swap":
        other, other_end = found.pieces[int(change.second * len(found.pieces))]
        if end <= other:
            swapped = data[other:other_end] + data[end:other] + data[start:end]
            return data[:start] + swapped + data[other_end:]
        return data
    middle = {
        "remove": b"",
        "double": data[start:end] * 2,
        "empty": bytes(end - start),
    }[change.kind]
    return data[:start] + middle + data[end:]


def _numbered(data: bytes, where: Field, number: int) -> bytes:
    written = (number & (256**where.width - 1)).to_bytes(where.width, where.order)
    return (data[: where.at] + written + data[where.at + where.width :])[: max(len(data), 1)]
