"""Pixels → the bytes of a small picture to be shown: nothing of the file but what is to be seen."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasted.decoding.pictures import Picture
from tasted.decoding.views import cut
from tasted.plain_dataclass import dataclass
from tasted.records import View

JPEG, PNG = "image/jpeg", "image/png"
# text on a screen shows blocks below this
_QUALITY = 88
_JPEG_SIDE_MAX = 65_500
"""libjpeg writes nothing longer; a page that was put together from many screens may be."""
_WHOLE_COLOUR = 0
"""Pillow's number for colours that are kept for every pixel: half of them blurs red letters."""


@dataclass(frozen=True, slots=True)
class EncodedPreview:
    """A JPEG or PNG without any metadata: it is sRGB and upright."""

    data: bytes
    media_type: str
    width: int
    height: int


def preview_of(
    picture: Picture, *, view: View | None, side_max: int | None, as_png: bool = False
) -> EncodedPreview:
    """Encode a picture, or a view of it, no larger than it is.

    Args:
        picture: decoded, perhaps reduced.
        view: in original pixels; None: all of it.
        side_max: of the longer side, 1 or more; None: as large as the decoded pixels, and as the
            format can hold.
        as_png: for whoever can decode nothing else.
    """
    pixels: NDArray[np.uint8] = picture.pixels
    if view is not None:
        facts = picture.facts
        pixels = cut(pixels, view, width=facts.width, height=facts.height)
    shown = Image.fromarray(np.ascontiguousarray(pixels))
    if not as_png:
        side_max = min(side_max or _JPEG_SIDE_MAX, _JPEG_SIDE_MAX)
    if side_max is not None:
        # never enlarges
        shown.thumbnail((side_max, side_max), Image.Resampling.LANCZOS, reducing_gap=2.0)
    encoded = io.BytesIO()
    if as_png:
        # without a palette, and not interlaced: what decodes it knows nothing else
        shown.convert("RGB").save(encoded, "PNG")
    else:
        shown.save(encoded, "JPEG", quality=_QUALITY, subsampling=_WHOLE_COLOUR)
    media_type = PNG if as_png else JPEG
    return EncodedPreview(encoded.getvalue(), media_type, shown.width, shown.height)
