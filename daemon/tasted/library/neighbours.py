"""The neighbour table: what a new picture is compared with, searched by LanceDB.

Touches one table of the library. It holds one vector for each label, in the form that a scorer
compares: the centred items of a taste version, or the plain references. All of it is derived. So
the scorer replaces it as a whole, in one commit, and a table that is damaged, incomplete or from
other labels is published again without a report.

A picture is compared by a query, so that an engine does not hold all vectors while it waits. A
small table is held all the same (`HELD_BYTES`): two queries take longer than scanning it. Before
many pictures in a row, as after a change of labels, a larger one is read into memory once
(`prepare`). Up to `EXACT_MAX` vectors a query compares all of them. Above that an index compares
one byte for each number, and the nearest are compared again with the full vectors.
"""

import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import structlog
from numpy.typing import NDArray

from tasted.errors import LibraryUnusable
from tasted.library.failures import faults_of
from tasted.library.importing import import_lancedb
from tasted.library.schema import neighbours_name, neighbours_schema
from tasted.library.table import Database, holds_something, remove_old_versions
from tasted.library.vector_scan import Indices, VectorScan, nearest_first
from tasted.plain_dataclass import dataclass
from tasted.records import Label, Origin
from tasted.system.faultpoints import reach

EXACT_MAX = 10_000
"""Up to this many vectors a query compares all; see `bench/neighbours.py`."""
MANY = 8
"""From this many pictures on, reading all vectors once is faster than one query for each."""
HELD_BYTES = 4 * 2**20
"""Up to this size the vectors stay in memory: 2,048 of CLIP's."""
_REFINE = 4
"""Of an indexed search: this many times the wanted number are compared with the full vectors."""
_AT_FIRST = 256
"""How many are queried first when all that are close enough are wanted. There are rarely more."""
_ROWS_IN_BATCH = 4096
_COLUMNS = ("row", "label", "origin", "vector")

log = structlog.get_logger("tasted.library")


@dataclass(frozen=True, slots=True, eq=False)
class LabelVectors:
    """The content of a table: n vectors, in the order of its rows."""

    vectors: NDArray[np.float32]
    """Shape (n, d), of any length; one of length 0 is never found."""
    labels: Sequence[Label]
    origins: Sequence[Origin] | None = None
    """None: not searched by origin."""


class NeighbourTable:
    """Searches the vectors of one embedder.

    Args:
        folder: of the library.
        database: from `connect`.
        fingerprint: of the embedder.
        dimensions: length d of a vector.
        exact_max: up to this many vectors a query compares all.
        held_bytes: up to this size all vectors stay in memory.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        fingerprint: str,
        dimensions: int,
        exact_max: int = EXACT_MAX,
        held_bytes: int = HELD_BYTES,
    ) -> None:
        self._folder = folder
        self._database = database
        self._name = neighbours_name(fingerprint)
        self._dimensions = dimensions
        self._exact_max = exact_max
        self._held_bytes = held_bytes
        self._table: Any = None
        self._is_opened = False
        self._made_of: str | None = None
        self._count = 0
        self._is_for_many = False
        self._scan: VectorScan | None = None

    def prepare(self, pictures: int) -> None:
        """Get ready for searches for this many pictures in a row.

        For many, the first search reads all vectors into memory; a call for a few releases them,
        unless they are small.
        """
        self._is_for_many = pictures >= MANY
        if not self._is_in_memory:
            self._scan = None

    @property
    def _is_in_memory(self) -> bool:
        """Whether searches go through all vectors in memory."""
        size = self._count * self._dimensions * np.dtype(np.float32).itemsize
        return self._is_for_many or size <= self._held_bytes

    def holds(self, made_of: str) -> bool:
        """Return whether the table is whole and was published under this digest.

        Raises:
            DiskFull, OutOfMemory, SystemFailed: when the machine has no room to read it.
        """
        if not self._is_opened:
            self._open()
        return self._made_of == made_of

    def publish(self, made_of: str, made: LabelVectors) -> None:
        """Replace everything in the table; after a kill it has all old rows or all new ones.

        Args:
            made_of: a digest over everything that decides the vectors.
            made: the vectors.

        Raises:
            LibraryUnusable, DiskFull: when it cannot be written.
        """
        reach("library.committing")
        rows = _rows(made_of, made, self._dimensions)
        self._made_of = None
        self._database.check()
        table = self._written(rows)
        reach("neighbours.written")
        with self._faults("written"):
            if len(made.vectors) > self._exact_max:
                # one partition: none can be missed, and more would not help with so few vectors
                index = import_lancedb().index.IvfSq(distance_type="cosine", num_partitions=1)
                table.create_index("vector", config=index)
            remove_old_versions(table)
        self._take(table, made_of, len(made.vectors))
        reach("library.committed")

    def nearest(
        self,
        vector: NDArray[np.floating],
        label: Label,
        *,
        at_least: int,
        cosine_min: float | None = None,
        without: int | None = None,
        origin: Origin | None = None,
    ) -> tuple[Indices, NDArray[np.float64]]:
        """Return the nearest vectors of a label by cosine, nearest first, equally near ones by row.

        An indexed search returns at most `_AT_FIRST`.

        Args:
            vector: shape (d,), of any length above 0.
            label: the label.
            at_least: how many, 1 or more.
            cosine_min: all with this cosine or more are added; None: `at_least` only.
            without: a row to leave out; None: none.
            origin: only vectors of this origin; None: any.

        Returns:
            Rows and cosines in [-1, 1], shape (m,) each.

        Raises:
            LibraryUnusable: when the table cannot be read; it then counts as empty.
        """
        self._check_held()
        if not self._count:
            return np.zeros(0, np.intp), np.zeros(0)
        query = np.asarray(vector, np.float32)
        if self._is_in_memory:
            return self._scanned().nearest(
                query,
                label,
                at_least=at_least,
                cosine_min=cosine_min,
                without=without,
                origin=origin,
            )
        where = f"label = '{label.value}'"
        where += f" AND origin = '{origin.value}'" if origin is not None else ""
        where += f" AND row <> {int(without)}" if without is not None else ""
        # one more than wanted shows whether others are as near as the last one
        limit = max(at_least + 1, _AT_FIRST if cosine_min is not None else 0)
        rows, cosines = self._found(query, where, limit)
        if len(rows) == limit and self._count <= self._exact_max:
            last = cosines[-1]
            if last == cosines[at_least - 1] or (cosine_min is not None and last >= cosine_min):
                rows, cosines = self._found(query, where, self._count)
        return nearest_first(rows, cosines, at_least=at_least, cosine_min=cosine_min)

    def vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors of some rows, shape (m, d).

        Raises:
            LibraryUnusable: when the table cannot be read; it then counts as empty.
        """
        self._check_held()
        if self._is_in_memory:
            return self._scanned().vectors[list(rows)]
        listed = ", ".join(str(int(row)) for row in rows)
        with self._faults("read"):
            query = self._table.search().where(f"row IN ({listed})").select(["row", "vector"])
            found = query.to_arrow()
        places = {row: place for place, row in enumerate(found["row"].to_pylist())}
        if set(places) != set(rows):
            raise self._lost("rows of the neighbour table are missing")
        return _vectors(found["vector"].combine_chunks(), self._dimensions)[
            [places[row] for row in rows]
        ]

    def _scanned(self) -> VectorScan:
        """Return all vectors, read into memory if they are not there."""
        if self._scan is None:
            vectors = np.empty((self._count, self._dimensions), np.float32)
            labels: list[str] = []
            origins: list[str] = []
            with self._faults("read"):
                for batch in self._batches(self._table):
                    rows = slice(len(labels), len(labels) + batch.num_rows)
                    vectors[rows] = _vectors(batch.column("vector"), self._dimensions)
                    labels += batch.column("label").to_pylist()
                    origins += batch.column("origin").to_pylist()
            self._scan = VectorScan(vectors, labels, origins)
        return self._scan

    def compact(self) -> None:
        """Remove old versions left by a kill.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            with self._faults("compacted"):
                remove_old_versions(self._table)

    def _open(self) -> None:
        self._is_opened = True
        if not holds_something(self._folder / f"{self._name}.lance"):
            return
        try:
            with self._faults("opened"):
                table = self._database.open_table(self._name)
                self._take(table, *self._checked(table))
        except LibraryUnusable as fault:
            log.warning("neighbours_unreadable", reason=fault.message)

    def _checked(self, table: Any) -> tuple[str | None, int]:
        """Read the whole table; return its digest, None if damaged, and its number of rows."""
        metadata = table.schema.metadata or {}
        made_of = metadata.get(b"made_of", b"").decode("ascii", "replace")
        written = metadata.get(b"crc32", b"").decode("ascii", "replace")
        wanted = neighbours_schema(self._dimensions, made_of, written)
        if not table.schema.equals(wanted, check_metadata=True):
            return None, 0
        count, crc = 0, _CRC_START
        for batch in self._batches(table):
            if batch.column("row").to_pylist() != list(range(count, count + batch.num_rows)):
                return None, 0
            crc = _crc32(
                crc,
                batch.column("label").to_pylist(),
                batch.column("origin").to_pylist(),
                _vectors(batch.column("vector"), self._dimensions),
            )
            count += batch.num_rows
        has_index = count <= self._exact_max or bool(table.list_indices())
        return (made_of if has_index and written == f"{crc:08x}" else None), count

    def _written(self, rows: pa.Table) -> Any:
        try:
            with self._faults("written"):
                return self._database.write_table(self._name, rows)
        except LibraryUnusable:
            # LanceDB reads what it replaces; a damaged table can be thrown away
            with self._faults("written"):
                shutil.rmtree(self._folder / f"{self._name}.lance", ignore_errors=True)
                return self._database.write_table(self._name, rows)

    def _take(self, table: Any, made_of: str | None, count: int) -> None:
        self._table, self._made_of, self._count = table, made_of, count
        self._scan = None
        self._is_opened = True

    def _found(
        self, vector: NDArray[np.float32], where: str, limit: int
    ) -> tuple[Indices, NDArray[np.float64]]:
        """Return the nearest rows and their cosines, nearest first."""
        with self._faults("read"):
            query = self._table.search(vector, vector_column_name="vector", query_type="vector")
            query = query.distance_type("cosine").where(where, prefilter=True).limit(limit)
            if self._count > self._exact_max:
                query = query.refine_factor(_REFINE)
            found = query.select(["row", "_distance"]).to_arrow()
        distances = found["_distance"].to_numpy().astype(np.float64)
        known = ~np.isnan(distances)
        # rounding can take the cosine of equal vectors a little above 1
        cosines = np.clip(1.0 - distances[known], -1.0, 1.0)
        return found["row"].to_numpy().astype(np.intp)[known], cosines

    def _batches(self, table: Any) -> Iterator[pa.RecordBatch]:
        batches: Iterator[pa.RecordBatch] = (
            table.search().select(list(_COLUMNS)).to_batches(_ROWS_IN_BATCH)
        )
        return batches

    @contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        """Turn errors into faults; after one the table counts as empty."""
        self._database.check()
        try:
            with faults_of(self._folder, doing):
                yield
        except LibraryUnusable:
            self._made_of = None
            self._scan = None
            raise

    def _check_held(self) -> None:
        if self._made_of is None:
            raise self._lost("nothing was published to the neighbour table")

    def _lost(self, reason: str) -> LibraryUnusable:
        self._made_of = None
        return LibraryUnusable(
            f"The library {self._folder} cannot be read: {reason}.",
            remedy="It is made again by itself.",
        )


_CRC_START = 0


def _rows(made_of: str, made: LabelVectors, dimensions: int) -> pa.Table:
    vectors = np.ascontiguousarray(made.vectors, np.float32)
    labels = [label.value for label in made.labels]
    origins = [origin.value for origin in made.origins or ()] or [""] * len(labels)
    crc = _crc32(_CRC_START, labels, origins, vectors)
    flat = pa.array(vectors.ravel(), pa.float32())
    columns = [
        pa.array(np.arange(len(labels), dtype=np.uint32)),
        pa.array(labels, pa.string()),
        pa.array(origins, pa.string()),
        pa.FixedSizeListArray.from_arrays(flat, dimensions),
    ]
    return pa.table(columns, schema=neighbours_schema(dimensions, made_of, f"{crc:08x}"))


def _crc32(
    crc: int, labels: Sequence[str], origins: Sequence[str], vectors: NDArray[np.float32]
) -> int:
    """Continue a CRC-32 (zlib) over rows, whatever parts they come in."""
    for label, origin, vector in zip(labels, origins, vectors, strict=True):
        crc = zlib.crc32(np.ascontiguousarray(vector, "<f4").data, crc)
        crc = zlib.crc32(f"{label} {origin}\n".encode("ascii"), crc)
    return crc


def _vectors(column: pa.Array, dimensions: int) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = column.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(-1, dimensions)
