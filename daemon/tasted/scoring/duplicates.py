"""References that show the same picture, so that each picture counts once. Pure."""

import numpy as np
from numpy.typing import NDArray

SAME_PICTURE_COSINE = 0.999
"""Between centred items: a picture saved again, not a similar one."""
_ROWS_AT_ONCE = 512


def same_picture_groups(items: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number the pictures: equal numbers for items that show the same one.

    Items are the same when they are nearer to each other than the cosine above tells two of their
    length, directly or over others between them.

    Args:
        items: (n, d) centred items.

    Returns:
        Shape (n,), the numbers 0, 1, ... in the order in which they first occur.
    """
    count = len(items)
    parents = np.arange(count)
    squares = np.einsum("ij,ij->i", items, items)
    for first in range(0, count, _ROWS_AT_ONCE):
        block = slice(first, first + _ROWS_AT_ONCE)
        distances = squares[block, None] + squares[None, :] - 2 * items[block] @ items.T
        largest = np.maximum(squares[block, None], squares[None, :])
        # the last term makes rows of zeros the same in spite of rounding
        near = distances <= 2 * (1 - SAME_PICTURE_COSINE) * largest + 1e-15
        for index in range(first, min(first + _ROWS_AT_ONCE, count)):
            earlier = near[index - first, :index]
            # the parents of many equal rows are few: each row joins groups, not rows
            for parent in np.unique(parents[:index][earlier]):
                _join(parents, index, int(parent))
    roots = np.array([_root(parents, index) for index in range(count)], dtype=np.intp)
    return np.unique(roots, return_inverse=True)[1].reshape(count)


def _join(parents: NDArray[np.intp], one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    # the earliest of a group is its root, which numbers groups in order of occurrence
    parents[second] = first


def _root(parents: NDArray[np.intp], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = int(parents[index])
    return index


def group_means(values: NDArray[np.float64], groups: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the mean of the values of each group: (n,) or (n, d) to (g,) or (g, d)."""
    sizes = np.bincount(groups)
    if values.ndim == 1:
        return np.asarray(np.bincount(groups, weights=values) / sizes)
    sums = np.zeros((len(sizes), *values.shape[1:]))
    np.add.at(sums, groups, values)
    return np.asarray(sums / sizes.reshape(-1, *[1] * (values.ndim - 1)))
