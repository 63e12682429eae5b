"""Damage: whatever the bytes are, the answer is a picture or an ItemError with a remedy."""

import io
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kit import pictures as kit
from tasted import picture_formats
from tasted.decoding.pictures import METADATA_NOTE, decode
from tasted.errors import (
    DecodeFailed,
    EmptyFile,
    ImageTooLarge,
    ItemError,
    NotAnImage,
    TruncatedImage,
    UnsupportedFormat,
)

FORMATS = sorted(picture_formats.SUPPORTED)
LIMIT = 1_000_000


def refused(data: bytes, expected: type[ItemError], *, max_pixels: int = LIMIT) -> ItemError:
    """Decode what must not decode; the error names the file and says what to do."""
    with pytest.raises(expected) as caught:
        decode(data, name="anna/2.png", max_pixels=max_pixels)
    assert type(caught.value) is expected
    assert "anna/2.png" in caught.value.message
    assert caught.value.remedy
    assert "BytesIO" not in caught.value.message
    return caught.value


def test_row_21_no_bytes() -> None:
    """An empty file is said to be empty."""
    refused(b"", EmptyFile)


@pytest.mark.parametrize("data", [b"dear diary", b"<html></html>", b"\x89PN", b"PK\3\4" * 20])
def test_what_is_no_image(data: bytes) -> None:
    """A name that ends in .png makes no picture of a text."""
    refused(data, NotAnImage)


def test_row_05_a_file_whose_content_has_not_arrived() -> None:
    """Sync programs reserve the space with zeros first: worth another try."""
    refused(bytes(4096), TruncatedImage)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (b"8BPS\0\1", "Photoshop"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    ],
)
def test_row_28_formats_that_are_not_decoded(data: bytes, named: str) -> None:
    """The error names the format and what to convert it to."""
    error = refused(data, UnsupportedFormat)
    assert named in error.message
    assert "PNG or JPEG" in error.remedy


@pytest.mark.parametrize("image_format", ["FITS", "PPM", "EPS", "SPIDER", "PCX", "SGI"])
def test_row_29_pillow_is_never_asked_for_a_format_that_is_not_listed(image_format: str) -> None:
    """Pillow would open these; here they are no images that are known."""
    data = b"SIMPLE  =                    T".ljust(80) + b"END".ljust(80)
    if image_format != "FITS":
        mode = "F" if image_format == "SPIDER" else "RGB"
        data = kit.encoded(Image.new(mode, (8, 8)), image_format)
    with pytest.raises((NotAnImage, UnsupportedFormat)):
        decode(data, name="a", max_pixels=LIMIT)


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_row_05_a_half_copied_file(image_format: str, share: float) -> None:
    """Half a picture is truncated, which is tried again; it is never shown half."""
    data = kit.noise(image_format, size=(64, 64))
    error = refused(data[: int(len(data) * share)], TruncatedImage)
    assert error.retry_after_seconds


@pytest.mark.parametrize("lost", [4, 12, 20])
def test_row_05_a_png_without_its_end(lost: int) -> None:
    """Pillow accepts a PNG without IEND; tasted waits for the rest."""
    refused(kit.noise("PNG")[:-lost], TruncatedImage)


def test_row_05_a_jpeg_without_its_end() -> None:
    """Two missing bytes are enough to be incomplete."""
    refused(kit.noise("JPEG")[:-2], TruncatedImage)


def test_row_30_a_bomb_is_refused_at_once() -> None:
    """A few bytes that promise 400 megapixels are never decoded, and both numbers are named."""
    bomb = kit.png_bomb(20_000, 20_000)
    assert len(bomb) < 100
    error = refused(bomb, ImageTooLarge, max_pixels=80_000_000)
    assert "400000000" in error.message
    assert "limits.max_pixels allows 80000000" in error.message
    assert "limits.max_pixels" in error.remedy


def test_row_30_a_picture_between_the_limits_of_pillow() -> None:
    """Where Pillow only warns, the setting decides."""
    error = refused(kit.png_bomb(12_000, 12_000), ImageTooLarge, max_pixels=80_000_000)
    assert "144000000 pixels (12000 x 12000)" in error.message


@pytest.mark.parametrize("image_format", FORMATS)
def test_row_30_the_limit_is_exact(image_format: str) -> None:
    """A picture of exactly as many pixels as allowed is decoded; one more is not."""
    data = kit.solid(image_format, size=(40, 30))
    assert decode(data, name="a", max_pixels=1200).facts.width == 40
    error = refused(data, ImageTooLarge, max_pixels=1199)
    assert "1200 pixels (40 x 30)" in error.message
    assert "1199" in error.message


def test_row_30_a_webp_bomb_is_refused_before_its_canvas_is_made() -> None:
    """The canvas that a header promises is not allocated."""
    header = b"VP8X" + (10).to_bytes(4, "little") + b"\2\0\0\0" + b"\xff\xff\0" + b"\xff\xff\0"
    data = b"RIFF" + (len(header) + 4).to_bytes(4, "little") + b"WEBP" + header
    refused(data, ImageTooLarge)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_without_pixels(size: tuple[int, int]) -> None:
    """Nothing can be seen in it."""
    refused(kit.png(*size, kit.chunk(b"IDAT", zlib.compress(b""))), DecodeFailed)


def test_row_30_a_text_bomb_within_a_png() -> None:
    """A comment that unpacks to a hundred megabytes is left out, and is not unpacked."""
    text = b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)
    pixels = kit.chunk(b"IDAT", zlib.compress(b"\0\0"))
    bomb = kit.png(1, 1, kit.chunk(b"zTXt", text), pixels)
    tracemalloc.start()
    try:
        picture = decode(bomb, name="a", max_pixels=LIMIT)
        _now, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert picture.facts.notes == (METADATA_NOTE,)
    assert most_bytes < 50_000_000


@pytest.mark.parametrize(
    "data",
    [
        kit.png(4, 4, kit.chunk(b"IDAT", b"not zlib at all")),
        kit.png(4, 4, kit.chunk(b"IDAT", zlib.compress(b"\0" * 3))),
        kit.png(4, 4, depth=77),
        kit.png(4, 4),
        b"\xff\xd8\xff\xd9",
        b"GIF89a\1\0\1\0\0\0\0;",
        b"II*\0\x08\0\0\0\0\0\0\0\0\0",
        b"BM" + bytes(12) + (40).to_bytes(4, "little") + bytes(36),
        b"RIFF\x04\0\0\0WEBP",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat",
        b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\0\x08mdat",
    ],
)
def test_row_06_real_signatures_with_nonsense_behind_them(data: bytes) -> None:
    """The file is damaged, and the decoder's own exception is kept as the cause."""
    with pytest.raises((DecodeFailed, TruncatedImage)) as caught:
        decode(data, name="a.png", max_pixels=LIMIT)
    assert caught.value.__cause__ is not None


def test_row_06_a_heic_that_asks_for_more_than_libheif_grants_is_damaged() -> None:
    """It says that memory was not allocated, but no other program need be closed for it."""
    data = bytearray(kit.noise("HEIF", size=(64, 64)))
    # the size in the HEVC stream, which is another than that of the container from then on
    data[data.index(b"\xa0\x20\x81") + 2] = 0
    with pytest.raises(DecodeFailed, match="Security limit exceeded"):
        decode(bytes(data), name="a.heic", max_pixels=LIMIT)


@pytest.mark.parametrize("image_format", FORMATS)
def test_row_29_the_extension_decides_nothing(image_format: str) -> None:
    """A picture under a wrong name is that picture."""
    data = kit.solid(image_format)
    assert decode(data, name="wrong.xyz", max_pixels=LIMIT).facts.format == image_format


def survives(data: bytes) -> None:
    """Decode to a picture or to an ItemError, and to nothing else."""
    try:
        picture = decode(data, name="a", max_pixels=LIMIT)
    except ItemError as error:
        assert error.message  # noqa: PT017 - either end is right; only another exception is wrong
    else:
        assert picture.pixels.shape[2] == 3


SAMPLES = {
    "PNG": kit.noise("PNG"),
    "JPEG": kit.noise("JPEG"),
    "WEBP": kit.noise("WEBP"),
    "GIF": kit.animated("GIF", 3),
    "TIFF": kit.noise("TIFF"),
    "BMP": kit.noise("BMP"),
    "HEIF": kit.noise("HEIF"),
    "AVIF": kit.noise("AVIF"),
    "APNG": kit.animated("PNG", 3),
    "MPO": kit.animated("MPO", 2),
    "profile": kit.solid("PNG", icc_profile=kit.display_p3_profile()),
    "exif": kit.lying(kit.corners(), 6),
    "palette": kit.encoded(Image.new("P", (9, 9)), "PNG", transparency=b"\0\1"),
    "tiff_lzw": kit.encoded(kit.corners(), "TIFF", compression="tiff_lzw"),
    "cmyk": kit.solid("JPEG", (9, 9, 9, 9), mode="CMYK"),
}


@pytest.mark.parametrize("sample", SAMPLES)
@given(cut=st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_any_truncation_is_answered(sample: str, cut: float) -> None:
    """Files cut anywhere raise nothing but an ItemError."""
    data = SAMPLES[sample]
    survives(data[: int(len(data) * cut)])


@pytest.mark.parametrize("sample", SAMPLES)
@given(
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=8
    ),
    head=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_row_06_any_damage_is_answered(
    sample: str, flips: list[tuple[float, int]], head: bool
) -> None:
    """Files with flipped bytes, in the head or anywhere, raise nothing but an ItemError."""
    data = bytearray(SAMPLES[sample])
    reach = min(len(data), 200) if head else len(data)
    for place, change in flips:
        data[int(place * reach)] ^= change
    survives(bytes(data))


@given(st.binary(max_size=200), st.sampled_from(sorted(SAMPLES)), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_answered(noise: bytes, sample: str, kept: int) -> None:
    """Random bytes, alone or behind a real beginning, raise nothing but an ItemError."""
    survives(noise)
    survives(SAMPLES[sample][:kept] + noise + SAMPLES[sample][-12:])


def test_the_samples_are_sound() -> None:
    """What is damaged above decodes when it is not damaged."""
    for data in SAMPLES.values():
        assert decode(data, name="a", max_pixels=LIMIT).pixels.size
        assert io.BytesIO(data).read(1)


def test_row_48_a_mistake_of_ours_is_no_damage() -> None:
    """What no bytes can cause, and was raised by this program, leaves as it is."""
    wrong: Any = "many"
    with pytest.raises(TypeError):
        decode(kit.noise(), name="x.png", max_pixels=wrong)
