"""The index of the ledger, `.tasted/ledger.index`: what it holds, so that a start opens no sidecar.

Touches that one file. It is never the truth: a sidecar whose own stamp is another than the index
says is read, and an index that is damaged, or of another version or outbox, is as good as none. It
can always be made again, so it is written without fsync.

Layout: a line that names the format; a JSON line with counts, shared texts and what is rare; the
paths, separated by NUL; the lengths of the rows; the rows; and a checksum of everything before it.
"""

import array
import hashlib
import json
import os
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from tasted.packing.entry_rows import SharedTexts, check_rows
from tasted.plain_dataclass import dataclass
from tasted.system.files import read_regular_file, write_atomically
from tasted.system.plain_structlog import structlog

_FORMAT = b"tasted ledger index 1\n"
_CHECKSUM_BYTES = 16
_BYTES_MAX = 4_000_000_000
_STAMP_HEX = 64

log = structlog.get_logger("tasted.index")


@dataclass(frozen=True, slots=True)
class IndexedRows:
    """What the ledger of one outbox holds."""

    rows: dict[str, bytes]
    """By the path of the file that each belongs to, see `entry_rows`."""
    shared: SharedTexts
    odd_places: dict[str, str] = field(default_factory=dict)
    """Where a sidecar lies that is not at the plain place of its path."""
    invalid: dict[str, bytes] = field(default_factory=dict)
    """Stamps of the files that are no valid sidecar, by place."""


class LedgerIndex:
    """The index file of one home.

    Args:
        file: it need not exist.
        version: of this tasted: another one may find other sidecars valid.
        check: refuses, before it is written, when the home is not at its place.
    """

    def __init__(
        self, file: Path, *, version: str, check: Callable[[], None] = lambda: None
    ) -> None:
        self._file = file
        self._version = version
        self._check = check

    def read(self, outbox: Path) -> IndexedRows | None:
        """Return what the file says of an outbox; None when it says nothing that can be used."""
        try:
            data, _stamp = read_regular_file(self._file, max_bytes=_BYTES_MAX)
            return parse_index(data, self._signature(outbox))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, MemoryError) as error:
            log.info("index_made_anew", reason=str(error))
            return None

    def write(self, outbox: Path, held: IndexedRows) -> None:
        """Replace the file.

        Raises:
            HomeGone: when the home is not at its place.
            OSError: when it cannot be written.
        """
        data = index_bytes(held, self._signature(outbox))
        self._check()
        write_atomically(self._file, data, durable=False)

    def remove(self) -> None:
        """Remove the file, if there is one.

        Raises:
            OSError: when it cannot be removed.
        """
        self._file.unlink(missing_ok=True)

    def _signature(self, outbox: Path) -> list[Any]:
        # stamps hold inodes, so those of a copied outbox are others anyway
        return [self._version, sys.byteorder, os.stat(outbox).st_ino]  # noqa: PTH116 - as a number


def index_bytes(held: IndexedRows, signature: list[Any]) -> bytes:
    """Return the bytes of an index. Pure."""
    rows = list(held.rows.values())
    head = {
        "signature": signature,
        "texts": held.shared.texts[1:],
        "odd_places": held.odd_places,
        "invalid": {place: stamp.hex() for place, stamp in held.invalid.items()},
        "count": len(rows),
    }
    paths = "\0".join(held.rows).encode("utf-8", "surrogateescape")
    body = b"".join((
        _FORMAT,
        json.dumps(head).encode("ascii") + b"\n",
        struct.pack("<Q", len(paths)),
        paths,
        array.array("I", map(len, rows)).tobytes(),
        *rows,
    ))  # fmt: skip
    return body + _checksum(body)


def parse_index(data: bytes, signature: list[Any]) -> IndexedRows:
    """Return what the bytes of an index hold. Pure.

    Args:
        data: the whole file.
        signature: of this outbox and this tasted.

    Raises:
        ValueError: when they are damaged, or of something else.
    """
    body = memoryview(data)[:-_CHECKSUM_BYTES]
    if not data.startswith(_FORMAT) or _checksum(body) != data[-_CHECKSUM_BYTES:]:
        raise ValueError("it is damaged, or of another format")
    end = data.index(b"\n", len(_FORMAT))
    try:
        return _parsed(json.loads(data[len(_FORMAT) : end]), body[end + 1 :], signature)
    except (struct.error, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no index ({type(error).__name__})") from error


def _parsed(head: Mapping[str, Any], body: memoryview, signature: list[Any]) -> IndexedRows:
    if head["signature"] != signature:
        raise ValueError("it is of another version or outbox")
    (size,) = struct.unpack_from("<Q", body)
    at = struct.calcsize("<Q") + size
    joined = bytes(body[struct.calcsize("<Q") : at]).decode("utf-8", "surrogateescape")
    paths = joined.split("\0") if head["count"] else []
    lengths = array.array("I")
    lengths.frombytes(body[at : at + head["count"] * lengths.itemsize])
    at += head["count"] * lengths.itemsize
    if not len(paths) == len(lengths) == head["count"] or at + sum(lengths) != len(body):
        raise ValueError("its parts do not fit together")
    rows: dict[str, bytes] = {}
    for path, length in zip(paths, lengths, strict=True):
        rows[path] = bytes(body[at : at + length])
        at += length
    shared = SharedTexts(_texts(head["texts"]))
    check_rows(rows, shared)
    invalid = {place: bytes.fromhex(stamp) for place, stamp in head["invalid"].items()}
    odd_places = {path: place for path, place in head["odd_places"].items() if path in rows}
    if any(len(stamp) * 2 != _STAMP_HEX for stamp in invalid.values()) or not all(
        isinstance(place, str) for place in odd_places.values()
    ):
        raise ValueError("its places are none")
    return IndexedRows(rows, shared, odd_places, invalid)


def _texts(values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(text, str) for text in values):
        raise ValueError("its texts are none")
    return tuple(values)


def _checksum(data: bytes | memoryview) -> bytes:
    return hashlib.blake2b(data, digest_size=_CHECKSUM_BYTES).digest()
