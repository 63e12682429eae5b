"""References that show the same picture, so that each picture counts once. Pure.

This compares vectors only, which finds little more than the same pixels saved twice. Other copies
are found by `copies.finding` and passed in.
"""

import numpy as np
from numpy.typing import NDArray

SAME_PICTURE_COSINE = 0.999
"""Between centred items: a picture saved again, not a similar one."""
_ROWS_AT_ONCE = 512


class Grouping:
    """Numbers things so that all that are joined, directly or through others, are equal.

    Args:
        count: how many things there are; none is joined at first.
    """

    def __init__(self, count: int) -> None:
        self._parents = np.arange(count)

    def join(self, one: int, others: NDArray[np.intp]) -> None:
        """Join a thing with some others, by index."""
        # many equal rows have few parents: this joins groups, not rows
        for parent in np.unique(self._parents[others]):
            first, second = sorted((self._root(one), self._root(int(parent))))
            # the first of a group is its root, which numbers groups in order of occurrence
            self._parents[second] = first

    def numbers(self) -> NDArray[np.intp]:
        """Return the group of each thing: 0, 1, ... in the order in which they first occur."""
        count = len(self._parents)
        roots = np.array([self._root(index) for index in range(count)], dtype=np.intp)
        return np.unique(roots, return_inverse=True)[1].reshape(count)

    def _root(self, index: int) -> int:
        parents = self._parents
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = int(parents[index])
        return index


def same_picture_groups(
    items: NDArray[np.float64], copies: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Number the pictures: equal numbers for items that show the same one.

    Two items show the same picture when their cosine reaches the one above, directly or through
    others, and when they are known to be copies.

    Args:
        items: (n, d) centred items.
        copies: (n,) equal numbers for items that are copies of each other, whatever their cosine.

    Returns:
        Shape (n,), the numbers 0, 1, ... in the order in which they first occur.
    """
    count = len(items)
    grouping = Grouping(count)
    if copies is not None:
        _numbers, firsts, places = np.unique(copies, return_index=True, return_inverse=True)
        for index, first in enumerate(firsts[places]):
            grouping.join(index, first[None])
    squares = np.einsum("ij,ij->i", items, items)
    for first in range(0, count, _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        distances = squares[block, None] + squares[None, :] - 2 * items[block] @ items.T
        largest = np.maximum(squares[block, None], squares[None, :])
        # the last term makes rows of zeros the same in spite of rounding
        near = distances <= 2 * (1 - SAME_PICTURE_COSINE) * largest + 1e-15
        for index in range(first, min(first + _ROWS_AT_ONCE, count)):
            grouping.join(index, np.flatnonzero(near[index - first, :index]))
    return grouping.numbers()


def group_means(values: NDArray[np.float64], groups: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the mean of the values of each group: (n,) or (n, d) to (g,) or (g, d)."""
    sizes = np.bincount(groups)
    if values.ndim == 1:
        return np.asarray(np.bincount(groups, weights=values) / sizes)
    sums = np.zeros((len(sizes), *values.shape[1:]))
    np.add.at(sums, groups, values)
    return np.asarray(sums / sizes.reshape(-1, *[1] * (values.ndim - 1)))
