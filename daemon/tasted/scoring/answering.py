"""What every fitted scorer answers once it has logits, and how it is kept as bytes. Pure.

A scorer fills in the fields below and `logit`; probabilities, verdicts, ranks, what so many labels
allow and which of them are doubtful follow from those in the same way for all.
"""

import abc
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Vectors
from tasted.scoring.conformal import MAX_ERROR_RATE, Conformal
from tasted.scoring.duplicates import group_means
from tasted.scoring.explaining import Doubt, find_doubts
from tasted.scoring.ladder import Stage, is_identified, next_step, stage
from tasted.scoring.logistic import sigmoid
from tasted.scoring.taste_file import TasteUnreadable, pack, unpack

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Answering(abc.ABC):
    """n references of d dimensions that something was fitted to.

    It is frozen: equal input gives equal output for as long as it is kept. Vectors that are scored
    come in the same two shapes as those that it was fitted to, see `fit_taste`.
    """

    KIND: ClassVar[str]
    """The name of the scorer, as the settings have it."""
    VERSION: ClassVar[int]
    """Part of the taste fingerprint: a change of the mathematics makes every score stale."""
    OWN_ARRAYS: ClassVar[Mapping[str, np.dtype[Any]]] = {}
    """The arrays of one dimension that a scorer keeps besides those below."""

    mean: Array
    """Shape (d,): the background that is taken off every vector."""
    references: NDArray[np.float32]
    """Shape (n, d): the centred items."""
    liked: NDArray[np.bool_]
    """Shape (n,)."""
    pictures: NDArray[np.int64]
    """Shape (n,): equal numbers, from 0 on, for references that show the same picture."""
    leave_one_out: Array
    """Shape (n,): the logit of each reference by all other pictures. It is the one to show for a
    picture that is itself a reference."""
    offset: float
    """The part of every logit that leads from curated references to the stream."""
    history_logits: Array
    """Shape (h,), sorted upwards: what ranks are told against."""

    @abc.abstractmethod
    def logit(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the log-odds of a like, shape (m,): always a number, and always an order."""

    def probability(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the probability of a like, shape (m,), NaN where the labels do not identify it.

        They do from 3 pictures on, of both labels or with 30 pictures of history.

        Raises:
            ValueError: as `logit`.
        """
        logits = self.logit(vectors, columns)
        return sigmoid(logits) if self.is_identified else np.full(len(logits), np.nan)

    def verdict(
        self,
        vectors: Vectors,
        max_error_rate: float = MAX_ERROR_RATE,
        *,
        columns: ArrayLike | None = None,
    ) -> tuple[Verdict, ...]:
        """Return m verdicts; of either class at most the stated share gets the wrong one.

        Raises:
            ValueError: as `logit`, and when the error rate is not between 0 and 1.
        """
        logits = self.logit(vectors, columns)
        return self.conformal.verdicts(logits, max_error_rate=max_error_rate)

    def percentile(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the share of the history that ranks lower, shape (m,); NaN without history.

        Raises:
            ValueError: as `logit`.
        """
        logits = self.logit(vectors, columns)
        if not len(self.history_logits):
            return np.full(len(logits), np.nan)
        return np.searchsorted(self.history_logits, logits) / len(self.history_logits)

    @cached_property
    def conformal(self) -> Conformal:
        """What verdicts are read from; pictures with both labels are in neither class."""
        targets, first = self._targets, self._firsts
        logits = self.leave_one_out[first]
        return Conformal(np.sort(logits[targets == 1]), np.sort(logits[targets == 0]))

    @property
    def liked_count(self) -> int:
        """How many different pictures are liked."""
        return int((self._targets == 1).sum())

    @property
    def rejected_count(self) -> int:
        """How many different pictures are rejected."""
        return int((self._targets == 0).sum())

    @property
    def stage(self) -> Stage:
        """What so many labels allow."""
        return stage(self.liked_count, self.rejected_count)

    @property
    def is_calibrated(self) -> bool:
        """Whether probabilities can be taken at their word."""
        return self.stage is Stage.CALIBRATED

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

    def to_bytes(self) -> bytes:
        """Return the scorer as the bytes of an .npz file without pickles."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        facts = {name: value for name, value in values.items() if isinstance(value, float)}
        arrays = {name: value for name, value in values.items() if name not in facts}
        return pack({**facts, "kind": self.KIND, "taste_version": self.VERSION}, arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the scorer that these bytes are, bit by bit.

        Raises:
            TasteUnreadable: when they are none of this kind, are damaged, or of another version.
        """
        facts, arrays = unpack(data, {**_SHARED_ARRAYS, **cls.OWN_ARRAYS})
        if facts.pop("kind", None) != cls.KIND:
            raise TasteUnreadable(f"the taste is none of the scorer {cls.KIND}")
        if facts.pop("taste_version", None) != cls.VERSION:
            raise TasteUnreadable("the taste was fitted by another version of the mathematics")
        numbers = {field.name for field in fields(cls) if field.type is float}
        if set(facts) != numbers or not all(
            isinstance(value, float) and np.isfinite(value) for value in facts.values()
        ):
            raise TasteUnreadable(f"the taste lacks one of {', '.join(sorted(numbers))}")
        _check_arrays(arrays)
        values: dict[str, Any] = {**arrays, **facts}
        read = cls(**values)
        read.check_arrays()
        return read

    @abc.abstractmethod
    def check_arrays(self) -> None:
        """Raise `TasteUnreadable` unless the arrays of its own fit the others."""


_SHARED_ARRAYS: Mapping[str, np.dtype[Any]] = {
    "mean": np.dtype(np.float64),
    "references": np.dtype(np.float32),
    "liked": np.dtype(np.bool_),
    "pictures": np.dtype(np.int64),
    "leave_one_out": np.dtype(np.float64),
    "history_logits": np.dtype(np.float64),
}


def refuse_columns(columns: ArrayLike | None, kind: str) -> None:
    """Raise ValueError when there are columns: a scorer of pictures alone must not ignore them."""
    if columns is not None:
        raise ValueError(f"the scorer {kind} weighs pictures alone, and got columns")


def expect_lengths(*lengths: tuple[Array, int]) -> None:
    """Raise `TasteUnreadable` unless each array has its length."""
    if any(len(array) != length for array, length in lengths):
        raise TasteUnreadable("the arrays of the taste do not fit together")


def _check_arrays(arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.ndim != (2 if name == "references" else 1):
            raise TasteUnreadable("the taste has an array of another shape")
        if not np.isfinite(array).all():
            raise TasteUnreadable("the arrays of the taste do not fit together")
    count, dimensions = arrays["references"].shape
    expect_lengths(
        (arrays["mean"], dimensions),
        (arrays["liked"], count),
        (arrays["pictures"], count),
        (arrays["leave_one_out"], count),
    )
    numbers = np.unique(arrays["pictures"])
    if not np.array_equal(numbers, np.arange(len(numbers))):
        raise TasteUnreadable("the pictures of the taste are not numbered from 0 on")
