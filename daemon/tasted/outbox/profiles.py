"""The sidecar of a profile, as far as it is the same whether it was scored or not. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tasted.errors import ItemError
from tasted.outbox.failures import error_sidecar
from tasted.outbox.sidecar import PhotoPart, Sidecar, Source, encoded_path
from tasted.records import Part, Standing


def photo_parts(parts: Sequence[Part], standings: Mapping[str, Standing | None]) -> list[PhotoPart]:
    """Return what the document of a profile says of its photos.

    Args:
        parts: what the photos' sidecars prove.
        standings: what those sidecars say, by path.
    """
    return [_photo_part(part, standings.get(part.path)) for part in parts]


def _photo_part(part: Part, standing: Standing | None) -> PhotoPart:
    shown = encoded_path(part.path)
    counts = standing if part.content_id is not None else None
    return PhotoPart(
        path=shown.path,
        path_hex=shown.path_hex,
        sha256=part.content_id,
        text_sha256=part.text_id,
        confidence=counts.confidence if counts is not None else None,
        physical=counts.physical if counts is not None else None,
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
