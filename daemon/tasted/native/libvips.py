"""The only import of libvips: PNG to pixels, and pixels to another size, in half of Pillow's time.

libvips is loaded on first use. Of its many loaders only the one for PNG is allowed. All is computed
in the calling thread, region by region: its own pool of threads would keep the urgency of whoever
used it first. Any number of threads may call at the same time. Where libvips cannot be loaded
`missing` says why, and callers take Pillow.
"""

import functools
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LibvipsError", "missing", "png_pixels", "resize"]

_DECODED_ROWS = 64
# each needs up to ten times as many of what is resized, in memory that libvips takes anew
_RESIZED_ROWS = 16
_RGBA = 4
_OPAQUE = 255
_LOADING = threading.Lock()


class LibvipsError(Exception):
    """libvips refused, in its own words: damaged bytes, or no memory."""


def missing() -> str | None:
    """Return why libvips cannot be used here; None where it can."""
    found = _library()
    return found if isinstance(found, str) else None


def png_pixels(data: bytes) -> NDArray[np.uint8]:
    """Decode a PNG of 8 bits a channel, without any change of colours.

    Args:
        data: the whole content. What stands in for 16 bits, palettes and key colours is not what
            Pillow makes of them: leave those to Pillow.

    Returns:
        (h, w, bands) as stored: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. An RGBA that is opaque
        everywhere comes as RGB.

    Raises:
        LibvipsError: for damage, for rows that are missing, and where libvips is missing.
    """
    vips = _loaded()
    try:
        image = _opened_png(vips, data)
        if image.bands == _RGBA and (opaque := _opaque(vips, image)) is not None:
            return opaque
        # what was read from top to bottom once has to be opened again
        again = _opened_png(vips, data) if image.bands == _RGBA else image
        return _computed(vips, again, rows=_DECODED_ROWS)
    except vips.Error as error:
        raise LibvipsError(str(error).strip()) from error


def _opened_png(vips: Any, data: bytes) -> Any:
    image = vips.Image.pngload_buffer(data, access="sequential", fail_on="warning")
    if image.format != "uchar":
        raise LibvipsError(f"a PNG of {image.format} is none of 8 bits")
    return image


def _opaque(vips: Any, image: Any) -> NDArray[np.uint8] | None:
    """Compute an RGBA image without its alpha; None as soon as something is not opaque."""
    computed = np.empty((image.height, image.width, _RGBA - 1), np.uint8)
    for top, strip in _strips(vips, image, rows=_DECODED_ROWS):
        # four bytes at once: a pixel's last one is its alpha
        pixels = strip.view(np.uint32).ravel()
        if np.bitwise_and.reduce(pixels).tobytes()[-1] != _OPAQUE:
            return None
        target = computed[top : top + len(strip)]
        if len(pixels) % _RGBA == 0 and sys.byteorder == "little":
            _put_without_alpha(pixels.reshape(-1, _RGBA), target.view().reshape(-1))
        else:
            target[...] = strip[..., :-1]
    return computed


def _put_without_alpha(pixels: NDArray[np.uint32], target: NDArray[np.uint8]) -> None:
    """Pack four pixels of four bytes into three numbers of four, the first byte the lowest.

    A copy of three bytes at a time takes numpy three times as long.

    Args:
        pixels: (n, 4).
        target: (12 n,), in one piece.
    """
    packed = target.view(np.uint32).reshape(-1, _RGBA - 1)
    first, second, third, fourth = pixels.T
    packed[:, 0] = (first & 0xFFFFFF) | (second << 24)
    packed[:, 1] = ((second >> 8) & 0xFFFF) | (third << 16)
    packed[:, 2] = ((third >> 16) & 0xFF) | (fourth << 8)


def resize(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize a picture with Catmull-Rom's cubic, averaging over all that a pixel covers.

    Its levels differ from those of Pillow's bicubic by about 0.1, or 0.3 where it enlarges.

    Args:
        pixels: (h, w, bands).
        width: wanted, 1 or more.
        height: wanted, 1 or more.

    Returns:
        (height, width, bands).

    Raises:
        LibvipsError: when there is no memory for it, and where libvips is missing.
    """
    vips = _loaded()
    rows, columns, _bands = pixels.shape
    whole, left, top = _whole(pixels)
    try:
        image = vips.Image.new_from_memory(
            whole.data, whole.shape[1], whole.shape[0], whole.shape[2], "uchar"
        )
        if whole.shape != pixels.shape:
            image = image.crop(left, top, columns, rows)
        # with a gap it would first drop to the nearest whole factor, which is coarser and no faster
        across, down = width / columns, height / rows
        resized = image.resize(min(1.0, across), vscale=min(1.0, down), kernel="cubic", gap=0.0)
        if across > 1 or down > 1:
            resized = _enlarged(vips, resized, width, height)
        return _computed(vips, resized, rows=_RESIZED_ROWS)
    except vips.Error as error:
        raise LibvipsError(str(error).strip()) from error


def _whole(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int, int]:
    """Return an array in one piece that holds these pixels, and how far to the right and down.

    A part of a picture is not copied, but found in the picture.
    """
    whole = pixels.base
    if (
        isinstance(whole, np.ndarray)
        and whole.ndim == pixels.ndim
        and whole.flags.c_contiguous
        and whole.strides == pixels.strides
        and whole.dtype == pixels.dtype
        and whole.shape[2] == pixels.shape[2]
    ):
        top, within = divmod(pixels.ctypes.data - whole.ctypes.data, whole.strides[0])
        left, of_pixel = divmod(within, whole.strides[1])
        # a view that was made otherwise than by cutting begins anywhere
        if of_pixel == 0 and left + pixels.shape[1] <= whole.shape[1]:
            return whole, left, top
    return np.ascontiguousarray(pixels), 0, 0


def _enlarged(vips: Any, image: Any, width: int, height: int) -> Any:
    across, down = width / image.width, height / image.height
    # its own resize puts what it enlarges half a pixel aside
    return image.affine(
        [across, 0, 0, down],
        interpolate=vips.Interpolate.new("bicubic"),
        odx=(across - 1) / 2,
        ody=(down - 1) / 2,
        oarea=[0, 0, width, height],
        extend="copy",
    )


def _computed(vips: Any, image: Any, *, rows: int) -> NDArray[np.uint8]:
    computed = np.empty((image.height, image.width, image.bands), np.uint8)
    for top, strip in _strips(vips, image, rows=rows):
        computed[top : top + len(strip)] = strip
    return computed


def _strips(vips: Any, image: Any, *, rows: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Compute an image from top to bottom in this thread, some rows at a time.

    Yields:
        the number of the first row of each strip, and the strip.
    """
    region = vips.Region.new(image)
    # each of them is asked for over several calls of C
    width, height, bands = image.width, image.height, image.bands
    for top in range(0, height, rows):
        fetched = region.fetch(0, top, width, min(rows, height - top))
        yield top, np.frombuffer(fetched, np.uint8).reshape(-1, width, bands)


def _loaded() -> Any:
    found = _library()
    if isinstance(found, str):
        raise LibvipsError(found)
    return found


def _library() -> Any:
    """Return libvips, loaded once; a string says why it cannot be."""
    # a cache alone lets threads that decode their first pictures together load it together
    with _LOADING:
        return _imported()


@functools.cache
def _imported() -> Any:
    # it logs each of its calls
    logging.getLogger("pyvips").setLevel(logging.CRITICAL)
    # warnings quote names from the file in whatever bytes those are, and pyvips decodes them in a
    # call from C, where what it raises is printed; libvips itself drops them where this is set
    os.environ["VIPS_WARNING"] = "1"
    try:
        import pyvips  # noqa: PLC0415 - a process that decodes nothing does without it

        pyvips._remove_log_handler()  # noqa: SLF001 - nothing public ends that
        pyvips.operation_block_set("VipsForeignLoad", True)  # noqa: FBT003 - C's parameter
        pyvips.operation_block_set("VipsForeignLoadPngBuffer", False)  # noqa: FBT003 - as above
        # operations on pictures that are gone would be kept, with their pixels
        pyvips.cache_set_max(0)
        pyvips.concurrency_set(1)
    except Exception as error:  # noqa: BLE001 - pyvips raises Exception itself where none starts
        return f"libvips cannot be loaded ({type(error).__name__}: {error})."
    return pyvips


if __name__ == "__main__":
    # for `tasted doctor`, whose process loads no native library
    sys.stdout.write(missing() or "")
