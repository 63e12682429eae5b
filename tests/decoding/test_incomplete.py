"""Contents that viewers open although they are not as their formats want them."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kit import pictures as kit
from tasted.decoding import containers
from tasted.decoding.incomplete import closed
from tasted.decoding.pictures import METADATA_NOTE, NO_END_NOTE, Picture, decode
from tasted.errors import DecodeFailed, ItemError, TruncatedImage, UnsupportedFormat
from tasted.picture_formats import PNG_SIGNATURE

MAX_PIXELS = 1_000_000
SIZE = (83, 59)
NOISE = kit.noise_pixels(size=SIZE, seed=4)


def jpeg(**options: object) -> bytes:
    """Return a JPEG whose last rows have something in them."""
    image = kit.opened(kit.noise(size=SIZE, seed=4))
    return kit.encoded(image, "JPEG", quality=90, **options)


JPEGS = {
    "baseline": jpeg(),
    "progressive": jpeg(progressive=True),
    "full colour": jpeg(subsampling=0),
    "restarts": jpeg(restart_marker_blocks=3),
    "grey": kit.encoded(kit.opened(kit.noise(size=SIZE, seed=4)).convert("L"), "JPEG"),
}
TRAILERS = {
    "nothing": b"",
    "text": b"SEFH\x6a\0\0\0\1\0\0\0 Image_UTC_Data1609459200000 SEFT",
    "segments": b"\xff\xe1\0\x10vendor trailer\xff\xda\0\x03\x09\xff\xc0\0\x04ab",
    "room": bytes(700),
}


def last(data: bytes) -> Picture:
    """Decode what nothing more is expected of."""
    return decode(data, name="a", max_pixels=MAX_PIXELS, is_last_try=True)


def whole(data: bytes) -> Picture:
    """Decode a content as it should be."""
    return decode(data, name="a", max_pixels=MAX_PIXELS)


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("kind", JPEGS)
def test_row_53_a_jpeg_without_its_end_marker(kind: str, trailer: str) -> None:
    """It is waited for; when nothing more comes, it has the very pixels of the whole one."""
    data = JPEGS[kind][:-2] + TRAILERS[trailer]
    with pytest.raises(TruncatedImage, match="is incomplete"):
        whole(data)
    picture = last(data)
    assert np.array_equal(picture.pixels, whole(JPEGS[kind]).pixels)
    assert picture.facts.notes == (NO_END_NOTE,)


@pytest.mark.parametrize("kind", JPEGS)
def test_row_53_a_jpeg_with_another_picture_in_place_of_its_end_marker(kind: str) -> None:
    """The end of that one is not its own; nothing of it is waited for."""
    data = JPEGS[kind][:-2] + b"SEFH" + kit.noise("JPEG")
    picture = whole(data)
    assert np.array_equal(picture.pixels, whole(JPEGS[kind]).pixels)
    assert picture.facts.notes == (NO_END_NOTE,)
    rows_missing = JPEGS[kind][:-300] + kit.noise("JPEG")
    with pytest.raises(DecodeFailed):
        whole(rows_missing)


@pytest.mark.parametrize("kind", JPEGS)
@given(share=st.floats(0, 1, exclude_max=True), room=st.booleans())
@settings(max_examples=60)
@example(share=0.97, room=False)
@example(share=0.97, room=True)
def test_row_53_no_half_of_a_jpeg_is_taken_for_the_whole(
    kind: str, share: float, *, room: bool
) -> None:
    """Whatever is cut off, and whether room was made for it: refused, or not a pixel differs."""
    data = JPEGS[kind]
    prefix = data[: int(len(data) * share)]
    prefix += bytes(len(data) - len(prefix)) if room else b""
    try:
        picture = last(prefix)
    except ItemError:
        return
    assert np.array_equal(picture.pixels, whole(data).pixels)


@pytest.mark.parametrize("lost_rows", [8, 24])
def test_row_53_missing_rows_stay_an_error_with_a_remedy_that_can_help(lost_rows: int) -> None:
    """To copy it again is no help where the copy has ended."""
    data = JPEGS["baseline"]
    with pytest.raises(TruncatedImage, match="nothing more has arrived") as raised:
        last(data[: -len(data) * lost_rows // SIZE[1]])
    assert raised.value.remedy.startswith("Get it again from its source")
    with pytest.raises(TruncatedImage) as early:
        whole(data[: -len(data) * lost_rows // SIZE[1]])
    assert early.value.remedy == "Copy it again once the first copy has finished."


@pytest.mark.parametrize(
    ("image_format", "lost"), [("PNG", 12), ("PNG", 16), ("PNG", 5), ("GIF", 1), ("GIF", 2)]
)
def test_row_53_other_formats_without_their_last_bytes(image_format: str, lost: int) -> None:
    """A GIF lacks its trailer, a PNG its last chunk: all rows are there."""
    data = kit.noise(image_format, size=SIZE, seed=4)
    with pytest.raises(TruncatedImage):
        whole(data[:-lost])
    picture = last(data[:-lost])
    assert np.array_equal(picture.pixels, whole(data).pixels)
    assert NO_END_NOTE in picture.facts.notes


def test_row_53_a_webp_that_lost_what_follows_its_picture() -> None:
    """Metadata behind the pixels is cut, and the length at the front is too large."""
    image = kit.opened(kit.noise(size=SIZE, seed=4))
    data = kit.encoded(image, "WEBP", lossless=True, xmp=b"<x/>" * 50)
    picture = last(data[:-60])
    assert np.array_equal(picture.pixels, NOISE)
    assert picture.facts.notes == (NO_END_NOTE,)


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "WEBP", "HEIF", "AVIF"])
@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=40)
def test_row_53_no_half_of_a_picture_is_taken_for_the_whole(
    image_format: str, share: float
) -> None:
    """As for a JPEG, in every format that marks its end."""
    data = kit.noise(image_format, size=SIZE, seed=4)
    prefix = data[: int(len(data) * share)]
    try:
        picture = last(prefix)
    except ItemError:
        return
    assert np.array_equal(picture.pixels, whole(data).pixels)


def test_row_53_a_bomb_without_its_end_is_refused_before_it_is_decoded() -> None:
    """The bounds hold for what is mended, too."""
    bomb = kit.png_bomb()
    with pytest.raises(ItemError, match=r"limits\.max_pixels|has \d+ pixels"):
        decode(bomb[:-12], name="a", max_pixels=1000, is_last_try=True)
    with pytest.raises(ItemError, match="allows 1000"):
        decode(JPEGS["baseline"][:-2], name="a", max_pixels=1000, is_last_try=True)


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "JPEG"])
def test_row_53_room_for_rows_that_never_came_says_where_to_get_them(image_format: str) -> None:
    """A download makes room first: what a viewer would save again is half a picture."""
    data = kit.noise(image_format, size=SIZE, seed=4)
    with pytest.raises(TruncatedImage) as raised:
        last(data[: len(data) // 2].ljust(2 * len(data), b"\0"))
    assert raised.value.remedy.startswith("Get it again from its source")


def test_row_53_room_behind_the_chunks_of_a_png_is_not_walked_along() -> None:
    """100 MB of it would be millions of chunks."""
    start = len(PNG_SIGNATURE)
    data = kit.noise("PNG", size=SIZE, seed=4)[:-12]
    chunks = list(containers.png_chunks(data, start))
    assert list(containers.png_chunks(data + bytes(1200), start)) == chunks


def test_row_53_a_jpeg_of_more_scans_than_any_encoder_makes_is_not_gone_through() -> None:
    """Each of them takes a few bytes, and some time."""
    data = JPEGS["progressive"][:-2]
    scans = containers.jpeg_scans(data)
    assert scans is not None
    assert len(scans.scans) > 1
    again = data[data.index(b"\xff\xda") :][: 2 + 2 + 1 + 2 * 3 + 3]
    assert containers.jpeg_scans(data + 10 * again) is not None
    with pytest.raises(DecodeFailed, match="more than 1,000 scans"):
        decode(data + 1000 * again, name="a", max_pixels=10**6, is_last_try=True)


def test_row_53_a_webp_of_a_million_chunks_comes_to_its_end() -> None:
    """What is kept is not copied with each of them: that took hours, and now takes a second."""
    data = b"RIFF\xff\xff\xff\x7fWEBP" + b"VP8 \0\0\0\0" * 1_250_000
    found = closed(data, "WEBP")
    assert found is not None
    assert found.data[12:] == data[12:]


def damaged(kind: bytes, content: bytes) -> bytes:
    """Return a chunk whose checksum is wrong."""
    return kit.chunk(kind, content)[:-4] + b"\0\1\2\3"


def with_chunk(data: bytes, chunk: bytes, *, before: bytes = b"IDAT") -> bytes:
    """Put a chunk into a PNG."""
    at = data.index(before) - 4
    return data[:at] + chunk + data[at:]


XMP = b"XML:com.adobe.xmp\0\0"


@pytest.mark.parametrize(
    "chunk",
    [
        damaged(b"pHYs", bytes(9)),
        damaged(b"vpAg", b"abc"),
        damaged(b"gAMA", bytes(4)),
        damaged(b"iCCP", b"x\0\0" + zlib.compress(b"no profile")),
        kit.chunk(b"gAMA", b"\0"),
        kit.chunk(b"pHYs", b"\0"),
        kit.chunk(b"zTXt", XMP + zlib.compress(b"x" * 6_000_000)),
        kit.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"x" * 6_000_000)),
        damaged(b"acTL", struct.pack(">II", 3, 0)),
    ],
    ids=lambda chunk: chunk[4:8].decode(),
)
def test_row_53_a_png_with_damaged_or_endless_metadata(chunk: bytes) -> None:
    """Its pixels need none of that: it is decoded at once, and a note says what was left out."""
    data = kit.noise(size=SIZE, seed=4)
    picture = whole(with_chunk(data, chunk))
    assert np.array_equal(picture.pixels, NOISE)
    assert picture.facts.notes == (METADATA_NOTE,)


def test_row_53_metadata_behind_the_pixels_harms_as_little() -> None:
    """Pillow passes it over."""
    data = with_chunk(kit.noise(size=SIZE, seed=4), damaged(b"tEXt", b"a\0b"), before=b"IEND")
    assert np.array_equal(whole(data).pixels, NOISE)


def test_row_53_what_decides_about_colours_is_kept() -> None:
    """A sound transparency beside a damaged size on paper still counts."""
    transparent = kit.png(
        4, 2, kit.chunk(b"PLTE", bytes([10, 20, 30] * 2)), kit.chunk(b"tRNS", b"\0\xff"),
        kit.chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0\0\1\1\1\1")), colour_type=3,
    )  # fmt: skip
    plain = whole(transparent).pixels
    assert plain[0, 0].tolist() == [255, 255, 255]
    assert np.array_equal(whole(with_chunk(transparent, damaged(b"pHYs", bytes(9)))).pixels, plain)


def test_row_53_damaged_pixels_of_a_png_stay_an_error() -> None:
    """No metadata is to blame."""
    data = bytearray(kit.noise(size=SIZE, seed=4))
    at = data.index(b"IDAT") + 200
    data[at : at + 40] = bytes(40)
    with pytest.raises((DecodeFailed, TruncatedImage)):
        last(bytes(data))


def test_row_53_apples_png_is_named_for_what_it_is() -> None:
    """With what opens it."""
    data = kit.noise(size=SIZE, seed=4)
    apples = data[:8] + kit.chunk(b"CgBI", b"\x50\0\x20\2") + data[8:]
    with pytest.raises(UnsupportedFormat, match="Apple PNG") as raised:
        whole(apples)
    assert raised.value.remedy == "Open it in Preview on a Mac and export it as PNG."
