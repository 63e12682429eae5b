"""Erases pictures from every table of the library, including old versions and deleted rows.

Touches the library folder. A delete in LanceDB only marks rows: the vector stays in its data file,
and the filter with its ids in the transaction and the manifest. So each table is rewritten without
the rows in one atomic commit, and everything older is removed. The tables of all embedders are
handled alike, by the two columns that identify a picture. Neighbour tables are removed: they are
derived, and each of their vectors comes from many pictures.
"""

import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasted.library.failures import faults_of
from tasted.library.schema import NEIGHBOURS_PREFIX, path_from, path_id
from tasted.library.table import Database, connect, holds_something, remove_old_versions
from tasted.plain_dataclass import dataclass
from tasted.system.faultpoints import reach

_ROWS_IN_BATCH = 4096
_CONTENT, _PATH_ID, _PATH = "content_id", "path_id", "path"


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A row about a picture."""

    table: str
    content_id: str
    path: str | None
    """Relative to the inbox; None in tables without paths."""


def find_rows(
    folder: Path, *, contents: Collection[str], paths: Collection[str]
) -> list[PictureRow]:
    """Return the rows about these contents or paths, in all tables of the folder.

    Raises:
        LibraryUnusable: when a table cannot be read.
    """
    mark = _marking(contents, paths)
    return [row for name, table, _ in _tables(folder) for row in _found(folder, name, table, mark)]


def erase_rows(
    folder: Path, *, contents: Collection[str], paths: Collection[str]
) -> list[PictureRow]:
    """Erase the rows about these contents or paths from the disk, and return them.

    Every table is rewritten, even one without such a row: its old versions may hold some. Nobody
    else may have a table open, because versions in use by others are removed too.

    Raises:
        LibraryUnusable: when a table cannot be read or written.
        DiskFull: when there is no space for a second copy of a table.
    """
    _drop_neighbours(folder)
    mark = _marking(contents, paths)
    erased: list[PictureRow] = []
    for name, table, database in _tables(folder):
        found = _found(folder, name, table, mark)
        reach("library.committing")
        with faults_of(folder, "written"):
            database.check()
            schema = table.schema
            kept = pa.RecordBatchReader.from_batches(schema, _kept(table, mark))
            table.add(kept, mode="overwrite")
        reach("library.committed")
        with faults_of(folder, "compacted"):
            database.check()
            remove_old_versions(table)
        erased += found
    return erased


def _drop_neighbours(folder: Path) -> None:
    """Remove the neighbour tables: each of their vectors comes from many pictures."""
    for place in folder.glob(f"{NEIGHBOURS_PREFIX}*.lance"):
        with faults_of(folder, "written"):
            shutil.rmtree(place)


_Mark = Callable[[pa.RecordBatch], pa.Array]


def _marking(contents: Collection[str], paths: Collection[str]) -> _Mark:
    import pyarrow.compute as pc  # noqa: PLC0415 - LanceDB imports it, when it is opened

    wanted = pa.array(sorted(contents), pa.string())
    wanted_paths = pa.array(sorted(map(path_id, paths)), pa.string())

    def mark(batch: pa.RecordBatch) -> pa.Array:
        marked = pc.is_in(batch.column(_CONTENT), value_set=wanted)
        if _PATH_ID in batch.schema.names:
            marked = pc.or_(marked, pc.is_in(batch.column(_PATH_ID), value_set=wanted_paths))
        return marked

    return mark


def _tables(folder: Path) -> Iterator[tuple[str, Any, Database]]:
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
            yield place.stem, table, database


def _found(folder: Path, name: str, table: Any, mark: _Mark) -> list[PictureRow]:
    rows: list[PictureRow] = []
    with faults_of(folder, "read"):
        columns = [column for column in (_CONTENT, _PATH_ID, _PATH) if column in table.schema.names]
        for batch in table.search().select(columns).to_batches(_ROWS_IN_BATCH):
            for row in batch.filter(mark(batch)).to_pylist():
                path = row.get(_PATH)
                rows.append(
                    PictureRow(name, row[_CONTENT], None if path is None else path_from(path))
                )
    return rows


def _kept(table: Any, mark: _Mark) -> Iterator[pa.RecordBatch]:
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    for batch in table.search().to_batches(_ROWS_IN_BATCH):
        yield batch.filter(pc.invert(mark(batch))).cast(table.schema)
