"""One table of LanceDB inside the ring of faults: opened with a probe, compacted by itself.

Touches the table's folder. Filters are built here and in the callers from hex ids and enum values
alone, for LanceDB has no parameter binding.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa

from tasted.errors import LibraryUnusable
from tasted.faultpoints import reach
from tasted.files import PRIVATE_FOLDER, private_folder
from tasted.library.failures import REMEDY, faults_of
from tasted.library.schema import is_sha256

COMMITS_BEFORE_COMPACTION = 100
"""Each commit adds a fragment, and each manifest lists them all: 1,000 single adds make a search
twenty times slower."""
KEEP_OLD_VERSIONS = timedelta(hours=1)
"""Removing a version under a live reader makes its next read fail."""
_IDS_IN_FILTER = 500
_ROWS_IN_BATCH = 4096


def connect(folder: Path) -> Any:
    """Open a folder as a LanceDB database, private to the user; make it where it is missing.

    Raises:
        LibraryUnusable: when it cannot be opened.
        DiskFull: when there is no space to make it.
    """
    with faults_of(folder, "opened"):
        if not private_folder(folder).is_dir():
            raise NotADirectoryError("it is no folder")
        folder.chmod(PRIVATE_FOLDER)
        return lancedb.connect(str(folder))


class Table:
    """A table of which this process is the one writer. Not for several threads at once.

    Args:
        folder: of the library.
        database: what `connect` returned for it.
        name: of the table.
        schema: the columns that it must have.

    Raises:
        LibraryUnusable: when there is something of this name that cannot be read. It is never made
            anew over data that is there.
        DiskFull: when there is no space to make it.
    """

    def __init__(self, folder: Path, database: Any, name: str, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        with faults_of(folder, "opened"):
            if holds_something(folder / f"{name}.lance"):
                self._table = database.open_table(name)
            else:
                self._table = database.create_table(name, schema=schema)
            found: pa.Schema = self._table.schema
            fragments: int = self._table.stats()["fragment_stats"]["num_fragments"]
        if not found.equals(schema, check_metadata=True):
            raise LibraryUnusable(
                f"The library {folder} was made by another version of tasted: "
                f"the columns of {name} differ.",
                remedy=REMEDY,
            )
        self._commits = fragments
        self._compact_when_due()

    def scan(self, columns: Sequence[str], *, row_ids: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield all rows, some thousand at a time; `_rowid` is one of the columns if asked for.

        Raises:
            LibraryUnusable: when a data file is gone or damaged.
        """
        with faults_of(self._folder, "read"):
            query = self._table.search().select(list(columns))
            if row_ids:
                query = query.with_row_id(True)  # noqa: FBT003 - LanceDB takes it by position
            yield from query.to_batches(_ROWS_IN_BATCH)

    def find(
        self, column: str, ids: Iterable[str], columns: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows whose `column` is one of the ids.

        Raises:
            LibraryUnusable: when a data file is gone or damaged.
            ValueError: when an id is not 64 hex digits.
        """
        for where in one_of(column, ids):
            with faults_of(self._folder, "read"):
                query = self._table.search().where(where).select(list(columns))
                yield from query.to_batches(_ROWS_IN_BATCH)

    def add(self, rows: pa.Table) -> None:
        """Append rows in one commit: all of them or none.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        reach("library.committing")
        with faults_of(self._folder, "written"):
            self._table.add(rows)
        self._committed()

    def upsert(self, rows: pa.Table, key: str) -> None:
        """Replace the rows of equal `key`, and append the others, in one commit.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        reach("library.committing")
        with faults_of(self._folder, "written"):
            merge = self._table.merge_insert(key)
            merge.when_matched_update_all().when_not_matched_insert_all().execute(rows)
        self._committed()

    def update(self, column: str, ids: Iterable[str], values: dict[str, bool]) -> None:
        """Set values in the rows whose `column` is one of the ids; a commit for each 500 ids.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id is not 64 hex digits.
        """
        for where in one_of(column, ids):
            with faults_of(self._folder, "written"):
                self._table.update(where=where, values=values)
            self._committed()

    def delete(self, column: str, ids: Iterable[str]) -> None:
        """Delete the rows whose `column` is one of the ids; a commit for each 500 ids.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id is not 64 hex digits.
        """
        for where in one_of(column, ids):
            with faults_of(self._folder, "written"):
                self._table.delete(where)
            self._committed()

    def delete_rows(self, row_ids: Sequence[int]) -> None:
        """Delete rows by LanceDB's own ids, which hold until the next compaction.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        numbers = ", ".join(str(int(row_id)) for row_id in row_ids)
        with faults_of(self._folder, "written"):
            self._table.delete(f"_rowid IN ({numbers})")
        self._committed()

    def compact(self) -> None:
        """Join small fragments, and remove versions that are older than an hour.

        Raises:
            LibraryUnusable, DiskFull: when that fails; what was committed stands.
        """
        reach("library.compacting")
        with faults_of(self._folder, "compacted"):
            self._table.optimize(cleanup_older_than=KEEP_OLD_VERSIONS)
        reach("library.compacted")
        self._commits = 0

    def _committed(self) -> None:
        reach("library.committed")
        self._commits += 1
        self._compact_when_due()

    def _compact_when_due(self) -> None:
        if self._commits >= COMMITS_BEFORE_COMPACTION:
            self.compact()


def holds_something(folder: Path) -> bool:
    """Tell whether the folder of a table holds anything that could be lost."""
    # LanceDB calls a table without manifests "not found", as it calls a missing one. A process
    # that died while it made a table leaves a transaction file and nothing that could be lost.
    return any(
        entry.is_file()
        for part in ("data", "_versions", "_deletions")
        for entry in (folder / part).glob("*")
    )


def one_of(column: str, ids: Iterable[str]) -> Iterator[str]:
    """Yield filters that together select the rows whose `column` is one of the ids.

    Raises:
        ValueError: when an id is not 64 hex digits; nothing else may enter a filter.
    """
    listed = list(ids)
    for each in listed:
        if not is_sha256(each):
            raise ValueError(f"not 64 lower-case hex digits: {each!r}")
    for start in range(0, len(listed), _IDS_IN_FILTER):
        quoted = ", ".join(f"'{each}'" for each in listed[start : start + _IDS_IN_FILTER])
        yield f"{column} IN ({quoted})"
