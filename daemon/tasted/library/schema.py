"""The columns of the tables, version 2, and the checksums of their rows. Pure; pyarrow types only.

A table of references or vectors belongs to one embedder: vectors of two embedders cannot be
compared, and their lengths may differ. The first 16 hex digits of the fingerprint are part of the
table's name, so the tables of another embedder stay untouched and do not count. The whole
fingerprint is in every row and covered by its checksum.

LanceDB has no checksums: flipped bits come back as wrong data without an error. The `crc32` of a
row covers all columns that do not change after writing, the vector included.

Versions: 1 is the first. 2 has one vector for each view of a picture, joined in `views`.
"""

import os
import re
import zlib
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SCHEMA_VERSION = 2
TEXTS_NAME = "texts_v2"
"""The table of texts: one for all embedders, which play no part in reading."""
HASHES_VERSION = 1
"""Raised whenever `copies.perceptual_hash` changes: stored hashes are then computed again."""
NEIGHBOURS_PREFIX = "neighbours_v1_"
"""Of derived tables, which can be rebuilt at any time."""
_FINGERPRINT_DIGITS = 16
_SHA256 = re.compile(r"[0-9a-f]{64}")


def references_name(fingerprint: str) -> str:
    """Return the name of the table of references of one embedder."""
    return f"references_v2_{_prefix(fingerprint)}"


def vectors_name(fingerprint: str) -> str:
    """Return the name of the table of cached vectors of one embedder."""
    return f"vectors_v2_{_prefix(fingerprint)}"


def bios_name(fingerprint: str) -> str:
    """Return the name of the table of embedded bios of one embedder."""
    return f"bios_v2_{_prefix(fingerprint)}"


def hashes_name(fingerprint: str) -> str:
    """Return the name of the table of perceptual hashes of the views of one embedder."""
    return f"hashes_v{HASHES_VERSION}_{_prefix(fingerprint)}"


def neighbours_name(fingerprint: str) -> str:
    """Return the name of the table that new pictures of one embedder are compared with."""
    return f"{NEIGHBOURS_PREFIX}{_prefix(fingerprint)}"


def _prefix(fingerprint: str) -> str:
    if not is_sha256(fingerprint):
        raise ValueError(f"not 64 lower-case hex digits: {fingerprint!r}")
    return fingerprint[:_FINGERPRINT_DIGITS]


def references_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the references: one row for each path that was ever learnt."""
    return _schema(
        # LanceDB has no bound parameters and paths come from outside: filters use this id
        ("path_id", pa.string()),
        ("path", pa.binary()),
        ("content_id", pa.string()),
        ("label", pa.string()),
        ("origin", pa.string()),
        ("embedder_fingerprint", pa.string()),
        ("views", pa.list_(pa.float32())),
        ("crc32", pa.uint32()),
        ("added", pa.uint64()),
        # follows the file in the inbox, so the checksum does not cover it
        ("present", pa.bool_()),
        dimensions=dimensions,
    )


def vectors_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the vector cache: one row for each content that was ever embedded."""
    return _schema(
        ("content_id", pa.string()),
        ("embedder_fingerprint", pa.string()),
        ("views", pa.list_(pa.float32())),
        ("facts", pa.string()),
        ("crc32", pa.uint32()),
        dimensions=dimensions,
    )


def bios_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the embedded bios: one row for each picture whose text was embedded."""
    return _schema(
        ("content_id", pa.string()),
        ("text_id", pa.string()),
        ("embedder_fingerprint", pa.string()),
        ("views", pa.list_(pa.float32())),
        ("crc32", pa.uint32()),
        dimensions=dimensions,
    )


def hashes_schema() -> pa.Schema:
    """Return the columns of the hashes: one row for each content whose views were hashed."""
    return _schema(
        ("content_id", pa.string()),
        ("embedder_fingerprint", pa.string()),
        # for each view "p" for a photograph, else "-"
        ("kinds", pa.string()),
        # the cells of all views and of the whole picture, two in a byte
        ("cells", pa.binary()),
        ("crc32", pa.uint32()),
    )


def texts_schema() -> pa.Schema:
    """Return the columns of the text cache: one row for each content that was ever read."""
    return _schema(
        ("content_id", pa.string()),
        ("reader", pa.string()),
        ("text", pa.string()),
        ("crc32", pa.uint32()),
    )


def neighbours_schema(dimensions: int, made_of: str, crc32: str) -> pa.Schema:
    """Return the columns of a neighbour table, with its source digest and checksum as metadata.

    Args:
        dimensions: length d of a vector.
        made_of: a digest over everything that decides the vectors.
        crc32: over all rows, in hex: they are replaced and checked together.
    """
    plain = _schema(
        ("row", pa.uint32()),
        ("label", pa.string()),
        ("origin", pa.string()),
        ("vector", pa.list_(pa.float32(), dimensions)),
        dimensions=dimensions,
    )
    return plain.with_metadata({**plain.metadata, "made_of": made_of, "crc32": crc32})


def _schema(*columns: tuple[str, pa.DataType], dimensions: int = 0) -> pa.Schema:
    # a list of numbers does not show the length of a vector, so the metadata does
    return pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in columns],
        metadata={"tasted_schema": str(SCHEMA_VERSION), "dimensions": str(dimensions)},
    )


def is_sha256(text: str) -> bool:
    """Return whether a text is 64 lower-case hex digits and nothing else."""
    return _SHA256.fullmatch(text) is not None


def path_bytes(path: str) -> bytes:
    """Return the bytes of a path as on the disk, even if they are not valid UTF-8."""
    return os.fsencode(path)


def path_from(data: bytes) -> str:
    """Return the path that these bytes name."""
    return os.fsdecode(data)


def path_id(path: str) -> str:
    """Return the sha256 of the path's bytes, which represents a path in filters."""
    return sha256(path_bytes(path)).hexdigest()


def row_crc32(*columns: str | bytes, vectors: NDArray[np.float32]) -> int:
    """Return the CRC-32 (zlib) over the columns and the little-endian bytes of the vectors."""
    crc = 0
    for column in columns:
        encoded = column.encode("utf-8") if isinstance(column, str) else column
        crc = zlib.crc32(len(encoded).to_bytes(4, "little") + encoded, crc)
    return zlib.crc32(np.ascontiguousarray(vectors, dtype="<f4").data, crc)


def views_column(pictures: list[NDArray[np.float32]]) -> pa.Array:
    """Return the views of n pictures, shapes (k, d), as one Arrow column of n lists."""
    ends = np.cumsum([0, *(views.size for views in pictures)], dtype=np.int32)
    flat = np.concatenate([views.ravel() for views in pictures]) if pictures else np.empty(0)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(flat.astype(np.float32)))


def plain_rows(batch: pa.RecordBatch, dimensions: int) -> list[dict[str, Any]]:
    """Return the rows of a batch as dicts; views with shape (k, dimensions), float32.

    Text that is no longer valid UTF-8 is returned with U+FFFD in it, and views of a damaged length
    are returned flat: neither matches a checksum.
    """
    columns: dict[str, list[Any]] = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_list(field.type):
            columns[field.name] = [_views(scalar, dimensions) for scalar in column]
        elif pa.types.is_string(field.type):
            found = column.cast(pa.binary()).to_pylist()
            columns[field.name] = [encoded.decode("utf-8", "replace") for encoded in found]
        else:
            columns[field.name] = column.to_pylist()
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _views(scalar: Any, dimensions: int) -> NDArray[np.float32]:
    # a copy: a vector in use must not keep the whole batch in memory
    flat: NDArray[np.float32] = scalar.values.to_numpy(zero_copy_only=False).copy()
    is_whole = dimensions > 0 and flat.size > 0 and flat.size % dimensions == 0
    return flat.reshape(-1, dimensions) if is_whole else flat
