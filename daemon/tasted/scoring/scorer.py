"""The scorers that are fitted, by name: `taste`, `knn` and `centroid`. Pure.

`FittedScorer` is what they have in common. `seed` is none of them: it is a fixed formula.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.records import Verdict
from tasted.scoring.centring import Rows, Vectors
from tasted.scoring.centroid import CentroidTaste, fit_centroid
from tasted.scoring.explaining import Doubt, Explanation
from tasted.scoring.fitted import Taste
from tasted.scoring.knn import KnnTaste, fit_knn
from tasted.scoring.labelled import STREAM_LIKE_RATE
from tasted.scoring.ladder import Stage
from tasted.scoring.taste import fit_taste
from tasted.scoring.taste_file import TasteUnreadable, kind_of

FittedName = Literal["taste", "knn", "centroid"]
FITTED_NAMES: tuple[FittedName, ...] = get_args(FittedName)

Array = NDArray[np.float64]


class FittedScorer(Protocol):
    """Something that was fitted to references; see `answering.Answering` for each answer."""

    KIND: ClassVar[str]
    VERSION: ClassVar[int]

    @property
    def references(self) -> NDArray[np.float32]:
        """Shape (n, d): the centred items."""
        ...

    @property
    def liked(self) -> NDArray[np.bool_]:
        """Shape (n,): the label of each."""
        ...

    @property
    def pictures(self) -> NDArray[np.int64]:
        """Shape (n,): equal numbers for references that show the same picture."""
        ...

    @property
    def leave_one_out(self) -> Array:
        """Shape (n,): the logit of each reference by all other pictures."""
        ...

    @property
    def offset(self) -> float:
        """The part of every logit that leads from curated references to the stream."""
        ...

    @property
    def liked_count(self) -> int:
        """How many different pictures are liked."""
        ...

    @property
    def rejected_count(self) -> int:
        """How many different pictures are rejected."""
        ...

    @property
    def stage(self) -> Stage:
        """What so many labels allow."""
        ...

    @property
    def is_calibrated(self) -> bool:
        """Whether probabilities can be taken at their word."""
        ...

    @property
    def is_identified(self) -> bool:
        """Whether there are probabilities at all."""
        ...

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """References whose label all others contradict."""
        ...

    def logit(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the log-odds of a like, shape (m,)."""
        ...

    def probability(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the probability of a like, shape (m,), NaN where it is not identified."""
        ...

    def verdict(
        self, vectors: Vectors, max_error_rate: float = ..., *, columns: ArrayLike | None = None
    ) -> tuple[Verdict, ...]:
        """Return m verdicts with a promised error rate per class."""
        ...

    def percentile(self, vectors: Vectors, columns: ArrayLike | None = None) -> Array:
        """Return the share of the history that ranks lower, shape (m,); NaN without history."""
        ...

    def explain(self, vector: Rows, columns: ArrayLike | None = None) -> Explanation:
        """Return the parts of the logit of one item; they sum to it within 1e-9."""
        ...

    def next_step(self, max_error_rate: float = ...) -> str | None:
        """Return what the user can do for verdicts; None when there are verdicts."""
        ...

    def to_bytes(self) -> bytes:
        """Return the scorer as bytes; `scorer_from_bytes` reads them."""
        ...


_FITS: Mapping[FittedName, Callable[..., FittedScorer]] = {
    "taste": fit_taste,
    "knn": fit_knn,
    "centroid": fit_centroid,
}
_READERS: Mapping[str, Callable[[bytes], FittedScorer]] = {
    each.KIND: each.from_bytes for each in (Taste, KnnTaste, CentroidTaste)
}


def fit_scorer(
    name: FittedName,
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    shipped_mean: NDArray[np.floating] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> FittedScorer:
    """Fit the named scorer to pictures alone. Arguments and errors are those of `fit_taste`."""
    return _FITS[name](
        vectors,
        liked,
        history=history,
        curated=curated,
        shipped_mean=shipped_mean,
        stream_like_rate=stream_like_rate,
    )


def scorer_from_bytes(data: bytes) -> FittedScorer:
    """Return the scorer that these bytes are, whichever it is.

    Raises:
        TasteUnreadable: when they are none, are damaged, or of another version.
    """
    kind = kind_of(data)
    if kind not in _READERS:
        raise TasteUnreadable(f"this tasted has no scorer {kind!r}")
    return _READERS[kind](data)
