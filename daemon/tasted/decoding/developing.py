"""An image that Pillow has opened → upright sRGB pixels of its first frame that is not blank."""

import contextlib
import struct
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from tasted.decoding import colour, containers, modes, plain_png
from tasted.decoding.code_points import ColourCoding, coding_of
from tasted.decoding.halving import halved
from tasted.records import PictureFacts

# the model looks at 224 pixels and text recognition at a phone's width: 1024 keeps both
_SHORT_SIDE_KEPT = 1024
# Pillow's pixels become an array in pieces that stay in the processor's cache
_PIECE_PIXELS = 32_768
_RGB_BANDS = 3
_HALVES = 2
_PAGES_MAX = 1000
_ANIMATED = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
# how far an animation that begins with nothing is followed
_FRAMES_TRIED = 32
_FRAME_PIXELS = 100_000_000
_PLURALS = {"TIFF": "pages", "MPO": "pictures", "HEIF": "pictures"}
_BLANK_FRAMES_NOTE = "Its first frame is blank: frame {number} of {frames} was used."
_UPRIGHT_NOTE = "Its orientation cannot be read; upright was assumed."

# of 255 between the darkest and the brightest: a lossy format makes as much of one colour
_ONE_COLOUR_LEVELS = 8
# shares of the height: the status bar beside a camera, and the bar with which one navigates
_TOP_BAR_SHARE = 0.08
_BOTTOM_BAR_SHARE = 0.07
_COARSE_STEP = 16

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


def developed(image: ImageFile.ImageFile, data: bytes) -> tuple[NDArray[np.uint8], PictureFacts]:
    """Load an opened image, and bring its first frame with something to see upright into sRGB.

    Args:
        image: opened, of a size that is allowed.
        data: the content that it was opened from.

    Returns:
        Pixels of shape (h, w, 3), reduced where the picture is large, and what is known of it.

    Raises:
        Exception: whatever its decoder raises for damaged bytes.
    """
    frames = max(_frames(image, data), 1)
    coding = coding_of(data, image.format or "", image.info)
    stored = plain_png.pixels_of(data) if image.format == "PNG" and frames == 1 else None
    pixels, facts = _frame(image, coding) if stored is None else _plain(image, stored, coding)
    notes = _frame_notes(facts.format, frames)
    if is_blank(pixels):
        facts = replace(facts, blank=True)
        within = _frames_within(image, frames, data)
        number, shown = _first_to_see(image, within, coding)
        if shown is not None:
            pixels, facts = shown
            notes = (_BLANK_FRAMES_NOTE.format(number=number, frames=frames),)
    return pixels, replace(facts, frames=frames, notes=(*notes, *facts.notes))


def _plain(
    image: ImageFile.ImageFile, stored: NDArray[np.uint8], coding: ColourCoding
) -> tuple[NDArray[np.uint8], PictureFacts]:
    """Bring the pixels of a plain PNG upright into sRGB: mostly there is nothing to do.

    Args:
        image: opened; its header alone is used.
        stored: (h, w, 3 or 4).
        coding: what the file says of its pixel values.
    """
    # a PNG's own way to its Exif decodes the rows, to look behind them: a plain one has none there
    orientation, notes = _orientation(lambda: Image.Image.getexif(image))
    profile = image.info.get("icc_profile")
    factor = _reduction(*image.size)
    is_rgb = stored.shape[-1] == _RGB_BANDS
    if is_rgb and factor == _HALVES:
        stored, factor = halved(stored), 1
    is_upright = orientation not in _UPRIGHT
    if is_rgb and factor == 1 and is_upright and colour.is_srgb(profile, coding):
        width, height = image.size
        return stored, PictureFacts(width, height, image.format or "", notes=notes)
    plain = Image.fromarray(stored)
    plain = plain.reduce(factor) if factor > 1 else plain
    return _upright_srgb(image, image.size, plain, coding, orientation, notes)


def _frame(
    image: ImageFile.ImageFile, coding: ColourCoding
) -> tuple[NDArray[np.uint8], PictureFacts]:
    """Load the frame that an image stands at, and bring it upright into sRGB."""
    declared = image.size
    draft(image)
    image.load()
    # after loading: a PNG may keep its Exif behind the pixels, and a TIFF turns itself
    orientation, notes = _orientation(image.getexif)
    plain, tone_notes = modes.to_eight_bits(image)
    plain = _reduced(plain, declared)
    return _upright_srgb(image, declared, plain, coding, orientation, (*notes, *tone_notes))


def _upright_srgb(
    image: ImageFile.ImageFile,
    declared: tuple[int, int],
    plain: Image.Image,
    coding: ColourCoding,
    orientation: int,
    notes: tuple[str, ...],
) -> tuple[NDArray[np.uint8], PictureFacts]:
    if orientation in _UPRIGHT:
        plain = plain.transpose(_UPRIGHT[orientation])
    plain, alpha_notes = modes.on_white(plain)
    plain, colour_notes = colour.to_srgb(plain, image.info.get("icc_profile"), coding)
    width, height = declared[::-1] if orientation in _LYING else declared
    notes = (*notes, *alpha_notes, *colour_notes)
    return _array_of(plain), PictureFacts(width, height, image.format or "", notes=notes)


def _array_of(image: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels of an RGB image in memory of their own: (h, w, 3).

    Pillow's own way copies them three times, each time through all of the memory.
    """
    width, height = image.size
    pixels = np.empty((height, width, _RGB_BANDS), np.uint8)
    rows = max(1, _PIECE_PIXELS // width)
    for top in range(0, height, rows):
        piece = image.crop((0, top, width, min(top + rows, height))).tobytes()
        pixels[top : top + rows] = np.frombuffer(piece, np.uint8).reshape(-1, width, _RGB_BANDS)
    return pixels


def _frames_within(image: ImageFile.ImageFile, frames: int, data: bytes) -> int:
    """Return how many frames come before one that enlarges the picture: no larger size is allowed.

    To stand at such a frame takes memory for it already.
    """
    if image.format != "GIF":
        return frames
    return min(frames, containers.gif_frames(data, within=image.size) or 1)


def _first_to_see(
    image: ImageFile.ImageFile, frames: int, coding: ColourCoding
) -> tuple[int, tuple[NDArray[np.uint8], PictureFacts] | None]:
    """Return the first frame behind a blank one that is not blank, and its number from 1."""
    if image.format not in _ANIMATED:
        return 0, None
    width, height = image.size
    most = min(frames, _FRAMES_TRIED, max(1, _FRAME_PIXELS // (width * height)))
    # a later frame that is damaged takes nothing from the first
    with contextlib.suppress(EOFError, OSError, SyntaxError, ValueError):
        for index in range(1, most):
            image.seek(index)
            # whatever enlarged it, and however Pillow has read what was counted as a frame
            if image.size != (width, height):
                break
            shown = _frame(image, coding)
            if not is_blank(shown[0]):
                return index + 1, shown
    return 0, None


def is_blank(pixels: NDArray[np.uint8]) -> bool:
    """Tell whether there is nothing to see, the status bar and the navigation bar aside.

    Args:
        pixels: (h, w, 3), sRGB.
    """
    height = len(pixels)
    screen = pixels[int(height * _TOP_BAR_SHARE) : height - int(height * _BOTTOM_BAR_SHARE)]
    # most pictures have more than one colour wherever one looks
    return _is_even(screen[::_COARSE_STEP, ::_COARSE_STEP]) and _is_even(screen)


def _is_even(pixels: NDArray[np.uint8]) -> bool:
    channels = pixels.reshape(-1, pixels.shape[-1])
    spread = channels.max(axis=0).astype(np.int16) - channels.min(axis=0)
    return int(spread.max()) <= _ONE_COLOUR_LEVELS


def _frames(image: ImageFile.ImageFile, data: bytes) -> int:
    if image.format == "GIF":
        # Pillow reads a GIF to its end, frame by frame in Python, to count them
        return containers.gif_frames(data) or 1
    if image.format == "TIFF":
        return containers.tiff_pages(data, _PAGES_MAX)
    return int(getattr(image, "n_frames", 1))


def draft(image: ImageFile.ImageFile) -> None:
    """Let the decoder of a large JPEG leave out what a reduction would average away."""
    width, height = image.size
    factor = _reduction(width, height)
    # HEIF has a draft too, its thumbnail: not the same picture
    if image.format in {"JPEG", "MPO"} and factor > 1:
        image.draft(None, (width // factor, height // factor))


def _reduced(image: Image.Image, declared: tuple[int, int]) -> Image.Image:
    """Reduce what was declared of this size, by as much as its draft has not done already."""
    drafted = round(max(declared) / max(image.size))
    factor = _reduction(*declared) // drafted
    return image.reduce(factor) if factor > 1 else image


def _reduction(width: int, height: int) -> int:
    # a power of two, as JPEG drafts are: a picture has the same size in every format
    return 1 << max(0, (min(width, height) // _SHORT_SIDE_KEPT).bit_length() - 1)


def _orientation(read_exif: Callable[[], Image.Exif]) -> tuple[int, tuple[str, ...]]:
    try:
        value = read_exif().get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return 1, (_UPRIGHT_NOTE,)
    return (value if isinstance(value, int) else 1), ()


def _frame_notes(file_format: str, frames: int) -> tuple[str, ...]:
    if frames <= 1:
        return ()
    which = "main one" if file_format == "HEIF" else "first"
    return (f"Only the {which} of {frames} {_PLURALS.get(file_format, 'frames')} was used.",)
