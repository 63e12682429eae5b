"""The cache of vectors: no content is embedded twice.

Touches one table of the library. A row whose checksum does not match counts as absent.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import pyarrow as pa

from tasted.library.embedded import Embedded, weighted_views
from tasted.library.schema import is_sha256, plain_rows, row_crc32, vectors_schema, views_column
from tasted.library.table import Table
from tasted.records import PictureFacts, View

TEXT_FORMAT = "TEXT"
"""The `facts.format` of a text from the settings, which is cached among the pictures."""
_COLUMNS = ("content_id", "embedder_fingerprint", "views", "facts", "crc32")


class VectorCache:
    """Vectors by content id, of one embedder.

    Args:
        table: with the columns of `vectors_schema(dimensions)`.
        fingerprint: of the embedder.
        dimensions: length d of a vector.

    Raises:
        LibraryUnusable: when the table cannot be read.
    """

    def __init__(self, table: Table, *, fingerprint: str, dimensions: int) -> None:
        self._table = table
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        # opens every data file, so that damage shows now, and saves a query for each new picture
        self._known: set[str] = {
            row["content_id"]
            for batch in table.scan(["content_id"])
            for row in plain_rows(batch, dimensions)
        }
        self._damaged: set[str] = set()

    def cached(self, content_ids: Sequence[str]) -> dict[str, Embedded]:
        """Return the cached vectors of these contents.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        wanted = sorted(self._known.intersection(content_ids))
        found: dict[str, Embedded] = {}
        for batch in self._table.find("content_id", wanted, _COLUMNS):
            for row in plain_rows(batch, self._dimensions):
                if self._fits(row):
                    found[row["content_id"]] = Embedded(row["views"], _facts(row["facts"]))
        lost = set(wanted) - found.keys()
        self._damaged |= lost
        self._known -= lost
        return found

    def known(self, content_ids: Collection[str]) -> frozenset[str]:
        """Return which of these contents are cached, as far as is known without reading them."""
        return frozenset(self._known.intersection(content_ids))

    def remember(self, vectors: Mapping[str, Embedded]) -> None:
        """Keep vectors by content id, in one commit; cached ones stay as they are.

        Raises:
            LibraryUnusable, DiskFull: when they cannot be written.
            ValueError: when a vector is longer than 1, or an id is not 64 hex digits.
        """
        rows = [self._row(content, vectors[content]) for content in vectors.keys() - self._known]
        if not rows:
            return
        contents = {row["content_id"] for row in rows}
        self._table.delete("content_id", sorted(contents & self._damaged))
        self._table.add(self._arrow(rows))
        self._damaged -= contents
        self._known |= contents

    def sample(
        self, limit: int, *, exclude: Collection[str], among: AbstractSet[str] | None = None
    ) -> dict[str, Embedded]:
        """Return the cached pictures with the smallest content ids; see `Library.sample`.

        Args:
            limit: the most to return.
            exclude: contents that are left out.
            among: contents that the sample is taken from; None: all.

        Raises:
            LibraryUnusable: when the table cannot be read.
        """
        found: dict[str, Embedded] = {}
        known = self._known if among is None else self._known & among
        ordered = sorted(known - set(exclude))
        while len(found) < limit and ordered:
            wanted, ordered = ordered[: limit - len(found)], ordered[limit - len(found) :]
            cached = self.cached(wanted)
            found |= {
                content: cached[content]
                for content in wanted
                if content in cached and cached[content].facts.format != TEXT_FORMAT
            }
        return found

    def compact(self) -> None:
        """Join small fragments.

        Raises:
            LibraryUnusable, DiskFull: when that fails.
        """
        self._table.compact()

    def _fits(self, row: dict[str, Any]) -> bool:
        fits: bool = _crc32(row) == row["crc32"]
        return fits and bool(row["embedder_fingerprint"] == self._fingerprint)

    def _row(self, content: str, cached: Embedded) -> dict[str, Any]:
        if not is_sha256(content):
            raise ValueError(f"not 64 lower-case hex digits: {content!r}")
        row: dict[str, Any] = {
            "content_id": content,
            "embedder_fingerprint": self._fingerprint,
            "facts": json.dumps(asdict(cached.facts), sort_keys=True),
            "views": weighted_views(cached.views, self._dimensions),
        }
        return {**row, "crc32": _crc32(row)}

    def _arrow(self, rows: list[dict[str, Any]]) -> pa.Table:
        columns = {name: [row[name] for row in rows] for name in _COLUMNS}
        columns["views"] = views_column(columns["views"])
        return pa.table(columns, schema=vectors_schema(self._dimensions))


def _crc32(row: dict[str, Any]) -> int:
    return row_crc32(
        row["content_id"], row["embedder_fingerprint"], row["facts"], vectors=row["views"]
    )


@lru_cache(maxsize=1024)
def _facts(text: str) -> PictureFacts:
    # cached because screenshots of one phone have the same facts
    # the checksum has matched: this is what `remember` wrote
    facts = json.loads(text)
    views = tuple(
        View(view["kind"], tuple(view["box"]), view.get("weight", 1.0)) for view in facts["views"]
    )
    return PictureFacts(**{**facts, "notes": tuple(facts["notes"]), "views": views})
