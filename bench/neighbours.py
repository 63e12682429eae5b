"""Neighbours of one picture from LanceDB: how long a search takes, and what an index misses.

The vectors are drawn in groups, as long as CLIP's; the table is the one of the library.
"""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.table import Row
from tasted.library.neighbours import EXACT_MAX, MANY, LabelVectors, NeighbourTable
from tasted.library.table import connect
from tasted.records import Label

COUNTS = (1_000, EXACT_MAX, 2 * EXACT_MAX, 10 * EXACT_MAX)
DIMENSIONS = 512
SEARCHES = 50
NEIGHBOURS = 10
RECALL_MIN = 0.99
_GROUPS = 200
_OF_GROUP = 0.3
"""How long what a group has in common is, beside what is a picture's own."""
_FINGERPRINT = "0" * 64


@dataclass(frozen=True, slots=True)
class Search:
    """What finding the neighbours of one picture takes."""

    single_seconds: float
    """Median, with the table on disk."""
    many_seconds: float
    """Median, with the vectors in memory."""
    recall: float
    """Share of the true nearest that was found."""
    publish_seconds: float


def measure() -> list[Row]:
    """Publish tables of several sizes, and search them."""
    return [row for count in COUNTS for row in _rows(count, search(count))]


def search(count: int) -> Search:
    """Publish a table of so many references, and search it."""
    random = np.random.default_rng(count)
    centres = _OF_GROUP * random.normal(size=(_GROUPS, DIMENSIONS)).astype(np.float32)
    vectors, pictures = (_drawn(number, centres, random) for number in (count, SEARCHES))
    labels = [Label.LIKED if liked else Label.REJECTED for liked in random.random(count) < 0.5]
    with tempfile.TemporaryDirectory(prefix="tasted-bench-") as folder:
        table = NeighbourTable(
            Path(folder),
            connect(Path(folder)),
            fingerprint=_FINGERPRINT,
            dimensions=DIMENSIONS,
            # a table as small as the first one would not be searched on disk
            held_bytes=0,
        )
        started = time.perf_counter()
        table.publish("drawn", LabelVectors(vectors, labels))
        published = time.perf_counter() - started
        single, recall = _searched(table, vectors, labels, pictures)
        table.prepare(MANY)
        many, _recall = _searched(table, vectors, labels, pictures)
    assert recall >= (RECALL_MIN if count > EXACT_MAX else 1.0), recall
    return Search(single, many, recall, published)


def _rows(count: int, found: Search) -> list[Row]:
    return [
        Row(
            f"neighbours among {count} references, one picture",
            f"{1000 * found.single_seconds:.1f} ms",
            f"two labels, median of {SEARCHES}; recall@{NEIGHBOURS} {found.recall:.3f}"
            + (" by index" if count > EXACT_MAX else ", exact"),
        ),
        Row(
            f"neighbours among {count} references, many in a row",
            f"{1000 * found.many_seconds:.1f} ms",
            f"vectors in memory; table published in {found.publish_seconds:.1f} s",
        ),
    ]


def _searched(
    table: NeighbourTable,
    vectors: NDArray[np.float32],
    labels: list[Label],
    pictures: NDArray[np.float32],
) -> tuple[float, float]:
    """Return the median seconds for both labels, and the share of the true nearest found."""
    seconds, shares = [], []
    rows = {
        label: np.flatnonzero([row_label is label for row_label in labels])
        for label in (Label.LIKED, Label.REJECTED)
    }
    for picture in pictures:
        started = time.perf_counter()
        found = {label: table.nearest(picture, label, at_least=NEIGHBOURS)[0] for label in rows}
        seconds.append(time.perf_counter() - started)
        for label, of_label in rows.items():
            nearest = of_label[np.argsort(-(vectors[of_label] @ picture))[:NEIGHBOURS]]
            shares.append(len(set(found[label].tolist()) & set(nearest.tolist())) / NEIGHBOURS)
    return statistics.median(seconds), statistics.mean(shares)


def _drawn(
    count: int, centres: NDArray[np.float32], random: np.random.Generator
) -> NDArray[np.float32]:
    own = random.normal(size=(count, DIMENSIONS)).astype(np.float32)
    rows = own + centres[random.integers(0, _GROUPS, count)]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
