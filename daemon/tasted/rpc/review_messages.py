"""What the web child asks the light process, and what it is told. Pure.

The child reads frames (`framing`) on descriptor 0 and writes them on descriptor 1. The first one it
reads is a `ReviewHello`. Every call of the child has a number, and any number of them are under way
at a time; each gets one `CallDone`, `CallRefused` or `PictureGiven` with its number. `Happened`
comes unasked. Bodies are JSON objects: `review.api` has a model for each.

Both ends are of one installation, but for the moment in which it is updated: a call that one does
not know is refused, not guessed at.
"""

from base64 import b64decode, b64encode
from typing import Any

from tasted.plain_dataclass import dataclass
from tasted.rpc.framing import FrameError

UPLOAD_CHUNK_BYTES = 256 * 1024
"""How much of an upload travels in one frame."""


class ReviewCall:
    """What the child asks for; a body or a refusal comes back."""

    __slots__ = ()


# ---- judging --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GiveQueue(ReviewCall):
    """The next cards; a body of `QueueAnswer`."""

    count: int
    kinds: tuple[str, ...] = ()
    window: str | None = None


@dataclass(frozen=True, slots=True)
class GiveAnswer(ReviewCall):
    """An answer to a picture; a body of `FeedbackAnswer`."""

    content: str
    answer: str
    """`like`, `reject` or `none`."""
    event_id: str | None = None
    """Of the client: the same one again is the same answer."""
    card: str | None = None
    blind: bool | None = None
    shown_ms: int | None = None
    window: str | None = None
    session: str | None = None
    if_match: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class SkipCard(ReviewCall):
    """No answer to a card; a body of `SkipAnswer`."""

    card: str
    how: str
    """`later` or `exclude`."""
    event_id: str | None = None
    window: str | None = None
    session: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class ExcludePicture(ReviewCall):
    """A picture is not for judging; a body of `SkipAnswer`."""

    content: str
    event_id: str | None = None
    """Of the client: the same one again is the same event."""
    window: str | None = None
    session: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class TakeBack(ReviewCall):
    """Answers to be taken back: one of the three; a body of `UndoAnswer`."""

    event: str | None = None
    session: str | None = None
    last: int | None = None
    event_id: str | None = None
    window: str | None = None
    via: str = "api"


@dataclass(frozen=True, slots=True)
class ListFeedback(ReviewCall):
    """Events, newest first unless told; a body of `HistoryAnswer`."""

    before: int | None = None
    """Only events with a smaller number."""
    after: int | None = None
    content: str | None = None
    session: str | None = None
    limit: int = 50
    oldest_first: bool = False


# ---- results --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListResults(ReviewCall):
    """Results in an order; a body of `ResultsAnswer`."""

    sort: str = "rank"
    """`rank`, `date` or `ask`."""
    verdict: str | None = None
    judged: str | None = None
    """`liked`, `rejected`, `yes` or `no`."""
    since: str | None = None
    q: str | None = None
    limit: int = 50
    cursor: str | None = None
    former: bool = False
    """Only what is still scored by a former model; else only what is not."""
    in_: str | None = None
    """Of which backfill, as `@photos`; None: of the inbox."""


@dataclass(frozen=True, slots=True)
class ShowResult(ReviewCall):
    """One result; a body of `ResultAnswer`."""

    content: str
    """The whole id, or at least the first eight digits of it."""
    in_: str | None = None
    """As in `ListResults`."""


@dataclass(frozen=True, slots=True)
class ShowClassifier(ReviewCall):
    """What scores are made with; a body of `ClassifierAnswer`."""


@dataclass(frozen=True, slots=True)
class GivePicture(ReviewCall):
    """A picture, made anew from the file; the answer is `PictureGiven`."""

    content: str
    size: str
    """As `PreviewSize`."""
    view: int | None = None
    """Which of its views; None for the whole picture."""
    in_: str | None = None
    """As in `ListResults`."""


# ---- uploads --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BeginUpload(ReviewCall):
    """A picture comes that is to be scored; the body holds the `upload` to be named from now on."""


@dataclass(frozen=True, slots=True)
class UploadChunk(ReviewCall):
    """The next bytes of an upload, in base64."""

    upload: str
    data: str

    @classmethod
    def of(cls, upload: str, data: bytes) -> "UploadChunk":
        """Return the message that carries these bytes."""
        return cls(upload, b64encode(data).decode("ascii"))

    def content(self) -> bytes:
        """Return the bytes.

        Raises:
            FrameError: when it is not base64.
        """
        try:
            return b64decode(self.data, validate=True)
        except ValueError as error:
            raise FrameError("a part of an upload that is not base64") from error


@dataclass(frozen=True, slots=True)
class EndUpload(ReviewCall):
    """All bytes came: it is scored; a body of `JobAnswer`, at the latest when the time is up."""

    upload: str
    name: str | None
    """As the client calls it; never used as a path."""
    keep: bool
    text: str | None
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class DropUpload(ReviewCall):
    """The client left, or sent too much; what came is removed."""

    upload: str


@dataclass(frozen=True, slots=True)
class ShowJob(ReviewCall):
    """How far an upload is; a body of `JobAnswer`."""

    upload: str


# ---- versions, model, status ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListTasteVersions(ReviewCall):
    """All versions; a body of `VersionsAnswer`."""


@dataclass(frozen=True, slots=True)
class ShowTasteVersion(ReviewCall):
    """One version; a body of `TasteVersionAnswer`."""

    number: int


@dataclass(frozen=True, slots=True)
class CompareTastes(ReviewCall):
    """Two versions side by side; a body of `ComparisonAnswer`."""

    a: int
    b: int


@dataclass(frozen=True, slots=True)
class ActivateTaste(ReviewCall):
    """Which version is to decide; a body of `ActivateAnswer`."""

    number: int
    mode: str
    """`follow` or `hold`."""
    via: str = "api"


@dataclass(frozen=True, slots=True)
class ListTrials(ReviewCall):
    """What is and was on trial; a body of `TrialsAnswer`."""


@dataclass(frozen=True, slots=True)
class ChangeTrial(ReviewCall):
    """Something is to be done about a trial; a body of `TrialChanged`."""

    number: int
    action: str
    """`promote`, `dismiss` or `seen`."""


@dataclass(frozen=True, slots=True)
class ShowModel(ReviewCall):
    """The model; a body of `ModelAnswer`."""


@dataclass(frozen=True, slots=True)
class ChangeModel(ReviewCall):
    """Which model is to decide, or none but the one in force; a body of `ModelAnswer`."""

    action: str
    """`use`, `back` or `cancel`."""
    name: str | None = None
    """Of `use`: one of the list."""
    force: bool = False
    via: str = "api"


@dataclass(frozen=True, slots=True)
class ShowStatus(ReviewCall):
    """What the daemon does; a body of `StatusAnswer`, but for `streams`."""


@dataclass(frozen=True, slots=True)
class SpendStartToken(ReviewCall):
    """Whether a start token is good, which it is once; the body holds `good`."""

    token: str


# ---- what the light process sends -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReviewHello:
    """What a new child has to know; it reads no file of the home."""

    port: int
    secret: str
    """In hex: signs cookies."""
    bearer: str
    version: str
    """Of tasted."""
    parent: int
    """The pid of the light process, with which the child ends."""
    upload_bytes_max: int
    idle_seconds: float
    """How long it stays without a request and without an open event stream."""
    inbox: str = "~/Tasted/inbox"
    """Where pictures are put, as people write it; it opens nothing there."""


@dataclass(frozen=True, slots=True)
class CallDone:
    """The body that a call asked for."""

    number: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallRefused:
    """Why a call was not carried out."""

    number: int
    code: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class PictureGiven:
    """A picture in base64, and what it is."""

    number: int
    media_type: str
    data: str

    def content(self) -> bytes:
        """Return the bytes.

        Raises:
            FrameError: when it is not base64.
        """
        try:
            return b64decode(self.data, validate=True)
        except ValueError as error:
            raise FrameError("a picture that is not base64") from error


@dataclass(frozen=True, slots=True)
class Happened:
    """Something for the event stream."""

    kind: str
    """`judged`, `undone`, `scored`, `minted`, `trial`, `progress` or `status`."""
    data: dict[str, Any]
    seq: int | None = None
    """Of the feedback log; None for what is not in it."""


ReviewAnswer = ReviewHello | CallDone | CallRefused | PictureGiven | Happened
