"""Why a logit is what it is, as an exact sum; and labels that the others contradict. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasted.scoring.logistic import sigmoid

DOUBT_PROBABILITY = 0.05
"""A label that the other labels hold for less probable than this is worth a second look."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """The parts of one logit, in log-odds: they sum to it."""

    logit: float
    bias: float
    """What is so before anything of the picture is known."""
    references: NDArray[np.float64]
    """Shape (n,), in the order in which the references were given; above 0: speaks for a like."""
    columns: NDArray[np.float64]
    """Shape (c,), of the extra evidence."""

    def strongest(self, limit: int) -> list[tuple[int, float]]:
        """Return indices and parts of the references that moved the logit most, strongest first."""
        order = np.argsort(-np.abs(self.references), kind="stable")[:limit]
        return [(int(index), float(self.references[index])) for index in order]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reference whose label contradicts what all the others say."""

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
        targets: (g,) 1 liked, 0 rejected, something between: both.
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
    return tuple(doubt for _probability, doubt in sorted(found, key=lambda each: each[0]))
