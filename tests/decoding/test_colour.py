"""Colour: profiles and code points are brought to sRGB, or it is said why not."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from kit import hdr
from kit import pictures as kit
from tasted.decoding import colour
from tasted.decoding.code_points import ColourCoding
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


@pytest.mark.parametrize(
    "srgb", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 60, 60), (40, 90, 200)]
)
def test_hlg_is_mapped_to_what_the_screen_showed(srgb: tuple[int, int, int]) -> None:
    """As PQ is; a note says so."""
    codes = hdr.hdr_codes(np.array(srgb, np.uint8), hdr.HLG) * 65535
    stored = codes.round().astype(np.uint16)
    picture = decoded(kit.coded_heic(stored, primaries=hdr.BT2020, transfer=hdr.HLG))
    assert np.abs(picture.pixels.astype(int) - srgb).max() <= 6
    assert picture.facts.notes == (colour.HLG_NOTE,)


@pytest.mark.parametrize(
    ("code", "light"), [(0.0, 0.0), (0.5, 1 / 12), (0.75, 0.26496), (1.0, 1.0)]
)
def test_the_hlg_curve(code: float, light: float) -> None:
    """Values of ITU-R BT.2100 and BT.2408: white lies at 75 % of the signal."""
    assert colour.hlg_scene_light(np.array([code]))[0] == pytest.approx(light, rel=1e-3)


_ACROSS, _DOWN = np.meshgrid(np.linspace(0, 255, 24), np.linspace(220, 40, 16))
SCENE = np.stack([_ACROSS, _DOWN, np.full((16, 24), 90.0)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("transfer", [hdr.PQ, hdr.HLG])
@pytest.mark.parametrize("kind", ["8 bits", "16 bits", "avif"])
def test_row_33_hdr_is_mapped_in_every_format_that_can_say_it(
    kind: str, transfer: hdr.Transfer
) -> None:
    """The chunk cICP of a PNG and the nclx of an AVIF say what that of a HEIC says."""
    codes = hdr.hdr_codes(SCENE, transfer)
    data = {
        "8 bits": lambda: hdr.coded_png(codes, transfer=transfer),
        "16 bits": lambda: hdr.coded_png(codes, transfer=transfer, depth=16),
        "avif": lambda: hdr.coded_avif(codes, transfer=transfer),
    }[kind]()
    picture = decoded(data)
    # eight bits of PQ are few; unmapped the difference is 50
    assert np.abs(picture.pixels.astype(int) - SCENE).mean() <= 4
    expected = colour.HDR_NOTE if transfer == hdr.PQ else colour.HLG_NOTE
    assert picture.facts.notes == (expected,)


def test_wide_primaries_of_a_png_without_hdr() -> None:
    """BT.2020 with the curve of sRGB, as a wide screen may be recorded."""
    stored = np.array([[P3_TO_SRGB[0][0]]], np.uint8) / 255
    shown = decoded(hdr.coded_png(stored, transfer=13)).pixels
    assert shown[0, 0, 0] > P3_TO_SRGB[0][0][0]
    assert shown[0, 0, 1] < P3_TO_SRGB[0][0][1]


@pytest.mark.parametrize("exponent", [1.0, 1.8, 2.6])
def test_row_33_the_gamma_of_a_png_is_applied(exponent: float) -> None:
    """Old Macs wrote 1.8, renderers write linear light."""
    picture = decoded(hdr.gamma_png(SCENE, exponent))
    # eight bits of linear light are few in the shadows
    assert np.abs(picture.pixels.astype(int) - SCENE).mean() <= (4 if exponent == 1.0 else 1.5)
    assert picture.facts.notes == ()


CHROMATICITIES_P3 = (0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
CHROMATICITIES_SRGB = (0.3127, 0.3290, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)


def chunk_of(values: tuple[float, ...]) -> bytes:
    """Return the chunk cHRM of chromaticities."""
    return kit.chunk(b"cHRM", b"".join(struct.pack(">I", round(value * 1e5)) for value in values))


@pytest.mark.parametrize(("stored", "shown"), P3_TO_SRGB)
def test_row_33_the_chromaticities_of_a_png_are_applied(
    stored: tuple[int, int, int], shown: tuple[int, int, int]
) -> None:
    """Display P3 can be said in them, too; a profile or the chunk sRGB decides before."""
    codes = np.array([[stored]]) / 255
    wide = chunk_of(CHROMATICITIES_P3)
    assert np.abs(decoded(hdr.coded_png(codes, wide)).pixels.astype(int) - shown).max() <= 2
    is_srgb = kit.chunk(b"sRGB", b"\0")
    assert decoded(hdr.coded_png(codes, is_srgb, wide)).pixels[0, 0].tolist() == list(stored)


def test_what_says_srgb_changes_no_pixel() -> None:
    """A gamma and chromaticities of sRGB are what most tools write; any white is white."""
    gamma = kit.chunk(b"gAMA", struct.pack(">I", 45_455))
    data = hdr.coded_png(SCENE / 255, gamma, chunk_of(CHROMATICITIES_SRGB))
    assert np.array_equal(decoded(data).pixels, SCENE)
    d50 = (0.3457, 0.3585, *CHROMATICITIES_SRGB[2:])
    white = decoded(hdr.coded_png(np.ones((2, 2, 3)), chunk_of(d50))).pixels
    assert white.min() >= 254


@pytest.mark.parametrize("gamma", [1, 900_000])
def test_a_gamma_that_nobody_means_is_noted(gamma: int) -> None:
    """The colours are read as sRGB."""
    data = hdr.coded_png(SCENE / 255, kit.chunk(b"gAMA", struct.pack(">I", gamma)))
    picture = decoded(data)
    assert np.array_equal(picture.pixels, SCENE)
    assert picture.facts.notes == (colour.BAD_PROFILE_NOTE,)


@pytest.mark.parametrize(
    "values", [(0.0,) * 8, (0.3, 0.3) * 4, (0.5, 0.0, 0.6, 0.0, 0.3, 0.0, 0.1, 0.0)]
)
def test_chromaticities_that_make_no_space_move_no_colour(values: tuple[float, ...]) -> None:
    """Corners on one line, or at no light."""
    assert np.array_equal(decoded(hdr.coded_png(SCENE / 255, chunk_of(values))).pixels, SCENE)


def test_the_code_points_of_a_profile_count() -> None:
    """A profile whose tag says PQ is not left to colour management, which would make it black."""
    profile = bytearray(kit.display_p3_profile())
    (count,) = struct.unpack_from(">I", profile, 128)
    # the last of its tags becomes the code points, at the end of the profile
    entry = 132 + 12 * (count - 1)
    struct.pack_into(">4sII", profile, entry, b"cicp", len(profile), 12)
    profile += struct.pack(">4s4xBBBB", b"cicp", hdr.BT2020, hdr.PQ, 0, 1)
    struct.pack_into(">I", profile, 0, len(profile))
    codes = (hdr.hdr_codes(SCENE, hdr.PQ) * 255).round().astype(np.uint8)
    data = kit.encoded(Image.fromarray(codes), "PNG", icc_profile=bytes(profile))
    picture = decoded(data)
    assert np.abs(picture.pixels.astype(int) - SCENE).mean() <= 3
    assert picture.facts.notes == (colour.HDR_NOTE,)


def test_unknown_code_points_are_srgb() -> None:
    """Primaries that are unspecified move no colour."""
    picture = decoded(kit.coded_heic(np.array(kit.RED) * 257, primaries=2, transfer=2))
    assert np.abs(picture.pixels.astype(int) - kit.RED).max() <= 1
    assert picture.facts.notes == ()


def test_bands_of_a_tall_picture_agree() -> None:
    """Rows are converted in bands, and no row is left out."""
    pixels = np.tile(np.array(P3_TO_SRGB[0][0], np.uint8), (600, 2, 1))
    image = Image.fromarray(pixels)
    converted, _notes = colour.to_srgb(image, None, ColourCoding(primaries=12, transfer=13))
    assert np.abs(np.asarray(converted).astype(int) - P3_TO_SRGB[0][1]).max() <= 1


def test_cmyk_profiles_are_no_obstacle() -> None:
    """An ink profile that littleCMS cannot build is noted, and the inks are converted plainly."""
    profile = bytearray(srgb_profile())
    profile[16:20] = b"CMYK"
    data = kit.solid("JPEG", (0, 0, 0, 0), mode="CMYK", icc_profile=bytes(profile))
    picture = decoded(data)
    assert (picture.pixels >= 252).all()
    assert picture.facts.notes == (colour.BAD_PROFILE_NOTE,)
    assert io.BytesIO(data).read(2) == b"\xff\xd8"
