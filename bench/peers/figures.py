"""Medians, ranges, ratios and cosines of rounds, and how they are written. Pure."""

import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MEGABYTE = 1e6


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Write the median of some rounds and, in brackets, the range."""
    middle = f"{statistics.median(values):.{digits}f}"
    if len(values) < 2:
        return middle
    return f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of each round: what slows a round slows both of it."""
    return statistics.median(
        our / their for our, their in zip(ours, theirs, strict=True) if their > 0
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all does not exceed, interpolated."""
    return float(np.quantile(np.array(values), share))


def lowest_cosine(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    """Return the cosine of the two rows, (n, d) each of unit length, that differ most."""
    cosines = (ours.astype(np.float64) * theirs.astype(np.float64)).sum(axis=1)
    return float(cosines.min())


def megabytes(sizes_bytes: Sequence[float]) -> str:
    """Write the largest of some sizes in decimal megabytes."""
    return f"{max(sizes_bytes) / _MEGABYTE:.0f} MB"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, the first column to the left and the others to the right."""
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"{len(row)} cells under {len(head)} heads: {row}")
    rule = ["---", *("---:" for _head in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
