"""Views: pictures in, boxes and crops out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from kit.pictures import noise_pixels
from kit.screens import LOOKS, WIDTH, drawn_screen, long_screen, photographs, text_screen
from tasted.decoding.views import MODES, VIEWS_MAX, ViewsMode, crops, cut, find_views
from tasted.records import View

sides = st.integers(1, 20_000)
modes = st.sampled_from(MODES)


@given(modes, sides, sides, st.integers(1, 400), st.integers(1, 400), st.integers(0, 2))
@settings(deadline=None)
def test_every_view_lies_within_the_picture(
    mode: ViewsMode, width: int, height: int, columns: int, rows: int, content: int
) -> None:
    """No mode leaves the picture, whatever its size, its reduction and its content."""
    pixels = noise_pixels(size=(columns, rows), seed=content)
    if content:
        pixels[rows // 3 :] = 255 * (content - 1)
    views = find_views(mode, pixels, width=width, height=height)
    assert 1 <= len(views) <= VIEWS_MAX
    for view in views:
        left, top, box_width, box_height = view.box
        assert min(left, top) >= 0
        assert left + box_width <= width
        assert top + box_height <= height
        assert min(box_width, box_height) >= 1
        assert view.kind == "whole" or box_width == box_height
    parts = crops(pixels, views, width=width, height=height)
    assert len(parts) == len(views)
    assert all(min(part.shape) >= 1 and part.dtype == np.uint8 for part in parts)


def test_center_is_the_middle_square() -> None:
    """A phone's screenshot is looked at in the middle, over its whole width."""
    pixels = np.zeros((844, 390, 3), np.uint8)
    view = View("center", (0, 681, 1170, 1170))
    assert find_views("center", pixels, width=1170, height=2532) == [view]
    assert find_views("center", pixels, width=5, height=2) == [View("center", (1, 0, 2, 2))]


def test_whole_is_framed_with_grey_to_a_square() -> None:
    """Nothing of the picture is lost, and nothing but grey is added."""
    pixels = noise_pixels(size=(30, 70))
    views = find_views("whole", pixels, width=300, height=700)
    assert views == [View("whole", (0, 0, 300, 700))]
    (framed,) = crops(pixels, views, width=300, height=700)
    assert framed.shape == (70, 70, 3)
    assert np.array_equal(framed[:, 20:50], pixels)
    assert (framed[:, :20] == 127).all()
    assert (framed[:, 50:] == 127).all()


def test_a_square_is_not_framed() -> None:
    """All of a square picture is embedded as it is."""
    pixels = noise_pixels(size=(40, 40))
    views = find_views("whole", pixels, width=40, height=40)
    (part,) = crops(pixels, views, width=40, height=40)
    assert np.shares_memory(part, pixels)


def test_a_very_long_strip_is_framed_within_bounds() -> None:
    """A line of pixels does not become gigabytes."""
    pixels = np.zeros((3, 60_000, 3), np.uint8)
    views = find_views("whole", pixels, width=60_000, height=3)
    (framed,) = crops(pixels, views, width=60_000, height=3)
    assert framed.shape[0] == framed.shape[1] <= 4096


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_each_photograph_of_a_screen_is_a_view(look: str) -> None:
    """The middle square of each, from top to bottom; not a pixel of bars or text is in them."""
    screen = drawn_screen("feed", look, photos=photographs())
    views = find_views("auto", screen.pixels, width=WIDTH, height=screen.height)
    assert [view.kind for view in views] == ["photo", "photo"]
    for view, (left, top, width, height) in zip(views, screen.boxes, strict=True):
        assert view.box[2] == view.box[3] == pytest.approx(min(width, height), abs=4)
        assert view.box[0] >= left
        assert view.box[1] >= top
        assert view.box[0] + view.box[2] <= left + width
        assert view.box[1] + view.box[3] <= top + height


def test_a_screen_filled_by_a_photograph_is_three_views_without_its_bars() -> None:
    """What lies under clock and buttons is left out, and the middle is among the views."""
    photo = np.array(photographs()[20].resize((1170, 2532)))
    boxes = [view.box for view in find_views("auto", photo, width=1170, height=2532)]
    assert boxes == [(0, 140, 1170, 1170), (0, 634, 1170, 1170), (0, 1128, 1170, 1170)]


def test_a_screen_of_text_is_covered_with_tiles() -> None:
    """Where there is no photograph, all of the screen is looked at."""
    pixels = text_screen("light").pixels
    tiles = [View("tile", (0, top, 1170, 1170)) for top in (0, 681, 1362)]
    assert find_views("auto", pixels, width=1170, height=2532) == tiles
    assert find_views("auto", pixels[::2, ::2], width=1170, height=2532) == tiles
    turned = find_views("auto", pixels.transpose(1, 0, 2), width=2532, height=1170)
    assert [view.box[0] for view in turned] == [0, 681, 1362]


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_a_tile_of_text_weighs_little_beside_one_with_photographs(look: str) -> None:
    """Faces too small to be looked at alone make their tile count twenty times as much."""
    screen = text_screen(look)
    mask = Image.new("L", (160, 160), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 159, 159), fill=255)
    for index in range(20):
        at = (40 + index % 5 * 230, 180 + index // 5 * 230)
        screen.image.paste(photographs()[index].resize((160, 160)), at, mask)
    views = find_views("auto", screen.pixels, width=1170, height=2532)
    assert [view.kind for view in views] == ["tile"] * 3
    assert views[0].weight == 1.0
    assert views[2].weight == 0.05


def test_every_photograph_of_a_page_counts() -> None:
    """Also one of few colours: what a page shows to be a photograph is one."""
    plain = Image.new("RGB", (600, 600), (12, 12, 14))
    ImageDraw.Draw(plain).ellipse((100, 100, 500, 500), fill=(16, 17, 21))
    screen = drawn_screen("feed", "light", photos=[photographs()[0], plain])
    views = find_views("auto", screen.pixels, width=WIDTH, height=screen.height)
    assert [view.weight for view in views] == [1.0, 0.9]


def test_a_long_text_has_six_tiles_from_end_to_end() -> None:
    """A scrolled page costs no more than six pictures."""
    pixels = text_screen("dark", height=20_000).pixels
    views = find_views("auto", pixels, width=1170, height=20_000)
    assert [view.kind for view in views] == ["tile"] * 6
    assert views[0].box[1] == 0
    assert views[-1].box[1] == 20_000 - 1170


def test_of_too_many_photographs_the_largest_are_taken() -> None:
    """Six of nine stay, from top to bottom."""
    screen = long_screen("light", 9, photos=photographs())
    views = find_views("auto", screen.pixels, width=WIDTH, height=screen.height)
    assert len(views) == VIEWS_MAX
    tops = [view.box[1] for view in views]
    assert tops == sorted(tops)
    assert all(view.box[2] == pytest.approx(1074, abs=6) for view in views)


def test_an_ordinary_photograph_is_one_view() -> None:
    """Its middle square, as `center` has it: a reference saved from anywhere is no screenshot."""
    ordinary = [photo for photo in photographs() if max(photo.size) <= 1.78 * min(photo.size)]
    assert len(ordinary) > 30
    for picture in ordinary:
        width, height = picture.size
        pixels = np.array(picture)
        (view,) = find_views("auto", pixels, width=width, height=height)
        (middle,) = find_views("center", pixels, width=width, height=height)
        assert (view.kind, view.box) == ("photo", middle.box)


def test_a_page_that_is_not_long_and_holds_no_photograph_is_looked_at_as_a_whole() -> None:
    """A cut-out of text, and a picture of one colour."""
    for pixels in (text_screen("light").pixels[250:1150], np.zeros((50, 60, 3), np.uint8)):
        height, width = pixels.shape[:2]
        views = find_views("auto", pixels, width=width, height=height)
        assert views == [View("whole", (0, 0, width, height))]


def test_a_reduced_screen_has_the_same_views() -> None:
    """Boxes are in original pixels, whatever the decoder left of them."""
    screen = drawn_screen("feed", "light", photos=photographs())
    full = find_views("auto", screen.pixels, width=WIDTH, height=screen.height)
    half = screen.image.reduce(2)
    reduced = find_views("auto", np.array(half), width=WIDTH, height=screen.height)
    assert len(full) == len(reduced)
    for one, other in zip(full, reduced, strict=True):
        assert one.box == pytest.approx(other.box, abs=12)


def test_a_view_is_cut_exactly_out_of_a_picture_of_full_size() -> None:
    """Without a reduction the box is the slice."""
    pixels = np.arange(6 * 10 * 3, dtype=np.uint8).reshape(6, 10, 3)
    (view,) = find_views("center", pixels, width=10, height=6)
    assert np.array_equal(cut(pixels, view, width=10, height=6), pixels[:, 2:8])


@given(sides, sides, st.integers(1, 40), st.integers(1, 40))
def test_a_view_can_be_cut_out_of_any_reduction(
    width: int, height: int, columns: int, rows: int
) -> None:
    """Boxes scale with the picture and never come out empty."""
    pixels = np.zeros((rows, columns, 3), np.uint8)
    (view,) = find_views("center", pixels, width=width, height=height)
    part = cut(pixels, view, width=width, height=height)
    assert 1 <= part.shape[0] <= rows
    assert 1 <= part.shape[1] <= columns
    assert np.shares_memory(part, pixels)
