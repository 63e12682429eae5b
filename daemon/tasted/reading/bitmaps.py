"""Pixels as the bytes of a BMP file, for engines that take files. Pure.

A BMP is not compressed, so that nothing is lost and hardly any time; both Apple's ImageIO and
Leptonica, which Tesseract reads pictures with, take it.
"""

import struct

import numpy as np
from numpy.typing import NDArray

# BITMAPFILEHEADER and BITMAPINFOHEADER
_HEADERS_BYTES = 14 + 40
_PIXELS_PER_METRE = 2835
_ROW_STEP_BYTES = 4


def bitmap(pixels: NDArray[np.uint8]) -> bytes:
    """Return a BMP file of 24 bits per pixel.

    Args:
        pixels: (h, w, 3), RGB.
    """
    height, width = pixels.shape[:2]
    # rows stand bottom up, in BGR, and begin at multiples of four bytes
    row_bytes = -(-width * 3 // _ROW_STEP_BYTES) * _ROW_STEP_BYTES
    rows = np.zeros((height, row_bytes), dtype=np.uint8)
    rows[:, : width * 3] = pixels[::-1, :, ::-1].reshape(height, width * 3)
    size = rows.size
    header = struct.pack("<2sIHHI", b"BM", _HEADERS_BYTES + size, 0, 0, _HEADERS_BYTES)
    density = _PIXELS_PER_METRE
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, size, density, density, 0, 0)
    return header + info + rows.tobytes()
