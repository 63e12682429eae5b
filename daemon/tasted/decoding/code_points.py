"""How a content says what its pixel values mean, other than by a whole ICC profile. Pure.

Code points are those of ITU-T H.273: a HEIF brings them as nclx (Pillow's plugin tells them), an
AVIF in the same box (Pillow does not), a PNG in its chunk cICP, an ICC profile in its tag `cicp`. A
PNG may tell a gamma and chromaticities instead.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from tasted.decoding import boxes, containers
from tasted.picture_formats import PNG_SIGNATURE
from tasted.plain_dataclass import dataclass

Chromaticities = tuple[tuple[float, float], ...]
"""x and y of red, green, blue and white."""

_GAMMA_SRGB = 0.45455
_GAMMA_SAME = 0.01
_GAMMA_MIN, _GAMMA_MAX = 0.2, 1.25
_CHROMATICITIES = 8
_ICC_TAGS_AT = 128
_ICC_TAGS_MAX = 100
_ICC_TAG_BYTES = 12
_ICC_CODE_POINTS_BYTES = 12


@dataclass(frozen=True, slots=True)
class ColourCoding:
    """What a content says of its pixel values; None where it says nothing."""

    primaries: int | None = None
    """Code point of the primaries."""
    transfer: int | None = None
    """Code point of the curve."""
    gamma: float | None = None
    """1 / exponent of the curve, where a PNG tells it and it is not that of sRGB."""
    chromaticities: Chromaticities | None = None
    """As a PNG tells them."""
    is_unusable: bool = False
    """Whether a gamma was told that nobody can mean."""


def coding_of(data: bytes, format_name: str, info: Mapping[Any, Any]) -> ColourCoding:
    """Find out what a content says of its pixel values.

    Args:
        data: the content.
        format_name: of it, as Pillow names it.
        info: Pillow's `info` of the opened file.
    """
    if format_name == "HEIF":
        nclx = info.get("nclx_profile") or {}
        codes = nclx.get("color_primaries"), nclx.get("transfer_characteristics")
    elif format_name == "AVIF":
        codes = boxes.primary_nclx(data) or (None, None)
    else:
        codes = _cicp(data) if format_name == "PNG" else (None, None)
    if codes[1] is None:
        codes = _of_profile(info.get("icc_profile") or b"") or codes
    if codes != (None, None):
        return ColourCoding(*codes)
    return _of_png(info) if format_name == "PNG" else ColourCoding()


def _cicp(data: bytes) -> tuple[int | None, int | None]:
    for kind, content, _checksum in containers.png_chunks(data, len(PNG_SIGNATURE)):
        if kind == b"IDAT":
            break
        if kind == b"cICP" and len(content) >= 2:  # noqa: PLR2004 - primaries and curve
            return content[0], content[1]
    return None, None


def icc_tags(profile: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and size of the tags of an ICC profile (ICC.1:2022, section 7.3).

    Raises:
        struct.error: when it ends early.
    """
    (count,) = struct.unpack_from(">I", profile, _ICC_TAGS_AT)
    for index in range(min(count, _ICC_TAGS_MAX)):
        entry = _ICC_TAGS_AT + 4 + index * _ICC_TAG_BYTES
        yield struct.unpack_from(">4sII", profile, entry)


def _of_profile(profile: bytes) -> tuple[int, int] | None:
    """Return the code points of an ICC profile that has them (ICC.1:2022, section 9.2.17)."""
    try:
        for signature, offset, size in icc_tags(profile):
            if signature == b"cicp" and size >= _ICC_CODE_POINTS_BYTES:
                primaries, transfer = struct.unpack_from(">8xBB", profile, offset)
                return primaries, transfer
    except struct.error:
        # a profile that ends early: whoever uses it will say so
        return None
    return None


def _is_chromaticity(corners: Any) -> TypeGuard[Sequence[float]]:
    return (
        corners is not None
        and len(corners) == _CHROMATICITIES
        and all(0 <= coordinate <= 1 for coordinate in corners)
    )


def _of_png(info: Mapping[Any, Any]) -> ColourCoding:
    if "srgb" in info or info.get("icc_profile"):
        return ColourCoding()
    gamma, corners = info.get("gamma"), info.get("chromaticity")
    is_unusable = gamma is not None and not _GAMMA_MIN <= gamma <= _GAMMA_MAX
    is_plain = gamma is None or is_unusable or abs(gamma - _GAMMA_SRGB) < _GAMMA_SAME
    chromaticities = None
    if _is_chromaticity(corners):
        white, *primaries = zip(corners[::2], corners[1::2], strict=True)
        chromaticities = (*primaries, white)
    return ColourCoding(
        gamma=None if is_plain else gamma, chromaticities=chromaticities, is_unusable=is_unusable
    )
