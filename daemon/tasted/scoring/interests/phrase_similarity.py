"""Whether a phrase of a bio means about the same as an interest, by text vectors. Pure.

Raw cosines between texts of one encoder are all high, and some texts are near everything. So a pair
is similar only if its cosine stands out on both sides: among the cosines of that interest to a
background of ordinary phrases, and among those of that phrase to the same background. The distance
is measured in robust standard deviations from the median, so a background that happens to contain
the interest does no harm.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.unit_rows import Rows, centred_rows

SIMILAR_Z = 3.5
"""In standard deviations: hardly one in a few hundred unrelated pairs stands out this far twice."""
BACKGROUND_MIN = 20
_SD_PER_MEDIAN_DEVIATION = 1.4826
# in a uniform background, small differences in cosines are rounding
_SD_MIN = 1e-3

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PhraseSimilarity:
    """Cosines between the text vectors of one bio and of the interests."""

    phrases: tuple[str, ...]
    """The result of `phrases(bio)`, p of them."""
    interests: tuple[str, ...]
    """Names of wanted interests, from `distinct_interests`, i of them."""
    cosines: Rows
    """Shape (i, p): interest and phrase."""
    interests_to_background: Rows
    """Shape (i, b): interest and `BACKGROUND_PHRASES`."""
    phrases_to_background: Rows
    """Shape (p, b)."""

    def __post_init__(self) -> None:
        shape = (len(self.interests), len(self.phrases))
        width = self.interests_to_background.shape[-1]
        expected = (shape, (shape[0], width), (shape[1], width))
        given = (self.cosines, self.interests_to_background, self.phrases_to_background)
        if tuple(cosines.shape for cosines in given) != expected:
            shapes = ", ".join(str(cosines.shape) for cosines in given)
            raise ValueError(f"the cosines of {shape} interests and phrases have shapes {shapes}")
        if not all(np.isfinite(cosines).all() for cosines in given):
            raise ValueError("a cosine is not finite")

    @classmethod
    def between(
        cls,
        phrases: Sequence[str],
        interests: Sequence[str],
        *,
        phrase_vectors: Rows,
        interest_vectors: Rows,
        background_vectors: Rows,
    ) -> Self:
        """Return the cosines of unit rows, shapes (p, d), (i, d) and (b, d), b above 0.

        The mean of the background is subtracted from all rows first: what all texts have in common
        would hide what a few share.
        """
        mean = background_vectors.mean(axis=0, dtype=np.float64)
        said, wanted, background = (
            centred_rows(rows, mean)
            for rows in (phrase_vectors, interest_vectors, background_vectors)
        )
        return cls(
            phrases=tuple(phrases),
            interests=tuple(interests),
            cosines=wanted @ said.T,
            interests_to_background=wanted @ background.T,
            phrases_to_background=said @ background.T,
        )

    def similar(self) -> dict[str, str]:
        """Return the most similar phrase of each interest that has one."""
        if not self.phrases or not self.interests:
            return {}
        if self.interests_to_background.shape[1] < BACKGROUND_MIN:
            return {}
        by_interest = _stands_out(self.cosines, self.interests_to_background)
        by_phrase = _stands_out(self.cosines.T, self.phrases_to_background).T
        least = np.minimum(by_interest, by_phrase)
        best = least.argmax(axis=1)
        return {
            interest: self.phrases[best[index]]
            for index, interest in enumerate(self.interests)
            if least[index, best[index]] >= SIMILAR_Z
        }


def _stands_out(cosines: Rows, background: Rows) -> Array:
    """Return cosines (r, c) in standard deviations of the row's background (r, b)."""
    middle = np.median(background, axis=1, keepdims=True)
    spread = np.median(np.abs(background - middle), axis=1, keepdims=True)
    return np.asarray((cosines - middle) / np.maximum(_SD_PER_MEDIAN_DEVIATION * spread, _SD_MIN))
