"""Photographs found in drawn screens: where they are, and what is none."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.views import dense
from kit.pictures import noise_pixels
from kit.profiles import Layout, Mode, Spoken, draw_profile
from kit.screens import (
    LAYOUTS,
    LOOKS,
    drawn_screen,
    long_screen,
    marketing_picture,
    photographs,
    text_screen,
)
from tasted.decoding.photo_regions import find_photos
from tasted.records import Box
from training.pictures.phone import PHOTO_HEIGHT, phone_screenshot
from training.pictures.scenes import PLACES, draw_scene, random_scene

looks = pytest.mark.parametrize("look", sorted(LOOKS))
any_size = st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3))


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def assert_found(found: list[Box], boxes: list[Box], context: object) -> None:
    """Check that each photograph was found, and nothing else."""
    assert len(found) == len(boxes), (context, found)
    for box, true in zip(sorted(found), sorted(boxes), strict=True):
        assert overlap(box, true) >= 0.8, (context, box, true)


@looks
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_photographs_are_found_and_nothing_else(layout: str, look: str) -> None:
    """No bar, text, button or card is taken for a photograph, whatever the photographs show."""
    photos = photographs()
    for first in range(0, len(photos), 4):
        screen = drawn_screen(layout, look, photos=photos[first:] + photos[:first])
        assert_found(find_photos(screen.pixels), screen.boxes, first)


@looks
@pytest.mark.parametrize("layout", ["one", "feed", "card", "beside"])
def test_they_are_found_after_a_messenger_compressed_the_screen(layout: str, look: str) -> None:
    """What JPEG does to paper and ink does not matter."""
    screen = drawn_screen(layout, look, photos=photographs())
    assert_found(find_photos(screen.as_jpeg(75)), screen.boxes, layout)


@looks
def test_a_long_capture_has_all_its_photographs(look: str) -> None:
    """Nine photographs of a scrolled page are nine regions."""
    screen = long_screen(look, 9, photos=photographs())
    assert_found(find_photos(screen.pixels), screen.boxes, look)


@looks
def test_round_pictures_and_plain_boxes_are_no_photographs(look: str) -> None:
    """A profile picture in a circle, and a hatched box where a picture could not be loaded."""
    screen = text_screen(look)
    screen.draw.rectangle((0, 300, 1170, 2200), fill=screen.look.paper)
    screen.draw.rectangle((100, 400, 700, 1000), fill=(120, 160, 120))
    for offset in range(0, 1200, 60):
        ends = (100 + max(0, offset - 600), 400 + min(offset, 600))
        others = (100 + min(offset, 600), 400 + max(0, offset - 600))
        screen.draw.line((ends, others), fill=(90, 120, 90), width=6)
    assert find_photos(screen.pixels) == []
    mask = Image.new("L", (900, 900), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 899, 899), fill=255)
    screen.image.paste(photographs()[0].resize((900, 900)), (135, 1200), mask)
    assert find_photos(screen.pixels) == []


@looks
def test_a_button_over_its_edge_does_not_stretch_a_photograph(look: str) -> None:
    """The photograph ends where it ends."""
    screen = drawn_screen("one", look, photos=photographs())
    screen.button((300, 1610))
    ((_left, _top, _width, height),) = find_photos(screen.pixels)
    assert height == pytest.approx(1310, abs=4)


@looks
def test_text_is_no_photograph(look: str) -> None:
    """Lines on a page and on a card, the bars around them and a card alone hold no photograph."""
    screen = text_screen(look)
    assert find_photos(screen.pixels) == []
    assert find_photos(screen.as_jpeg(75)) == []
    assert find_photos(screen.pixels[1250:2250]) == []


@pytest.mark.parametrize("top", [0, 200, 340, 611, 900])
def test_a_drawn_photograph_is_found_on_a_phone(top: int) -> None:
    """The even colours of a drawing are no paper, wherever the drawing stands on the screen."""
    for seed, place in enumerate(PLACES):
        drawing = draw_scene(random_scene(random.Random(seed), place), size=(600, 600), seed=seed)
        screen = np.array(phone_screenshot(drawing, seed=seed + top, photo_top=top))
        assert_found(find_photos(screen), [(0, top, 1170, round(1170 * PHOTO_HEIGHT))], place)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("layout", "true"), [("prompts", (0, 210, 780, 430)), ("list", (0, 190, 780, 570))]
)
def test_a_smooth_photograph_is_found_in_a_profile(layout: Layout, mode: Mode, true: Box) -> None:
    """A photograph without any detail is told from facts, cards and tabs."""
    bio = ("I love hiking", "and camping by the sea", "Ask me about my books", "Two cats")
    assert_found(
        find_photos(draw_profile(Spoken("Anna", 31, bio), layout, mode).pixels), [true], mode
    )


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("is_top", [False, True])
def test_a_screen_dense_with_rows_is_no_photograph(*, is_top: bool, is_dark: bool) -> None:
    """The photograph on it is found, though bars leave hardly a line of paper."""
    for photo in photographs()[::7]:
        pixels = dense(photo, is_top=is_top, is_dark=is_dark)
        true = (50, 110 if is_top else 1860, 1070, 640)
        assert_found(find_photos(pixels), [true], (is_top, is_dark))


@pytest.mark.parametrize("is_even", [False, True])
@pytest.mark.parametrize("size", [(1242, 2208), (1600, 2000)])
def test_the_frame_of_a_phone_is_no_photograph(size: tuple[int, int], *, is_even: bool) -> None:
    """On a picture that praises an app, the photograph on the phone's screen is found."""
    for seed, photo in enumerate(photographs()[20:44:8]):
        pixels, (left, top, width, height) = marketing_picture(
            photo, size=size, seed=seed, is_even=is_even
        )
        (found,) = find_photos(pixels)
        assert overlap(found, (left, top, width, height)) >= 0.6, (seed, found)


def test_an_ordinary_photograph_is_one_region() -> None:
    """Without a page around it a photograph is all of the picture."""
    for picture in photographs():
        assert find_photos(np.array(picture)) == [(0, 0, picture.width, picture.height)]


def test_pictures_of_one_colour_hold_no_photograph_and_noise_is_one() -> None:
    """Neither extreme is cut into pieces."""
    for level in (0, 17, 128, 255):
        assert find_photos(np.full((300, 200, 3), level, np.uint8)) == []
    assert find_photos(noise_pixels(size=(200, 300))) == [(0, 0, 200, 300)]


def _blocks(random: np.random.Generator, rows: int, columns: int) -> NDArray[np.uint8]:
    levels = random.choice(np.array([0, 17, 18, 128, 255], np.uint8), (rows, columns, 1))
    return np.repeat(np.repeat(np.repeat(levels, 40, 0), 40, 1), 3, 2)


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_any_arrangement_of_even_blocks_has_an_answer(seed: int, rows: int, columns: int) -> None:
    """Regions lie within the picture and do not overlap, whatever the page looks like."""
    pixels = _blocks(np.random.default_rng(seed), rows, columns)
    noisy = np.random.default_rng(seed + 1).random(pixels.shape[:2]) < 0.01
    pixels[noisy] = 90
    found = find_photos(pixels)
    covered = np.zeros(pixels.shape[:2], int)
    for left, top, width, height in found:
        assert min(left, top) >= 0
        assert min(width, height) >= 1
        assert left + width <= pixels.shape[1]
        assert top + height <= pixels.shape[0]
        covered[top : top + height, left : left + width] += 1
    assert covered.max() <= 1


@given(arrays(np.uint8, any_size))
@settings(max_examples=60, deadline=None)
def test_any_pixels_have_an_answer(pixels: NDArray[np.uint8]) -> None:
    """No content makes the search fail."""
    for left, top, width, height in find_photos(pixels):
        assert 0 <= left < left + width <= pixels.shape[1]
        assert 0 <= top < top + height <= pixels.shape[0]
