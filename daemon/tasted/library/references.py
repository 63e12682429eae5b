"""The table of references: learnt, present or absent. Touches one table of the library.

The register in memory mirrors the table without the vectors: this process is the only writer.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasted.library.embedded import LearnedReference, weighted_views
from tasted.library.register import Entry, Register
from tasted.library.schema import (
    is_sha256,
    path_bytes,
    path_from,
    path_id,
    plain_rows,
    references_schema,
    row_crc32,
    views_column,
)
from tasted.library.sums import Group, ReferenceSums, sum_up
from tasted.library.table import Table
from tasted.records import Label, Origin, Reference


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
        self.dimensions = dimensions
        self._damaged_rows: set[int] = set()
        self._damaged_paths: set[str] = set()
        self._sums = -1, ReferenceSums({}, lambda _content: None)
        """The last state of the register, and the sums then."""
        self._by_content: tuple[int, tuple[Reference, ...]] = -1, ()
        """The last state of the register, and what counted then."""
        self.register = Register(())
        # reads every row, so that damage shows now
        self.register.put([entry for entry, _views in self._sound_rows()])

    @property
    def is_in_place(self) -> bool:
        """Whether the opened folder is still at its path."""
        return self._table.is_in_place

    def damaged(self) -> list[str]:
        """Return the paths whose rows do not match their checksums, until they are learnt again.

        A damaged path is not the path of any file: compare `register` as well.
        """
        return sorted(self._damaged_paths)

    def learn(self, learned: Sequence[LearnedReference]) -> None:
        """Enter references by path, all in one commit; known ones are not written again.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when a vector is longer than 1, or an id is not 64 hex digits.
        """
        entries = self._new_entries([picture.reference for picture in learned])
        views = {
            picture.reference.path: weighted_views(picture.views, self.dimensions)
            for picture in learned
        }
        self._damaged_paths -= views.keys()
        if not entries:
            return
        self._discard_damaged_rows()
        rows = self._arrow([(entry, views[entry.reference.path]) for entry in entries])
        if any(self.register.entry(entry.reference.path) for entry in entries):
            self._table.upsert(rows, "path_id")
        else:
            # an append takes a tenth of the time of a merge
            self._table.add(rows)
        self.register.put(entries)

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
            ids = [path_id(entry.reference.path) for entry in moved if entry.present is present]
            self._table.update("path_id", ids, {"present": present})
        if moved:
            self.register.put(moved)
        return len(moved)

    def learned(self) -> tuple[LearnedReference, ...]:
        """Read all that count from the table, with their vectors, in the order of learning.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        while True:
            counted = self.register.counted()
            found = {
                entry.reference.content_id: LearnedReference(entry.reference, views)
                for entry, views in self._sound_rows()
                if counted.get(entry.reference.content_id) == entry.reference
            }
            lost = counted.keys() - found.keys()
            if not lost:
                return tuple(found[content] for content in counted)
            # bits flipped since the table was opened: another file may represent the content
            for path in [counted[content].path for content in lost]:
                self._damaged_paths.add(path)
                self.register.drop(path)

    def counted_by_content(self) -> tuple[Reference, ...]:
        """Return the references that count, in the order of their content ids."""
        changes = self.register.changes
        if self._by_content[0] != changes:
            counted = self.register.counted()
            self._by_content = changes, tuple(counted[content] for content in sorted(counted))
        return self._by_content[1]

    def sums(self) -> ReferenceSums:
        """Return the sums of the vectors that count; read from the table after a change.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        if self._sums[0] != self.register.changes:
            learned = self.learned()
            grouped = ((_group(picture.reference), picture.vector) for picture in learned)
            sums = ReferenceSums(sum_up(grouped, self.dimensions), self._group_and_vector)
            self._sums = self.register.changes, sums
        return self._sums[1]

    def _group_and_vector(self, content_id: str) -> tuple[Group, NDArray[np.float32]] | None:
        """Read the vector of a content that counts."""
        reference = self.register.counted().get(content_id)
        if reference is None:
            return None
        columns = references_schema(self.dimensions).names
        for batch in self._table.find("path_id", [path_id(reference.path)], columns):
            for row in plain_rows(batch, self.dimensions):
                if self._fits(row):
                    return _group(reference), LearnedReference(reference, row["views"]).vector
        return None

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        self._discard_damaged_rows()
        self._table.compact()

    def _new_entries(self, references: Sequence[Reference]) -> list[Entry]:
        """Return what has to be written; of several references of one path the last one wins."""
        added = self.register.next_added()
        entries: list[Entry] = []
        last_by_path = {reference.path: reference for reference in references}
        for reference in last_by_path.values():
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
        # origin is decided once: being scored later does not turn a reference into feedback
        kept = Reference(
            reference.content_id, reference.path, reference.label, known.reference.origin
        )
        return Entry(kept, known.added, present=True)

    def _discard_damaged_rows(self) -> None:
        # before any other write: a compaction gives these ids to other rows
        if self._damaged_rows:
            self._table.delete_rows(sorted(self._damaged_rows))
            self._damaged_rows = set()

    def _sound_rows(self) -> Iterator[tuple[Entry, NDArray[np.float32]]]:
        columns = references_schema(self.dimensions).names
        for batch in self._table.scan(columns, row_ids=True):
            for row in plain_rows(batch, self.dimensions):
                if self._fits(row):
                    yield _entry_from(row), row["views"]
                else:
                    self._damaged_rows.add(row["_rowid"])
                    self._damaged_paths.add(path_from(row["path"]))

    def _fits(self, row: dict[str, Any]) -> bool:
        fits: bool = _crc32(row) == row["crc32"]
        return fits and bool(row["embedder_fingerprint"] == self._fingerprint)

    def _arrow(self, entries: list[tuple[Entry, NDArray[np.float32]]]) -> pa.Table:
        rows = [self._row(entry, views) for entry, views in entries]
        schema = references_schema(self.dimensions)
        columns = {name: [row[name] for row in rows] for name in schema.names}
        columns["views"] = views_column(columns["views"])
        return pa.table(columns, schema=schema)

    def _row(self, entry: Entry, views: NDArray[np.float32]) -> dict[str, Any]:
        reference = entry.reference
        row: dict[str, Any] = {
            "path_id": path_id(reference.path),
            "path": path_bytes(reference.path),
            "content_id": reference.content_id,
            "label": reference.label.value,
            "origin": reference.origin.value,
            "embedder_fingerprint": self._fingerprint,
            "views": views,
            "added": entry.added,
            "present": entry.present,
        }
        return {**row, "crc32": _crc32(row)}


def _crc32(row: dict[str, Any]) -> int:
    columns = ("path_id", "path", "content_id", "label", "origin", "embedder_fingerprint")
    return row_crc32(*(row[name] for name in columns), str(row["added"]), vectors=row["views"])


def _group(reference: Reference) -> Group:
    return reference.label, reference.origin


def _entry_from(row: dict[str, Any]) -> Entry:
    path = path_from(row["path"])
    reference = Reference(row["content_id"], path, Label(row["label"]), Origin(row["origin"]))
    return Entry(reference, row["added"], present=row["present"])
