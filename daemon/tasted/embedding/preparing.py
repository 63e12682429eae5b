"""Pictures → the pixel values that a model reads, by the model's own image processor. Pure numpy.

The processor is transformers' PIL one, called by its class: with torchvision installed the
automatic choice changes pixel values, and with them every cosine.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHANNELS = 3
_ASPECT_MAX = 16
"""A strip longer than this is cut to its middle first: the processor would blow it up to
`shortest_edge` times its aspect, gigabytes for a line of pixels, and then keep the middle."""


def pixel_values(pictures: Sequence[NDArray[np.uint8]], processor: Any) -> NDArray[np.float32]:
    """Resize, crop and normalise pictures as the model was trained.

    Args:
        pictures: n arrays (h, w, 3), uint8.
        processor: the model's image processor, PIL backend.

    Returns:
        Shape (n, 3, side, side), float32.

    Raises:
        ValueError: when an array is no picture of that shape and dtype.
    """
    prepared = processor(
        images=[_middle_of_strip(_checked(picture)) for picture in pictures],
        # said aloud: a picture 3 pixels high would pass for one with its channels first
        input_data_format="channels_last",
        return_tensors="np",
    )
    return np.asarray(prepared["pixel_values"], dtype=np.float32)


def _checked(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if picture.ndim != _CHANNELS or picture.shape[2] != _CHANNELS or picture.size == 0:
        raise ValueError(f"a picture must have the shape (h, w, 3), not {picture.shape}")
    if picture.dtype != np.uint8:
        raise ValueError(f"a picture must be uint8, not {picture.dtype}")
    return picture


def _middle_of_strip(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    longest = _ASPECT_MAX * min(height, width)
    top, left = max(0, height - longest) // 2, max(0, width - longest) // 2
    return picture[top : top + longest, left : left + longest]
