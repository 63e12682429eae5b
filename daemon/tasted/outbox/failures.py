"""The sidecar of a file that has no score. Pure."""

from datetime import datetime, timedelta

from tasted.errors import ItemError
from tasted.outbox.sidecar import CompanionPart, ErrorPart, Sidecar, Source, encoded_path
from tasted.records import Companion, FileStamp, Label


def source_part(
    path: str,
    stamp: FileStamp,
    companion: Companion | None,
    *,
    content_id: str | None,
    text_id: str | None = None,
) -> Source:
    """Return what a sidecar says of its file, without what only a decoder knows."""
    shown = encoded_path(path)
    return Source(
        path=shown.path,
        path_hex=shown.path_hex,
        sha256=content_id,
        text_sha256=text_id,
        bytes=stamp.size_bytes,
        modified_ns=stamp.modified_ns,
        inode=stamp.inode,
        companion=_companion_part(companion),
    )


def _companion_part(companion: Companion | None) -> CompanionPart | None:
    if companion is None:
        return None
    shown = encoded_path(companion.path)
    return CompanionPart(
        path=shown.path,
        path_hex=shown.path_hex,
        bytes=companion.stamp.size_bytes,
        modified_ns=companion.stamp.modified_ns,
        inode=companion.stamp.inode,
    )


def error_sidecar(
    source: Source,
    error: ItemError,
    *,
    label: Label | None,
    attempts: int,
    now: datetime,
    version: str,
) -> Sidecar:
    """Return the sidecar that says why a file has no score, what to do, and when it is tried again.

    Args:
        source: from `source_part`.
        error: what is wrong with the file.
        label: set for a reference.
        attempts: how often it failed by now, this time included; at least 1.
        now: aware time of the failure.
        version: of this tasted.
    """
    pause_seconds = error.pause_seconds(attempts)
    retry_at = now + timedelta(seconds=pause_seconds) if pause_seconds is not None else None
    return Sidecar(
        kind="screenshot" if label is None else "reference",
        status="error",
        summary=f"Not scored: {error.message}",
        source=source,
        error=ErrorPart(
            code=error.code,
            message=error.message,
            remedy=error.remedy,
            attempts=attempts,
            retry_at=retry_at,
        ),
        scored_at=now,
        tasted_version=version,
    )
