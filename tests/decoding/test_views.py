"""Views: sizes in, boxes out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasted.decoding.views import MODES, View, cut, find_views

NO_PIXELS = np.zeros((1, 1, 3), np.uint8)

sides = st.integers(1, 20_000)


@given(sides, sides, st.sampled_from(sorted(MODES)))
def test_every_view_is_a_square_within_the_picture(width: int, height: int, mode: str) -> None:
    """No mode leaves the picture, and each finds something to look at."""
    views = find_views(mode, NO_PIXELS, width=width, height=height)
    assert views
    for view in views:
        left, top, box_width, box_height = view.box
        assert box_width == box_height >= 1
        assert left >= 0
        assert top >= 0
        assert left + box_width <= width
        assert top + box_height <= height


def test_center_is_the_middle_square() -> None:
    """A phone's screenshot is looked at in the middle, over its whole width."""
    assert find_views("center", NO_PIXELS, width=1170, height=2532) == [
        View("center", (0, 681, 1170, 1170))
    ]
    assert find_views("center", NO_PIXELS, width=5, height=2) == [View("center", (1, 0, 2, 2))]


def test_a_view_is_cut_exactly_out_of_a_picture_of_full_size() -> None:
    """Without a reduction the box is the slice."""
    pixels = np.arange(6 * 10 * 3, dtype=np.uint8).reshape(6, 10, 3)
    (view,) = find_views("center", NO_PIXELS, width=10, height=6)
    assert np.array_equal(cut(pixels, view, width=10, height=6), pixels[:, 2:8])


@given(sides, sides, st.integers(1, 40), st.integers(1, 40))
def test_a_view_can_be_cut_out_of_any_reduction(
    width: int, height: int, columns: int, rows: int
) -> None:
    """Boxes scale with the picture and never come out empty."""
    pixels = np.zeros((rows, columns, 3), np.uint8)
    (view,) = find_views("center", NO_PIXELS, width=width, height=height)
    part = cut(pixels, view, width=width, height=height)
    assert 1 <= part.shape[0] <= rows
    assert 1 <= part.shape[1] <= columns
    assert np.shares_memory(part, pixels)
