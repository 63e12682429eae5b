"""What a library holds that another process may be writing. Reads, and changes nothing.

A LanceDB reader keeps the version of a table that it opened, whatever is written meanwhile. Only
`tasted forget` removes that version; a read after that raises a fault.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from tasted.library.embedded import Embedded, LearnedReference, ViewHashes
from tasted.library.failures import faults_of
from tasted.library.hashes import HashCache
from tasted.library.importing import import_lancedb
from tasted.library.references import ReferenceTable
from tasted.library.schema import hashes_name, references_name, vectors_name
from tasted.library.table import Database, Table, holds_something
from tasted.library.vectors import VectorCache
from tasted.system.files import folder_identity


class Glance:
    """What a library holds of one embedder right now.

    Args:
        folder: of the library; it may be missing.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when a table exists and cannot be read.
    """

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._cache: VectorCache | None = None
        name = vectors_name(fingerprint)
        if holds_something(folder / f"{name}.lance"):
            table = _GlancedTable(folder, name)
            self._cache = VectorCache(table, fingerprint=fingerprint, dimensions=dimensions)
        self._hashes: HashCache | None = None
        name = hashes_name(fingerprint)
        if holds_something(folder / f"{name}.lance"):
            hashes = _GlancedTable(folder, name)
            self._hashes = HashCache(hashes, lambda: hashes, fingerprint=fingerprint)

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Return the cached vectors of these contents.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        return self._cache.cached(content_ids) if self._cache is not None else {}

    def hashes(self, content_ids: Sequence[str]) -> dict[str, ViewHashes]:
        """Return the perceptual hashes of these contents, where there are any.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        return self._hashes.cached(content_ids) if self._hashes is not None else {}

    def sample(
        self, limit: int, *, exclude: Collection[str], among: AbstractSet[str] | None = None
    ) -> dict[str, Embedded]:
        """Return the same pictures as `Library.sample`.

        Args:
            limit: the most to return.
            exclude: contents that are left out.
            among: contents that the sample is taken from; None: all.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        cache = self._cache
        return cache.sample(limit, exclude=exclude, among=among) if cache is not None else {}


class _GlancedTable(Table):
    """An existing table, opened without creating or compacting anything."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        with faults_of(folder, "opened"):
            lancedb, identity = import_lancedb(), folder_identity(folder)
            self._database = Database(folder, lancedb.connect(str(folder)), identity)
            self._table = self._database.open_table(name)


def read_learned(
    folder: Path, *, fingerprint: str, dimensions: int
) -> tuple[LearnedReference, ...]:
    """Return the references that count right now, with their vectors, in the order of learning.

    Args:
        folder: of the library; it may be missing.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when the table exists and cannot be read.
    """
    name = references_name(fingerprint)
    if not holds_something(folder / f"{name}.lance"):
        return ()
    table = _GlancedTable(folder, name)
    return ReferenceTable(table, fingerprint=fingerprint, dimensions=dimensions).learned()
