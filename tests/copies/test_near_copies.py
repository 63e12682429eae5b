"""Copies fake no taste: labels drawn by lot, with the embedded model; see `bench.near_copies`."""

import numpy as np
import pytest

from bench.near_copies import PER_LABEL, by_lot, look_at, screen, shapes


@pytest.mark.parametrize("how", ["messenger", "scroll"])
def test_copies_of_pictures_fake_no_signal(how: str) -> None:
    """Each picture is kept twice, and is judged without its own copy."""
    figures = by_lot(how, seed=3)
    assert not figures.has_signal
    # a copy that is not found is a label more
    assert 2 * PER_LABEL <= figures.liked + figures.rejected <= 2 * PER_LABEL + 3


def test_different_pictures_count_each() -> None:
    """What one app draws around them, and that they are drawn alike, makes no copies of them."""
    seen = look_at([screen(shapes(number)) for number in range(20)])
    assert np.array_equal(seen.copies(), np.arange(20))
