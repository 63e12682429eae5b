"""Which labels an adapter learns from, which stop it, which judge it. Pure numpy.

Pictures that show the same thing are always on one side: copies, the photos of a profile, and
pictures whose vectors are nearly one. The newest labels are on no side of the training: they tell
whether it holds for what comes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.duplicates import Grouping

NEAR_COSINES = (0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
"""From the first of these on, between centred items, two are on one side; a model to which
everything looks alike takes the next one, so that there are sides at all."""
LARGEST_GROUP = 0.1
"""Of all labels: groups that are larger than this leave nothing to divide."""
GROUPS_LEAST = 0.5
"""Of all labels, each copy counted once: with fewer groups than this it is not copies that are
joined but kinds of pictures, and what is found out about a few kinds says little."""

Indices = NDArray[np.intp]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelSides:
    """Labels by what they are for."""

    groups: Indices
    """Shape (n,): equal numbers for what must stay together."""
    folds: tuple[Indices, ...]
    """The older labels; each part is judged by an adapter that is trained on the others."""
    newest: Indices
    """Never trained on, oldest first."""

    @property
    def older(self) -> Indices:
        """All labels that some adapter is trained on, in their order."""
        return np.sort(np.concatenate(self.folds))

    def without(self, fold: int) -> Indices:
        """Return the labels that the adapter is trained on which judges a fold."""
        return np.sort(
            np.concatenate([part for index, part in enumerate(self.folds) if index != fold])
        )


def near_groups(items: Array, copies: Indices) -> Indices:
    """Number what must stay together.

    Args:
        items: (n, d), centred, not all of length 1.
        copies: (n,), equal numbers for copies of one picture.

    Returns:
        Shape (n,), the numbers 0, 1, ... in the order in which they first occur.
    """
    rows = items / np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-12)
    cosines = rows @ rows.T
    groups = _joined(copies, cosines, 2.0)
    count = int(groups.max()) + 1
    for least in NEAR_COSINES:
        joined = _joined(copies, cosines, least)
        sizes = np.bincount(joined)
        is_small = sizes.max() <= max(2.0, LARGEST_GROUP * len(items))
        if is_small and len(sizes) >= GROUPS_LEAST * count:
            return joined
    return groups


def _joined(copies: Indices, cosines: Array, least: float) -> Indices:
    grouping = Grouping(len(copies))
    _numbers, firsts, places = np.unique(copies, return_index=True, return_inverse=True)
    for index, first in enumerate(firsts[places]):
        grouping.join(index, np.array([first]))
        grouping.join(index, np.flatnonzero(cosines[index, :index] > least))
    return grouping.numbers()


def divide(
    groups: Indices,
    liked: NDArray[np.bool_],
    order: Sequence[int],
    *,
    newest_share: float,
    folds: int,
    seed: int,
) -> LabelSides:
    """Divide labels into folds of about as many likes and rejects, and the newest.

    A group is as new as the oldest label in it, so that no picture of it is known before.

    Args:
        groups: (n,), what stays together.
        liked: (n,).
        order: the labels, oldest first.
        newest_share: of the labels, at most.
        folds: how many, 2 or more.
        seed: of the division.
    """
    ages: dict[int, int] = {}
    for place, label in enumerate(order):
        ages.setdefault(int(groups[label]), place)
    sizes = np.bincount(groups)
    newest, room = set[int](), newest_share * len(groups)
    for group in sorted(ages, key=lambda number: -ages[number]):
        room -= sizes[group]
        if room < 0:
            break
        newest.add(group)
    is_newest = np.isin(groups, sorted(newest))
    older = np.flatnonzero(~is_newest)
    return LabelSides(
        groups,
        tuple(
            older[parts]
            for parts in _dealt(groups[older], liked[older], np.random.default_rng(seed), folds)
        ),
        np.array([label for label in order if is_newest[label]], np.intp),
    )


def watched_of(
    trained: Indices, groups: Indices, liked: NDArray[np.bool_], share: float, seed: int
) -> tuple[Indices, Indices]:
    """Divide labels into those that an adapter sees, and about this share of groups that stop it.

    Args:
        trained: the labels of one adapter.
        groups: (n,), of all labels.
        liked: (n,).
        share: of the groups.
        seed: of the division.
    """
    parts = max(2, round(1 / share))
    dealt = _dealt(groups[trained], liked[trained], np.random.default_rng((seed, 2)), parts)
    watched = trained[dealt[0]]
    return np.setdiff1d(trained, watched), watched


def _dealt(
    groups: Indices, liked: NDArray[np.bool_], random: np.random.Generator, parts: int
) -> list[Indices]:
    """Deal groups to parts, the largest first, each to the part that has least of its kind."""
    numbers = np.unique(groups)
    sizes = np.array([(groups == number).sum() for number in numbers])
    likes = np.array([liked[groups == number].sum() for number in numbers])
    order = random.permutation(len(numbers))
    order = order[np.argsort(-sizes[order], kind="stable")]
    held = np.zeros((parts, 2))
    chosen: list[list[int]] = [[] for _part in range(parts)]
    for place in order:
        own = np.array([likes[place], sizes[place] - likes[place]], np.float64)
        part = int(np.argmin(held @ own + 1e-3 * held.sum(axis=1)))
        held[part] += own
        chosen[part].append(int(numbers[place]))
    return [np.flatnonzero(np.isin(groups, members)) for members in chosen]
