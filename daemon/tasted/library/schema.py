"""The three kinds of tables, version 1, and the check sums of their rows. Pure; pyarrow types only.

A table of references or vectors belongs to one embedder: vectors of two embedders cannot be
compared, and their lengths may differ. The first 16 hex digits of the fingerprint are part of the
table's name, so the tables of another embedder stay where they are, untouched and uncounted. The
whole fingerprint stands in every row and under its check sum.

LanceDB keeps no check sums: flipped bits come back as wrong data without an error. The `crc32` of a
row covers all its columns that are not changed after it was written, the vector included.

Versions: 1, the first.
"""

import os
import re
import zlib
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SCHEMA_VERSION = 1
TEXTS_NAME = "texts_v1"
"""Of the table of texts: one for all embedders, which do not read."""
_FINGERPRINT_DIGITS = 16
_UNIT_TOLERANCE = 1e-4
_SHA256 = re.compile(r"[0-9a-f]{64}")


def references_name(fingerprint: str) -> str:
    """Return the name of the table of references of one embedder."""
    return f"references_{_prefix(fingerprint)}"


def vectors_name(fingerprint: str) -> str:
    """Return the name of the table of cached vectors of one embedder."""
    return f"vectors_{_prefix(fingerprint)}"


def _prefix(fingerprint: str) -> str:
    if not is_sha256(fingerprint):
        raise ValueError(f"not 64 lower-case hex digits: {fingerprint!r}")
    return fingerprint[:_FINGERPRINT_DIGITS]


def references_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the references: one row for each path that was ever learnt."""
    return _schema(
        # LanceDB binds no parameters and paths come from outside: rows are addressed by this id
        ("path_id", pa.string()),
        ("path", pa.binary()),
        ("content_id", pa.string()),
        ("label", pa.string()),
        ("origin", pa.string()),
        ("embedder_fingerprint", pa.string()),
        ("vector", pa.list_(pa.float32(), dimensions)),
        ("crc32", pa.uint32()),
        ("added", pa.uint64()),
        # follows the file in the inbox, so it is not under the check sum
        ("present", pa.bool_()),
    )


def vectors_schema(dimensions: int) -> pa.Schema:
    """Return the columns of the vector cache: one row for each content that was ever embedded."""
    return _schema(
        ("content_id", pa.string()),
        ("embedder_fingerprint", pa.string()),
        ("vector", pa.list_(pa.float32(), dimensions)),
        ("facts", pa.string()),
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


def _schema(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in columns],
        metadata={"tasted_schema": str(SCHEMA_VERSION)},
    )


def is_sha256(text: str) -> bool:
    """Tell whether a text is 64 lower-case hex digits and nothing else."""
    return _SHA256.fullmatch(text) is not None


def path_bytes(path: str) -> bytes:
    """Return the bytes of a path; names that are no UTF-8 come back as they are on the disk."""
    return os.fsencode(path)


def path_from(data: bytes) -> str:
    """Return the path that these bytes name."""
    return os.fsdecode(data)


def path_id(path: str) -> str:
    """Return the sha256 of the path's bytes: what stands for a path in a filter."""
    return sha256(path_bytes(path)).hexdigest()


def row_crc32(*columns: str | bytes, vector: NDArray[np.float32]) -> int:
    """Return the CRC-32 (zlib) over the columns and the little-endian bytes of the vector."""
    crc = 0
    for column in columns:
        encoded = column.encode("utf-8") if isinstance(column, str) else column
        crc = zlib.crc32(len(encoded).to_bytes(4, "little") + encoded, crc)
    return zlib.crc32(np.ascontiguousarray(vector, dtype="<f4").data, crc)


def unit_vector(vector: NDArray[np.float32], dimensions: int) -> NDArray[np.float32]:
    """Return the vector as contiguous float32, shape (dimensions,).

    Raises:
        ValueError: when it has another shape, is not finite, or is not of length 1. LanceDB leaves
            zero vectors out of every answer without a word, so they must not get in.
    """
    plain = np.ascontiguousarray(vector, dtype=np.float32)
    if plain.shape != (dimensions,):
        raise ValueError(f"expected a vector of shape ({dimensions},), got {plain.shape}")
    length = float(np.linalg.norm(plain.astype(np.float64)))
    # written so that NaN fails as well
    if not abs(length - 1.0) <= _UNIT_TOLERANCE:
        raise ValueError(f"expected a vector of length 1, got {length}")
    return plain


def vector_column(vectors: list[NDArray[np.float32]], dimensions: int) -> pa.Array:
    """Return n vectors of shape (dimensions,) as one Arrow column."""
    flat = np.concatenate(vectors) if vectors else np.empty(0, dtype=np.float32)
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), dimensions)


def plain_rows(batch: pa.RecordBatch, dimensions: int) -> list[dict[str, Any]]:
    """Return the rows of a batch as dicts; vectors with shape (dimensions,), float32.

    Text that is no UTF-8 any more comes back with U+FFFD in it, which no check sum fits.
    """
    columns: dict[str, list[Any]] = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_fixed_size_list(field.type):
            flat: NDArray[np.float32] = column.flatten().to_numpy(zero_copy_only=False)
            # a copy: a vector that is kept must not keep the whole batch
            columns[field.name] = [row.copy() for row in flat.reshape(-1, dimensions)]
        elif pa.types.is_string(field.type):
            found = column.cast(pa.binary()).to_pylist()
            columns[field.name] = [each.decode("utf-8", "replace") for each in found]
        else:
            columns[field.name] = column.to_pylist()
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
