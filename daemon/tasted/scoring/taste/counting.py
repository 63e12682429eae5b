"""How many labels there are: the one place that counts them. Pure.

A profile counts once, whatever the number of its photos. Copies of a picture count once together. A
picture that is both liked and rejected does not count.
"""

import numpy as np
from numpy.typing import NDArray

from tasted.records import LabelCounts
from tasted.scoring.taste.duplicates import group_means


def count_labels(
    liked: NDArray[np.bool_], pictures: NDArray[np.integer], *, lookalikes: int = 0
) -> LabelCounts:
    """Count the labels.

    Args:
        liked: (n,), of every labelled picture or profile.
        pictures: (n,): equal numbers, from 0 on, for copies of one picture.
        lookalikes: how many of them may be copies and count on their own.
    """
    shares = group_means(liked.astype(np.float64), pictures.astype(np.intp))
    is_clear = (shares == 0) | (shares == 1)
    return LabelCounts(
        liked=int((shares == 1).sum()),
        rejected=int((shares == 0).sum()),
        # copies of a picture that counts for neither are not counted
        copies=int(is_clear[pictures].sum() - is_clear.sum()),
        lookalikes=lookalikes,
        twofold=int((~is_clear).sum()),
    )
