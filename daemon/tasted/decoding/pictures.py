"""Decodes the bytes of one file into upright sRGB pixels, or says why it cannot.

Touches no file. Pillow is asked for the one format that the content has, after the end of the file
was seen and before a pixel is decoded against the limit of pixels; every exception of a decoder
leaves here as an `ItemError`.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import io
import re
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from tasted.decoding import colour, containers, formats, modes
from tasted.errors import (
    DecodeFailed,
    EmptyFile,
    ImageTooLarge,
    ItemError,
    NotAnImage,
    TruncatedImage,
    UnsupportedFormat,
)
from tasted.records import PictureFacts

_POLICY = "1"
"""Raised with every change in this room that can change a pixel."""


def _major(version: str) -> str:
    return version.partition(".")[0]


PREPROCESSING = (
    f"pixels{_POLICY}-pillow{_major(PIL.__version__)}"
    f"-heif{_major(importlib.metadata.version('pillow-heif'))}"
)
"""Names everything here that decides a pixel; part of an embedder's fingerprint."""

# the model looks at 224 pixels and text recognition at a phone's width: 1024 keeps both
_SHORT_SIDE_KEPT = 1024
# above this the JPEG decoder itself leaves out what a reduction would average away
_DRAFT_PIXELS = 16_000_000
_PAGES_MAX = 1000

# Pillow refuses a PNG whose colour profile has more than 1 MiB; those of calibrated screens may
PngImagePlugin.MAX_TEXT_CHUNK = colour.PROFILE_BYTES_MAX

_PLURALS = {"TIFF": "pages", "MPO": "pictures", "HEIF": "pictures"}
_UPRIGHT_NOTE = "Its orientation cannot be read; it was taken as upright."
_SAVE_AGAIN = "Open it in an image viewer and save it again as PNG, or remove it."
_COPY_AGAIN = "Copy it again when the first copy has ended."

# Exif 2.32, table 6: what undoes each orientation
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture."""

    pixels: NDArray[np.uint8]
    """(h, w, 3), upright sRGB, C-contiguous. A picture whose short side has 2048 pixels or more is
    halved until it has fewer: 1024 to 2047 are left."""
    facts: PictureFacts
    """Width and height are those of the upright picture before any reduction."""


def decode(data: bytes, *, name: str, max_pixels: int) -> Picture:
    """Decode the first frame of a file into upright sRGB pixels.

    Normal screenshots (sRGB or without a profile, short side under 2048) come out with exactly the
    pixels that `PIL.Image.open(...).convert("RGB")` has. Call it from one thread at a time: while
    it runs, the warnings of the decoders are silenced for the process.

    Args:
        data: the whole content of the file.
        name: how messages name the file; its extension decides nothing.
        max_pixels: the setting `limits.max_pixels`, checked before a pixel is decoded.

    Raises:
        EmptyFile: no bytes.
        NotAnImage: no image format that is known.
        UnsupportedFormat: an image format that is not decoded.
        TruncatedImage: the file ends before its picture does.
        ImageTooLarge: more pixels than allowed, by the setting or by the decoder.
        DecodeFailed: any other damage.
    """
    format_name = _checked_format(data, name)
    try:
        with _silenced_decoders(), _opened(data, format_name) as image:
            _check_pixels(image, name, max_pixels)
            return _developed(image, _frames(image, data))
    except ItemError:
        raise
    except Exception as error:
        # decoders raise anything at all for damaged bytes: OSError, ValueError, SyntaxError,
        # struct.error, zlib.error, IndexError, MemoryError, ...
        raise _as_item_error(error, name, max_pixels) from error


def _checked_format(data: bytes, name: str) -> str:
    if not data:
        raise EmptyFile(f"{name} is empty.", remedy=_COPY_AGAIN)
    format_name = formats.sniff(data)
    if format_name is None:
        if data.count(0) == len(data):
            raise TruncatedImage(
                f"{name} holds nothing but zeros: its content has not arrived.", remedy=_COPY_AGAIN
            )
        raise NotAnImage(
            f"{name} is not an image: its content has no image format that is known.",
            remedy="Remove it, or replace it with the picture as PNG or JPEG.",
        )
    if format_name not in formats.SUPPORTED:
        raise UnsupportedFormat(
            f"{name} is a picture in the format {format_name}, which is not decoded.",
            remedy="Convert it to PNG or JPEG.",
        )
    if not formats.is_complete(data):
        raise _truncated(name)
    return format_name


def _truncated(name: str) -> TruncatedImage:
    return TruncatedImage(f"{name} ends before its picture does.", remedy=_COPY_AGAIN)


@contextlib.contextmanager
def _silenced_decoders() -> Iterator[None]:
    # Pillow warns of damaged metadata on stderr, where nobody can tell which file is meant
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _opened(data: bytes, format_name: str) -> ImageFile.ImageFile:
    if format_name == "HEIF":
        _register_heif()
    return Image.open(io.BytesIO(data), formats=(format_name,))


@functools.cache
def _register_heif() -> None:
    # on the first HEIF only: most inboxes never see one, and libheif is large. What it would
    # decode besides the picture is left out
    importlib.import_module("pillow_heif").register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False
    )


def _check_pixels(image: Image.Image, name: str, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(f"{name} has {width * height} pixels ({width} x {height})", max_pixels)


def _too_large(what: str, max_pixels: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{what}; limits.max_pixels allows {max_pixels}.",
        remedy="Make the picture smaller, or raise limits.max_pixels in config/tasted.toml.",
    )


def _frames(image: ImageFile.ImageFile, data: bytes) -> int:
    if image.format == "GIF":
        # Pillow reads a GIF to its end, frame by frame in Python, to count them
        return containers.gif_frames(data) or 1
    if image.format == "TIFF":
        return _pages(image)
    return int(getattr(image, "n_frames", 1))


def _pages(image: ImageFile.ImageFile) -> int:
    """Count the pages of a TIFF up to a bound; Pillow's own count is quadratic in their number."""
    for page in range(1, _PAGES_MAX):
        try:
            image.seek(page)
        except EOFError:
            image.seek(0)
            return page
    image.seek(0)
    return _PAGES_MAX


def _developed(image: ImageFile.ImageFile, frames: int) -> Picture:
    declared = image.size
    file_format = image.format or ""
    _draft(image)
    image.load()
    orientation, orientation_notes = _orientation(image)
    info = image.info
    plain, tone_notes = modes.to_eight_bits(image)
    plain = _reduced(plain)
    if orientation in _UPRIGHT:
        plain = plain.transpose(_UPRIGHT[orientation])
    plain, alpha_notes = modes.on_white(plain)
    plain, colour_notes = colour.to_srgb(plain, info)
    width, height = declared[::-1] if orientation in _LYING else declared
    notes = (
        *_frame_notes(file_format, frames),
        *orientation_notes,
        *tone_notes,
        *alpha_notes,
        *colour_notes,
    )
    facts = PictureFacts(width, height, file_format, max(frames, 1), notes)
    # a copy, because an array that shares Pillow's memory is read-only and torch warns of those
    return Picture(np.array(plain, dtype=np.uint8, order="C"), facts)


def _draft(image: ImageFile.ImageFile) -> None:
    width, height = image.size
    factor = _reduction(width, height)
    # HEIF has a draft too, its thumbnail: not the same picture
    if image.format in {"JPEG", "MPO"} and width * height > _DRAFT_PIXELS and factor > 1:
        image.draft(None, (width // factor, height // factor))


def _reduced(image: Image.Image) -> Image.Image:
    factor = _reduction(*image.size)
    return image.reduce(factor) if factor > 1 else image


def _reduction(width: int, height: int) -> int:
    # a power of two, as JPEG drafts are: a picture has the same size in every format
    return 1 << max(0, (min(width, height) // _SHORT_SIDE_KEPT).bit_length() - 1)


def _orientation(image: Image.Image) -> tuple[int, tuple[str, ...]]:
    # after loading: a PNG may keep its Exif behind the pixels, and a TIFF turns itself
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return 1, (_UPRIGHT_NOTE,)
    return (value if isinstance(value, int) else 1), ()


def _frame_notes(file_format: str, frames: int) -> tuple[str, ...]:
    if frames <= 1:
        return ()
    which = "main one" if file_format == "HEIF" else "first"
    return (f"Only the {which} of {frames} {_PLURALS.get(file_format, 'frames')} was looked at.",)


def _as_item_error(error: Exception, name: str, max_pixels: int) -> ItemError:
    if isinstance(error, Image.DecompressionBombError):
        # Pillow has a higher limit of its own; only its sentence has the size
        pixels = re.search(r"\d+", str(error))
        ceiling = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        what = f"{name} has {pixels[0] if pixels else 'too many'} pixels; Pillow opens {ceiling}"
        return _too_large(what, max_pixels)
    if "truncated" in str(error).casefold():
        return _truncated(name)
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, PIL.UnidentifiedImageError):
        reason = "its header is damaged"
    return DecodeFailed(f"{name} cannot be decoded ({reason}).", remedy=_SAVE_AGAIN)
