"""Sidecars and events as the bodies of the API have them. Pure.

`review.api` has a pydantic model for each of these objects, and refuses what does not fit. No
object holds an absolute path.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tasted.feedback.events import Answer, FeedbackEvent, GuessBefore
from tasted.feedback.history import FeedbackSession, Guessed, guesses
from tasted.outbox.results import explanation_of, heading_of
from tasted.outbox.sidecar import NeighbourPart, Sidecar

JUDGED = {Answer.LIKE: "liked", Answer.REJECT: "rejected"}
_PICTURE_OF = {"screenshot": "picture", "reference": "picture", "profile": "profile"}

Body = dict[str, Any]


def result_id(path: str, content_id: str | None) -> str:
    """Return the id of a result: its content, or for a file that could not be read its path's."""
    if content_id is not None:
        return content_id
    return hashlib.sha256(b"tasted failed\0" + os.fsencode(path)).hexdigest()


def picture_link(
    content: str, *, width: int | None = None, height: int | None = None, among: str = ""
) -> Body:
    """Return where a picture of a card or a result is to be had; of a backfill, `among` one."""
    where = f"&in={among}" if among else ""
    return {
        "id": content,
        "href_320": f"{small_picture(content)}{where}",
        "href_1600": f"/api/pictures/{content}/whole?size=1600{where}",
        "width": width,
        "height": height,
    }


def small_picture(content: str) -> str:
    """Return the path of the small picture of a content."""
    return f"/api/pictures/{content}/whole?size=320"


def pictures_of(sidecar: Sidecar, *, among: str = "") -> list[Body]:
    """Return the pictures of a result: that of a screenshot, or the photos of a profile."""
    if sidecar.kind == "profile":
        return [picture_link(part.sha256) for part in sidecar.parts if part.sha256 is not None]
    source = sidecar.source
    if source.sha256 is None:
        return []
    return [picture_link(source.sha256, width=source.width, height=source.height, among=among)]


def row_body(
    path: str, sidecar: Sidecar, *, judgement: str | None, etag: str, among: str = ""
) -> Body:
    """Return a `ResultRow`.

    Args:
        path: of its file, relative to the inbox.
        sidecar: its document.
        judgement: `liked`, `rejected` or None.
        etag: of the answer that stands.
        among: the backfill that it is of, as `@photos`; "": it is of the inbox.
    """
    error, model = sidecar.error, sidecar.model
    return {
        "id": result_id(path, sidecar.source.sha256),
        "kind": _PICTURE_OF[sidecar.kind],
        "name": sidecar.source.path,
        "heading": heading_of(sidecar),
        "pictures": pictures_of(sidecar, among=among),
        "verdict": sidecar.verdict,
        "strong": sidecar.strong,
        "probability": sidecar.confidence_score,
        "percentile": sidecar.rank.percentile if sidecar.rank is not None else None,
        "calibrated": sidecar.calibrated,
        "summary": explanation_of(sidecar) or sidecar.summary,
        "judgement": judgement,
        "etag": etag,
        "version": model.taste if model is not None else None,
        "scored_at": sidecar.scored_at.isoformat(),
        "text_pending": sidecar.text_pending,
        "error": {"code": error.code, "message": error.message, "remedy": error.remedy}
        if error is not None
        else None,
    }


def neighbour_bodies(sidecar: Sidecar) -> list[Body]:
    """Return the nearest references of a result, those of either label nearest first."""
    if sidecar.neighbours is None:
        return []
    near = sidecar.neighbours
    return [
        *(_neighbour(part, "liked") for part in near.liked),
        *(_neighbour(part, "rejected") for part in near.rejected),
    ]


def _neighbour(part: NeighbourPart, label: str) -> Body:
    return {
        "id": part.id,
        "name": part.path,
        "label": label,
        "similarity": part.similarity,
        "contribution": part.contribution,
        "href_320": small_picture(part.id),
    }


def view_bodies(sidecar: Sidecar) -> list[Body]:
    """Return the regions that were looked at; a profile has those of its photos, and none here."""
    picture = sidecar.source.sha256
    if picture is None or sidecar.kind == "profile":
        return []
    return [
        {"picture": picture, "kind": view.kind, "box": list(view.box), "weight": view.weight}
        for view in sidecar.views
    ]


def event_body(event: FeedbackEvent, *, name: str | None, undone: bool) -> Body:
    """Return a `RecordedEvent`.

    Args:
        event: of the log.
        name: of the file, while it is there.
        undone: whether it was taken back.
    """
    return {
        "seq": event.seq,
        "id": event.id,
        "at": moment(event.at_ms),
        "kind": event.kind.value,
        "content": event.content,
        "name": name,
        "answer": event.answer.value if event.answer is not None else None,
        "via": event.via.value,
        "session": event.session,
        "window": event.window,
        "chosen_by": event.chosen_by.value if event.chosen_by is not None else None,
        "propensity": event.propensity,
        "blind": event.blind,
        "shown_ms": event.shown_ms,
        "guess": guess_body(event.before) if event.before is not None else None,
        "undoes": event.undoes,
        "undone": undone,
        "note": event.note,
    }


def guess_body(guess: GuessBefore) -> Body:
    """Return a `GuessMade`."""
    return {
        "version": guess.version,
        "probability": guess.probability,
        "percentile": guess.percentile,
        "verdict": guess.verdict,
    }


def session_body(session: FeedbackSession) -> Body:
    """Return a `SessionSummary`."""
    return {
        "session": session.id,
        "began_at": moment(session.began_at_ms),
        "ended_at": moment(session.ended_at_ms),
        "liked": session.liked,
        "rejected": session.rejected,
        "skipped": session.skipped,
        "guessed": tally_body(guesses(session.events, last=len(session.events) or 1)),
    }


def tally_body(guessed: Guessed) -> Body | None:
    """Return a `GuessTally`; None where nothing was guessed."""
    if not guessed.of:
        return None
    return {"right": guessed.right, "of": guessed.of, "constant_right": guessed.constant_right}


def moment(at_ms: int) -> str:
    """Return a time of the log as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


NameOf = Callable[[str], str | None]
"""Returns the name of the file of a content, while it is there."""
