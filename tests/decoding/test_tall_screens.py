"""Tall screenshots whose telling photograph lies outside the middle square, with the real model."""

from bench.views import SUBJECTS, areas, dense_areas, pocket


def test_views_see_what_the_middle_square_does_not() -> None:
    """A taste tells shoes from t-shirts near the edges of a screen, and is blind with `center`."""
    found = areas(pocket(), SUBJECTS["photographs"], has_middle=False, modes=("auto", "center"))
    assert found["auto"] >= 0.9, found
    assert abs(found["center"] - 0.5) <= 0.15, found


def test_a_photograph_among_dense_rows_is_what_counts() -> None:
    """Shoes are told from t-shirts on screens full of a list's rows, nearly as well as alone."""
    on_screens, alone = dense_areas(pocket())
    assert on_screens >= 0.9, (on_screens, alone)
