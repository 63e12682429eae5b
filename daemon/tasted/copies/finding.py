"""Which references are copies of one picture: START HERE. Pure numpy.

Thirty labels that are fifteen pictures saved twice look like a clear taste, whatever the labels:
every picture is predicted by its own copy. So references that show the same thing are one picture
wherever labels are counted, left out or calibrated.

Only near pictures are compared, each with its nearest ones, by their vectors and as whole pictures:
a copy in which other views were found has other vectors. Two are one picture when the whole
pictures are almost equal, or when the views that fit are a fair part of both, so that a screen with
nine small pictures is not the same as any of them. Apps draw the same frame around everybody, so in
whole screens, and in views that are not photographs, nearly everything has to fit.
"""

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from tasted.copies.alignment import Sketch, fit
from tasted.copies.perceptual_hash import SIDE, contrasts_of
from tasted.library.embedded import ViewHashes
from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.centring import background_mean, centred_items
from tasted.scoring.taste.duplicates import Grouping
from tasted.scoring.unit_rows import Rows, Vectors, centred_rows

COSINE_MIN = 0.35
"""Between centred items. Half of all copies that are scrolled by a third or cropped by a fifth
have more than 0.6."""
WHOLE_COSINE_MIN = 0.8
"""Between hashes of whole pictures, cell by cell; other pictures in the same frame reach it."""
NEAREST = 8
"""How many pictures each reference is compared with, by vectors and as whole pictures."""
SHARE_MIN = 0.4
"""Share of the views of either picture that must be found in the other."""
_PLAIN_SPARE = 0.26
"""How much better views that are not photographs must fit."""
_WHOLE_SPARE = 0.3
"""The same for whole pictures: re-encoded or scaled down ones reach 0.31 and more, screens of other
people in the same app up to 0.29."""
_DOUBT = 0.06
"""Views that fit worse than needed by this much may still be the same."""
_BLIND_COSINE = 0.9
"""Where there is nothing to compare, pictures this near may be the same."""
_DRAWN_MIN = 0.1
"""Views with less in them have nothing to compare: a bare wall, a black screen."""
_ROWS_AT_ONCE = 512
_SKETCHES_KEPT = 128
"""Each takes 0.3 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictured:
    """What a reference looks like."""

    key: str
    """Equal keys: equal pixels."""
    views: Rows
    """Shape (k, d), unit rows."""
    hashes: ViewHashes | None
    """Of the same k views; None: not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Which of n references are copies."""

    groups: NDArray[np.intp]
    """Shape (n,): equal numbers, 0, 1, ... in order of occurrence, for copies of one picture."""
    lookalikes: int
    """How many may be copies of earlier ones, but count separately."""


class _Likeness(Enum):
    SAME = "same"
    MAYBE = "maybe"
    OTHER = "other"


class CopyFinder:
    """Finds copies among references, and remembers its last comparisons."""

    def __init__(self) -> None:
        self._compared: dict[tuple[str, str], _Likeness] = {}

    def find(self, pictures: Sequence[Pictured], history: Vectors | None = None) -> Copies:
        """Compare each reference with its nearest ones.

        Args:
            pictures: n references.
            history: pictures that were scored; they show what all pictures have in common.
        """
        count = len(pictures)
        same, alike = Grouping(count), Grouping(count)
        compared: dict[tuple[str, str], _Likeness] = {}
        if count > 1:
            views = [picture.views for picture in pictures]
            mean = background_mean(views, history, dimensions=views[0].shape[1])
            comparing = _Comparing(mean)
            items = centred_items(views, mean)
            rows = items / np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-12)
            for one, other in sorted(_near(rows, COSINE_MIN) | _near_wholes(pictures)):
                pair = pictures[one].key, pictures[other].key
                likeness = self._compared.get(pair) or comparing.likeness(
                    pictures[one], pictures[other], float(rows[one] @ rows[other])
                )
                compared[pair] = likeness
                if likeness is _Likeness.SAME:
                    same.join(one, np.array([other]))
                if likeness is not _Likeness.OTHER:
                    alike.join(one, np.array([other]))
        self._compared = compared
        groups, together = same.numbers(), alike.numbers()
        return Copies(groups, int(groups.max(initial=-1) - together.max(initial=-1)))


class _Comparing:
    """Compares pairs, and keeps the last sketches: a picture is in several pairs."""

    def __init__(self, mean: NDArray[np.float64]) -> None:
        self._mean = mean
        self._sketches: dict[bytes, Sketch] = {}

    def likeness(self, one: Pictured, other: Pictured, cosine: float) -> _Likeness:
        """Compare two pictures whose items have this cosine."""
        if one.key == other.key:
            return _Likeness.SAME
        blind = _Likeness.MAYBE if cosine >= _BLIND_COSINE else _Likeness.OTHER
        if one.hashes is None or other.hashes is None:
            return blind
        wholes = self._fits(one.hashes.wholes, other.hashes.wholes)
        if _share(wholes > _WHOLE_SPARE) >= SHARE_MIN:
            return _Likeness.SAME
        cosines = centred_rows(one.views, self._mean) @ centred_rows(other.views, self._mean).T
        photos = one.hashes.are_photos[:, None] & other.hashes.are_photos
        views = self._fits(one.hashes.cells, other.hashes.cells, cosines >= COSINE_MIN)
        views -= np.where(photos, 0.0, _PLAIN_SPARE)
        needed = SHARE_MIN if photos.all() else 1.0
        if _share(views > 0) >= needed:
            return _Likeness.SAME
        # one of several photographs is the same, or they nearly fit
        if bool((views[photos] > 0).any()) or _share(views > -_DOUBT) >= needed:
            return _Likeness.MAYBE
        drawn = [self._sketch(cells).drawn for cells in (*one.hashes.cells, *other.hashes.cells)]
        return blind if min(drawn) < _DRAWN_MIN else _Likeness.OTHER

    def _fits(
        self,
        one: NDArray[np.int8],
        other: NDArray[np.int8],
        wanted: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float64]:
        """Return how well hashes, (k, length) and (m, length), fit; -inf where not wanted."""
        found = np.full((len(one), len(other)), -np.inf)
        for row, column in np.ndindex(found.shape) if wanted is None else np.argwhere(wanted):
            found[row, column] = fit(self._sketch(one[row]), self._sketch(other[column]))
        return found

    def _sketch(self, hashed: NDArray[np.int8]) -> Sketch:
        place = hashed.tobytes()
        if place not in self._sketches:
            if len(self._sketches) >= _SKETCHES_KEPT:
                del self._sketches[next(iter(self._sketches))]
            self._sketches[place] = Sketch.of(hashed)
        return self._sketches[place]


def _share(fits: NDArray[np.bool_]) -> float:
    """Return the share of views that are found in the other picture, the smaller of the two."""
    return float(min(fits.any(axis=1).mean(), fits.any(axis=0).mean()))


def _near_wholes(pictures: Sequence[Pictured]) -> set[tuple[int, int]]:
    """Return the pairs of pictures that are near as whole pictures, in the form of `_near`."""
    owners = [
        (index, whole)
        for index, picture in enumerate(pictures)
        if picture.hashes is not None
        for whole in picture.hashes.wholes
    ]
    if not owners:
        return set()
    cells = contrasts_of(np.stack([whole for _index, whole in owners])).astype(np.float32)
    # half the cells each way are enough to find what is near
    halved = cells.reshape(len(cells), SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))
    rows = halved.reshape(len(cells), -1)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    pairs = ((owners[one][0], owners[other][0]) for one, other in _near(rows, WHOLE_COSINE_MIN))
    return {(max(pair), min(pair)) for pair in pairs if len(set(pair)) > 1}


def _near(rows: NDArray[np.floating], least: float) -> set[tuple[int, int]]:
    """Return pairs of (n, d) unit rows, later one first: one is among the nearest of the other."""
    pairs = set()
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        cosines = rows[first : first + _ROWS_AT_ONCE] @ rows.T
        cosines[np.arange(len(cosines)), first + np.arange(len(cosines))] = -np.inf
        nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
        for row, columns in enumerate(nearest):
            for column in columns[cosines[row, columns] >= least]:
                pairs.add((max(first + row, int(column)), min(first + row, int(column))))
    return pairs
