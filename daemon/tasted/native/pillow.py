"""Pillow's formats and resize, for whoever holds no picture; opening files is `decoding`'s."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BICUBIC = int(Image.Resampling.BICUBIC)
"""As a preprocessor_config.json names it."""


def load_formats() -> None:
    """Import what opens the usual formats, which Pillow otherwise does with the first picture."""
    Image.preinit()


def resize(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize pixels bicubically, each from all that it stands for.

    Args:
        pixels: (h, w, 3), uint8, of any strides.
        width: of the result.
        height: of the result.

    Returns:
        Shape (height, width, 3), uint8; not to be written to.
    """
    resized = Image.fromarray(np.ascontiguousarray(pixels)).resize(
        (width, height), resample=Image.Resampling.BICUBIC
    )
    return np.asarray(resized)
