"""The exact nearest references that count. Reads one table of the library.

No vector index: below some 100,000 rows it costs more than it saves, and its answers are inexact.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasted.library.schema import path_id
from tasted.library.table import Table
from tasted.records import Neighbour, Reference

_SPARE_ROWS = 8
_GROWTH = 4


def nearest(
    table: Table,
    vector: NDArray[np.float32],
    where: str,
    counted: Mapping[str, Reference],
    *,
    limit: int,
) -> list[Neighbour]:
    """Return the `limit` nearest references, nearest first, equally near ones by content id.

    Rows that do not count (copies of a content, contradictions, the picture itself) take places in
    LanceDB's answer; more rows are asked for until enough are left and no tie is cut in two.

    Args:
        table: of references.
        vector: shape (d,), float32, unit length.
        where: selects at least the rows of `counted`.
        counted: the references that may come back, by content id.
        limit: the most to return.

    Raises:
        LibraryUnusable: when the table cannot be read.
    """
    if limit <= 0 or not counted:
        return []
    limit = min(limit, len(counted))
    rows_wanted = limit + _SPARE_ROWS
    while True:
        rows = table.nearest(vector, where, ["path_id", "content_id"], limit=rows_wanted)
        found = _neighbours(rows, counted)
        if rows.num_rows < rows_wanted or _is_settled(rows, found, limit):
            return sorted(found, key=_nearest_first)[:limit]
        rows_wanted *= _GROWTH


def _neighbours(rows: pa.Table, counted: Mapping[str, Reference]) -> list[Neighbour]:
    found = []
    for row in rows.to_pylist():
        reference = counted.get(row["content_id"])
        if reference is not None and path_id(reference.path) == row["path_id"]:
            found.append(Neighbour(reference, _similarity(row["_distance"])))
    return found


def _similarity(distance: float) -> float:
    # float32 rounding takes the distance of equal vectors a little below zero
    return min(1.0, max(-1.0, 1.0 - distance))


def _is_settled(rows: pa.Table, found: list[Neighbour], limit: int) -> bool:
    farthest = _similarity(rows.column("_distance")[-1].as_py())
    return len(found) >= limit and farthest < found[limit - 1].similarity


def _nearest_first(neighbour: Neighbour) -> tuple[float, str]:
    return -neighbour.similarity, neighbour.reference.content_id
