"""Ledger entries packed into bytes: a fifth of the memory, and what the index on disk holds. Pure.

A row begins with the stamp of the sidecar itself, then that of the file it belongs to; what is rare
follows as JSON. Texts that many rows share (fingerprints, versions) stand in a table, by number.
Equal rows of one table are equal entries.
"""

import json
import math
import struct
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from tasted.home.json_records import record_from
from tasted.records import Companion, FileStamp, LedgerEntry, Origin, Part, RankingFacts

_STAMP = struct.Struct("<qqQq")
STAMP_BYTES = _STAMP.size
_INODE = struct.Struct("<Q")
_INODE_AT = 16
# stamp of the sidecar; stamp, content, texts by number, times and figures, and what they mean
_FIXED = struct.Struct(f"<{STAMP_BYTES}s{STAMP_BYTES}s32s4I5dI")
_SHARED = struct.Struct("<4I")
_FLAGS = struct.Struct("<I")
_FIGURES = struct.Struct("<5d")
_FLAGS_AT = _FIXED.size - _FLAGS.size
_FIGURES_AT = _FLAGS_AT - _FIGURES.size
_CONTENT_AT = 2 * STAMP_BYTES
_CONTENT_BYTES = 32
_SHARED_AT = _CONTENT_AT + _CONTENT_BYTES
_NO_STAMP = bytes(STAMP_BYTES)
_NO_CONTENT = bytes(_CONTENT_BYTES)
_NONE = math.nan

_STATUSES = ("scored", "learnt", "error")
_VERDICTS = (None, "match", "no_match", "unsure")
_JUDGEMENTS = (None, "liked", "rejected")
_ORIGINS = (None, Origin.REFERENCE, Origin.FEEDBACK)
_STATUS_BITS = 0b11
_VERDICT_SHIFT = 2
_JUDGEMENT_SHIFT = 4
_ORIGIN_SHIFT = 6
_TWO_BITS = 0b11
HAS_CHANGED_NS = 1 << 8
HAS_CONTENT = 1 << 9
HAS_FACTS = 1 << 10
NEEDS_LABELS = 1 << 11
IS_BLANK = 1 << 12
IS_GONE = 1 << 13
HAS_MORE = 1 << 14
"""What is rare follows as JSON."""
IS_WIDE = 1 << 15
"""Everything follows as JSON: a number does not fit, as in a sidecar that was edited by hand."""
IS_TEXT_PENDING = 1 << 16
IS_FAILED = 1 << 17
IS_RETRIED = 1 << 18
IS_CHANGED = 1 << 19
"""A new score changed its verdict once."""
HAS_COMPANION = 1 << 20


def packed_stamp(size_bytes: int, modified_ns: int, inode: int, changed_ns: int) -> bytes:
    """Return a stamp as bytes: `STAMP_BYTES`, or more where a time lies beyond the year 2262."""
    try:
        return _STAMP.pack(size_bytes, modified_ns, inode, changed_ns)
    except struct.error:
        wide = json.dumps([size_bytes, modified_ns, inode, changed_ns]).encode("ascii")
        return wide.ljust(STAMP_BYTES + 1)


def unpacked_stamp(packed: bytes) -> FileStamp:
    """Return the stamp that `packed_stamp` made of one with a change time."""
    if len(packed) != STAMP_BYTES:
        return FileStamp(*json.loads(packed))
    return FileStamp(*_STAMP.unpack(packed))


def inode_in(packed: bytes) -> int:
    """Return the inode in a packed stamp; quicker than to unpack it."""
    if len(packed) != STAMP_BYTES:
        return unpacked_stamp(packed).inode
    inode: int = _INODE.unpack_from(packed, _INODE_AT)[0]
    return inode


def size_in(packed: bytes) -> int:
    """Return the size in bytes in a packed stamp; quicker than to unpack it."""
    if len(packed) != STAMP_BYTES:
        return unpacked_stamp(packed).size_bytes
    size_bytes: int = _INODE.unpack_from(packed)[0]
    return size_bytes


class SharedTexts:
    """Texts that many rows have in common, by number; 0 stands for None. Only ever grows.

    Several threads use it.
    """

    def __init__(self, texts: tuple[str, ...] = ()) -> None:
        self._growing = threading.Lock()
        self.texts: list[str | None] = [None, *texts]
        self._numbers = {text: number for number, text in enumerate(self.texts)}

    def number_of(self, text: str | None) -> int:
        """Return the number of a text, a new one where it has none."""
        number = self._numbers.get(text)
        if number is None:
            with self._growing:
                # another thread may have given it one meanwhile, or this one to another text
                number = self._numbers.get(text)
                if number is None:
                    number = len(self.texts)
                    self.texts.append(text)
                    self._numbers[text] = number
        return number


def packed_entry(entry: LedgerEntry, sidecar_stamp: bytes, shared: SharedTexts) -> bytes:
    """Return an entry as a row.

    Args:
        entry: without its path, which is kept beside the row.
        sidecar_stamp: of the file that it was read from, as `packed_stamp` made it.
        shared: gets the texts that it does not have yet.
    """
    try:
        return _packed(entry, sidecar_stamp, shared)
    except (struct.error, ValueError, OverflowError):
        everything = json.dumps(asdict(entry)).encode("ascii")
        flags = (_flags_of(entry) | IS_WIDE) & ~(HAS_CONTENT | HAS_CHANGED_NS)
        numbers = (0, 0, 0, 0)
        fixed = _FIXED.pack(sidecar_stamp, _NO_STAMP, _NO_CONTENT, *numbers, *([_NONE] * 5), flags)
        return fixed + everything


def _packed(entry: LedgerEntry, sidecar_stamp: bytes, shared: SharedTexts) -> bytes:
    stamp, facts = entry.stamp, entry.ranking_facts
    figures: tuple[float | None, ...] = (
        (facts.scored_at, facts.percentile, facts.confidence, facts.physical, facts.first_scored_at)
        if facts is not None
        else (None,) * 5
    )
    more = _rare(entry)
    return _FIXED.pack(
        sidecar_stamp,
        _STAMP.pack(stamp.size_bytes, stamp.modified_ns, stamp.inode, stamp.changed_ns or 0),
        _content(entry.content_id),
        shared.number_of(entry.embedder_fingerprint),
        shared.number_of(entry.taste_fingerprint),
        shared.number_of(entry.tasted_version),
        shared.number_of(entry.error_code),
        *(_NONE if figure is None else figure for figure in figures),
        _flags_of(entry) | (HAS_MORE if more else 0),
    ) + (json.dumps(more).encode("ascii") if more else b"")


def _content(content_id: str | None) -> bytes:
    content = bytes.fromhex(content_id) if content_id is not None else _NO_CONTENT
    if len(content) != len(_NO_CONTENT):
        raise ValueError("not a sha256")
    return content


def _flags_of(entry: LedgerEntry) -> int:
    facts = entry.ranking_facts
    flags = _STATUSES.index(entry.status) | _ORIGINS.index(entry.origin) << _ORIGIN_SHIFT
    if facts is not None:
        flags |= HAS_FACTS
        flags |= _VERDICTS.index(facts.verdict) << _VERDICT_SHIFT
        flags |= _JUDGEMENTS.index(facts.judgement) << _JUDGEMENT_SHIFT
        flags |= NEEDS_LABELS if facts.needs_labels else 0
    flags |= HAS_CHANGED_NS if entry.stamp.changed_ns is not None else 0
    flags |= HAS_CONTENT if entry.content_id is not None else 0
    flags |= IS_BLANK if entry.blank else 0
    flags |= IS_TEXT_PENDING if entry.text_pending else 0
    flags |= HAS_COMPANION if entry.companion is not None else 0
    flags |= IS_FAILED if entry.status == "error" else 0
    flags |= IS_RETRIED if entry.retry_at is not None else 0
    flags |= IS_CHANGED if facts is not None and facts.verdict_changed_at is not None else 0
    return flags | (IS_GONE if entry.is_gone else 0)


def _rare(entry: LedgerEntry) -> dict[str, Any]:
    """Return what most entries lack, by a short name; an empty one for most."""
    facts = entry.ranking_facts
    more: dict[str, Any] = {}
    if entry.companion is not None:
        text = entry.companion.stamp
        stamp = [text.size_bytes, text.modified_ns, text.inode, text.changed_ns]
        more["companion"] = [entry.companion.path, *stamp]
    if entry.parts:
        more["parts"] = [[part.path, part.content_id, part.text_id] for part in entry.parts]
    if facts is not None and facts.verdict_changed_at is not None:
        more["verdict_changed_at"] = facts.verdict_changed_at
    if entry.attempts:
        more["attempts"] = entry.attempts
    for name in ("text_id", "retry_at", "name", "age", "gone_since"):
        value = getattr(entry, name)
        if value is not None:
            more[name] = value
    return more


def unpacked_entry(path: str, row: bytes, shared: SharedTexts) -> LedgerEntry:
    """Return the entry of a path; the inverse of `packed_entry`.

    Raises:
        ValueError: when the row is none that `packed_entry` made with these texts.
    """
    try:
        return _unpacked(path, row, shared.texts)
    except (struct.error, IndexError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"it is no row of the ledger ({type(error).__name__})") from error


def check_rows(rows: Mapping[str, bytes], shared: SharedTexts) -> None:
    """Refuse rows that could not be unpacked later.

    Raises:
        ValueError: when there is one.
    """
    known: set[int] = set()
    count = len(shared.texts)
    for path, row in rows.items():
        if len(row) != _FIXED.size or flags_of(row) not in known:
            unpacked_entry(path, row, shared)
            known.add(flags_of(row))
        else:
            embedder, taste, version, code = _SHARED.unpack_from(row, _SHARED_AT)
            if max(embedder, taste, version, code) >= count or not version:
                raise ValueError("it names a text that is not there")


def _unpacked(path: str, row: bytes, texts: list[str | None]) -> LedgerEntry:
    (
        _sidecar,
        stamp,
        content,
        embedder,
        taste,
        version,
        code,
        *_figures,
        flags,
    ) = _FIXED.unpack_from(row)
    if flags & IS_WIDE:
        value = json.loads(row[_FIXED.size :])
        entry = record_from(LedgerEntry, {**value, "path": path, "origin": None})
        if entry is None:
            raise ValueError("it is no entry")
        # records are built from plain types, and an origin is none
        return replace(entry, origin=_ORIGINS[flags >> _ORIGIN_SHIFT & _TWO_BITS])
    more = json.loads(row[_FIXED.size :]) if flags & HAS_MORE else {}
    size_bytes, modified_ns, inode, changed_ns = _STAMP.unpack(stamp)
    facts = None
    if flags & HAS_FACTS:
        facts = facts_of(row, flags, verdict_changed_at=more.get("verdict_changed_at"))
    tasted_version = texts[version]
    if tasted_version is None:
        raise ValueError("it says no version")
    return LedgerEntry(
        path=path,
        status=_STATUSES[flags & _STATUS_BITS],
        stamp=FileStamp(
            size_bytes, modified_ns, inode, changed_ns if flags & HAS_CHANGED_NS else None
        ),
        companion=_companion(more["companion"]) if "companion" in more else None,
        content_id=content.hex() if flags & HAS_CONTENT else None,
        text_id=more.get("text_id"),
        embedder_fingerprint=texts[embedder],
        taste_fingerprint=texts[taste],
        attempts=more.get("attempts", 0),
        retry_at=more.get("retry_at"),
        tasted_version=tasted_version,
        origin=_ORIGINS[flags >> _ORIGIN_SHIFT & _TWO_BITS],
        ranking_facts=facts,
        parts=tuple(Part(*part) for part in more.get("parts", ())),
        error_code=texts[code],
        blank=bool(flags & IS_BLANK),
        text_pending=bool(flags & IS_TEXT_PENDING),
        name=more.get("name"),
        age=more.get("age"),
        gone_since=more.get("gone_since"),
    )


def facts_of(row: bytes, flags: int, *, verdict_changed_at: float | None = None) -> RankingFacts:
    """Return the facts of a result from its row, which is not wide.

    Args:
        row: packed.
        flags: of the row.
        verdict_changed_at: from what follows the row.
    """
    scored_at, percentile, confidence, physical, first = _FIGURES.unpack_from(row, _FIGURES_AT)
    # a function for each figure of a long list would cost as much again
    return RankingFacts(
        _VERDICTS[flags >> _VERDICT_SHIFT & _TWO_BITS],
        flags & NEEDS_LABELS != 0,
        percentile if percentile == percentile else None,  # noqa: PLR0124 - only NaN differs
        confidence if confidence == confidence else None,  # noqa: PLR0124
        physical if physical == physical else None,  # noqa: PLR0124
        scored_at,
        _JUDGEMENTS[flags >> _JUDGEMENT_SHIFT & _TWO_BITS],
        first if first == first else None,  # noqa: PLR0124
        verdict_changed_at,
    )


def _companion(value: list[Any]) -> Companion:
    path, *stamp = value
    return Companion(path, FileStamp(*stamp))


def sidecar_stamp_of(row: bytes) -> bytes:
    """Return the packed stamp of the sidecar that a row was read from."""
    return row[:STAMP_BYTES]


def is_of_stamp(row: bytes, stamp: bytes) -> bool:
    """Tell whether a row is of a file in exactly this state, change time included."""
    return row[STAMP_BYTES:_CONTENT_AT] == stamp and bool(flags_of(row) & HAS_CHANGED_NS)


def is_of_same_size_and_time(row: bytes, stamp: bytes) -> bool:
    """Tell whether a row is of a file of this size and time, whatever its inode."""
    return row[STAMP_BYTES : STAMP_BYTES + 16] == stamp[:16]


def flags_of(row: bytes) -> int:
    """Return the flags of a row; status, verdict, judgement and origin are read by others."""
    flags: int = _FLAGS.unpack_from(row, _FLAGS_AT)[0]
    return flags


def has_companion(row: bytes) -> bool:
    """Tell whether a row is of a file with a companion text."""
    return bool(flags_of(row) & HAS_COMPANION)


def content_of(row: bytes) -> bytes | None:
    """Return the 32 bytes of the sha256 of a row's content; None where it does not stand there."""
    content = row[_CONTENT_AT:_SHARED_AT]
    return content if flags_of(row) & HAS_CONTENT else None


def status_of(flags: int) -> str:
    """Return the status that flags tell."""
    return _STATUSES[flags & _STATUS_BITS]


def embedder_number(row: bytes) -> int:
    """Return the number of the embedder among the shared texts; 0 without one, or in a wide row."""
    number: int = _SHARED.unpack_from(row, _SHARED_AT)[0]
    return number


def is_current_row(row: bytes, stamp: bytes, wanted: tuple[int, int | None] | None) -> bool:
    """Tell whether a file needs no work by its row alone; False where more has to be asked.

    Args:
        row: of the file.
        stamp: packed, of the file as it is now; it has no companion text.
        wanted: numbers of the current embedder and taste among the shared texts; no number of a
            taste: any will do, as for a reference. None: nothing is known to be stale.
    """
    flags = flags_of(row)
    if flags & (
        IS_RETRIED | IS_FAILED | IS_TEXT_PENDING | HAS_COMPANION | IS_WIDE
    ) or not is_of_stamp(row, stamp):
        return False
    if wanted is None:
        return True
    embedder, taste, _version, _code = _SHARED.unpack_from(row, _SHARED_AT)
    return embedder == wanted[0] and wanted[1] in {None, taste}
