"""The same pictures as HDR ones, as a phone or a screen recorder would store them."""

import struct
import zlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kit.pictures import chunk, encoded, png

BT2020 = 9
PQ, HLG = 16, 18
Transfer = Literal[16, 18]

# linear light of sRGB to that of BT.2020, both D65 (ITU-R BT.2087, table 4)
_TO_BT2020 = np.array(
    [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
)
_LUMA = np.array([0.2627, 0.6780, 0.0593])
_WHITE_NITS = 203.0


def hdr_codes(pixels: NDArray[np.uint8], transfer: Transfer) -> NDArray[np.float64]:
    """Return the codes in [0, 1] of sRGB pixels as a BT.2020 picture, white at 203 nits."""
    light = linear(pixels) @ _TO_BT2020.T * _WHITE_NITS
    return _pq(light) if transfer == PQ else _hlg(light)


def linear(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the light of sRGB pixels, white being 1 (IEC 61966-2-1)."""
    codes = pixels / 255
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def _pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    light = (np.clip(nits, 0, None) / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * light) / (1 + 2392 / 128 * light)) ** (2523 / 32)


def _hlg(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    shown = np.clip(nits, 0, None) / 1000
    luminance = np.maximum(shown @ _LUMA, 1e-9)[..., None]
    scene = shown * luminance ** (1 / 1.2 - 1)
    logarithm = np.log(np.maximum(12 * scene - 0.28466892, 1e-9))
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), 0.17883277 * logarithm + 0.55991073)


def coded_png(
    codes: NDArray[np.float64], *extra: bytes, transfer: int | None = None, depth: int = 8
) -> bytes:
    """Make a PNG of 8 or 16 bits whose chunk cICP says BT.2020 and a curve.

    Args:
        codes: (h, w, 3) in [0, 1].
        extra: chunks before the pixels.
        transfer: of ITU-T H.273; None leaves cICP out.
        depth: 8 or 16.
    """
    height, width, _channels = codes.shape
    kind = np.dtype(np.uint8) if depth == 8 else np.dtype(">u2")
    values = (np.clip(codes, 0, 1) * (2**depth - 1)).round().astype(kind)
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    coding = [chunk(b"cICP", bytes([BT2020, transfer, 0, 1]))] if transfer is not None else []
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return png(width, height, *coding, *extra, pixels, depth=depth, colour_type=2)


def coded_avif(codes: NDArray[np.float64], *, transfer: int) -> bytes:
    """Make an AVIF whose nclx says BT.2020 and a curve, which Pillow cannot say."""
    image = Image.fromarray((np.clip(codes, 0, 1) * 255).round().astype(np.uint8))
    data = encoded(image, "AVIF", quality=95, subsampling="4:4:4")
    assert data.count(b"colrnclx") == 1
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", BT2020, transfer) + data[at + 4 :]


def gamma_png(pixels: NDArray[np.uint8], exponent: float) -> bytes:
    """Make a PNG of 16 bits whose gAMA says how its sRGB picture is encoded."""
    stored = linear(pixels) ** (1 / exponent)
    return coded_png(stored, chunk(b"gAMA", struct.pack(">I", round(100_000 / exponent))), depth=16)
