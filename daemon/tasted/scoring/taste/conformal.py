"""A verdict, and its error rate per class, from leave-one-out logits. Pure.

Class-conditional (Mondrian) conformal prediction: a class is ruled out for a picture that scores
lower than all but the stated share of the labels of that class, whatever the share of likes in the
stream. If neither class is ruled out, or both are, the verdict is unsure. It is also unsure if the
probability contradicts it, which can only remove verdicts.

On the mean over users, at most about the stated share of what they like is called no match, and of
what they reject a match. This is not a guarantee for each user. With exchangeable scores the share
for one user would be a draw from a beta distribution around the stated one, wide for few labels;
leave-one-out scores are only nearly exchangeable, so there is no finite-sample bound at all.
Measured (`python -m bench.taste`): at 0.2, between one user in eight and one in three has more than
one in five wrong, of likes or of rejects; at 0.1, from 30 labels on, at most one in twenty has. A
user who wants one in five almost certainly chooses 0.1, and gets no verdict at 10 labels and less
than half as many at 30.
"""

import math

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import Verdict

MAX_ERROR_RATE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Conformal:
    """The leave-one-out logits of both classes, ascending, shapes (l,) and (r,)."""

    liked: NDArray[np.float64]
    rejected: NDArray[np.float64]

    def p_values(
        self, logits: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how well each logit fits among the likes, and among the rejects; in (0, 1]."""
        below = np.searchsorted(self.liked, logits, side="right")
        above = len(self.rejected) - np.searchsorted(self.rejected, logits, side="left")
        return (1 + below) / (len(self.liked) + 1), (1 + above) / (len(self.rejected) + 1)

    def verdicts(
        self, logits: NDArray[np.float64], *, max_error_rate: float = MAX_ERROR_RATE
    ) -> tuple[Verdict, ...]:
        """Return a verdict for each logit; all unsure while a class has too few labels.

        Args:
            logits: log-odds of a like in the stream, so that a match has a reported probability of
                0.5 or more.
            max_error_rate: per class.

        Raises:
            ValueError: when the error rate is not between 0 and 1.
        """
        needed = labels_needed(max_error_rate)
        if min(len(self.liked), len(self.rejected)) < needed:
            return (Verdict.UNSURE,) * len(logits)
        as_liked, as_rejected = self.p_values(logits)
        can_be_liked, can_be_rejected = as_liked > max_error_rate, as_rejected > max_error_rate
        is_probable = logits >= 0
        is_match = can_be_liked & ~can_be_rejected & is_probable
        is_no_match = can_be_rejected & ~can_be_liked & ~is_probable
        return tuple(
            Verdict.MATCH if match else Verdict.NO_MATCH if no_match else Verdict.UNSURE
            for match, no_match in zip(is_match, is_no_match, strict=True)
        )


def left_out_verdicts(
    logits: NDArray[np.float64],
    liked: NDArray[np.bool_],
    *,
    max_error_rate: float = MAX_ERROR_RATE,
) -> tuple[Verdict, ...]:
    """Return the verdict on each labelled picture that all the others give.

    Args:
        logits: (n,) leave-one-out log-odds, as `Conformal.verdicts` takes them.
        liked: (n,).
        max_error_rate: per class.

    Raises:
        ValueError: when the error rate is not between 0 and 1.
    """
    verdicts = np.full(len(logits), Verdict.UNSURE, dtype=object)
    for is_liked in (True, False):
        own = np.flatnonzero(liked == is_liked)
        others = np.sort(logits[liked != is_liked])
        for place, index in enumerate(own):
            rest = np.sort(np.delete(logits[own], place))
            known = Conformal(rest, others) if is_liked else Conformal(others, rest)
            (verdicts[index],) = known.verdicts(
                logits[index : index + 1], max_error_rate=max_error_rate
            )
    return tuple(verdicts)


def labels_needed(max_error_rate: float) -> int:
    """Return how many labels each class must have before it can rule anything out: 4 at 0.2.

    Raises:
        ValueError: when the error rate is not between 0 and 1.
    """
    if not 0 < max_error_rate < 1:
        raise ValueError(f"max_error_rate must be between 0 and 1, not {max_error_rate}")
    # 1 / 0.2 is 5 only within rounding
    return math.ceil(1 / max_error_rate - 1e-9) - 1
