"""Brings every Pillow mode to eight bits, and transparent pictures onto white. Touches nothing."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

STRETCHED_NOTE = "Its tones are wider than 16 bits; they were stretched between the extremes."
TRANSPARENT_NOTE = "Its transparent parts were put on white."

_EIGHT_BIT_MODES = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
_WIDE_MODES = frozenset({"I", "F"})
_SIXTEEN_BIT_PREFIX = "I;16"
_OPAQUE = 255


def to_eight_bits(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Bring a loaded image to mode L, LA, RGB, RGBA or CMYK, keeping its colour space.

    Sixteen-bit grey is scaled: Pillow's own conversion clips every value above 255 to white.
    A transparent palette entry or key colour becomes an alpha channel.

    Args:
        image: any mode, loaded.

    Returns:
        The image, the same object where nothing had to be done, and notes for the sidecar.
    """
    if image.mode.startswith(_SIXTEEN_BIT_PREFIX):
        return _sixteen_bits(image), ()
    if image.mode in _WIDE_MODES:
        return _stretched(image), (STRETCHED_NOTE,)
    if image.has_transparency_data:
        return (image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")), ()
    if image.mode in _EIGHT_BIT_MODES:
        return image, ()
    return image.convert("L" if image.mode == "1" else "RGB"), ()


def _sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = Image.fromarray((values >> 8).astype(np.uint8))
    key = image.info.get("transparency")
    if not isinstance(key, int):
        return grey
    alpha = Image.fromarray(np.where(values == key, 0, _OPAQUE).astype(np.uint8))
    return Image.merge("LA", (grey, alpha))


def _stretched(image: Image.Image) -> Image.Image:
    # scientific TIFFs: no standard says which value is white
    values: NDArray[np.float64] = np.nan_to_num(
        np.asarray(image, dtype=np.float64), posinf=0, neginf=0
    )
    darkest, brightest = float(values.min()), float(values.max())
    span = brightest - darkest
    if span > 0:
        values = (values - darkest) / span * 255
    return Image.fromarray(np.clip(values, 0, 255).round().astype(np.uint8))


def on_white(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Composite an image with alpha on white: what lies hidden under alpha 0 must not be seen.

    Args:
        image: mode L, LA, RGB, RGBA or CMYK.

    Returns:
        Mode L, RGB or CMYK, and notes for the sidecar.
    """
    if image.mode not in {"LA", "RGBA"}:
        return image, ()
    opaque = "L" if image.mode == "LA" else "RGB"
    alpha = image.getchannel("A")
    if alpha.getextrema() == (_OPAQUE, _OPAQUE):
        return image.convert(opaque), ()
    white = Image.new(opaque, image.size, "white")
    white.paste(image.convert(opaque), mask=alpha)
    return white, (TRANSPARENT_NOTE,)
