"""The cache of embedded bios, each under the picture it belongs to.

Touches one table of the library, created with the first bio. A vector reveals what its text says,
so it has to be found and erased with its picture.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasted.library.embedded import unit_views
from tasted.library.failures import faults_of
from tasted.library.schema import bios_name, bios_schema, plain_rows, row_crc32, views_column
from tasted.library.table import Database, Table, holds_something

_COLUMNS = ("content_id", "text_id", "embedder_fingerprint", "views", "crc32")


class BioCache:
    """Vectors of texts by the content id of their picture, of one embedder.

    Args:
        folder: of the library.
        database: from `connect`.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when the table exists and cannot be read.
    """

    def __init__(
        self, folder: Path, database: Database, *, fingerprint: str, dimensions: int
    ) -> None:
        self._folder = folder
        self._database = database
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._table: Table | None = None
        self._known: dict[str, tuple[str, NDArray[np.float32]]] = {}
        if holds_something(folder / f"{bios_name(fingerprint)}.lance"):
            self._table = self._opened()
            for batch in self._table.scan(_COLUMNS):
                for row in plain_rows(batch, dimensions):
                    if _crc32(row) == row["crc32"] and row["embedder_fingerprint"] == fingerprint:
                        self._known[row["content_id"]] = (row["text_id"], row["views"])

    def cached(self, content_id: str, text_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of a picture's text; None: this text is not embedded.

        Args:
            content_id: of the picture.
            text_id: sha256 of the text.
        """
        text, views = self._known.get(content_id, ("", None))
        return views if text == text_id else None

    def known(self, content_id: str) -> NDArray[np.float32] | None:
        """Return the vectors (k, d) of the last text of a picture; None: there are none."""
        _text, views = self._known.get(content_id, ("", None))
        return views

    def rows(self, content_ids: Sequence[str]) -> dict[str, tuple[str, NDArray[np.float32]]]:
        """Return the id of the last text of these pictures, and its vectors (k, d)."""
        return {content: self._known[content] for content in content_ids if content in self._known}

    def remember(self, bios: Mapping[str, tuple[str, NDArray[np.float32]]]) -> None:
        """Keep vectors by content id with the ids of their texts; earlier ones are replaced.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when a vector is not of length 1, or an id is not 64 hex digits.
        """
        if not bios:
            return
        if self._table is None:
            self._table = self._opened()
        rows = [self._row(content, *bios[content]) for content in bios]
        self._table.delete("content_id", sorted(self._known.keys() & bios.keys()))
        columns = {name: [row[name] for row in rows] for name in _COLUMNS}
        columns["views"] = views_column(columns["views"])
        self._table.add(pa.table(columns, schema=bios_schema(self._dimensions)))
        self._known |= {row["content_id"]: (row["text_id"], row["views"]) for row in rows}

    def drop(self) -> None:
        """Remove the table with everything it ever held.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            with faults_of(self._folder, "written"):
                self._database.drop_table(bios_name(self._fingerprint))
            self._table, self._known = None, {}

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            self._table.compact()

    def _row(self, content: str, text: str, views: NDArray[np.float32]) -> dict[str, Any]:
        row: dict[str, Any] = {
            "content_id": content,
            "text_id": text,
            "embedder_fingerprint": self._fingerprint,
            "views": unit_views(views, self._dimensions),
        }
        return {**row, "crc32": _crc32(row)}

    def _opened(self) -> Table:
        return Table(
            self._folder,
            self._database,
            bios_name(self._fingerprint),
            bios_schema(self._dimensions),
        )


def _crc32(row: dict[str, Any]) -> int:
    return row_crc32(
        row["content_id"], row["text_id"], row["embedder_fingerprint"], vectors=row["views"]
    )
