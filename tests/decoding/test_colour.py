"""Colour: profiles and code points are brought to sRGB, or it is said why not."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from kit import pictures as kit
from tasted.decoding import colour
from tasted.decoding.pictures import Picture, decode


def decoded(data: bytes) -> Picture:
    """Decode with a limit that no picture here comes near."""
    return decode(data, name="shot.png", max_pixels=1_000_000)


def srgb_profile() -> bytes:
    """Return littleCMS's own sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# a colour of Display P3, and the colour of sRGB that looks the same
P3_TO_SRGB = [((200, 60, 60), (217, 42, 52)), ((224, 182, 150), (232, 180, 145))]


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize(("stored", "shown"), P3_TO_SRGB)
def test_row_33_display_p3_is_converted(
    image_format: str, stored: tuple[int, int, int], shown: tuple[int, int, int]
) -> None:
    """Screenshots of Apple's devices carry this profile."""
    data = kit.solid(image_format, stored, icc_profile=kit.display_p3_profile())
    picture = decoded(data)
    assert np.abs(picture.pixels.astype(int) - shown).max() <= 4
    assert picture.facts.notes == ()


def test_a_transparent_picture_with_a_profile() -> None:
    """Both are applied: white stays white where nothing is, colours are converted elsewhere."""
    stored, shown = P3_TO_SRGB[0]
    image = Image.new("RGBA", (8, 8), (*stored, 255))
    image.paste((0, 0, 0, 0), (0, 0, 4, 8))
    pixels = decoded(kit.encoded(image, "PNG", icc_profile=kit.display_p3_profile())).pixels
    assert (pixels[:, :4] == 255).all()
    assert np.abs(pixels[:, 4:].astype(int) - shown).max() <= 1


def test_a_profile_that_is_srgb_changes_no_pixel() -> None:
    """Vectors of ordinary screenshots do not depend on whether sRGB is said or implied."""
    pixels = kit.noise_pixels(size=(64, 64))
    data = kit.encoded(Image.fromarray(pixels), "PNG", icc_profile=srgb_profile())
    assert np.array_equal(decoded(data).pixels, pixels)


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile at all",
        b"\0" * 200,
        kit.display_p3_profile()[:300],
        kit.grey_profile(),
        kit.display_p3_profile()[:16] + b"CMYK" + kit.display_p3_profile()[20:],
        b"\0" * (2 * 1024 * 1024),
    ],
)
def test_a_bad_profile_is_noted_and_read_as_srgb(profile: bytes) -> None:
    """A profile that cannot be used costs a note and nothing else."""
    picture = decoded(kit.solid("PNG", icc_profile=profile))
    assert (picture.pixels == kit.RED).all()
    assert picture.facts.notes == (colour.BAD_PROFILE_NOTE,)


def test_a_profile_of_any_size_is_no_obstacle() -> None:
    """Profiles beyond the bound of the cache are not used."""
    profile = kit.display_p3_profile() + bytes(5 * 1024 * 1024)
    picture = decoded(kit.solid("JPEG", icc_profile=profile))
    assert picture.facts.notes == (colour.BAD_PROFILE_NOTE,)


def test_a_grey_picture_with_the_profile_of_a_screen() -> None:
    """Grey is grey in any of them."""
    data = kit.solid("PNG", 90, mode="L", icc_profile=kit.display_p3_profile())
    picture = decoded(data)
    assert np.abs(picture.pixels.astype(int) - 90).max() <= 1
    assert picture.facts.notes == ()


def test_transforms_are_kept_by_profile_and_bounded() -> None:
    """The same profile is built once, and old ones are let go."""
    colour._transform.cache_clear()
    for _repetition in range(3):
        decoded(kit.solid("PNG", icc_profile=kit.display_p3_profile()))
    assert colour._transform.cache_info().misses == 1
    assert (colour._transform.cache_info().maxsize or 0) <= 16


@pytest.mark.parametrize(("stored", "shown"), P3_TO_SRGB)
def test_code_points_of_a_heic_do_without_a_profile(
    stored: tuple[int, int, int], shown: tuple[int, int, int]
) -> None:
    """Display P3 can be said in two bytes instead of a profile."""
    picture = decoded(kit.coded_heic(np.array(stored) * 257, primaries=12, transfer=13))
    assert np.abs(picture.pixels.astype(int) - shown).max() <= 2
    assert picture.facts.notes == ()


@pytest.mark.parametrize(
    ("code", "nits"), [(0.0, 0.0), (0.508078, 100.0), (0.580689, 203.0), (1.0, 10_000.0)]
)
def test_the_pq_curve(code: float, nits: float) -> None:
    """Values of ITU-R BT.2408, table 1, and the ends of SMPTE ST 2084."""
    assert colour.pq_nits(np.array([code]))[0] == pytest.approx(nits, rel=1e-4)


def pq_codes(srgb: tuple[int, int, int]) -> np.ndarray:
    """Encode an sRGB colour as a PQ picture in Display P3 would hold it, white at 203 nits."""
    linear = np.where(
        np.array(srgb) / 255 <= 0.04045,
        np.array(srgb) / 255 / 12.92,
        ((np.array(srgb) / 255 + 0.055) / 1.055) ** 2.4,
    )
    # sRGB to Display P3, linear, both D65; published to four digits in CSS Color 4
    matrix = np.array([[0.8225, 0.1775, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9105]])
    light = (matrix @ linear * 203 / 10_000) ** (2610 / 16384)
    codes = ((3424 / 4096 + 2413 / 128 * light) / (1 + 2392 / 128 * light)) ** (2523 / 32)
    return (codes * 65535).round().astype(np.uint16)


@pytest.mark.parametrize(
    "srgb", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 60, 60), (40, 90, 200)]
)
def test_hdr_screenshots_are_mapped_to_what_the_screen_showed(srgb: tuple[int, int, int]) -> None:
    """What is drawn at 203 nits comes out as the colour that it is in SDR; a note says so."""
    picture = decoded(kit.coded_heic(pq_codes(srgb), primaries=12, transfer=16))
    # Pillow has eight bits per channel, of which PQ spends fewer than six on this range
    assert np.abs(picture.pixels.astype(int) - srgb).max() <= 6
    assert picture.facts.notes == (colour.HDR_NOTE,)


def test_highlights_brighter_than_white_are_white() -> None:
    """1000 nits do not wrap around."""
    picture = decoded(kit.coded_heic(np.array([49_000] * 3), primaries=9, transfer=16))
    assert (picture.pixels == 255).all()


def test_hlg_is_read_as_it_stands_and_noted() -> None:
    """The other HDR curve was made to be watched on SDR screens."""
    picture = decoded(kit.coded_heic(np.array([90, 90, 90]) * 257, primaries=1, transfer=18))
    assert np.abs(picture.pixels.astype(int) - 90).max() <= 1
    assert picture.facts.notes == (colour.HLG_NOTE,)


def test_unknown_code_points_are_srgb() -> None:
    """Primaries that are unspecified move no colour."""
    picture = decoded(kit.coded_heic(np.array(kit.RED) * 257, primaries=2, transfer=2))
    assert np.abs(picture.pixels.astype(int) - kit.RED).max() <= 1
    assert picture.facts.notes == ()


def test_bands_of_a_tall_picture_agree() -> None:
    """Rows are converted in bands, and no row is left out."""
    pixels = np.tile(np.array(P3_TO_SRGB[0][0], np.uint8), (600, 2, 1))
    converted = colour.nclx_to_srgb(pixels, 12, pq=False)
    assert np.abs(converted.astype(int) - P3_TO_SRGB[0][1]).max() <= 1


def test_cmyk_profiles_are_no_obstacle() -> None:
    """An ink profile that littleCMS cannot build is noted, and the inks are converted plainly."""
    profile = bytearray(srgb_profile())
    profile[16:20] = b"CMYK"
    data = kit.solid("JPEG", (0, 0, 0, 0), mode="CMYK", icc_profile=bytes(profile))
    picture = decoded(data)
    assert (picture.pixels >= 252).all()
    assert picture.facts.notes == (colour.BAD_PROFILE_NOTE,)
    assert io.BytesIO(data).read(2) == b"\xff\xd8"
