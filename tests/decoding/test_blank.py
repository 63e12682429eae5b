"""Pictures in which there is nothing to see, and animations that begin so."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from kit import pictures as kit
from tasted.decoding.developing import is_blank
from tasted.decoding.pictures import Picture, decode

SIZE = (108, 234)


def screen(colour: str = "black") -> Image.Image:
    """Draw a phone's screen of one colour."""
    return Image.new("RGB", SIZE, colour)


def with_status_bar(colour: str, ink: str) -> Image.Image:
    """Draw a screen with a clock above, and a line to swipe below."""
    image = screen(colour)
    draw = ImageDraw.Draw(image)
    draw.text((6, 3), "12:30", fill=ink)
    draw.rectangle((80, 5, 98, 12), fill=ink)
    draw.rectangle((35, 228, 72, 230), fill=ink)
    return image


def decoded(data: bytes) -> Picture:
    """Decode bytes."""
    return decode(data, name="a", max_pixels=1_000_000)


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels of an image."""
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "HEIF"])
@pytest.mark.parametrize(
    "image",
    [
        screen("black"),
        screen("white"),
        screen("#203040"),
        with_status_bar("black", "white"),
        with_status_bar("white", "black"),
        Image.new("L", SIZE, 3),
    ],
    ids=["black", "white", "blue", "black with a bar", "white with a bar", "grey"],
)
def test_a_screen_of_one_colour_is_told_of(image: Image.Image, image_format: str) -> None:
    """With the bars of the phone or without, as any format keeps it."""
    picture = decoded(kit.encoded(image, image_format))
    assert picture.facts.blank


def test_a_transparent_screen_is_told_of() -> None:
    """Whatever colours lie hidden under it."""
    hidden = Image.fromarray(kit.noise_pixels(size=SIZE)).convert("RGBA")
    hidden.putalpha(0)
    picture = decoded(kit.encoded(hidden, "PNG"))
    assert picture.facts.blank
    assert picture.pixels.min() == 255


def test_what_can_be_seen_is_not_blank() -> None:
    """A word in the middle, a dark photograph, a soft gradient."""
    word = screen("white")
    ImageDraw.Draw(word).text((40, 120), "Hi", fill="#888")
    assert not is_blank(pixels(word))
    dark = np.random.default_rng(1).integers(0, 30, (234, 108, 3), dtype=np.uint8)
    assert not is_blank(dark)
    slope = np.linspace(0, 40, 234).astype(np.uint8)[:, None, None]
    assert not is_blank(np.broadcast_to(slope, (234, 108, 3)))
    assert not decoded(kit.noise()).facts.blank


@pytest.mark.parametrize("height", [1, 2, 7, 15])
def test_small_pictures_have_an_answer(height: int) -> None:
    """Shares of their height may be less than a row."""
    assert is_blank(np.zeros((height, 3, 3), np.uint8))
    assert not is_blank(kit.noise_pixels(size=(40, height)))


def animation(image_format: str, *frames: Image.Image) -> bytes:
    """Make an animation of these frames."""
    first, *others = frames
    options = {"WEBP": {"lossless": True}, "AVIF": {"quality": 95}}.get(image_format, {})
    return kit.encoded(
        first, image_format, save_all=True, append_images=others, duration=100, **options
    )


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_row_34_a_first_frame_that_is_blank_gives_way_to_the_first_that_is_not(
    image_format: str,
) -> None:
    """The note tells which one was looked at."""
    shown = kit.corners(SIZE)
    data = animation(
        image_format, screen(), screen("#010101"), shown, kit.corners(SIZE).rotate(180)
    )
    picture = decoded(data)
    assert not picture.facts.blank
    difference = np.abs(picture.pixels.astype(np.int16) - pixels(shown))
    assert difference.mean() < 4
    assert picture.facts.frames == 4
    assert picture.facts.notes[0] == "Its first frame is blank: frame 3 of 4 was used."


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
def test_an_animation_of_nothing_is_blank(image_format: str) -> None:
    """However many frames of nothing there are."""
    data = animation(image_format, screen(), *(screen(f"#{n:02x}0000") for n in range(1, 60)))
    picture = decoded(data)
    assert picture.facts.blank


def test_a_first_frame_with_something_to_see_stays_the_one() -> None:
    """Nothing else is decoded."""
    picture = decoded(animation("GIF", kit.corners(SIZE), screen()))
    assert picture.facts.notes == ("Only the first of 2 frames was used.",)


def test_row_30_a_later_frame_that_enlarges_the_picture_is_not_decoded() -> None:
    """Its size is not the one that was found to be allowed."""
    data = bytearray(animation("GIF", screen(), kit.corners(SIZE)))
    descriptor = data.index(b"\x2c", data.index(b"\x2c") + 1)
    assert decoded(bytes(data)).facts.notes[0].startswith("Its first frame is blank")
    data[descriptor + 1 : descriptor + 3] = b"\xff\xff"
    picture = decoded(bytes(data))
    assert picture.facts.blank
    assert (picture.facts.width, picture.facts.height) == SIZE


def test_without_its_end_a_gif_is_its_first_frame() -> None:
    """Even where a frame that enlarges it ends the count of those before."""
    data = bytearray(animation("GIF", screen(), kit.corners(SIZE), screen("#010101")))
    data[data.rindex(b"\x2c\0\0\0\0") + 1] = 0xFF
    picture = decode(bytes(data[:-1]), name="a", max_pixels=10**6, is_last_try=True)
    assert picture.facts.frames == 1
    assert picture.facts.blank


def test_a_later_frame_that_is_damaged_takes_nothing_from_a_blank_first() -> None:
    """It stays blank, and no error comes of it."""
    noise = Image.fromarray(kit.noise_pixels(size=SIZE))
    data = bytearray(animation("PNG", screen(), noise, kit.corners(SIZE)))
    at = data.index(b"fdAT") + 30
    data[at : at + 200] = bytes(200)
    picture = decoded(bytes(data))
    assert picture.facts.blank
    assert picture.pixels.max() == 0
