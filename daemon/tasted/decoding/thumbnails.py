"""Pictures as small JPEG files. Encodes with PIL; touches no file."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_QUALITY = 80
# more pixels than this for one of the result make it no better
_SAMPLES = 4


def square_jpeg(pixels: NDArray[np.uint8], side: int) -> bytes:
    """Return the middle square of a picture, (h, w, 3), as a JPEG of side by side pixels."""
    height, width = pixels.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    step = max(1, short // (_SAMPLES * side))
    square = pixels[top : top + short : step, left : left + short : step]
    stream = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(square))
    picture.resize((side, side), Image.Resampling.LANCZOS).save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
