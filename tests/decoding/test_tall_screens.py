"""Tall screenshots whose telling photograph lies outside the middle square, with the real model."""

from bench.views import SUBJECTS, areas, pocket


def test_views_see_what_the_middle_square_does_not() -> None:
    """A taste tells shoes from t-shirts near the edges of a screen, and is blind with `center`."""
    found = areas(pocket(), SUBJECTS["photographs"], has_middle=False, modes=("auto", "center"))
    assert found["auto"] >= 0.9, found
    assert abs(found["center"] - 0.5) <= 0.15, found
