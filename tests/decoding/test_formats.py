"""Formats and their ends: bytes in, names and yes or no out."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import pictures as kit
from tasted import picture_formats
from tasted.decoding import containers, incomplete

NOISE = {
    image_format: kit.noise(image_format) for image_format in sorted(picture_formats.SUPPORTED)
}
MARKED_ENDS = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF")


@pytest.mark.parametrize("image_format", sorted(picture_formats.SUPPORTED))
def test_every_supported_format_is_recognised_and_complete(image_format: str) -> None:
    """What Pillow writes is named as Pillow names it, and reaches its end."""
    data = kit.noise(image_format)
    assert picture_formats.sniff(data) == image_format
    assert incomplete.is_complete(data)


@pytest.mark.parametrize("image_format", MARKED_ENDS)
@pytest.mark.parametrize("lost", [1, 20])
def test_a_lost_end_is_noticed(image_format: str, lost: int) -> None:
    """One byte or twenty short of the end is incomplete where the format marks its end."""
    assert not incomplete.is_complete(kit.noise(image_format)[:-lost])


@pytest.mark.parametrize("image_format", MARKED_ENDS)
@given(share=st.floats(0, 1, exclude_max=True))
def test_no_prefix_of_a_recognised_file_is_complete(image_format: str, share: float) -> None:
    """However a copy was interrupted, what is there is never taken for the whole."""
    data = NOISE[image_format]
    prefix = data[: int(len(data) * share)]
    assert picture_formats.sniff(prefix) is None or not incomplete.is_complete(prefix)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "GIF", "WEBP", "HEIF", "AVIF"])
def test_bytes_after_the_end_do_no_harm(image_format: str) -> None:
    """Phones append films, and some editors leave the rest of an older file behind."""
    assert incomplete.is_complete(kit.noise(image_format) + b"\0\xff\xd8\xff\xe0" + bytes(16))


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_jpeg() -> None:
    """An EOI inside a segment is stepped over."""
    whole = kit.noise("JPEG")
    thumbnail = kit.solid("JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = whole[:2] + segment + whole[2:]
    assert incomplete.is_complete(data)
    assert not incomplete.is_complete(data[:-2])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\x0a\xfa\x1f\x01", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"II\xbc\x01\x20\0\0\0", "JPEG XR"),
        (b"8BPS\0\1", "Photoshop"),
        (b"icns\0\0\1\0", "Apple icon"),
        (b"\0\0\1\0\1\0\x10\x10", "Windows icon"),
        (b"qoif\0\0\0\1", "QOI"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0" * 20 + b"TRUEVISION-XFILE.\0", "TGA"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<svg >", "SVG"),
        # each would keep a backtracking expression busy for longer than a test may take
        (b"<!---->" * 500 + b"x", None),
        (b" " * 4000 + b"x", None),
        (b"<!-- a --><!-- b --><svg>", "SVG"),
        (b"<!DOCTYPE svg PUBLIC 'a' 'b'>\n<svg>", "SVG"),
        (b"FUJIFILMCCD-RAW 0201", "camera RAW"),
        (b"IIU\0\x18\0\0\0", "camera RAW"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "camera RAW"),
        (b"II*\0\x10\0\0\0CR\2\0", "camera RAW"),
    ],
)
def test_other_image_formats_are_named(head: bytes, name: str) -> None:
    """A picture that is not decoded is told from what is no picture."""
    assert picture_formats.sniff(head) == name
    assert name not in picture_formats.SUPPORTED


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"hello",
        b"BMW is a car, and this is a sentence about it",
        b"<html><body><svg></svg></body></html>",
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"PK\3\4",
        b"GIF88a",
    ],
)
def test_what_is_no_picture_has_no_name(head: bytes) -> None:
    """Text, web pages, films, sounds and archives are no image."""
    assert picture_formats.sniff(head) is None


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({254: (4, 1), 330: (4, 400)}, "camera RAW"),
        ({50706: (1, 0x01040000)}, "camera RAW"),
        ({254: (4, 0), 330: (4, 400)}, "TIFF"),
        ({254: (4, 1)}, "TIFF"),
        ({256: (3, 4), 257: (3, 4)}, "TIFF"),
    ],
)
def test_raw_photographs_are_told_from_other_tiffs(
    order: str, tags: dict[int, tuple[int, int]], expected: str
) -> None:
    """Makers' raw files begin with a preview that has sub-directories, or with a DNG version."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    body = struct.pack(f"{order}H", len(tags))
    for tag, (kind, value) in tags.items():
        packed = struct.pack(f"{order}H2x" if kind == 3 else f"{order}I", value)
        body += struct.pack(f"{order}HHI", tag, kind, 1) + packed
    assert picture_formats.sniff(head + body) == expected


@pytest.mark.parametrize("image_format", sorted(picture_formats.SUPPORTED))
def test_row_52_the_first_bytes_of_every_picture_are_known(image_format: str) -> None:
    """So many as a look reads."""
    head = kit.noise(image_format)[: picture_formats.HEAD_BYTES]
    assert picture_formats.begins_like_picture(head)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", False),
        (b"P", False),
        (b"#!/bin/sh\n", False),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", False),
        (b"\0\0\0\x18ftypmp42", False),
        (b"BM, said the letter, are two letters and make no bitmap", False),
        (b"%PDF-1.7\n", False),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", False),
        (b"\xff\x0a\xfa\x1f\x01", False),
        (b"\0\0\1\0\1\0\x10\x10", False),
        (b"\0\0\0\x0cJXL \r\n\x87\n", True),
        (b"II*\0\x10\0\0\0CR\2\0", True),
    ],
)
def test_row_52_first_bytes_of_anything_else_make_no_picture(head: bytes, expected: bool) -> None:
    """Nor do two letters, or what could be anything; a picture that is not decoded is one."""
    assert picture_formats.begins_like_picture(head) is expected


def test_apples_own_png_is_named_for_what_it_is() -> None:
    """Its first chunk is CgBI; no decoder but Apple's reads it."""
    head = picture_formats.PNG_SIGNATURE + b"\0\0\0\4CgBI\x50\0\x20\2"
    assert picture_formats.sniff(head) == "Apple PNG (CgBI)"


def test_a_bigtiff_is_a_tiff() -> None:
    """Its directories are laid out otherwise, so they are not searched for a camera."""
    assert picture_formats.sniff(b"II+\0\x08\0\0\0" + bytes(16)) == "TIFF"


def test_heif_and_avif_are_told_apart_by_their_brands() -> None:
    """A general major brand leaves it to the compatible ones."""
    assert picture_formats.sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf") == "AVIF"
    assert picture_formats.sniff(b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf") == "HEIF"
    assert picture_formats.sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "HEIF"


def test_large_and_open_ended_boxes_are_walked() -> None:
    """A 64-bit length counts as written, and a length of 0 means to the end of the file."""
    head = b"\0\0\0\x14ftypheic\0\0\0\0heic"
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234"
    assert incomplete.is_complete(head + large)
    assert not incomplete.is_complete(head + large[:-1])
    assert incomplete.is_complete(head + struct.pack(">I4s", 0, b"mdat") + b"1234")
    assert not incomplete.is_complete(head + struct.pack(">I4s", 3, b"mdat") + b"1234")


def test_a_heif_without_its_picture_data_is_incomplete() -> None:
    """A copy that stopped exactly between two boxes is noticed."""
    data = kit.noise("HEIF")
    assert not incomplete.is_complete(data[: data.index(b"mdat") - 4])


def test_frames_of_a_gif_are_counted_without_decoding() -> None:
    """The walk counts images, with and without colour tables of their own."""
    assert containers.gif_frames(kit.solid("GIF")) == 1
    assert containers.gif_frames(kit.animated("GIF", 7)) == 7
    assert containers.gif_frames(kit.animated("GIF", 7)[:-1]) is None


@pytest.mark.parametrize(
    ("start", "kinds"),
    [(b"II*\0", "<IHI"), (b"MM\0*", ">IHI"), (b"II+\0\x08\0\0\0", "<QQQ")],
)
def test_pages_of_a_tiff_are_counted_by_their_offsets(start: bytes, kinds: str) -> None:
    """Whatever stands in them; not past the end of the file, and in a circle only once around."""
    order, first, entries, following = kinds
    head = len(start) + struct.calcsize(order + first)
    page_bytes = struct.calcsize(f"{order}{entries}{following}")

    def tiff(*nexts: int) -> bytes:
        """Make pages without entries; each tells which follows, -1 none."""
        places = [head + page_bytes * page if page >= 0 else 0 for page in (0, *nexts)]
        pages = (struct.pack(f"{order}{entries}{following}", 0, at) for at in places[1:])
        return start + struct.pack(order + first, places[0]) + b"".join(pages)

    assert containers.tiff_pages(tiff(1, 2, -1), 9) == 3
    assert containers.tiff_pages(tiff(1, 2, -1), 2) == 2
    assert containers.tiff_pages(tiff(1, 0), 9) == 2
    assert containers.tiff_pages(tiff(1, 5), 9) == 2
    assert containers.tiff_pages(tiff(1, -1)[:-1], 9) == 2
    assert containers.tiff_pages(start, 9) == 0


def test_frames_of_a_gif_are_counted_up_to_one_that_enlarges_it() -> None:
    """By its descriptor: neither to the right of the picture nor below it."""
    data = bytearray(kit.animated("GIF", 3))
    width, height = (int.from_bytes(data[at : at + 2], "little") for at in (6, 8))
    assert containers.gif_frames(data, within=(width, height)) == 3
    assert containers.gif_frames(data, within=(width - 1, height)) == 0
    assert containers.gif_frames(data, within=(width, height - 1)) == 0
    third = data.rindex(b"\x2c\0\0\0\0")
    data[third + 1] = 1
    assert containers.gif_frames(data, within=(width, height)) == 2
    assert containers.gif_frames(data) == 3


@given(st.binary(max_size=64), st.sampled_from([*picture_formats.SUPPORTED, "SVG"]))
def test_any_bytes_get_an_answer(tail: bytes, image_format: str) -> None:
    """Arbitrary bytes, alone or behind a real signature, raise nothing."""
    head = NOISE.get(image_format, b"<svg")[:16]
    for data in (tail, head + tail):
        picture_formats.sniff(data)
        incomplete.is_complete(data)
