"""The fitted scorers by name: `taste`, `knn` and `centroid`. Pure.

`seed` is not among them: it is a fixed formula.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tasted.evaluation.baselines.centroid import fit_centroid
from tasted.evaluation.baselines.knn import fit_knn
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.fitted_scorer import FittedScorer
from tasted.scoring.taste.labelled import STREAM_LIKE_RATE
from tasted.scoring.unit_rows import Vectors

FittedName = Literal["taste", "knn", "centroid"]
_FITS: Mapping[FittedName, Callable[..., FittedScorer]] = {
    "taste": fit_taste,
    "knn": fit_knn,
    "centroid": fit_centroid,
}


def fit_scorer(
    name: FittedName,
    vectors: Vectors,
    liked: ArrayLike,
    *,
    history: Vectors | None = None,
    curated: ArrayLike | None = None,
    copies: NDArray[np.intp] | None = None,
    stream_like_rate: float = STREAM_LIKE_RATE,
) -> FittedScorer:
    """Fit the named scorer to pictures alone. Arguments and errors are those of `fit_taste`."""
    return _FITS[name](
        vectors,
        liked,
        history=history,
        curated=curated,
        copies=copies,
        stream_like_rate=stream_like_rate,
    )
