"""How many parts a file is made of, which decoders take one by one, some of them into memory. Pure.

A file of some megabytes may hold a million chunks of nothing, or a table of a million numbers where
one is wanted. No program writes such files.
"""

from tasted.decoding import containers
from tasted.picture_formats import PNG_SIGNATURE

PARTS_MAX = 100_000
"""Chunks of a PNG, segments of a JPEG, entries of a TIFF: files of real size have some thousand."""
PROFILES_MAX = 8
"""Of a PNG; one is allowed, and each is unpacked."""
SCANS_MAX = 1000
"""Of a JPEG; encoders make about ten, and each costs a decoder as much as a picture."""
EXIF_SEGMENTS_MAX = 64
"""Of a JPEG; each is joined to those before it."""
BLOCKS_MAX = 1_000_000
"""Of a GIF, with those in them, which encoders fill with 255 bytes each."""
NUMBERS_MAX = 1_000_000
"""Of one tag of a TIFF."""

_MANY = f"it is made of more than {PARTS_MAX:,} parts"
_EXIF = b"Exif\0\0"
# TIFF 6.0, section 2: bytes, characters and what is not defined stay as they are
_TYPES_OF_BYTES = frozenset({1, 2, 7})


def fault_of(data: bytes, format_name: str) -> str | None:
    """Return why a content is not looked through, as part of a sentence; None: it may be.

    Args:
        data: the content.
        format_name: of it, as `picture_formats.sniff` says.
    """
    match format_name:
        case "PNG":
            return _fault_of_png(data)
        case "JPEG":
            return _fault_of_jpeg(data)
        case "GIF" if containers.gif_blocks(data, BLOCKS_MAX + 1) > BLOCKS_MAX:
            return f"it is made of more than {BLOCKS_MAX:,} blocks"
        case "TIFF":
            return _fault_of_tiff(data)
    return None


def _fault_of_png(data: bytes) -> str | None:
    profiles = 0
    for number, (kind, _start, _end) in enumerate(
        containers.png_places(data, len(PNG_SIGNATURE)), 1
    ):
        profiles += kind == b"iCCP"
        if profiles > PROFILES_MAX:
            return f"it has more than {PROFILES_MAX} colour profiles"
        if number > PARTS_MAX:
            return _MANY
    return None


def _fault_of_jpeg(data: bytes) -> str | None:
    scans = described = 0
    for number, (marker, start, _end) in enumerate(containers.jpeg_segments(data), 1):
        scans += marker == containers.JPEG_SCAN
        if scans > SCANS_MAX:
            return f"it has more than {SCANS_MAX:,} scans"
        described += data[start : start + len(_EXIF)] == _EXIF
        if described > EXIF_SEGMENTS_MAX:
            return f"its Exif data are in more than {EXIF_SEGMENTS_MAX} parts"
        if number > PARTS_MAX:
            return _MANY
    return None


def _fault_of_tiff(data: bytes) -> str | None:
    """Look at the first page, which is the one that is decoded."""
    for number, (_tag, kind, count) in enumerate(containers.tiff_entries(data), 1):
        if kind not in _TYPES_OF_BYTES and count > NUMBERS_MAX:
            return f"one of its tags has more than {NUMBERS_MAX:,} numbers"
        if number > PARTS_MAX:
            return _MANY
    return None
