"""How many labels there are, and what is said of copies."""

import numpy as np

from tasted.records import LabelCounts
from tasted.scoring.taste.counting import count_labels


def test_a_picture_counts_once_with_its_copies() -> None:
    """And not at all when one copy is liked and another rejected."""
    liked = np.array([True, True, False, True, False, True], np.bool_)
    pictures = np.array([0, 0, 1, 2, 2, 3])
    counts = count_labels(liked, pictures, lookalikes=1)
    assert counts == LabelCounts(liked=2, rejected=1, copies=1, lookalikes=1, twofold=1)
    assert count_labels(liked[:0], pictures[:0]) == LabelCounts()


def test_what_is_said_of_copies() -> None:
    """Nothing where there are none; one and several in words of their own."""
    assert LabelCounts(liked=9, rejected=9).remarks == ()
    assert LabelCounts(copies=1, lookalikes=1, twofold=1).remarks == (
        "1 label is a copy of another, and counts together with it.",
        "1 picture is liked and, in a copy, rejected: it counts for neither.",
        "1 of your labels looks like a copy of another; figures may be too good.",
    )
    assert LabelCounts(copies=31, lookalikes=12, twofold=2).remarks == (
        "31 labels are copies of others, and count together with them.",
        "2 pictures are liked and, in copies, rejected: they count for neither.",
        "12 of your labels look like copies of others; figures may be too good.",
    )
