"""Sidecars of every kind, without an engine."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tasted.errors import EmptyFile
from tasted.outbox.failures import error_sidecar, left_out
from tasted.outbox.sidecar import (
    ComponentScores,
    ModelPart,
    Sidecar,
    Source,
    photo_parts,
    source_part,
)
from tasted.packing.entries import Entries
from tasted.packing.entry_rows import SharedTexts, packed_entry
from tasted.records import FileStamp, InboxFile, Label, Part

NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
VERSION = "0.1.0"


def source_of(path: str, number: int = 1) -> Source:
    """Return the source of a file whose stamp and content follow from a number."""
    file = InboxFile(path, FileStamp(number, number * 1000, number))
    return source_part(path, file.stamp, None, content_id=f"{number:064x}")


def scored(
    path: str = "a.png",
    confidence: float | None = 0.83,
    *,
    number: int = 1,
    physical: float | None = None,
    **fields: Any,
) -> Sidecar:
    """Return the sidecar of a scored screenshot."""
    given: dict[str, Any] = {
        "kind": "screenshot",
        "status": "scored",
        "summary": "Match, 83 %.",
        "verdict": "match",
        "is_match": True,
        "confidence_score": confidence,
        "component_scores": ComponentScores(physical=physical),
        "source": source_of(path, number),
        "model": ModelPart(
            embedder="pocket", embedder_fingerprint="e1", dimensions=64, taste_fingerprint="t1"
        ),
        "scored_at": NOW,
        "tasted_version": VERSION,
    }
    return Sidecar(**(given | fields))


def profile(folder: str, *photos: str, broken: Sequence[str] = (), **fields: Any) -> Sidecar:
    """Return the document of a profile; each photo has the content of its place in the list."""
    parts = [
        *(Part(path, f"{number:064x}", None) for number, path in enumerate(photos, 1)),
        *(Part(path, None, None) for path in broken),
    ]
    shown = photo_parts(parts, {})
    given = {"kind": "profile", "parts": shown, "notes": left_out(shown)}
    return scored(folder, **{**given, "source": source_of(folder, 900), **fields})


def failed(path: str = "a.png", *, attempts: int = 1, label: Label | None = None) -> Sidecar:
    """Return the sidecar of an empty file."""
    error = EmptyFile(f"{path} is empty.", remedy="Take it again.")
    return error_sidecar(
        source_of(path), error, label=label, attempts=attempts, now=NOW, version=VERSION
    )


def entries_of(documents: Iterable[Sidecar]) -> Entries:
    """Return what a ledger holds of some documents."""
    shared, rows = SharedTexts(), {}
    for document in documents:
        entry = document.ledger_entry()
        rows[entry.path] = packed_entry(entry, bytes(32), shared)
    return Entries(rows, shared)
