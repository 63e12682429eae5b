"""Contents without the end that their format marks: whether it is missing, and what can be shown.

Viewers open a JPEG without its end marker or with a maker's trailer in its place, a GIF without its
trailer, and a PNG with damaged or endless metadata. Decoders refuse some of these, and fill missing
rows with grey for others: what this file gives them, they decode completely or not at all. Pure.

Sources: ITU T.81 annexes B and G, PNG specification sections 5 and 11, RIFF of WebP.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator

from tasted.decoding import boxes, containers
from tasted.picture_formats import PNG_SIGNATURE, sniff
from tasted.plain_dataclass import dataclass

_JPEG_END = b"\xff\xd9"
_JPEG_PROGRESSIVE = 2
_COEFFICIENTS = 64
_JPEG_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_JPEG_RESTARTS = 8
# bits that look like those of rows; a marker would end them
_PROBE_BITS = hashlib.shake_256(b"tasted").digest(512).replace(b"\xff", b"\x7f")

# what a picture is decoded by: the other chunks tell of it, as text, time or size on paper
_PNG_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_PNG_COLOUR_BYTES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4}
_PNG_KEPT = frozenset({b"tRNS", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT"})

_RIFF_HEADER_BYTES = 12
_RIFF_CHUNK_HEADER_BYTES = 8
_WEBP_PICTURES = frozenset({b"VP8 ", b"VP8L", b"ANMF"})


def is_complete(data: bytes) -> bool:
    """Tell whether a content reaches its own end, where its format marks one.

    Decoders accept more than this: Pillow shows a PNG without its last chunk, and half of a JPEG,
    which is what a file looks like while it is still being copied. TIFF and BMP mark no end, so
    they are left to the decoder.

    Args:
        data: the whole content of the file.

    Returns:
        False only when the content is of a format with a marked end that is missing.
    """
    match sniff(data):
        case "PNG":
            return containers.png_ends(data, len(PNG_SIGNATURE))
        case "JPEG":
            return containers.jpeg_ends(data)
        case "GIF":
            return containers.gif_frames(data) is not None
        case "WEBP":
            return len(data) >= 8 + int.from_bytes(data[4:8], "little")
        case "HEIF" | "AVIF":
            return boxes.boxes_end(data)
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Closed:
    """A content that was given the end which it lacks."""

    data: bytes
    probe: bytes | None = None
    """The same with other bits behind the last one; both decode alike if no row was missing. None
    where the decoder itself refuses missing rows."""


def closed(data: bytes, format_name: str) -> Closed | None:
    """Give a content of a format with a marked end the end that it lacks.

    Args:
        data: the content.
        format_name: of it, as `picture_formats.sniff` says.

    Returns:
        None when rows are missing for certain, or the format is none for which that can be told.
    """
    match format_name:
        case "PNG" | "GIF":
            return Closed(data)
        case "JPEG":
            return _closed_jpeg(data)
        case "WEBP":
            return _closed_webp(data)
        case _:
            return None


def _closed_jpeg(data: bytes) -> Closed | None:
    scans = containers.jpeg_scans(data)
    if scans is None or not _covers_all(scans):
        return None
    # room that was made for what has not arrived is no part of a row; a stuffed 0 is
    rows = data[: scans.end].rstrip(b"\0")
    rows += b"\0" * rows.endswith(b"\xff")
    return Closed(rows + _JPEG_END, rows + _probe_for(rows) + _JPEG_END)


def _probe_for(rows: bytes) -> bytes:
    """Return bits for rows that may be missing, cut by the restart markers that would follow."""
    restarts = _JPEG_RESTART.findall(rows)
    following = restarts[-1][0] + 1 if restarts else 0
    return b"".join(
        _PROBE_BITS + bytes([0xFF, 0xD0 | (following + index) % _JPEG_RESTARTS])
        for index in range(_JPEG_RESTARTS)
    )


def _covers_all(scans: containers.JpegScans) -> bool:
    """Tell whether the scans bring every coefficient of every component to its last bit."""
    missing = {(component, k) for component in scans.components for k in range(_COEFFICIENTS)}
    for scan in scans.scans:
        if scans.kind != _JPEG_PROGRESSIVE:
            band = range(_COEFFICIENTS)
        else:
            band = range(scan.first, (scan.last + 1) * (scan.lowest_bit == 0))
        missing -= {(component, k) for component in scan.components for k in band}
    return not missing


def _closed_webp(data: bytes) -> Closed | None:
    kept = bytearray()
    has_picture = False
    at = _RIFF_HEADER_BYTES
    while at + _RIFF_CHUNK_HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + _RIFF_CHUNK_HEADER_BYTES + size
        if end > len(data):
            break
        has_picture |= data[at : at + 4] in _WEBP_PICTURES
        # a chunk of odd length is followed by one byte that may be what is missing
        kept += data[at:end]
        kept += b"\0" * (size % 2)
        at = end + size % 2
    if not has_picture:
        return None
    return Closed(b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + kept)


def png_without_metadata(data: bytes, *, profile_bytes_max: int) -> Iterator[bytes]:
    """Yield a PNG with less and less of what its pixels do not need.

    First what is damaged, of the wrong length, or tells nothing of colours goes; then everything
    that is not critical.

    Args:
        data: a PNG.
        profile_bytes_max: the longest colour profile that is kept.
    """

    def is_kept(kind: bytes, content: bytes, checksum: bytes) -> bool:
        is_sound = zlib.crc32(content, zlib.crc32(kind)).to_bytes(4, "big") == checksum
        is_known = kind in _PNG_KEPT or _PNG_COLOUR_BYTES.get(kind) == len(content)
        return is_sound and is_known and len(content) <= profile_bytes_max

    for keeps_colours in (True, False):
        # chunks may be millions, and are not held all at once
        less = bytearray(PNG_SIGNATURE)
        for kind, content, checksum in containers.png_chunks(data, len(PNG_SIGNATURE)):
            if kind in _PNG_CRITICAL or (keeps_colours and is_kept(kind, content, checksum)):
                less += len(content).to_bytes(4, "big") + kind
                less += content
                less += checksum
        yield bytes(less)
