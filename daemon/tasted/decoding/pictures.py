"""Decodes the bytes of one file into upright sRGB pixels, or says why it cannot.

Touches no file. Pillow gets only the one format that the content has, after a check of the file's
end and, before a pixel is decoded, of the limit of pixels. Every exception of a decoder leaves
as an `ItemError`, except those of the machine: memory, or a missing module.
"""

import contextlib
import functools
import importlib
import io
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFile, PngImagePlugin

from tasted import picture_formats
from tasted.decoding import claims, colour, developing, incomplete, parts
from tasted.errors import (
    DecodeFailed,
    EmptyFile,
    ImageTooLarge,
    ItemError,
    NotAnImage,
    TruncatedImage,
    UnsupportedFormat,
)
from tasted.plain_dataclass import dataclass
from tasted.records import PictureFacts
from tasted.system.machine_faults import shortage_of
from tasted.system.packages import installed_version

_POLICY = "3"
"""Raise it with every change in this room that can change a pixel."""


def _major(version: str) -> str:
    return version.partition(".")[0]


PREPROCESSING = (
    f"pixels{_POLICY}-pillow{_major(PIL.__version__)}"
    f"-heif{_major(installed_version('pillow-heif'))}"
)
"""Names everything here that decides a pixel; part of an embedder's fingerprint."""

# Pillow refuses a PNG whose colour profile has more than 1 MiB; those of calibrated screens may
PngImagePlugin.MAX_TEXT_CHUNK = colour.PROFILE_BYTES_MAX

_DECODERS = r"(PIL|pillow_heif|tasted\.decoding)(\.|$)"
_NO_WARNING = ("ignore", None, Warning, re.compile(_DECODERS), 0)
_SILENCING = threading.Lock()
_PLUGINS = {
    "AVIF": "Avif",
    "BMP": "Bmp",
    "GIF": "Gif",
    "JPEG": "Jpeg",
    "PNG": "Png",
    "TIFF": "Tiff",
    "WEBP": "WebP",
}

_SAVE_AGAIN = "Open it in an image viewer and save it again as PNG, or remove it."
_COPY_AGAIN = "Copy it again once the first copy has finished."
_GET_AGAIN = (
    "Get it again from its source; or open it in an image viewer and save what it shows as PNG."
)
_EXPORT_ON_MAC = "Open it in Preview on a Mac and export it as PNG."
NO_END_NOTE = "The end of the file is missing; the picture itself is complete."
METADATA_NOTE = "Its metadata is damaged or too large and was ignored."


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture."""

    pixels: NDArray[np.uint8]
    """(h, w, 3), upright sRGB, C-contiguous. A picture whose short side has 2048 pixels or more is
    halved until it has fewer: 1024 to 2047 are left."""
    facts: PictureFacts
    """Width and height are those of the upright picture before any reduction."""


def decode(data: bytes, *, name: str, max_pixels: int, is_last_try: bool = False) -> Picture:
    """Decode the first frame of a file into upright sRGB pixels.

    Normal screenshots (sRGB or without a profile, short side under 2048) come out with exactly the
    pixels that `PIL.Image.open(...).convert("RGB")` has. Any number of threads may call at the same
    time. Warnings of the decoders are silenced for the process from the first call on.

    Args:
        data: the whole content of the file.
        name: how messages name the file; its extension decides nothing.
        max_pixels: the setting `limits.max_pixels`, checked before a pixel is decoded.
        is_last_try: nothing more is expected to arrive: a content without its end is decoded, if
            all of its rows are there.

    Raises:
        EmptyFile: no bytes.
        NotAnImage: no image format that is known.
        UnsupportedFormat: an image format that is not decoded.
        TruncatedImage: the file ends before its picture does.
        ImageTooLarge: more pixels than allowed, by the setting or by the decoder.
        DecodeFailed: any other damage.
        MemoryError, ImportError, OSError: of the machine; the picture may be sound.
        AttributeError, TypeError and the like: a mistake of ours, raised in this program.
    """
    format_name = _checked_format(data, name)
    _refuse(parts.fault_of(data, format_name), name)
    if incomplete.is_complete(data):
        return _decoded(data, format_name, name, max_pixels)
    if not is_last_try:
        raise _truncated(name)
    try:
        whole = _with_its_end(data, format_name, name, max_pixels)
        picture = _decoded(whole, format_name, name, max_pixels)
    except (DecodeFailed, TruncatedImage) as error:
        # room that was made for missing rows is damage to a decoder
        raise TruncatedImage(
            f"{name} is incomplete, and nothing more has arrived.", remedy=_GET_AGAIN
        ) from error
    notes = (NO_END_NOTE, *picture.facts.notes)
    return replace(picture, facts=replace(picture.facts, notes=notes))


def _with_its_end(data: bytes, format_name: str, name: str, max_pixels: int) -> bytes:
    """Return the content with the end that it lacks.

    Raises:
        TruncatedImage: when rows are missing.
    """
    closed = incomplete.closed(data, format_name)
    if closed is None or not _are_alike(closed, format_name, name, max_pixels):
        raise _truncated(name)
    return closed.data


def _are_alike(closed: incomplete.Closed, format_name: str, name: str, max_pixels: int) -> bool:
    if closed.probe is None:
        return True
    _check_claims(closed.data, format_name, name, max_pixels)
    with (
        _answering_for(name, max_pixels),
        _opened(closed.data, format_name) as image,
        _opened(closed.probe, format_name) as probe,
    ):
        _check_pixels(image, name, max_pixels)
        for opened in (image, probe):
            developing.draft(opened)
            opened.load()
        return ImageChops.difference(image, probe).getbbox() is None


def _decoded(data: bytes, format_name: str, name: str, max_pixels: int) -> Picture:
    try:
        return _developed_from(data, format_name, name, max_pixels)
    except (DecodeFailed, TruncatedImage):
        # Pillow calls a chunk truncated, too, that is shorter than its kind wants it
        if format_name == "JPEG":
            found, note = _before_its_trailer(data, name, max_pixels), NO_END_NOTE
        else:
            found, note = _with_less_metadata(data, format_name, name, max_pixels), METADATA_NOTE
        if found is None:
            raise
        return replace(found, facts=replace(found.facts, notes=(note, *found.facts.notes)))


def _before_its_trailer(data: bytes, name: str, max_pixels: int) -> Picture | None:
    """Decode a JPEG without end marker, which a picture in a maker's trailer hides from sight."""
    with contextlib.suppress(DecodeFailed, TruncatedImage):
        whole = _with_its_end(data, "JPEG", name, max_pixels)
        return _developed_from(whole, "JPEG", name, max_pixels)
    return None


def _with_less_metadata(
    data: bytes, format_name: str, name: str, max_pixels: int
) -> Picture | None:
    if format_name != "PNG":
        return None
    for less in incomplete.png_without_metadata(data, profile_bytes_max=colour.PROFILE_BYTES_MAX):
        with contextlib.suppress(DecodeFailed, TruncatedImage):
            return _developed_from(less, format_name, name, max_pixels)
    return None


def _developed_from(data: bytes, format_name: str, name: str, max_pixels: int) -> Picture:
    _check_claims(data, format_name, name, max_pixels)
    with _answering_for(name, max_pixels), _opened(data, format_name) as image:
        _check_pixels(image, name, max_pixels)
        return Picture(*developing.developed(image, data))


def _checked_format(data: bytes, name: str) -> str:
    if not data:
        raise EmptyFile(f"{name} is empty.", remedy=_COPY_AGAIN)
    format_name = picture_formats.sniff(data)
    if format_name is None:
        if data.count(0) == len(data):
            raise TruncatedImage(
                f"{name} holds only zeros: its content has not arrived.", remedy=_COPY_AGAIN
            )
        raise NotAnImage(
            f"{name} is not an image: its content is in no known image format.",
            remedy="Remove it, or replace it with the picture as PNG or JPEG.",
        )
    if format_name not in picture_formats.SUPPORTED:
        is_apples = format_name == picture_formats.APPLE_PNG
        raise UnsupportedFormat(
            f"{name} is a picture in the format {format_name}, which tasted cannot read.",
            remedy=_EXPORT_ON_MAC if is_apples else "Convert it to PNG or JPEG.",
        )
    return format_name


def _truncated(name: str) -> TruncatedImage:
    return TruncatedImage(f"{name} is incomplete.", remedy=_COPY_AGAIN)


@contextlib.contextmanager
def _answering_for(name: str, max_pixels: int) -> Iterator[None]:
    """Let whatever a decoder raises leave as an `ItemError`, and nothing of it on stderr."""
    _silence_decoders()
    try:
        yield
    except ItemError:
        raise
    except Exception as error:
        if shortage_of(error) is not None or _is_our_own(error):
            raise
        # decoders raise anything at all for damaged bytes: OSError, ValueError, SyntaxError,
        # struct.error, zlib.error, IndexError, ...
        raise _as_item_error(error, name, max_pixels) from error


def _is_our_own(error: Exception) -> bool:
    """Tell a mistake in this program from damage: of a kind that no bytes cause, raised by us."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = traceback.tb_frame.f_globals.get("__name__", "") if traceback is not None else ""
    mistakes = (AttributeError, NameError, TypeError, AssertionError, NotImplementedError)
    return isinstance(error, mistakes) and module.startswith("tasted.")


def _silence_decoders() -> None:
    # Pillow warns of damaged metadata on stderr, where nobody can tell which file is meant. To
    # silence it only while it decodes would set the filters of all threads back and forth
    with _SILENCING:
        if warnings.filters[:1] != [_NO_WARNING]:
            warnings.filterwarnings("ignore", module=_DECODERS)
            # some of it, as of a TIFF, it logs
            logging.getLogger("PIL").setLevel(logging.CRITICAL)


def _opened(data: bytes, format_name: str) -> ImageFile.ImageFile:
    _load_decoder(format_name)
    return Image.open(io.BytesIO(data), formats=(format_name,))


@functools.cache
def _load_decoder(format_name: str) -> None:
    """Import what decodes a format: Pillow alone would import all it has for most of them.

    A thread that asks while another one is at that is told that there is no such format.
    """
    if format_name != "HEIF":
        importlib.import_module(f"PIL.{_PLUGINS[format_name]}ImagePlugin")
        return
    # on the first HEIF only: most inboxes never see one, and libheif is large. What it would
    # decode besides the picture is left out
    importlib.import_module("pillow_heif").register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False
    )


def _check_claims(data: bytes, format_name: str, name: str, max_pixels: int) -> None:
    _refuse(claims.fault_of(data, format_name, max_pixels), name)
    size = claims.too_large(data, format_name, max_pixels)
    if size is not None:
        _check_size(size, name, max_pixels)


def _refuse(fault: str | None, name: str) -> None:
    if fault is not None:
        raise DecodeFailed(f"{name} cannot be decoded ({fault}).", remedy=_SAVE_AGAIN)


def _check_pixels(image: ImageFile.ImageFile, name: str, max_pixels: int) -> None:
    _check_size(image.size, name, max_pixels)
    tile = claims.tile_of(getattr(image, "tag_v2", {}))
    if tile is not None:
        _check_size(tile, name, max_pixels)


def _check_size(size: claims.Size, name: str, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise _too_large(f"{name} has {width * height} pixels ({width} x {height})", max_pixels)


def _too_large(what: str, max_pixels: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{what}; limits.max_pixels allows {max_pixels}.",
        remedy="Make the picture smaller, or raise limits.max_pixels in config/tasted.toml.",
    )


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
