"""Labels that all the others contradict. Pure."""

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.logistic import sigmoid

DOUBT_PROBABILITY = 0.05
"""A label that is less probable than this by all other labels is worth a second look."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reference whose label contradicts all the others."""

    reference: int
    """Its index, in the order in which the references were given."""
    is_liked: bool
    """As the user labelled it."""
    probability: float
    """Of a like, by all the other pictures."""
    lookalikes: int
    """Pictures with the other label that are nearer to it than any other with its own."""


def find_doubts(
    items: NDArray[np.float64],
    targets: NDArray[np.float64],
    logits: NDArray[np.float64],
    groups: NDArray[np.intp],
) -> tuple[Doubt, ...]:
    """Return the doubtful references, most doubtful first; equal pictures in their order.

    Args:
        items: (g, d) centred, one per picture.
        targets: (g,) 1 liked, 0 rejected, between: both.
        logits: (g,) leave-one-out.
        groups: (n,) the picture of each reference.
    """
    probabilities = sigmoid(logits)
    of_label = np.where(targets == 1, probabilities, 1 - probabilities)
    found = []
    for picture in np.flatnonzero((of_label < DOUBT_PROBABILITY) & np.isin(targets, (0.0, 1.0))):
        is_liked = bool(targets[picture] == 1)
        near = items @ items[picture]
        own = targets == targets[picture]
        own[picture] = False
        line = near[own].max(initial=-np.inf)
        others = targets == 1 - targets[picture]
        doubt = (is_liked, float(probabilities[picture]), int((near[others] > line).sum()))
        found += [
            (float(of_label[picture]), Doubt(int(reference), *doubt))
            for reference in np.flatnonzero(groups == picture)
        ]
    found.sort(key=lambda pair: pair[0])
    return tuple(doubt for _probability, doubt in found)
