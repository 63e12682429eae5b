"""Erases pictures from every table of the library, old versions and deleted rows included.

Touches the library folder. A delete in LanceDB only marks rows: the vector stays in its data file,
and the filter, ids and all, in the transaction and in the manifest. So a table is written anew
without the rows, in one atomic commit, and everything older is removed. The tables of all embedders
are treated alike, by the two columns that lead to a picture.
"""

import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasted.faultpoints import reach
from tasted.library.failures import faults_of
from tasted.library.schema import path_from, path_id
from tasted.library.table import connect, holds_something

_ROWS_IN_BATCH = 4096
_CONTENT, _PATH_ID, _PATH = "content_id", "path_id", "path"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is about a picture."""

    table: str
    content_id: str
    path: str | None
    """Relative to the inbox; None in tables that know contents only."""


def find_rows(folder: Path, *, contents: Collection[str], paths: Collection[str]) -> list[Row]:
    """Return the rows about these contents or paths, in all tables of the folder.

    Raises:
        LibraryUnusable: when a table cannot be read.
    """
    mark = _marking(contents, paths)
    return [row for name, table in _tables(folder) for row in _found(folder, name, table, mark)]


def erase_rows(folder: Path, *, contents: Collection[str], paths: Collection[str]) -> list[Row]:
    """Erase the rows about these contents or paths from the disk, and return what they were.

    Every table is written anew, also one without such a row: its old versions may hold some. Nobody
    else may have a table open, for the versions that are read by others go too.

    Raises:
        LibraryUnusable: when a table cannot be read or written.
        DiskFull: when there is no space for a table beside its old self.
    """
    mark = _marking(contents, paths)
    erased: list[Row] = []
    for name, table in _tables(folder):
        found = _found(folder, name, table, mark)
        reach("library.committing")
        with faults_of(folder, "written"):
            schema = table.schema
            kept = pa.RecordBatchReader.from_batches(schema, _kept(table, mark))
            table.add(kept, mode="overwrite")
        reach("library.committed")
        with faults_of(folder, "compacted"):
            _remove_old_versions(table)
        erased += found
    return erased


_Mark = Callable[[pa.RecordBatch], pa.Array]


def _marking(contents: Collection[str], paths: Collection[str]) -> _Mark:
    wanted = pa.array(sorted(contents), pa.string())
    wanted_paths = pa.array(sorted(map(path_id, paths)), pa.string())

    def mark(batch: pa.RecordBatch) -> pa.Array:
        marked = pc.is_in(batch.column(_CONTENT), value_set=wanted)
        if _PATH_ID in batch.schema.names:
            marked = pc.or_(marked, pc.is_in(batch.column(_PATH_ID), value_set=wanted_paths))
        return marked

    return mark


def _tables(folder: Path) -> Iterator[tuple[str, Any]]:
    if not folder.is_dir():
        return
    database = connect(folder)
    for place in sorted(folder.glob("*.lance")):
        if not holds_something(place):
            continue
        with faults_of(folder, "opened"):
            table = database.open_table(place.stem)
            names = table.schema.names
        if _CONTENT in names:
            yield place.stem, table


def _found(folder: Path, name: str, table: Any, mark: _Mark) -> list[Row]:
    rows: list[Row] = []
    with faults_of(folder, "read"):
        columns = [each for each in (_CONTENT, _PATH_ID, _PATH) if each in table.schema.names]
        for batch in table.search().select(columns).to_batches(_ROWS_IN_BATCH):
            for row in batch.filter(mark(batch)).to_pylist():
                path = row.get(_PATH)
                rows.append(Row(name, row[_CONTENT], None if path is None else path_from(path)))
    return rows


def _kept(table: Any, mark: _Mark) -> Iterator[pa.RecordBatch]:
    for batch in table.search().to_batches(_ROWS_IN_BATCH):
        yield batch.filter(pc.invert(mark(batch))).cast(table.schema)


def _remove_old_versions(table: Any) -> None:
    with warnings.catch_warnings():
        # it warns of readers of the versions that go; the engine is the only one, and it has none
        warnings.simplefilter("ignore", UserWarning)
        table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)
