"""One LanceDB table: checked when opened, its errors turned into faults, compacted automatically.

Touches the table's folder. Filters are built here and in the callers from hex ids and enum values
only, because LanceDB has no bound parameters.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasted.errors import LibraryUnusable
from tasted.library.failures import REMEDY, faults_of
from tasted.library.importing import import_lancedb
from tasted.library.schema import is_sha256
from tasted.system.faultpoints import reach
from tasted.system.files import PRIVATE_FOLDER, folder_identity, private_folder

COMMITS_BEFORE_COMPACTION = 100
"""Each commit adds a fragment, and every manifest lists all of them: 1,000 single adds make a
search twenty times slower."""
KEEP_OLD_VERSIONS = timedelta(hours=1)
"""Removing a version that a reader has open makes its next read fail."""
_IDS_IN_FILTER = 500
_ROWS_IN_BATCH = 4096


class Database:
    """A folder opened as a LanceDB database, usable as long as it stays at its path.

    Args:
        folder: of the library.
        connection: of LanceDB.
        identity: of the folder, from before it was opened.
    """

    def __init__(self, folder: Path, connection: Any, identity: tuple[int, int] | None) -> None:
        self._folder = folder
        self._connection = connection
        self._identity = identity

    @property
    def is_in_place(self) -> bool:
        """Whether the opened folder is still at its path."""
        return folder_identity(self._folder) == self._identity

    def check(self) -> None:
        """Check that the library is still there: LanceDB would create every missing folder.

        Raises:
            LibraryUnusable: when the folder is gone or replaced.
        """
        if not self.is_in_place:
            raise LibraryUnusable(
                f"The library {self._folder} was removed or replaced while tasted ran.",
                remedy="It is opened again by itself; if it stays so: tasted rebuild",
            )

    def open_table(self, name: str) -> Any:
        """Open an existing table."""
        self.check()
        return self._connection.open_table(name)

    def drop_table(self, name: str) -> None:
        """Remove a table."""
        self.check()
        self._connection.drop_table(name)

    def write_table(self, name: str, rows: pa.Table) -> Any:
        """Create or replace a table with these rows, in one commit."""
        self.check()
        return self._connection.create_table(name, data=rows, mode="overwrite")

    def create_table(self, name: str, schema: pa.Schema) -> Any:
        """Create an empty table."""
        self.check()
        return self._connection.create_table(name, schema=schema)


def connect(folder: Path, *, importing: Callable[[], Any] = import_lancedb) -> Database:
    """Open a folder as a LanceDB database, private to the user; create it if it is missing.

    Its parent folders are not created.

    Args:
        folder: of the library.
        importing: imports LanceDB.

    Raises:
        LibraryUnusable: when it cannot be opened.
        DiskFull: when there is no space to create it.
    """
    with faults_of(folder, "opened"):
        # first, because it takes long enough for a home to be moved away
        lancedb = importing()
        private_folder(folder, below=folder.parent)
        folder.chmod(PRIVATE_FOLDER)
        identity = folder_identity(folder)
        # LanceDB would make the folder anew: what it opened is compared with what was there
        return Database(folder, lancedb.connect(str(folder)), identity)


class Table:
    """A table that only this process writes. Not for several threads at once.

    Args:
        folder: of the library.
        database: from `connect`.
        name: of the table.
        schema: the columns that it must have.

    Raises:
        LibraryUnusable: when the table exists and cannot be read. It is never overwritten then.
        DiskFull: when there is no space to create it.
    """

    def __init__(self, folder: Path, database: Database, name: str, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._database = database
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

    @property
    def is_in_place(self) -> bool:
        """Whether the opened folder is still at its path."""
        return self._database.is_in_place

    @contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        """Turn the errors of one call into faults."""
        self._database.check()
        with faults_of(self._folder, doing):
            yield

    def scan(self, columns: Sequence[str], *, row_ids: bool = False) -> Iterator[pa.RecordBatch]:
        """Yield all rows in batches, with the column `_rowid` if `row_ids`.

        Raises:
            LibraryUnusable: when a data file is gone or damaged.
        """
        with self._faults("read"):
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
            with self._faults("read"):
                query = self._table.search().where(where).select(list(columns))
                yield from query.to_batches(_ROWS_IN_BATCH)

    def add(self, rows: pa.Table) -> None:
        """Append rows in one commit: all or none.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        reach("library.committing")
        with self._faults("written"):
            self._table.add(rows)
        self._committed()

    def upsert(self, rows: pa.Table, key: str) -> None:
        """Replace rows with the same `key` and append the others, in one commit.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        reach("library.committing")
        with self._faults("written"):
            merge = self._table.merge_insert(key)
            merge.when_matched_update_all().when_not_matched_insert_all().execute(rows)
        self._committed()

    def update(self, column: str, ids: Iterable[str], values: dict[str, bool]) -> None:
        """Set values in the rows whose `column` is one of the ids, 500 ids in a commit.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id is not 64 hex digits.
        """
        for where in one_of(column, ids):
            with self._faults("written"):
                self._table.update(where=where, values=values)
            self._committed()

    def delete(self, column: str, ids: Iterable[str]) -> None:
        """Delete the rows whose `column` is one of the ids, 500 ids in a commit.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id is not 64 hex digits.
        """
        for where in one_of(column, ids):
            with self._faults("written"):
                self._table.delete(where)
            self._committed()

    def delete_rows(self, row_ids: Sequence[int]) -> None:
        """Delete rows by LanceDB's row ids, which are valid until the next compaction.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
        """
        numbers = ", ".join(str(int(row_id)) for row_id in row_ids)
        with self._faults("written"):
            self._table.delete(f"_rowid IN ({numbers})")
        self._committed()

    def compact(self) -> None:
        """Join small fragments, and remove versions older than an hour.

        Raises:
            LibraryUnusable, DiskFull: when that fails; earlier commits are kept.
        """
        reach("library.compacting")
        with self._faults("compacted"):
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


def remove_old_versions(table: Any) -> None:
    """Join the fragments of a LanceDB table, and remove all versions but the newest.

    For a table that nobody else reads, or whose readers can open it again.
    """
    with warnings.catch_warnings():
        # it warns about other processes that read the removed versions
        warnings.simplefilter("ignore", UserWarning)
        table.optimize(cleanup_older_than=timedelta(0), delete_unverified=True)


def holds_something(folder: Path) -> bool:
    """Return whether the folder of a table holds any data."""
    # LanceDB reports a table without manifests as "not found", like a missing one. A process that
    # dies while creating a table leaves a transaction file, and no data.
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
    for digest in listed:
        if not is_sha256(digest):
            raise ValueError(f"not 64 lower-case hex digits: {digest!r}")
    for start in range(0, len(listed), _IDS_IN_FILTER):
        quoted = ", ".join(f"'{digest}'" for digest in listed[start : start + _IDS_IN_FILTER])
        yield f"{column} IN ({quoted})"
