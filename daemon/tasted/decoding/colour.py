"""Brings pixels of other colour spaces to sRGB, by ICC profile or by code points.

Touches nothing; transforms of the last few profiles are kept.
"""

import functools
import io
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tasted.decoding.claims import has_endless_steps
from tasted.decoding.code_points import Chromaticities, ColourCoding

BAD_PROFILE_NOTE = "Its colour profile cannot be used; sRGB was assumed."
HDR_NOTE = "It is an HDR picture (PQ); it was mapped to SDR with white at 203 nits."
HLG_NOTE = "It is an HDR picture (HLG); it was mapped to SDR with white at 203 nits."

# a press profile has about 2 MB; the cache holds the bytes of its profiles
PROFILE_BYTES_MAX = 4 * 1024 * 1024
_TRANSFORMS_KEPT = 8
_PROFILE_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
# of 255: a profile that moves no colour further is sRGB under another name, and rounding only harms
_SAME_COLOUR_LEVELS = 2
_PROBE_LEVELS = np.linspace(0, 255, 9).round().astype(np.uint8)

# code points and chromaticities of ITU-T H.273, tables 2 and 3: red, green, blue and white
_WHITE = (0.3127, 0.3290)
_PRIMARIES_SRGB = 1
_PRIMARIES: Mapping[object, Chromaticities] = {
    _PRIMARIES_SRGB: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _WHITE),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _WHITE),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _WHITE),
}
# of a coordinate: tools round what they write
_SAME_CHROMATICITY = 0.005
_TRANSFER_LINEAR = 8
_TRANSFER_PQ = 16
_TRANSFER_HLG = 18
_TRANSFER_GAMMAS: Mapping[object, float] = {4: 1 / 2.2, 5: 1 / 2.8, _TRANSFER_LINEAR: 1.0}
_HDR_TRANSFERS = frozenset({_TRANSFER_PQ, _TRANSFER_HLG})
_HDR_NOTES: Mapping[object, str] = {_TRANSFER_PQ: HDR_NOTE, _TRANSFER_HLG: HLG_NOTE}

# ITU-R BT.2408: the level of diffuse white in PQ pictures, which a user interface is drawn at
_WHITE_NITS = 203.0
_PQ_PEAK_NITS = 10_000.0
# ITU-R BT.2100, table 5: the curve, and what the light of a scene becomes on a screen of 1000 nits
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_HLG_SYSTEM_GAMMA = 1.2
_HLG_PEAK_NITS = 1000.0
_BT2020_LUMA = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)
# Bradford's, as ICC.1 annex E gives it
_CONE_RESPONSE = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_LINEAR_STEPS = 65_535
_BAND_ROWS = 256

# IEC 61966-2-1: where its straight piece ends, as a code and as light
_SRGB_KNEE_CODE = 0.04045
_SRGB_KNEE_LIGHT = 0.0031308


def to_srgb(
    image: Image.Image, profile: bytes | None, coding: ColourCoding
) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert an opaque image to sRGB.

    An ICC profile decides, except that an HDR curve decides before it: colour management takes its
    peak for white, which leaves such a picture almost black.

    Args:
        image: mode L, RGB or CMYK.
        profile: the ICC profile of the file, if it has one.
        coding: what else the file says of its pixel values.

    Returns:
        Mode RGB, and notes for the sidecar.
    """
    is_hdr = coding.transfer in _HDR_TRANSFERS
    if profile and not is_hdr:
        return _by_profile(image, profile)
    pixels = image if image.mode == "RGB" else image.convert("RGB")
    gamma, matrix = _gamma_and_matrix(coding)
    if is_hdr or gamma is not None or matrix is not None:
        converted = _converted(np.asarray(pixels), coding.transfer, gamma, matrix)
        pixels = Image.fromarray(converted)
    notes = [_HDR_NOTES[coding.transfer]] if is_hdr else []
    return pixels, (*notes, *([BAD_PROFILE_NOTE] if coding.is_unusable else []))


def is_srgb(profile: bytes | None, coding: ColourCoding) -> bool:
    """Tell whether RGB pixels are sRGB as they are: `to_srgb` would change and say nothing."""
    if coding.transfer in _HDR_TRANSFERS:
        return False
    if profile:
        is_usable = (
            len(profile) <= PROFILE_BYTES_MAX and _PROFILE_SPACES.get(profile[16:20]) == "RGB"
        )
        return is_usable and _transform(profile, "RGB") == ""
    is_same = all(difference is None for difference in _gamma_and_matrix(coding))
    return is_same and not coding.is_unusable


def _gamma_and_matrix(coding: ColourCoding) -> tuple[float | None, NDArray[np.float64] | None]:
    """Return how the curve and the primaries differ from those of sRGB; None where they do not."""
    corners = _PRIMARIES.get(coding.primaries, coding.chromaticities)
    gamma = _TRANSFER_GAMMAS.get(coding.transfer, coding.gamma)
    is_same = corners is None or _is_srgb(corners)
    return gamma, None if corners is None or is_same else _matrix_to_srgb(corners)


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
    if has_endless_steps(profile):
        return BAD_PROFILE_NOTE
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


def _converted(
    pixels: NDArray[np.uint8],
    transfer: int | None,
    gamma: float | None,
    matrix: NDArray[np.float64] | None,
) -> NDArray[np.uint8]:
    """Convert pixels to sRGB; what is brighter than white is clipped.

    Args:
        pixels: (h, w, 3).
        transfer: code point of their curve; any but PQ and HLG is that of sRGB.
        gamma: 1 / exponent of their curve, instead.
        matrix: (3, 3), from their linear light to that of sRGB; None where it is the same.

    Returns:
        (h, w, 3), sRGB.
    """
    codes = np.arange(256, dtype=np.float64) / 255
    to_linear = _light(codes, transfer, gamma).astype(np.float32)
    to_srgb = (matrix if matrix is not None else np.eye(3)).astype(np.float32)
    steps = np.arange(_LINEAR_STEPS + 1, dtype=np.float64) / _LINEAR_STEPS
    to_codes = (_srgb_encoded(steps) * 255).round().astype(np.uint8)
    result = np.empty_like(pixels)
    # in bands: the floats of a whole picture would take four times its memory
    for top in range(0, len(pixels), _BAND_ROWS):
        light = to_linear[pixels[top : top + _BAND_ROWS]]
        if transfer == _TRANSFER_HLG:
            light = _on_hlg_screen(light)
        indices = (np.clip(light @ to_srgb.T, 0, 1) * _LINEAR_STEPS).round().astype(np.uint16)
        result[top : top + _BAND_ROWS] = to_codes[indices]
    return result


def _light(
    codes: NDArray[np.float64], transfer: int | None, gamma: float | None
) -> NDArray[np.float64]:
    """Return the light of codes in [0, 1], white being 1; of HLG that of the scene, at most 1."""
    if transfer == _TRANSFER_PQ:
        return pq_nits(codes) / _WHITE_NITS
    if transfer == _TRANSFER_HLG:
        return hlg_scene_light(codes)
    return _srgb_linear(codes) if gamma is None else codes ** (1 / gamma)


def _on_hlg_screen(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a screen of 1000 nits makes of the light of a scene, white being 1."""
    luminance = light @ _BT2020_LUMA
    gain = np.maximum(luminance, 1e-6) ** (_HLG_SYSTEM_GAMMA - 1) * _HLG_PEAK_NITS / _WHITE_NITS
    shown: NDArray[np.float32] = light * gain[..., None].astype(np.float32)
    return shown


def hlg_scene_light(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scene light in [0, 1] of HLG codes in [0, 1] (ITU-R BT.2100, table 5)."""
    return np.where(
        codes <= 0.5,  # noqa: PLR2004 - where the two pieces of the curve meet
        codes**2 / 3,
        (np.exp((codes - _HLG_C) / _HLG_A) + _HLG_B) / 12,
    )


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


def _is_srgb(corners: Chromaticities) -> bool:
    return bool(
        np.abs(np.array(corners) - np.array(_PRIMARIES[_PRIMARIES_SRGB])).max()
        <= _SAME_CHROMATICITY
    )


def _matrix_to_srgb(corners: Chromaticities) -> NDArray[np.float64] | None:
    """Return the matrix from linear light of these corners to that of sRGB; None: there is none."""
    try:
        source = _matrix_to_xyz(corners)
        adapted = _adapted(corners[-1], _WHITE) @ source
        return np.linalg.inv(_matrix_to_xyz(_PRIMARIES[_PRIMARIES_SRGB])) @ adapted
    except (np.linalg.LinAlgError, ZeroDivisionError):
        # corners on one line, or at no light at all
        return None


def _adapted(white: tuple[float, float], wanted: tuple[float, float]) -> NDArray[np.float64]:
    """Return the matrix that makes one white, in XYZ, another."""
    gains = (_CONE_RESPONSE @ _xyz(wanted)) / (_CONE_RESPONSE @ _xyz(white))
    adapted: NDArray[np.float64] = np.linalg.inv(_CONE_RESPONSE) @ np.diag(gains) @ _CONE_RESPONSE
    return adapted


def _matrix_to_xyz(corners: Chromaticities) -> NDArray[np.float64]:
    *primaries, white = corners
    columns = np.array([_xyz(primary) for primary in primaries]).T
    scaled: NDArray[np.float64] = columns * np.linalg.solve(columns, _xyz(white))
    return scaled


def _xyz(chromaticity: tuple[float, float]) -> NDArray[np.float64]:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])
