"""Decoding: files of every kind come out as the colours that they show."""

import warnings
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kit import pictures as kit
from tasted.decoding import modes
from tasted.decoding.pictures import PREPROCESSING, Picture, decode

LIMIT = 80_000_000


def decoded(data: bytes) -> Picture:
    """Decode with the usual limit, and check what holds for every picture."""
    picture = decode(data, name="shot.png", max_pixels=LIMIT)
    pixels = picture.pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
    return picture


def assert_colour(pixels: NDArray[np.uint8], colour: tuple[int, ...], tolerance: int = 0) -> None:
    """Every pixel has this colour."""
    distance = np.abs(pixels.astype(int) - np.array(colour))
    assert distance.max() <= tolerance, (pixels.reshape(-1, 3)[0], colour)


@pytest.mark.parametrize(
    ("image_format", "tolerance"),
    [
        ("PNG", 0),
        ("BMP", 0),
        ("TIFF", 0),
        ("WEBP", 0),
        ("GIF", 0),
        ("JPEG", 3),
        ("HEIF", 3),
        ("AVIF", 3),
    ],
)
def test_row_28_every_format_shows_its_colour(image_format: str, tolerance: int) -> None:
    """A red picture is red in each format, and its facts say which format it is."""
    picture = decoded(kit.solid(image_format))
    assert_colour(picture.pixels, kit.RED, tolerance)
    facts = picture.facts
    assert (facts.width, facts.height) == kit.SIZE
    assert picture.pixels.shape[:2] == kit.SIZE[::-1]
    assert (facts.format, facts.frames, facts.notes) == (image_format, 1, ())


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF", "JPEG"])
def test_normal_pictures_have_the_pixels_that_pillow_gives(image_format: str) -> None:
    """Nothing is done to an ordinary picture: vectors equal those of a plain call."""
    data = kit.noise(image_format, size=(1170, 300))
    with kit.opened(data) as image:
        assert np.array_equal(decoded(data).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("mode", "stored", "shown"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 90, (90, 90, 90)),
        ("LA", (90, 255), (90, 90, 90)),
        ("LA", (0, 0), (255, 255, 255)),
        ("RGBA", (*kit.RED, 255), kit.RED),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 128), (127, 127, 127)),
    ],
)
def test_row_33_modes_of_png(
    mode: str, stored: tuple[int, ...] | int, shown: tuple[int, int, int]
) -> None:
    """Grey, black and white, and transparent pictures are seen as on a white page."""
    assert_colour(decoded(kit.solid("PNG", stored, mode=mode)).pixels, shown, 1)


def test_putting_on_white_is_noted_only_where_something_is_transparent() -> None:
    """An opaque alpha channel is no news."""
    clear = decoded(kit.solid("PNG", (0, 0, 0, 10), mode="RGBA"))
    opaque = decoded(kit.solid("PNG", (0, 0, 0, 255), mode="RGBA"))
    assert clear.facts.notes == (modes.TRANSPARENT_NOTE,)
    assert opaque.facts.notes == ()


@pytest.mark.parametrize("transparency", [0, bytes([0, 255])])
def test_row_33_transparent_palette_entries_are_white(transparency: int | bytes) -> None:
    """A palette may name one transparent entry, or give each its own alpha."""
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, *kit.RED])
    image.paste(1, (4, 0, 8, 8))
    pixels = decoded(kit.encoded(image, "PNG", transparency=transparency)).pixels
    assert_colour(pixels[:, :4], (255, 255, 255))
    assert_colour(pixels[:, 4:], kit.RED)


def test_palette_without_transparency() -> None:
    """A plain palette picture shows its palette's colour."""
    image = Image.new("P", (8, 8), 1)
    image.putpalette([10, 20, 30, *kit.RED])
    assert_colour(decoded(kit.encoded(image, "PNG")).pixels, kit.RED)


def test_a_palette_with_an_alpha_channel_is_put_on_white() -> None:
    """Mode PA, which some TIFFs have."""
    image = Image.new("PA", (8, 8))
    image.putpalette([10, 20, 30, *kit.RED])
    image.putdata([(1, 255)] * 32 + [(1, 0)] * 32)
    plain, _notes = modes.to_eight_bits(image)
    flat, notes = modes.on_white(plain)
    assert_colour(np.asarray(flat)[:4], kit.RED)
    assert_colour(np.asarray(flat)[4:], (255, 255, 255))
    assert notes == (modes.TRANSPARENT_NOTE,)


@pytest.mark.parametrize(("mode", "key"), [("L", 90), ("RGB", kit.RED)])
def test_a_key_colour_is_transparent(mode: str, key: tuple[int, int, int] | int) -> None:
    """PNG without alpha can name one colour that is not to be seen."""
    data = kit.solid("PNG", key, mode=mode, transparency=key)
    assert_colour(decoded(data).pixels, (255, 255, 255))


def test_row_32_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    """Values above 255 keep their order instead of turning white."""
    values = np.array([[0, 300, 0x8000, 0xFFFF]], np.uint16)
    pixels = decoded(kit.grey16_png(values)).pixels
    assert pixels[0, :, 0].tolist() == [0, 1, 0x80, 255]


def test_sixteen_bit_grey_with_a_key_colour() -> None:
    """The key is compared with all sixteen bits."""
    values = np.array([[0x8000, 0x8001]], np.uint16)
    image = Image.fromarray(values)
    pixels = decoded(kit.encoded(image, "PNG", transparency=0x8000)).pixels
    assert pixels[0, :, 0].tolist() == [255, 0x80]


def test_row_32_sixteen_bit_colour_is_scaled() -> None:
    """The high byte of each channel is what is seen."""
    assert_colour(decoded(kit.rgb16_png((0x10FF, 0x8000, 0xFFFF))).pixels, (0x10, 0x80, 0xFF))


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_wider_tones_are_stretched_and_noted(kind: type) -> None:
    """Scientific TIFFs have no white of their own."""
    image = Image.fromarray(np.array([[-4, 0, 4]], kind))
    picture = decoded(kit.encoded(image, "TIFF"))
    assert picture.pixels[0, :, 0].tolist() == [0, 128, 255]
    assert picture.facts.notes == (modes.STRETCHED_NOTE,)


def test_wide_tones_that_are_all_the_same_are_not_stretched() -> None:
    """Where there is no range, values are taken as they are."""
    image = Image.fromarray(np.full((2, 2), 70, np.int32))
    assert_colour(decoded(kit.encoded(image, "TIFF")).pixels, (70, 70, 70))


def test_a_tiff_of_numbers_that_are_none_still_decodes() -> None:
    """Infinite and undefined values count as 0."""
    values = np.array([[np.nan, np.inf, -np.inf, 1]], np.float32)
    pixels = decoded(kit.encoded(Image.fromarray(values), "TIFF")).pixels
    assert pixels[0, :, 0].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
def test_row_33_cmyk_is_converted(image_format: str) -> None:
    """Pure cyan, whether the inks are stored inverted as Adobe does in JPEG, or as they are."""
    data = kit.solid(image_format, (255, 0, 0, 0), mode="CMYK")
    assert_colour(decoded(data).pixels, (0, 255, 255), 3)


@pytest.mark.parametrize("image_format", ["TIFF", "JPEG"])
@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_other_colour_models_come_out_as_rgb(image_format: str, mode: str) -> None:
    """White is white in every colour model."""
    white = Image.new("RGB", (8, 8), "white").convert(mode)
    assert_colour(decoded(kit.encoded(white, image_format)).pixels, (255, 255, 255), 3)


def test_lab_comes_out_as_rgb() -> None:
    """A TIFF may hold CIE L*a*b*."""
    lab = Image.new("RGB", (8, 8), kit.RED).convert("LAB")
    assert_colour(decoded(kit.encoded(lab, "TIFF")).pixels, kit.RED, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_row_31_orientation_is_applied(orientation: int, image_format: str) -> None:
    """However the camera was held: red is at the top left, blue at the top right."""
    picture = decoded(kit.lying(kit.corners((48, 24)), orientation, image_format))
    assert (picture.facts.width, picture.facts.height) == (48, 24)
    assert picture.pixels.shape == (24, 48, 3)
    assert_colour(picture.pixels[1:6, 2:12], (255, 0, 0), 40)
    assert_colour(picture.pixels[1:6, 36:46], (0, 0, 255), 40)
    assert_colour(picture.pixels[16:, :], (255, 255, 255), 40)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0no directory",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x01\0\0\0A\0\0\0",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0",
    ],
)
def test_damaged_exif_does_not_cost_the_picture(exif: bytes) -> None:
    """No directory, one beyond the end, an orientation of a letter or of 99: taken as it lies."""
    picture = decoded(kit.solid("JPEG", exif=exif))
    assert_colour(picture.pixels, kit.RED, 3)
    assert (picture.facts.width, picture.facts.height) == kit.SIZE


def test_an_orientation_that_cannot_be_read_is_noted() -> None:
    """Exif in the way of older programs, as hexadecimal text, may be no such text."""
    text = kit.chunk(b"tEXt", b"Raw profile type exif\0\n\n\nno digits")
    picture = decoded(kit.png(1, 1, text, kit.chunk(b"IDAT", zlib.compress(b"\0\0"))))
    assert picture.facts.notes == ("Its orientation cannot be read; upright was assumed.",)


@pytest.mark.parametrize(
    ("image_format", "note"),
    [
        ("GIF", "Only the first of 5 frames was used."),
        ("PNG", "Only the first of 5 frames was used."),
        ("WEBP", "Only the first of 5 frames was used."),
        ("AVIF", "Only the first of 5 frames was used."),
        ("TIFF", "Only the first of 5 pages was used."),
        ("MPO", "Only the first of 5 pictures was used."),
        ("HEIF", "Only the main one of 5 pictures was used."),
    ],
)
def test_row_34_only_the_first_frame_is_looked_at(image_format: str, note: str) -> None:
    """Animations and pages are counted, and their first one is the picture."""
    picture = decoded(kit.animated(image_format, 5))
    assert_colour(picture.pixels, kit.RED, 4)
    assert (picture.facts.format, picture.facts.frames) == (image_format, 5)
    assert picture.facts.notes == (note,)


def test_the_reduction_keeps_a_short_side_of_1024() -> None:
    """Pictures under 2048 are left alone; from there on sides are halved until they are."""
    small = decoded(kit.solid("PNG", size=(2047, 2100)))
    assert small.pixels.shape == (2100, 2047, 3)
    large = decoded(kit.solid("PNG", size=(2048, 4097)))
    assert large.pixels.shape == (2049, 1024, 3)
    assert (large.facts.width, large.facts.height) == (2048, 4097)
    assert_colour(large.pixels, kit.RED)
    assert decoded(kit.solid("PNG", size=(4096, 4100))).pixels.shape == (1025, 1024, 3)


@pytest.mark.parametrize("mode", ["P", "1", "L", "LA", "RGBA", "I;16"])
def test_every_mode_can_be_reduced(mode: str) -> None:
    """Large pictures of modes that Pillow cannot average directly come out too."""
    data = kit.encoded(Image.new(mode, (2048, 2048)), "PNG")
    assert decoded(data).pixels.shape == (1024, 1024, 3)


@pytest.mark.parametrize("size", [(4800, 3600), (3000, 2200), (4095, 4200), (9000, 8192)])
def test_a_large_jpeg_is_reduced_by_its_decoder_and_turned(size: tuple[int, int]) -> None:
    """The JPEG decoder leaves detail out; orientation holds, and the size is that of any format."""
    picture = decoded(kit.lying(kit.corners(size), 6))
    width, height = size
    assert (picture.facts.width, picture.facts.height) == size
    factor = 8 if height == 8192 else 2
    rows, columns = -(-height // factor), -(-width // factor)
    assert picture.pixels.shape == (rows, columns, 3)
    assert_colour(picture.pixels[rows // 10 : rows // 6, : columns // 6], (255, 0, 0), 8)
    assert_colour(picture.pixels[rows // 10 : rows // 6, -columns // 6 :], (0, 0, 255), 8)


def test_a_draft_is_near_to_what_a_reduction_would_give() -> None:
    """Levels of a photograph move by less than one."""
    scene = Image.fromarray(kit.noise_pixels(size=(60, 50))).resize((2500, 2100))
    data = kit.encoded(scene, "JPEG", quality=92)
    with kit.opened(data) as image:
        reduced = np.asarray(image.convert("RGB").reduce(2)).astype(int)
    assert np.abs(decoded(data).pixels - reduced).mean() < 1


def test_a_picture_of_one_pixel() -> None:
    """The smallest picture is one, too."""
    assert_colour(decoded(kit.solid("PNG", size=(1, 1))).pixels, kit.RED)


def test_no_warning_of_a_decoder_leaves_and_those_of_others_do() -> None:
    """Decoders that warn are silenced by their names, whatever else set the filters before."""
    damaged = kit.solid("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x20\0" + b"\1" * 9)
    for _once_and_again in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            before = list(warnings.filters)
            decoded(damaged)
            decoded(kit.solid("PNG", size=(9500, 1)))
            assert caught == []
            warnings.warn("of somebody else", UserWarning, stacklevel=1)
            assert len(caught) == 1
            assert list(warnings.filters)[-len(before) :] == before
            assert len(warnings.filters) == len(before) + 1


def test_preprocessing_names_the_policy_and_both_libraries() -> None:
    """The id that goes into fingerprints changes with anything that decides a pixel."""
    assert PREPROCESSING.startswith("pixels3-pillow")
    assert "-heif" in PREPROCESSING
    assert len(PREPROCESSING) < 40


def test_the_pixel_limit_of_pillow_is_left_alone() -> None:
    """The setting is checked here, not through a global that others would share."""
    decoded(kit.solid("PNG"))
    assert Image.MAX_IMAGE_PIXELS == 1024 * 1024 * 1024 // 4 // 3
