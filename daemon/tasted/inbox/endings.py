"""Whether a file that looks finished also ends like a finished picture. Pure: bytes are handed in.

A copy that stalls keeps its size and time for seconds; what it lacks is its end. Only the end is
looked at, never a pixel, and doubt counts as whole: a file that is not whole is waited for a little
longer, and the decoder decides in the end.

Sources: PNG specification section 5.3 (IEND), ITU T.81 annex B (EOI), GIF89a (trailer), RIFF,
ISO/IEC 14496-12 section 4.2 (boxes).
"""

from collections.abc import Callable

from tasted.picture_formats import HEAD_BYTES, sniff

TAIL_BYTES = 4096
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"
_GIF_END = b"\x3b"
_BOX_HEADER_BYTES = 16
_BOX_HEADER_BYTES_MIN = 8
_BOXES_MAX = 1000
_ROOM_BYTES = 512
"""So many zeros at the end of a format that ends with its length are room for what has not come."""

Read = Callable[[int, int], bytes]
"""Returns at most so many bytes (the second number) from an offset (the first)."""


def is_whole(size: int, read: Read) -> bool:
    """Tell whether the end of the format is there, if the format is one that has an end.

    Args:
        size: of the file, in bytes.
        read: reads some bytes of it.

    Raises:
        OSError: as `read` does.
    """
    if size == 0:
        return False
    head = read(0, HEAD_BYTES)
    if not head.strip(b"\0"):
        # room was made and nothing has arrived in it
        return False
    match sniff(head):
        case "HEIF" | "AVIF":
            return _boxes_are_whole(size, read) and not _ends_with_room(size, read)
        case "WEBP":
            is_long_enough = size >= int.from_bytes(head[4:8], "little") + 8
            return is_long_enough and not _ends_with_room(size, read)
        case "PNG" | "JPEG" | "GIF" as name:
            return _ends(name, read(max(size - TAIL_BYTES, 0), TAIL_BYTES))
        case _:
            return True


def _ends(name: str, tail: bytes) -> bool:
    if name == "GIF":
        return tail.rstrip(b"\0").endswith(_GIF_END)
    # phones append films behind the EOI: it is asked for somewhere near the end only
    return (_PNG_END if name == "PNG" else _JPEG_END) in tail


def _ends_with_room(size: int, read: Read) -> bool:
    return size > _ROOM_BYTES and not read(size - _ROOM_BYTES, _ROOM_BYTES).strip(b"\0")


def _boxes_are_whole(size: int, read: Read) -> bool:
    at = 0
    for _ in range(_BOXES_MAX):
        if at + _BOX_HEADER_BYTES_MIN > size:
            return at == size
        header = read(at, _BOX_HEADER_BYTES)
        length = int.from_bytes(header[:4], "big")
        if length == 0:
            return True
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < _BOX_HEADER_BYTES_MIN:
            # no box: what an editor left behind the picture
            return True
        at += length
    return True
