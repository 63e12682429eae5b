"""Brings pixels of other colour spaces to sRGB, by ICC profile or by nclx code points.

Touches nothing; transforms of the last few profiles are kept.
"""

import functools
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

BAD_PROFILE_NOTE = "Its colour profile cannot be used; its colours were read as sRGB."
HDR_NOTE = "It is an HDR picture (PQ); it was mapped to SDR with white at 203 nits."
HLG_NOTE = "It is an HDR picture (HLG); it was read as SDR."

# a press profile has about 2 MB; the cache holds the bytes of its profiles
PROFILE_BYTES_MAX = 4 * 1024 * 1024
_TRANSFORMS_KEPT = 8
_PROFILE_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
# of 255: a profile that moves no colour further is sRGB under another name, and rounding only harms
_SAME_COLOUR_LEVELS = 2
_PROBE_LEVELS = np.linspace(0, 255, 9).round().astype(np.uint8)

# code points and chromaticities of ITU-T H.273, tables 2 and 3; white is D65 for all of them
_PRIMARIES_SRGB = 1
_PRIMARIES = {
    _PRIMARIES_SRGB: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_WHITE = (0.3127, 0.3290)
_TRANSFER_PQ = 16
_TRANSFER_HLG = 18
_TRANSFER_NOTES: Mapping[object, tuple[str, ...]] = {
    _TRANSFER_PQ: (HDR_NOTE,),
    _TRANSFER_HLG: (HLG_NOTE,),
}

# ITU-R BT.2408: the level of diffuse white in PQ pictures, which a user interface is drawn at
_WHITE_NITS = 203.0
_PQ_PEAK_NITS = 10_000.0
_LINEAR_STEPS = 65_535
_BAND_ROWS = 256

# IEC 61966-2-1: where its straight piece ends, as a code and as light
_SRGB_KNEE_CODE = 0.04045
_SRGB_KNEE_LIGHT = 0.0031308


def to_srgb(image: Image.Image, info: Mapping[Any, Any]) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an opaque image to sRGB.

    An ICC profile decides, except that the PQ curve of a HEIF decides before it: colour management
    takes 10 000 nits for white, which leaves such a picture almost black.

    Args:
        image: mode L, RGB or CMYK.
        info: Pillow's `info` of the file, for `icc_profile` and `nclx_profile`.

    Returns:
        Mode RGB, and notes for the sidecar.
    """
    nclx = info.get("nclx_profile") or {}
    transfer = nclx.get("transfer_characteristics")
    profile = info.get("icc_profile")
    if profile and transfer != _TRANSFER_PQ:
        return _by_profile(image, profile)
    pixels = image.convert("RGB")
    primaries = nclx.get("color_primaries")
    if primaries not in _PRIMARIES:
        primaries = _PRIMARIES_SRGB
    if transfer == _TRANSFER_PQ or primaries != _PRIMARIES_SRGB:
        converted = nclx_to_srgb(np.asarray(pixels), primaries, pq=transfer == _TRANSFER_PQ)
        pixels = Image.fromarray(converted)
    return pixels, _TRANSFER_NOTES.get(transfer, ())


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    space = _PROFILE_SPACES.get(profile[16:20])
    # grey pictures often carry the RGB profile of the screen that they were made on
    source = image.convert("RGB") if (image.mode, space) == ("L", "RGB") else image
    if source.mode != space or len(profile) > PROFILE_BYTES_MAX:
        return image.convert("RGB"), (BAD_PROFILE_NOTE,)
    transform = _transform(profile, source.mode)
    if isinstance(transform, str):
        return image.convert("RGB"), (transform,) if transform else ()
    return transform.apply(source), ()


@functools.lru_cache(maxsize=_TRANSFORMS_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | str:
    """Build the transform to sRGB; a string means to do without one, with this note if any."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return BAD_PROFILE_NOTE
    return "" if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    grid = np.stack(np.meshgrid(*[_PROBE_LEVELS] * 3), axis=-1).reshape(-1, len(_PROBE_LEVELS), 3)
    moved = np.asarray(transform.apply(Image.fromarray(grid)), dtype=np.int16)
    return int(np.abs(moved - grid).max()) <= _SAME_COLOUR_LEVELS


def nclx_to_srgb(pixels: NDArray[np.uint8], primaries: int, *, pq: bool) -> NDArray[np.uint8]:
    """Convert pixels that code points describe to sRGB; what is brighter than white is clipped.

    Args:
        pixels: (h, w, 3), encoded with the PQ curve (SMPTE ST 2084) or else the sRGB curve.
        primaries: code point of ITU-T H.273: 1 (sRGB), 9 (BT.2020) or 12 (Display P3).
        pq: which of the two curves.

    Returns:
        (h, w, 3), sRGB.
    """
    codes = np.arange(256, dtype=np.float64) / 255
    to_linear = (pq_nits(codes) / _WHITE_NITS if pq else _srgb_linear(codes)).astype(np.float32)
    matrix = _matrix_to_srgb(primaries).astype(np.float32)
    steps = np.arange(_LINEAR_STEPS + 1, dtype=np.float64) / _LINEAR_STEPS
    to_codes = (_srgb_encoded(steps) * 255).round().astype(np.uint8)
    result = np.empty_like(pixels)
    # in bands: the floats of a whole picture would take four times its memory
    for top in range(0, len(pixels), _BAND_ROWS):
        linear = to_linear[pixels[top : top + _BAND_ROWS]] @ matrix.T
        indices = (np.clip(linear, 0, 1) * _LINEAR_STEPS).round().astype(np.uint16)
        result[top : top + _BAND_ROWS] = to_codes[indices]
    return result


def pq_nits(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the luminance in cd/m2 of PQ codes in [0, 1] (SMPTE ST 2084, equation 4.1)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = codes ** (1 / m2)
    return _PQ_PEAK_NITS * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)


def _srgb_linear(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(codes <= _SRGB_KNEE_CODE, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def _srgb_encoded(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(linear <= _SRGB_KNEE_LIGHT, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _matrix_to_srgb(primaries: int) -> NDArray[np.float64]:
    source, target = _matrix_to_xyz(primaries), _matrix_to_xyz(_PRIMARIES_SRGB)
    return np.linalg.inv(target) @ source


def _matrix_to_xyz(primaries: int) -> NDArray[np.float64]:
    corners = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in _PRIMARIES[primaries]]).T
    x, y = _WHITE
    white = np.array([x / y, 1.0, (1 - x - y) / y])
    scaled: NDArray[np.float64] = corners * np.linalg.solve(corners, white)
    return scaled
