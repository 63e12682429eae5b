"""What a file claims is checked before a decoder makes room for it."""

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import hostile_pictures as hostile
from kit import pictures as kit
from tasted.decoding import av1, boxes, claims, colour, containers
from tasted.decoding.pictures import decode
from tasted.errors import DecodeFailed, ImageTooLarge

LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (hostile.gif_of_first_frame(13_000), "13000 x 13000"),
        (hostile.tiff_of_tile(4_000), "4000 x 4000"),
        (hostile.heic_of_canvas(b"iovl", 30_000, told=640), "30000 x 30000"),
        (hostile.heic_of_canvas(b"grid", 12_000, told=10), "12000 x 12000"),
        (hostile.heic_of_canvas(b"grid", 10, told=12_000), "12000 x 12000"),
        (hostile.avif_of_frame(1_200, told=10), "1200 x 1200"),
    ],
)
def test_row_30_no_frame_tile_or_canvas_is_larger_than_allowed(data: bytes, size: str) -> None:
    """Whatever the header says of the picture."""
    with pytest.raises(ImageTooLarge, match=size):
        decode(data, name="a", max_pixels=LIMIT)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (hostile.jpeg_of_scans(1_001), "more than 1,000 scans"),
        (hostile.heic_of_shared_bytes(20), "name the same bytes"),
        (hostile.png_of_parts(b"teXt", b"", 100_001), "more than 100,000 parts"),
        (
            hostile.png_of_parts(b"iCCP", b"a\0\0" + zlib.compress(bytes(99)), 9),
            "8 colour profiles",
        ),
        (hostile.jpeg_of_segments(b"", 100_001), "more than 100,000 parts"),
        (hostile.jpeg_of_segments(b"Exif\0\0" + bytes(99), 65), "Exif data are in more than 64"),
        (hostile.gif_of_blocks(1_000_001), "more than 1,000,000 blocks"),
        (hostile.gif_of_blocks(1, of=b"!\xfe\0", times=1_000_001), "more than 1,000,000 blocks"),
        (hostile.tiff_of_numbers(1_000_001), "more than 1,000,000 numbers"),
        (hostile.tiff_of_numbers(1_000_001, is_big=True), "more than 1,000,000 numbers"),
        (hostile.tiff_of_entries(100_001), "more than 100,000 parts"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_row_30_nothing_is_computed_or_read_without_end(data: bytes, why: str) -> None:
    """A file of some kilobytes took minutes and gigabytes."""
    with pytest.raises(DecodeFailed, match=why):
        decode(data, name="a", max_pixels=LIMIT)


def test_a_jpeg_of_many_scans_is_decoded() -> None:
    """As many as any encoder makes."""
    assert decode(hostile.jpeg_of_scans(30), name="a", max_pixels=LIMIT).pixels.shape == (8, 8, 3)


@pytest.mark.parametrize(
    "data",
    [
        hostile.png_of_parts(b"teXt", b"", 50_000),
        hostile.jpeg_of_segments(b"", 50_000),
        hostile.jpeg_of_segments(b"Exif\0\0" + bytes(99), 3),
        hostile.gif_of_blocks(200_000),
    ],
    ids=["PNG", "JPEG", "Exif", "GIF"],
)
def test_a_picture_of_many_parts_is_decoded(data: bytes) -> None:
    """As many as 50 MB may have."""
    assert decode(data, name="a", max_pixels=LIMIT).pixels.ndim == 3


def test_row_30_streams_are_not_larger_together_than_a_picture_may_be() -> None:
    """A grid of a hundred tiles, each as large as allowed, took half a minute."""
    few, many = (hostile.avif_of_streams(count, 200) for count in (3, 4))
    assert claims.fault_of(few, "AVIF", 40_000) is None
    fault = claims.fault_of(many, "AVIF", 40_000)
    assert fault == "what is coded in it has 160,000 pixels together"


def test_row_30_what_is_looked_at_is_not_copied_for_each_that_names_it() -> None:
    """The check of a megabyte took 300."""
    data = hostile.avif_of_streams(2_000, 200)
    tracemalloc.start()
    try:
        fault = claims.fault_of(data, "AVIF", LIMIT)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault == "its items name the same bytes again and again"
    assert peak < 10 * len(data)


def test_row_30_the_frames_of_a_sequence_are_looked_at() -> None:
    """They lie in tracks, and are what is decoded."""
    data = hostile.avif_of_track(300)
    assert decode(data, name="a", max_pixels=90_000).facts.width == 300
    hidden = data.replace(b"meta", b"free")
    assert claims.too_large(hidden, "AVIF", 90_000) is None
    assert claims.too_large(hidden, "AVIF", 80_000) == (300, 300)


@given(st.binary(max_size=300), st.integers(0, 40))
def test_any_stream_has_an_end(data: bytes, cut: int) -> None:
    """Whatever its units say of their size."""
    (stream,) = boxes.av1_streams(kit.noise("AVIF", size=(48, 36)))
    assert list(av1.frame_sizes([stream])) == [(48, 36)]
    assert list(av1.frame_sizes([b"\x12\0", stream, stream])) == [(48, 36)] * 2
    assert len(list(av1.frame_sizes([data]))) <= len(data)
    assert len(list(av1.frame_sizes([stream[:cut] + data] * 3))) <= 10_000


def test_row_30_a_frame_that_only_pillow_finds_is_not_decoded() -> None:
    """Blocks are found where Pillow finds them; to stand at that frame would take 700 MB."""
    data = hostile.gif_of_hidden_frame(13_000)
    assert containers.gif_frames(data, within=(10, 10)) == 1
    picture = decode(data, name="a", max_pixels=LIMIT)
    assert picture.facts.blank
    assert picture.pixels.shape == (10, 10, 3)


def test_row_30_a_profile_of_endless_steps_is_not_used() -> None:
    """It took longer than a minute; one of a few steps is used."""
    endless, few = (
        decode(hostile.png_of_profile(hostile.profile_of_steps(count)), name="a", max_pixels=LIMIT)
        for count in (100_000, 3)
    )
    assert endless.facts.notes == (colour.BAD_PROFILE_NOTE,)
    assert few.facts.notes == ()


def test_row_30_pages_that_lie_in_each_other_are_counted_by_their_offsets() -> None:
    """Each of these has all entries of the file, and was read once for every page."""
    assert decode(hostile.tiff_of_pages(1_500), name="a", max_pixels=LIMIT).facts.frames == 1_000


def test_sound_pictures_claim_no_more_than_they_are() -> None:
    """Every size that is told, and bytes that are named once."""
    for kind in ("HEIF", "AVIF"):
        data = kit.noise(kind, size=(128, 96))
        assert set(boxes.told_sizes(data)) == {(128, 96)}
        items = boxes.items_of(data)
        assert items
        assert 0 < sum(item.bytes_named for item in items) < len(data)
        assert [item.canvas for item in items] == [None] * len(items)
        assert decode(data, name="a", max_pixels=LIMIT).pixels.shape == (96, 128, 3)
