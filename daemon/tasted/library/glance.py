"""Vectors of a library that another process may be writing. Reads, and mends nothing.

LanceDB gives a reader the version of the moment at which it opened a table, whatever is written
beside it. Only `tasted forget` takes that version away; a read that comes then ends in a fault.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import lancedb

from tasted.library.embedded import Embedded
from tasted.library.failures import faults_of
from tasted.library.schema import vectors_name
from tasted.library.table import Table, holds_something
from tasted.library.vectors import VectorCache


class Glance:
    """What a library holds of one embedder right now.

    Args:
        folder: of the library; it may be missing.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when there is something that cannot be read.
    """

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._cache: VectorCache | None = None
        name = vectors_name(fingerprint)
        if holds_something(folder / f"{name}.lance"):
            table = _GlancedTable(folder, name)
            self._cache = VectorCache(table, fingerprint=fingerprint, dimensions=dimensions)

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Return what is cached of these contents.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        return self._cache.cached(content_ids) if self._cache is not None else {}

    def sample(self, limit: int, *, exclude: Collection[str]) -> dict[str, Embedded]:
        """Return the pictures that `Library.sample` would.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        return self._cache.sample(limit, exclude=exclude) if self._cache is not None else {}


class _GlancedTable(Table):
    """A table that is there and stays as it is: opened without being made or compacted."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        with faults_of(folder, "opened"):
            database: Any = lancedb.connect(str(folder))
            self._table = database.open_table(name)
