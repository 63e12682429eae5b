"""The table of references: learnt, present or absent, searched. Touches one table of the library.

The register in memory mirrors the table, for this process is its one writer; vectors stay on disk.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasted.library.register import Entry, Register
from tasted.library.schema import (
    is_sha256,
    path_bytes,
    path_from,
    path_id,
    plain_rows,
    references_schema,
    row_crc32,
    unit_vector,
    vector_column,
)
from tasted.library.search import nearest
from tasted.library.sums import Group, ReferenceSums, sum_up
from tasted.library.table import Table
from tasted.records import Label, Neighbour, Origin, Reference


@dataclass(frozen=True, slots=True, eq=False)
class LearnedReference:
    """A picture that teaches, with its vector."""

    reference: Reference
    vector: NDArray[np.float32]
    """Shape (d,), unit length."""


class ReferenceTable:
    """References by path, of one embedder.

    Args:
        table: with the columns of `references_schema(dimensions)`.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when the table cannot be read.
    """

    def __init__(self, table: Table, *, fingerprint: str, dimensions: int) -> None:
        self._table = table
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._damaged_rows: set[int] = set()
        self._damaged_paths: set[str] = set()
        self._sums: ReferenceSums | None = None
        self.register = Register(())
        # reads every row, which is the probe
        self.register.put([entry for entry, _vector in self._sound_rows()])

    def damaged(self) -> list[str]:
        """Return the paths whose rows do not fit their check sums, until they are learnt anew.

        A path that is itself damaged is not the path of any file: compare `register` as well.
        """
        return sorted(self._damaged_paths)

    def learn(self, learned: Sequence[LearnedReference]) -> None:
        """Enter references by path, all in one commit; nothing is written for those known.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when a vector is not of length 1, or an id is not 64 hex digits.
        """
        entries = self._new_entries([each.reference for each in learned])
        vectors = {
            each.reference.path: unit_vector(each.vector, self._dimensions) for each in learned
        }
        self._damaged_paths -= vectors.keys()
        if not entries:
            return
        self._discard_damaged_rows()
        rows = self._arrow([(entry, vectors[entry.reference.path]) for entry in entries])
        if any(self.register.entry(entry.reference.path) for entry in entries):
            self._table.upsert(rows, "path_id")
        else:
            # an append costs a tenth of a merge
            self._table.add(rows)
        self._enter(entries)

    def keep_only(self, paths: Collection[str]) -> int:
        """Mark the references of these paths present and all others absent.

        Returns:
            How many changed.

        Raises:
            LibraryUnusable, DiskFull: when that cannot be written.
        """
        moved = self.register.moved(paths)
        self._damaged_paths &= set(paths)
        self._discard_damaged_rows()
        for present in (False, True):
            ids = [path_id(each.reference.path) for each in moved if each.present is present]
            self._table.update("path_id", ids, {"present": present})
        if moved:
            self._enter(moved)
        return len(moved)

    def sums(self) -> ReferenceSums:
        """Return the sums over all that count; read from the table after a change.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        while self._sums is None:
            counted = self.register.counted()
            seen: set[str] = set()
            totals = sum_up(self._counted_rows(counted, seen), self._dimensions)
            lost = counted.keys() - seen
            if not lost:
                self._sums = ReferenceSums(totals, self._counted_vector)
            # bits that flipped since the table was opened: another file may stand for the content
            for path in [counted[content].path for content in lost]:
                self._damaged_paths.add(path)
                self.register.drop(path)
        return self._sums

    def nearest(
        self,
        vector: NDArray[np.float32],
        label: Label,
        *,
        limit: int,
        exclude: str | None,
        origin: Origin | None,
    ) -> list[Neighbour]:
        """Return the nearest references that count; see `Library.nearest`.

        Raises:
            LibraryUnusable: when the table cannot be read.
            ValueError: when the vector is not of length 1.
        """
        counted = {
            content: reference
            for content, reference in self.register.counted().items()
            if reference.label is label and content != exclude
        }
        where = f"present AND label = '{label.value}'"
        if origin is not None:
            counted = {key: each for key, each in counted.items() if each.origin is origin}
            where += f" AND origin = '{origin.value}'"
        query = unit_vector(vector, self._dimensions)
        return nearest(self._table, query, where, counted, limit=limit)

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        self._discard_damaged_rows()
        self._table.compact()

    def _new_entries(self, references: Sequence[Reference]) -> list[Entry]:
        """Return what has to be written; the last of several references of one path stands."""
        added = self.register.next_added()
        entries: list[Entry] = []
        for reference in {each.path: each for each in references}.values():
            if not is_sha256(reference.content_id):
                raise ValueError(f"not 64 lower-case hex digits: {reference.content_id!r}")
            entry = self._entry(reference, added + len(entries))
            if entry != self.register.entry(reference.path):
                entries.append(entry)
        return entries

    def _entry(self, reference: Reference, added: int) -> Entry:
        known = self.register.entry(reference.path)
        if known is None or known.reference.content_id != reference.content_id:
            return Entry(reference, added, present=True)
        # origin is decided once: a reference that was scored since is no feedback for that
        kept = Reference(
            reference.content_id, reference.path, reference.label, known.reference.origin
        )
        return Entry(kept, known.added, present=True)

    def _enter(self, entries: list[Entry]) -> None:
        self.register.put(entries)
        self._sums = None

    def _discard_damaged_rows(self) -> None:
        # before any other write: a compaction would give these ids to other rows
        if self._damaged_rows:
            self._table.delete_rows(sorted(self._damaged_rows))
            self._damaged_rows = set()

    def _sound_rows(self) -> Iterator[tuple[Entry, NDArray[np.float32]]]:
        columns = references_schema(self._dimensions).names
        for batch in self._table.scan(columns, row_ids=True):
            for row in plain_rows(batch, self._dimensions):
                if self._fits(row):
                    yield _entry_from(row), row["vector"]
                else:
                    self._damaged_rows.add(row["_rowid"])
                    self._damaged_paths.add(path_from(row["path"]))

    def _fits(self, row: dict[str, Any]) -> bool:
        fits: bool = _crc32(row) == row["crc32"]
        return fits and bool(row["embedder_fingerprint"] == self._fingerprint)

    def _counted_rows(
        self, counted: Mapping[str, Reference], seen: set[str]
    ) -> Iterator[tuple[Group, NDArray[np.float32]]]:
        for entry, vector in self._sound_rows():
            reference = entry.reference
            if counted.get(reference.content_id) == reference:
                seen.add(reference.content_id)
                yield (reference.label, reference.origin), vector

    def _counted_vector(self, content_id: str) -> tuple[Group, NDArray[np.float32]] | None:
        reference = self.register.counted().get(content_id)
        if reference is None:
            return None
        ids = [path_id(reference.path)]
        for batch in self._table.find("path_id", ids, ["vector"]):
            for row in plain_rows(batch, self._dimensions):
                return (reference.label, reference.origin), row["vector"]
        return None

    def _arrow(self, entries: list[tuple[Entry, NDArray[np.float32]]]) -> pa.Table:
        rows = [self._row(entry, vector) for entry, vector in entries]
        schema = references_schema(self._dimensions)
        columns = {name: [row[name] for row in rows] for name in schema.names}
        columns["vector"] = vector_column(columns["vector"], self._dimensions)
        return pa.table(columns, schema=schema)

    def _row(self, entry: Entry, vector: NDArray[np.float32]) -> dict[str, Any]:
        reference = entry.reference
        row: dict[str, Any] = {
            "path_id": path_id(reference.path),
            "path": path_bytes(reference.path),
            "content_id": reference.content_id,
            "label": reference.label.value,
            "origin": reference.origin.value,
            "embedder_fingerprint": self._fingerprint,
            "vector": vector,
            "added": entry.added,
            "present": entry.present,
        }
        return {**row, "crc32": _crc32(row)}


def _crc32(row: dict[str, Any]) -> int:
    columns = ("path_id", "path", "content_id", "label", "origin", "embedder_fingerprint")
    return row_crc32(*(row[name] for name in columns), str(row["added"]), vector=row["vector"])


def _entry_from(row: dict[str, Any]) -> Entry:
    path = path_from(row["path"])
    reference = Reference(row["content_id"], path, Label(row["label"]), Origin(row["origin"]))
    return Entry(reference, row["added"], present=row["present"])
