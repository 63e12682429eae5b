"""The bodies of the HTTP API about results. Pure. What holds for all bodies: see `schemas`."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from tasted.review.api.schemas import (
    AnswerBody,
    CardPicture,
    ContentId,
    Count,
    Judged,
    Probability,
    RecordedEvent,
    Verdict,
)


class ResultError(AnswerBody):
    """Why a file has no score, and what to do."""

    code: str
    message: str
    remedy: str


class ResultRow(AnswerBody):
    """One result of a list."""

    id: ContentId
    kind: Literal["picture", "profile"]
    name: str
    heading: str = Field(description="Who it is, as its text says; else the name.")
    pictures: list[CardPicture]
    verdict: Verdict | None
    strong: bool
    probability: Probability | None
    percentile: Probability | None
    calibrated: bool
    summary: str
    judgement: Judged | None
    etag: str
    version: str | None
    scored_at: AwareDatetime
    text_pending: bool
    error: ResultError | None


class ResultsAnswer(AnswerBody):
    """One page of results."""

    items: list[ResultRow]
    next: str | None = Field(description="The `cursor` of the following page.")
    version: str | None
    counts: dict[str, int] = Field(description="Of all results: by verdict, failures, judged.")
    former: int = Field(
        default=0, description="How many others are still scored by the former model."
    )
    former_note: str | None = None
    sources: list[str] = Field(default=[], description="Backfills that `in` may name: @photos.")


class NearReference(AnswerBody):
    """A liked or rejected picture near a result."""

    id: ContentId
    name: str
    label: Judged
    similarity: float
    contribution: float | None = None
    href_320: str


class SeenView(AnswerBody):
    """A region that was looked at: left, top, width, height in pixels of the upright picture."""

    picture: ContentId
    kind: str
    box: tuple[Count, Count, Count, Count]
    weight: Probability = 1.0


class ResultAnswer(AnswerBody):
    """Everything about one result."""

    result: ResultRow
    reasons: list[str]
    neighbours: list[NearReference]
    views: list[SeenView]
    events: list[RecordedEvent]
    sidecar: dict[str, Any] = Field(description="The document of the outbox: docs/sidecar.md.")
