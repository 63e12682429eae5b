"""Which picture format a content is of, by its first bytes: the one place that knows. Pure, stdlib.

The light process asks it about files whose names do not say what they are, the engine about what it
decodes. Signatures come from the formats' own specifications; the order matters only where one
container holds several formats (ISO BMFF, TIFF).
"""

import re
import struct

SUPPORTED = frozenset({"PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF"})
"""The formats that are decoded, by Pillow's names."""

HEAD_BYTES = 64
"""So many first bytes name the format of most files, and are asked for by whoever reads no more."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Apple's own dialect, which its tools write into apps: its first chunk is not IHDR
_APPLE_PNG_START = PNG_SIGNATURE + b"\0\0\0\x04CgBI"
APPLE_PNG = "Apple PNG (CgBI)"
_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_CAMERA_RAW = "camera RAW"

_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (_APPLE_PNG_START, APPLE_PNG),
    (PNG_SIGNATURE, "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"II\xbc", "JPEG XR"),
    (b"8BPS", "Photoshop"),
    (b"gimp xcf", "GIMP"),
    (b"icns", "Apple icon"),
    (b"\0\0\1\0", "Windows icon"),
    (b"qoif", "QOI"),
    (b"DDS ", "DDS"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"%PDF-", "PDF"),
    (b"FUJIFILMCCD-RAW", _CAMERA_RAW),
    (b"IIRO", _CAMERA_RAW),
    (b"IIRS", _CAMERA_RAW),
    (b"MMOR", _CAMERA_RAW),
    (b"IIU\0", _CAMERA_RAW),
    (b"\0MRM", _CAMERA_RAW),
    (b"FOVb", _CAMERA_RAW),
)

# two bytes, or four that other files begin with, too: a name has to say that it is a picture
_WEAK_PREFIXES = (b"\xff\x0a", b"\0\0\1\0")
_DOCUMENTS = frozenset({"PDF", "SVG"})

_HEIF_BRANDS = frozenset({
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs",
})  # fmt: skip
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_EITHER_BRANDS = frozenset({b"mif1", b"msf1"})
_RAW_BRAND = b"crx "

_TGA_FOOTER = b"TRUEVISION-XFILE.\0"
# possessive and atomic throughout: what was matched is never tried again in another way
_SVG = re.compile(
    rb"(?>\s++|<\?xml[^>]*+>|<!--(?>(?!-->).)*+-->|<!DOCTYPE[^>]*+>)*+<svg[\s>]", re.DOTALL
)
_SVG_HEAD_BYTES = 4096

_TIFF_SHORT = 3
_TIFF_VERSION = 42
# 43 is BigTIFF, whose directories are laid out otherwise
_TAG_SUBFILE_TYPE = 254
_TAG_SUB_DIRECTORIES = 330
_TAG_DNG_VERSION = 50706
_REDUCED_COPY = 1


def sniff(first_bytes: bytes) -> str | None:
    """Name the image format of a content.

    Args:
        first_bytes: the beginning of the file; the whole of it tells camera RAW from TIFF and finds
            the footer of a TGA.

    Returns:
        A name of `SUPPORTED`, the name of an image format that is not decoded ("JPEG XL"), or None
        for what is no image that is known here.
    """
    for prefix, name in _PREFIXES:
        if first_bytes.startswith(prefix):
            return name
    if first_bytes[:4] == b"RIFF" and first_bytes[8:12] == b"WEBP":
        return "WEBP"
    if first_bytes[4:8] == b"ftyp":
        return _sniff_brands(first_bytes)
    if first_bytes.startswith(_TIFF_SIGNATURES):
        return _CAMERA_RAW if _is_camera_raw(first_bytes) else "TIFF"
    return _sniff_weak(first_bytes)


def begins_like_picture(first_bytes: bytes) -> bool:
    """Tell whether a file of any name begins like a picture, decoded here or not.

    Args:
        first_bytes: `HEAD_BYTES` of it are enough.
    """
    if first_bytes.startswith(_WEAK_PREFIXES):
        return False
    name = sniff(first_bytes)
    return name is not None and name not in _DOCUMENTS


def _sniff_brands(data: bytes) -> str | None:
    length = min(int.from_bytes(data[:4], "big"), len(data))
    major = data[8:12]
    compatible = {data[at : at + 4] for at in range(16, length - 3, 4)}
    if major in _AVIF_BRANDS or (major in _EITHER_BRANDS and compatible & _AVIF_BRANDS):
        return "AVIF"
    if major in _HEIF_BRANDS | _EITHER_BRANDS:
        return "HEIF"
    return _CAMERA_RAW if major == _RAW_BRAND else None


def _sniff_weak(data: bytes) -> str | None:
    # two letters are no signature: the size of the second header tells a bitmap from a sentence
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "BMP"
    if _SVG.match(data[:_SVG_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf")):
        return "SVG"
    return "TGA" if data.endswith(_TGA_FOOTER) else None


def _is_camera_raw(data: bytes) -> bool:
    # raw files of most makers are TIFFs whose first directory is a small preview of the photograph
    if data[8:10] == b"CR":
        return True
    try:
        tags = _first_directory(data)
    except struct.error:
        return False
    preview_first = tags.get(_TAG_SUBFILE_TYPE) == _REDUCED_COPY and _TAG_SUB_DIRECTORIES in tags
    return preview_first or _TAG_DNG_VERSION in tags


def _first_directory(data: bytes) -> dict[int, int]:
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
