"""The bodies of the HTTP API about taste versions, the model, uploads and the daemon. Pure.

What holds for all bodies: see `schemas`.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from tasted.review.api.schemas import (
    AnswerBody,
    ContentId,
    Count,
    GuessTally,
    Probability,
    Problem,
    RandomId,
    RecordedEvent,
    RequestBody,
    ReviewProgress,
    Verdict,
)
from tasted.review.api.trial_schemas import TrialAnswer


class ClassifierAnswer(AnswerBody):
    """What the scores are made with."""

    references: Count
    positives: Count
    negatives: Count
    copies: Count
    weights: dict[str, float]
    thresholds: dict[str, float]
    scorer: str
    model: str
    embedder_fingerprint: str | None
    recipe: str | None
    version: str | None
    held: str | None
    device: str
    calibrated: bool
    next: str | None


class FigureWithInterval(AnswerBody):
    """A figure and what so few labels leave open."""

    value: float
    low: float | None = None
    high: float | None = None


class InForceSpan(AnswerBody):
    """When a version decided; `until` is null while it does."""

    since: AwareDatetime
    until: AwareDatetime | None = None


class TasteVersionAnswer(AnswerBody):
    """One taste version."""

    version: str
    number: Count
    minted_at: AwareDatetime | None
    in_force: list[InForceSpan]
    is_in_force: bool
    is_held: bool
    liked: Count
    rejected: Count
    auc: FigureWithInterval | None
    brier: FigureWithInterval | None
    constant_brier: float | None
    guessed: GuessTally | None
    reason: str | None
    recipe: str | None
    kept: Literal["whole", "refittable", "erased"]
    note: str | None = None


class VersionsAnswer(AnswerBody):
    """All versions, newest first."""

    versions: list[TasteVersionAnswer]
    in_force: str | None
    held: str | None


class ChangedPicture(AnswerBody):
    """A picture whose verdict two versions disagree about."""

    id: ContentId
    name: str
    href_320: str
    a: Verdict | None
    b: Verdict | None
    probability_a: Probability | None = None
    probability_b: Probability | None = None


class ComparisonAnswer(AnswerBody):
    """Two versions side by side, on the same answers."""

    a: TasteVersionAnswer
    b: TasteVersionAnswer
    changed: list[ChangedPicture]
    changed_count: Count
    compared: Count


class ActivateRequest(RequestBody):
    """`hold`: exactly this version, and newer answers wait; `follow`: the newest again."""

    mode: Literal["follow", "hold"]


class ActivateAnswer(AnswerBody):
    """What is in force now, and what was, for taking it back."""

    in_force: str | None
    held: str | None
    before: str | None
    was_held: bool


MODEL_NAME = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95})?$"


class ModelRequest(RequestBody):
    """Another model: a name of the list, never an address or a folder."""

    name: Annotated[str, Field(pattern=MODEL_NAME)]
    force: bool = Field(
        default=False, description="Even if the likes and rejects of now speak against it."
    )


class KnownModel(AnswerBody):
    """A model that may be asked for."""

    name: str
    is_here: bool = Field(description="Whether its files are on this machine.")


class ModelProof(AnswerBody):
    """What the answers of now say of both models."""

    answers: int
    auc: float | None
    former_auc: float | None


class ModelChangeAnswer(AnswerBody):
    """A change of the model: what is going on, or went last."""

    model: str
    former: str
    state: str
    done: int = Field(description="Pictures that it has embedded; bytes while it is fetched.")
    total: int
    seconds_left: float | None
    progress: str
    proof: ModelProof | None
    reason: str | None
    remedy: str | None
    is_open: bool


class ModelAnswer(AnswerBody):
    """The model that looks at pictures."""

    name: str
    fingerprint: str | None
    device: str
    dtype: str
    runtime: str
    views: str
    state: Literal["ready", "missing", "unusable", "unknown"]
    detail: str | None = None
    remedy: str | None = None
    wished: str = Field(description="The model that the settings ask for.")
    sentence: str | None = Field(description="What is to be said of a change.")
    change_remedy: str | None
    change: ModelChangeAnswer | None
    former_results: int = Field(
        description="How many results are still scored by the former model."
    )
    back_to: str | None = Field(description="The former model, as long as its vectors are kept.")
    known: list[KnownModel]


# ---- uploads, status, changes ---------------------------------------------------------


class ClassifiedAnswer(AnswerBody):
    """The score of a picture that was sent."""

    sidecar: dict[str, Any] = Field(description="As in the outbox: docs/sidecar.md.")
    kept: bool = Field(description="Whether the picture is in the inbox now.")
    href: str | None = Field(default=None, description="Of the result, if it was kept.")


class JobAnswer(AnswerBody):
    """An upload that is still being scored, or was."""

    id: RandomId
    state: Literal["waiting", "done", "failed"]
    href: str
    kept: bool = False
    result_href: str | None = None
    sidecar: dict[str, Any] | None = None
    problem: Problem | None = None


class ServiceFaultBody(AnswerBody):
    """Why nothing is scored now, and what to do."""

    code: str
    message: str
    remedy: str


class StatusAnswer(AnswerBody):
    """What the daemon is doing."""

    state: str
    version: str
    model: str
    engine_running: bool
    waiting: Count
    settling: Count
    fault: ServiceFaultBody | None
    settings_error: ServiceFaultBody | None
    saving: str | None
    counts: dict[str, int]
    next: str | None
    progress: ReviewProgress
    trial: TrialAnswer | None = Field(default=None, description="The last trial with news.")
    streams: Count


class ChangesAnswer(AnswerBody):
    """What happened since `after`, for whoever cannot keep an event stream open."""

    changes: list[RecordedEvent]
    next: str = Field(description="The `after` of the next time.")
