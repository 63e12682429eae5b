"""The bodies of the HTTP API, as pydantic models. Pure: no file, no socket.

Every answer is one of these, and `docs/openapi.json` is made from them. Fields are only ever added.
No body holds an absolute path; a picture is named by its content id and by its name in the inbox.
Times are ISO 8601 in UTC.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

CONTENT_ID = r"^[0-9a-f]{64}$"
"""sha256 of a picture, or what stands for the photos of a profile."""
EVENT_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
TOKEN = r"^[A-Za-z0-9_-]{1,64}$"  # noqa: S105 - the form of a random id, not one

ContentId = Annotated[str, Field(pattern=CONTENT_ID)]
EventId = Annotated[str, Field(pattern=EVENT_ID)]
RandomId = Annotated[str, Field(pattern=TOKEN)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Answer = Literal["like", "reject"]
Judged = Literal["liked", "rejected"]
Verdict = Literal["match", "no_match", "unsure"]
HowChosen = Literal[
    "ask", "explore", "best", "typical", "recheck", "browse", "named", "folder", "duel"
]


class AnswerBody(BaseModel):
    """What the server sends. One that does not fit is an error that quotes nothing of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RequestBody(BaseModel):
    """What a client sends: strict about types, and without unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


# ---- problems -------------------------------------------------------------------------


class ProblemField(AnswerBody):
    """One field that was refused."""

    field: str
    message: str


class Problem(AnswerBody):
    """Why a request was refused (RFC 9457), and what to do."""

    type: str = Field(description="urn:tasted:CODE; the code never changes its meaning.")
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    remedy: str = ""
    errors: list[ProblemField] = []


# ---- the queue ------------------------------------------------------------------------


class CardPicture(AnswerBody):
    """One picture of a card; `href_320` and `href_1600` are paths on this server."""

    id: ContentId
    href_320: str
    href_1600: str
    width: Count | None = None
    height: Count | None = None


class QueuedCard(AnswerBody):
    """One picture or profile to be judged. It tells no score: an answer is to be blind."""

    card: str = Field(description="A signed token: send it back with the answer.")
    id: ContentId
    kind: Literal["picture", "profile"]
    name: str
    pictures: list[CardPicture]
    chosen_by: HowChosen
    why: str
    added_at: AwareDatetime | None = None


class GuessTally(AnswerBody):
    """How many of the last answers were guessed, beside always giving the usual answer."""

    right: Count
    of: Count
    constant_right: Count


class ReviewProgress(AnswerBody):
    """How far judging has come."""

    judged: Count = 0
    pool: Count = Field(default=0, description="Pictures and profiles that wait for an answer.")
    liked: Count = 0
    rejected: Count = 0
    needs: str | None = Field(default=None, description="What is missing for verdicts.")
    version: str | None = Field(default=None, description='As in "v12 + 7 answers".')
    guessed: GuessTally | None = None
    held: str | None = Field(default=None, description="Told while a version is held.")
    skipped: Count = 0


class QueueAnswer(AnswerBody):
    """The next cards, in the order in which they are to be shown."""

    cards: list[QueuedCard]
    progress: ReviewProgress


# ---- feedback -------------------------------------------------------------------------


class GuessMade(AnswerBody):
    """What the taste had said before an answer."""

    version: str | None = None
    probability: Probability | None = None
    percentile: Probability | None = None
    verdict: Verdict | None = None


class RecordedEvent(AnswerBody):
    """One event of the feedback log; it names a content, never a path."""

    seq: Count
    id: str
    at: AwareDatetime
    kind: str
    content: str | None = None
    name: str | None = Field(default=None, description="Of the file, while it is there.")
    answer: Answer | None = None
    via: str | None = None
    session: str | None = None
    window: str | None = None
    chosen_by: str | None = None
    propensity: Probability | None = None
    blind: bool | None = None
    shown_ms: Count | None = None
    guess: GuessMade | None = None
    undoes: str | None = None
    undone: bool = False
    note: str | None = Field(
        default=None, description="The version or recipe that an event about tastes concerns."
    )


class FeedbackRequest(RequestBody):
    """An answer to one picture or profile; `none` takes back the answer that stands."""

    answer: Literal["like", "reject", "none"]
    card: Annotated[str, Field(max_length=4_096)] | None = None
    blind: bool | None = None
    shown_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    window: RandomId | None = None
    session: RandomId | None = None


class FeedbackAnswer(AnswerBody):
    """What was recorded, and what the taste had guessed."""

    event: RecordedEvent | None = Field(description="Null where there was nothing to take back.")
    judgement: Judged | None
    etag: str
    copied: bool
    guess: GuessMade | None
    reasons: list[str]
    progress: ReviewProgress


class SkipRequest(RequestBody):
    """Why a card gets no answer: it comes later, or it is not for judging."""

    how: Literal["later", "exclude"]
    window: RandomId | None = None
    session: RandomId | None = None


class ExcludeRequest(RequestBody):
    """A picture is not for judging."""

    window: RandomId | None = None
    session: RandomId | None = None


class SkipAnswer(AnswerBody):
    """What was recorded."""

    event: RecordedEvent
    progress: ReviewProgress


class UndoRequest(RequestBody):
    """Which answers are taken back: exactly one of the three."""

    event: EventId | None = None
    session: RandomId | None = None
    last: Annotated[int, Field(ge=1, le=1_000)] | None = None


class UndoAnswer(AnswerBody):
    """The events that were recorded to take others back, in that order."""

    undone: list[RecordedEvent]
    progress: ReviewProgress


class SessionSummary(AnswerBody):
    """Answers without a pause of ten minutes in one window."""

    session: str
    began_at: AwareDatetime
    ended_at: AwareDatetime
    liked: Count
    rejected: Count
    skipped: Count = 0
    guessed: GuessTally | None = None


class HistoryAnswer(AnswerBody):
    """Events, newest first; `next` is the `before` of the following page."""

    events: list[RecordedEvent]
    sessions: list[SessionSummary]
    next: str | None = None
