"""The perceptual hashes of pictures, view by view. Touches one table, created with the first hash.

They are separate from the vectors: only what is compared with others has them, references and what
may be in a profile. What has vectors alone gets its hashes when that first concerns it. A hash is a
rough sketch of its picture, so it has to be found and erased with it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasted.library.embedded import ViewHashes
from tasted.library.schema import hashes_schema, is_sha256, plain_rows, row_crc32
from tasted.library.table import Table

_COLUMNS = ("content_id", "embedder_fingerprint", "kinds", "cells", "crc32")
_PHOTO, _OTHER = "p", "-"
_BIAS = 8
"""Cells are -7 to 7: half a byte once this is added."""


class HashCache:
    """Hashes by content id, of the views of one embedder.

    Args:
        table: with the columns of `hashes_schema()`; None: there is none yet.
        make: creates the table with the first hash.
        fingerprint: of the embedder, which also covers how views are chosen.

    Raises:
        LibraryUnusable: when the table cannot be read.
    """

    def __init__(self, table: Table | None, make: Callable[[], Table], *, fingerprint: str) -> None:
        self._table = table
        self._make = make
        self._fingerprint = fingerprint
        self._known: set[str] = set()
        if table is not None:
            # opens every data file, so that damage shows now
            self._known = {
                row["content_id"]
                for batch in table.scan(["content_id"])
                for row in plain_rows(batch, 0)
            }

    def lacking(self, content_ids: Collection[str]) -> frozenset[str]:
        """Return which of these contents have no hash."""
        return frozenset(content_ids) - self._known

    def cached(self, content_ids: Collection[str]) -> dict[str, ViewHashes]:
        """Return the hashes of these contents; damaged ones are left out and computed again later.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        wanted = sorted(self._known.intersection(content_ids))
        if self._table is None or not wanted:
            return {}
        found = {
            row["content_id"]: _hashes(row)
            for batch in self._table.find("content_id", wanted, _COLUMNS)
            for row in plain_rows(batch, 0)
            if _crc32(row) == row["crc32"] and row["embedder_fingerprint"] == self._fingerprint
        }
        self._known -= set(wanted) - found.keys()
        return found

    def remember(self, hashes: Mapping[str, ViewHashes]) -> None:
        """Keep hashes by content id, in one commit; known ones stay as they are.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when an id is not 64 hex digits, or a hash has another shape.
        """
        new = sorted(hashes.keys() - self._known)
        if not new:
            return
        rows = [self._row(content, hashes[content]) for content in new]
        if self._table is None:
            self._table = self._make()
        # there may be a damaged row, which does not count as known
        self._table.delete("content_id", new)
        self._table.add(pa.Table.from_pylist(rows, schema=hashes_schema()))
        self._known |= set(new)

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        if self._table is not None:
            self._table.compact()

    def _row(self, content: str, hashes: ViewHashes) -> dict[str, Any]:
        if not is_sha256(content):
            raise ValueError(f"not 64 lower-case hex digits: {content!r}")
        count, length = hashes.cells.shape
        if count != len(hashes.are_photos) or hashes.wholes.shape != (1, length) or length % 2:
            raise ValueError(
                f"{len(hashes.are_photos)} views of one picture, with hashes "
                f"{hashes.cells.shape} and {hashes.wholes.shape}"
            )
        row: dict[str, Any] = {
            "content_id": content,
            "embedder_fingerprint": self._fingerprint,
            "kinds": "".join(_PHOTO if photo else _OTHER for photo in hashes.are_photos),
            "cells": _packed(np.concatenate([hashes.cells, hashes.wholes])),
        }
        return {**row, "crc32": _crc32(row)}


def _packed(cells: NDArray[np.int8]) -> bytes:
    halves = (cells.ravel() + _BIAS).astype(np.uint8)
    return bytes(halves[::2] << 4 | halves[1::2])


def _hashes(row: Mapping[str, Any]) -> ViewHashes:
    # the checksum has matched: this is what `remember` wrote
    packed = np.frombuffer(row["cells"], np.uint8)
    halves = np.stack([packed >> 4, packed & 0x0F], axis=1).astype(np.int8)
    cells = (halves - _BIAS).reshape(len(row["kinds"]) + 1, -1)
    are_photos = np.array([kind == _PHOTO for kind in row["kinds"]], np.bool_)
    return ViewHashes(cells[:-1], are_photos, cells[-1:])


def _crc32(row: Mapping[str, Any]) -> int:
    columns = ("content_id", "embedder_fingerprint", "kinds", "cells")
    return row_crc32(*(row[name] for name in columns), vectors=np.empty(0, np.float32))
