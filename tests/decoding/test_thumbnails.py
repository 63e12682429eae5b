"""Thumbnails: the middle square of a picture as a small JPEG."""

import io

import numpy as np
import pytest
from PIL import Image

from tasted.decoding.thumbnails import square_jpeg


@pytest.mark.parametrize("shape", [(40, 60), (600, 400), (4000, 900), (1, 1)])
def test_the_middle_square_is_kept(shape: tuple[int, int]) -> None:
    """Of any shape, cut to the middle, whole and without metadata."""
    pixels = np.zeros((*shape, 3), np.uint8)
    short = min(shape)
    top, left = (shape[0] - short) // 2, (shape[1] - short) // 2
    pixels[top : top + short, left : left + short] = (120, 170, 220)
    with Image.open(io.BytesIO(square_jpeg(pixels, 50))) as image:
        assert (image.format, image.size) == ("JPEG", (50, 50))
        assert not image.getexif()
        corners = np.asarray(image)[[0, 0, -1, -1], [0, -1, 0, -1]].astype(int)
    assert np.abs(corners - (120, 170, 220)).max() <= 4
