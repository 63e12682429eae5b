"""What every fitted scorer can answer once it has logits, by looks alone. Pure.

A screenshot is scored in `judging`, where `weighing.weigher` adds traits and interests.

A scorer fills in the fields below and `_item_logits`. Probabilities, verdicts, label stages and
doubtful labels follow from those, in the same way for all.
"""

import abc
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.records import LabelCounts, Verdict
from tasted.scoring.taste.centring import centred_items, checked
from tasted.scoring.taste.conformal import MAX_ERROR_RATE, Conformal
from tasted.scoring.taste.counting import count_labels
from tasted.scoring.taste.doubts import Doubt, find_doubts
from tasted.scoring.taste.duplicates import group_means
from tasted.scoring.taste.label_stages import Stage, is_identified, next_step, stage
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.unit_rows import Vectors

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedScorer(abc.ABC):
    """A scorer fitted to n references of d dimensions.

    It is frozen: equal input gives equal output. Vectors to score come in the same two shapes as
    those it was fitted to, see `fit_taste`.
    """

    mean: Array
    """Shape (d,): the background, which is subtracted from every vector."""
    references: NDArray[np.float32]
    """Shape (n, d): the centred items."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    pictures: NDArray[np.int64]
    """Shape (n,): equal numbers, from 0 on, for references that show the same picture."""
    leave_one_out: Array
    """Shape (n,): the logit of each reference by all other pictures. Show this one for a picture
    that is itself a reference."""
    offset: float
    """The part of every logit that leads from curated references to the stream."""
    shrinking: float
    """The factor by which all logits were drawn towards the share of likes, see `shrinking`; 1: not
    at all. It is the only number in `leave_one_out` that depends on all labels together."""
    history_logits: Array
    """Shape (h,), ascending: what ranks are compared with."""

    def logit(self, vectors: Vectors) -> Array:
        """Return the log-odds of a like, shape (m,): always a number, and always an order.

        Args:
            vectors: (m, d) unit rows, or m arrays (k, d) of views.

        Raises:
            ValueError: on a wrong shape, or a row that is not of length 1 or not finite.
        """
        return self._item_logits(self._centred(vectors))

    @abc.abstractmethod
    def _item_logits(self, items: Array) -> Array:
        """Return the logits, (m,), of centred items, (m, d)."""

    def _centred(self, vectors: Vectors) -> Array:
        """Return the items, (m, d), of vectors in either shape; raises as `logit`."""
        return centred_items(checked(vectors, "vectors", dimensions=len(self.mean)), self.mean)

    def probability(self, vectors: Vectors) -> Array:
        """Return the probability of a like, shape (m,), NaN where the labels do not identify it.

        They do from 3 pictures on, of both labels or with 30 pictures of history.

        Raises:
            ValueError: as `logit`.
        """
        logits = self.logit(vectors)
        return sigmoid(logits) if self.is_identified else np.full(len(logits), np.nan)

    def verdict(
        self, vectors: Vectors, max_error_rate: float = MAX_ERROR_RATE
    ) -> tuple[Verdict, ...]:
        """Return m verdicts; see `conformal` for how often each class gets the wrong one.

        Raises:
            ValueError: as `logit`, and when the error rate is not between 0 and 1.
        """
        return self.conformal.verdicts(self.logit(vectors), max_error_rate=max_error_rate)

    @cached_property
    def conformal(self) -> Conformal:
        """What verdicts are read from; pictures with both labels are in neither class."""
        targets, first = self._targets, self._firsts
        logits = self.leave_one_out[first]
        return Conformal(np.sort(logits[targets == 1]), np.sort(logits[targets == 0]))

    @cached_property
    def counts(self) -> LabelCounts:
        """How many labels there are."""
        return count_labels(self.liked, self.pictures)

    @property
    def liked_count(self) -> int:
        """How many different pictures are liked."""
        return self.counts.liked

    @property
    def rejected_count(self) -> int:
        """How many different pictures are rejected."""
        return self.counts.rejected

    @property
    def stage(self) -> Stage:
        """What this many labels allow."""
        return stage(self.liked_count, self.rejected_count)

    @property
    def is_identified(self) -> bool:
        """Whether there are probabilities at all."""
        return is_identified(self.liked_count, self.rejected_count, len(self.history_logits))

    def next_step(self, max_error_rate: float = MAX_ERROR_RATE) -> str | None:
        """Return what the user can do for verdicts; None when there are verdicts."""
        return next_step(self.liked_count, self.rejected_count, max_error_rate=max_error_rate)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """References whose label all others contradict; none before there are verdicts."""
        if self.stage not in {Stage.VERDICTS, Stage.CALIBRATED}:
            return ()
        items = self.references[self._firsts].astype(np.float64)
        # among the references, whose like rate is not that of the stream
        logits = self.leave_one_out[self._firsts] - self.offset
        return find_doubts(items, self._targets, logits, self.pictures)

    @cached_property
    def _targets(self) -> Array:
        return group_means(self.liked.astype(np.float64), self.pictures)

    @cached_property
    def _firsts(self) -> NDArray[np.intp]:
        return np.unique(self.pictures, return_index=True)[1]
