"""A file is whole when the end of its format is there; doubt counts as whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.pictures import noise, solid
from tasted.inbox.endings import TAIL_BYTES, is_whole

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF", "TIFF", "BMP")
_WITH_AN_END = ("PNG", "JPEG", "WEBP", "GIF", "HEIF", "AVIF")


def whole(data: bytes) -> bool:
    """Ask about bytes."""
    return is_whole(len(data), lambda at, size: data[at : at + size])


@pytest.mark.parametrize("image_format", _FORMATS)
def test_a_whole_picture_is_whole(image_format: str) -> None:
    """Small and large ones of every format."""
    assert whole(solid(image_format))
    assert whole(noise(image_format, size=(300, 200)))


@pytest.mark.parametrize("image_format", _WITH_AN_END)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_row_04_a_picture_that_has_not_arrived_is_not(image_format: str, share: float) -> None:
    """Cut anywhere, even a byte before its end."""
    data = noise(image_format, size=(300, 200))
    assert not whole(data[: min(int(len(data) * share), len(data) - 1)])


def test_row_04_room_without_content_is_not_whole() -> None:
    """Empty, or as long as it will be and all zeros: copying programs make room first."""
    assert not whole(b"")
    assert not whole(bytes(10_000))


@pytest.mark.parametrize("image_format", _WITH_AN_END)
def test_row_04_half_a_picture_in_room_for_the_whole_is_not_whole(image_format: str) -> None:
    """The length is right from the beginning, and that is all that some formats end with."""
    data = noise(image_format, size=(300, 200))
    assert not whole(data[: len(data) // 2].ljust(len(data), b"\0"))


def test_what_an_editor_left_behind_the_end_is_no_matter() -> None:
    """Some bytes behind IEND, EOI or the last box, within reach of the tail that is read."""
    for image_format in ("PNG", "JPEG", "GIF", "WEBP", "HEIF"):
        assert whole(solid(image_format) + b"\0" * 100)


def test_a_box_without_end_and_a_long_one_are_walked() -> None:
    """Length 0 reaches to the end of the file, length 1 has its number in 64 bits behind it."""
    head = (24).to_bytes(4, "big") + b"ftypheic" + bytes(12)
    assert whole(head + bytes(4) + b"mdat" + bytes(500))
    large = (1).to_bytes(4, "big") + b"mdat" + (116).to_bytes(8, "big") + bytes(100)
    assert whole(head + large)
    assert not whole(head + large[:-1])


@settings(deadline=None)
@given(st.binary(max_size=2 * TAIL_BYTES), st.sampled_from(_FORMATS), st.integers(0, 64))
def test_any_bytes_are_answered(noise_bytes: bytes, image_format: str, kept: int) -> None:
    """Nothing raises and nothing takes for ever, whatever stands behind a true beginning."""
    assert whole(solid(image_format)[:kept] + noise_bytes) in {True, False}
