"""The sidecar of a file or profile that could not be scored. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tasted.errors import ItemError
from tasted.outbox.sidecar import ErrorPart, PhotoPart, Sidecar, Source
from tasted.records import Label


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


def left_out(parts: Sequence[PhotoPart]) -> list[str]:
    """Return the sentences about photos that do not count."""
    return [
        f"{part.path} could not be scored and does not count; its own sidecar says why."
        for part in parts
        if part.sha256 is None
    ]


def profile_error(
    source: Source,
    parts: list[PhotoPart],
    error: ItemError,
    *,
    attempts: int,
    now: datetime,
    version: str,
) -> Sidecar:
    """Return the sidecar of a profile that could not be scored, as `error_sidecar` does."""
    failed = error_sidecar(source, error, label=None, attempts=attempts, now=now, version=version)
    return failed.model_copy(update={"kind": "profile", "parts": parts})
