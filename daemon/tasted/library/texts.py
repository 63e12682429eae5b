"""The cache of texts: the same reader never reads a picture twice.

Touches one table of the library, created with the first text. A row whose checksum does not match,
or that comes from another reader, counts as absent.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasted.library.failures import faults_of
from tasted.library.schema import TEXTS_NAME, plain_rows, row_crc32, texts_schema
from tasted.library.table import Database, Table, holds_something

_COLUMNS = ("content_id", "reader", "text", "crc32")


class TextCache:
    """Texts by content id.

    Args:
        folder: of the library.
        database: from `connect`.

    Raises:
        LibraryUnusable: when the table exists and cannot be read.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._table: Table | None = None
        self._rows: set[str] = set()
        if holds_something(folder / f"{TEXTS_NAME}.lance"):
            self._table = self._opened()
            # opens every data file, so that damage shows now
            self._rows = {
                row["content_id"]
                for batch in self._table.scan(["content_id"])
                for row in plain_rows(batch, 0)
            }

    def cached(self, content_ids: Sequence[str], reader: str) -> dict[str, str]:
        """Return what this reader found in these contents.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        wanted = sorted(self._rows.intersection(content_ids))
        if self._table is None or not wanted:
            return {}
        return {
            row["content_id"]: row["text"]
            for batch in self._table.find("content_id", wanted, _COLUMNS)
            for row in plain_rows(batch, 0)
            if _crc32(row) == row["crc32"] and row["reader"] == reader
        }

    def rows(self, content_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return reader and text of these contents, whoever read them.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        wanted = sorted(self._rows.intersection(content_ids))
        if self._table is None or not wanted:
            return {}
        return {
            row["content_id"]: (row["reader"], row["text"])
            for batch in self._table.find("content_id", wanted, _COLUMNS)
            for row in plain_rows(batch, 0)
            if _crc32(row) == row["crc32"]
        }

    def remember(self, texts: Mapping[str, str], reader: str) -> None:
        """Keep what a reader found, in one commit; it replaces what another reader found.

        Args:
            texts: by content id; without lone surrogates.
            reader: names the engine, its version and its languages.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id that is replaced is not 64 hex digits.
        """
        if not texts:
            return
        rows = [
            {"content_id": content, "reader": reader, "text": text}
            for content, text in texts.items()
        ]
        checked = [{**row, "crc32": _crc32(row)} for row in rows]
        if self._table is None:
            self._table = self._opened()
        self._table.delete("content_id", sorted(self._rows & texts.keys()))
        self._table.add(pa.Table.from_pylist(checked, schema=texts_schema()))
        self._rows |= texts.keys()

    def drop(self) -> None:
        """Remove the table with everything it ever held.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            with faults_of(self._folder, "written"):
                self._database.drop_table(TEXTS_NAME)
            self._table, self._rows = None, set()

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            self._table.compact()

    def _opened(self) -> Table:
        return Table(self._folder, self._database, TEXTS_NAME, texts_schema())


def _crc32(row: Mapping[str, Any]) -> int:
    nothing = np.empty(0, dtype=np.float32)
    return row_crc32(row["content_id"], row["reader"], row["text"], vectors=nothing)
