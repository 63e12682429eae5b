"""Every request of the light process to the engine, and the answer that each gets. Pure.

Both ends build and read these classes, so that mypy sees what crosses the pipe; `encoding` makes
JSON of them. Whoever changes a message raises `PROTOCOL`: a daemon that was updated while it ran
starts an engine of the new version, and has to be restarted itself.

    Hello          → Ready                              the first request to a new engine
    WarmUp         → WarmedUp                           something will soon be asked
    ScoreBatch     → FileScored …, BatchScored          files to be scored, references to be learnt
    ScoreProfile   → ProfileScored                      photos of one person, scored as one
    PublishTaste   → TastePublished, ReferencesMissing  which references count from now on
    EraseTraces    → TracesErased                       pictures to be forgotten

What is said of a batch in hand is in `batch_messages`. Requests for somebody who is judging
pictures are in `asking_messages`, those for other folders in `backfill_messages`, those about
another model in `model_messages`.

A `Fault` may be the answer to any request. `ModelLoading` and `ModelLoaded` may come before one.
Each file of a batch is answered as soon as it is done; what was answered before a fault is done.
"""

import json
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BeforeValidator

from tasted.config import Settings
from tasted.errors import SERVICE_FAULTS, EngineFailed, ServiceFault
from tasted.home.identity import HomeIdentity
from tasted.inbox.naming import label_of, refuse_climbing
from tasted.outbox.sidecar import PhotoPart, Sidecar, Source, encoded_path
from tasted.plain_dataclass import dataclass
from tasted.records import Current, FileStamp, Label, ScoredInputs

PROTOCOL = 7
"""Raised with every change of a message."""

FILES_TOGETHER = 4
"""How many files of a batch the engine may work on before it answers the first of them."""

AnswerT_co = TypeVar("AnswerT_co", bound="EngineAnswer", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAnswer:
    """What the engine sends."""

    resident_bytes: int = 0
    """The memory that the engine holds as it answers."""


class EngineRequest(Generic[AnswerT_co]):
    """What the light process asks; the parameter is the answer that it gets."""

    __slots__ = ()
    answer_types: ClassVar[tuple[type[EngineAnswer], ...]]
    """What ends the request."""


# ---- what may come before or instead of any answer ------------------------------------


@dataclass(frozen=True, slots=True)
class ModelLoading(EngineAnswer):
    """The model is being loaded, which takes what it takes."""


@dataclass(frozen=True, slots=True)
class ModelLoaded(EngineAnswer):
    """The model is loaded; the time of the request goes on."""


@dataclass(frozen=True, slots=True)
class Fault(EngineAnswer):
    """Something is wrong with the service, and no file is at fault."""

    code: str
    """Of a `ServiceFault`."""
    message: str
    remedy: str

    @classmethod
    def of(cls, fault: ServiceFault) -> Self:
        """Return the answer that tells of a fault."""
        return cls(fault.code, fault.message, fault.remedy)

    def error(self) -> ServiceFault:
        """Return the fault as an exception."""
        kind = SERVICE_FAULTS.get(self.code, EngineFailed)
        return kind(self.message, remedy=self.remedy)


# ---- the first request ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready(EngineAnswer):
    """The engine has started."""

    pid: int
    protocol: int | None = None


def _settings(value: Any) -> Settings:
    # settings are strict about Python values; of JSON they take what JSON can hold
    is_json = not isinstance(value, Settings)
    return Settings.model_validate_json(json.dumps(value)) if is_json else value


@dataclass(frozen=True, slots=True)
class Hello(EngineRequest[Ready]):
    """The home and the settings of a new engine."""

    answer_types = (Ready,)

    home: str
    """Absolute path of its folder."""
    identity: HomeIdentity | None
    settings: Annotated[Settings, BeforeValidator(_settings)]
    version: str
    """Of tasted."""
    parent: int
    """The pid of the light process, with which the engine ends."""
    opens_model: bool = False
    """The first request will need the model, which is opened at once."""
    protocol: int = PROTOCOL
    log_folder: str | None = None
    """Absolute path of the folder of its log, where that of the home is another engine's."""


@dataclass(frozen=True, slots=True)
class WarmedUp(EngineAnswer):
    """The library is open, and the model is loaded."""


@dataclass(frozen=True, slots=True)
class WarmUp(EngineRequest[WarmedUp]):
    """A picture has arrived that will need the model as soon as it is settled."""

    answer_types = (WarmedUp,)
    needs_model: ClassVar[bool] = True


# ---- scoring --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownContent:
    """What a file is known to hold, as long as it has this stamp."""

    content_id: str
    """sha256 of the file."""
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class RequestedFile:
    """One file to be scored, or a reference to be learnt.

    Raises:
        ValueError: when a path climbs out of the inbox.
    """

    path: str
    """Relative to the inbox, or absolute when `is_outside`."""
    companion: str | None = None
    """Path of the companion text, as `path`."""
    attempts: int = 0
    """How often it failed before, with this content."""
    scored_inputs: ScoredInputs | None = None
    """What needs no new score: only the stamps of the files may differ."""
    known: KnownContent | None = None
    """Makes a new score of an unchanged file possible without reading it."""
    is_asked: bool = False
    """A command asked for it by name, so that it is scored although it was to be ignored."""
    is_outside: bool = False
    """Not in the inbox: it is scored, but nothing about it is stored."""
    looks_first: bool = False
    """A text that would have to be read in the picture is left for another request."""

    def __post_init__(self) -> None:
        if not self.is_outside:
            refuse_climbing(self.path, self.companion)

    @property
    def label(self) -> Label | None:
        """What the user says of it, by the folder in which it lies; None for a screenshot."""
        return None if self.is_outside else label_of(self.path)

    @property
    def may_be_ignored(self) -> bool:
        """Whether it is passed over when its content was forgotten and left in the inbox."""
        return self.label is None and not self.is_outside and not self.is_asked

    @property
    def is_stored(self) -> bool:
        """Whether its document is kept, so that it is found again."""
        return not self.is_outside

    @property
    def shown(self) -> str:
        """The path for a sentence: bytes that are not valid UTF-8 appear as U+FFFD."""
        return encoded_path(self.path).path


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file; with neither it was gone, or changed while it was read."""

    path: str
    document: Sidecar | None = None
    unchanged: Source | None = None
    """Its contents are those of its sidecar, which needs these new stamps and no new score."""
    ignored: str | None = None
    """Its content id, when it was forgotten and is not to be scored."""

    @property
    def content_id(self) -> str | None:
        """The content id of what was scored or learnt."""
        document = self.document
        is_known = document is not None and document.status != "error"
        return document.source.sha256 if document is not None and is_known else None

    @property
    def is_scored(self) -> bool:
        """Whether it got a score."""
        return self.document is not None and self.document.status == "scored"


@dataclass(frozen=True, slots=True)
class FileScored(EngineAnswer):
    """One file of a batch is done. They come in the order of the batch, as far as memory allows."""

    result: FileResult


@dataclass(frozen=True, slots=True)
class BatchScored(EngineAnswer):
    """Every file of a batch was answered, or it was to end, and what was found is kept."""

    is_taste_outgrown: bool = False
    """Whether publishing would give another taste, although no label has changed."""


@dataclass(frozen=True, slots=True)
class ScoreBatch(EngineRequest[BatchScored]):
    """Files to be done together."""

    answer_types = (BatchScored,)

    files: tuple[RequestedFile, ...]
    is_bulk: bool = False
    """Whether nobody waits for it, so that the engine yields to whatever else the machine does."""

    @property
    def needs_model(self) -> bool:
        """Whether one of the files was never looked at, as far as the outbox knows."""
        return any(file.known is None and file.scored_inputs is None for file in self.files)


@dataclass(frozen=True, slots=True)
class ProfileScored(EngineAnswer):
    """What became of a profile; with neither, a photo has changed meanwhile."""

    document: Sidecar | None = None
    is_unlike: bool = False
    """Its photos share no likeness beside different texts, so it is not a profile."""


@dataclass(frozen=True, slots=True)
class ScoreProfile(EngineRequest[ProfileScored]):
    """A profile to be scored by all its photos.

    Raises:
        ValueError: when a path climbs out of the inbox.
    """

    answer_types = (ProfileScored,)

    path: str
    """Of its folder, relative to the inbox, with a slash at its end."""
    stamp: FileStamp
    """Of its photos together."""
    companion: str | None
    """Path of its text, relative to the inbox."""
    attempts: int
    """How often it failed before, with these photos."""
    parts: tuple[PhotoPart, ...]
    """Every photo, as its own sidecar describes it."""
    photos: tuple[RequestedFile, ...]
    """Those that count, in the order of the parts."""
    is_bulk: bool = False
    """As in `ScoreBatch`."""

    def __post_init__(self) -> None:
        refuse_climbing(self.path.removesuffix("/"), self.companion)

    @property
    def shown(self) -> str:
        """As in `RequestedFile`."""
        return encoded_path(self.path).path


# ---- labels ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TastePublished(EngineAnswer):
    """Everything that can be learnt is learnt, and a taste is published."""

    current: Current
    unlearnt: tuple[str, ...] = ()
    """Paths of references that could not be learnt."""
    unlike: tuple[str, ...] = ()
    """Folders counted as one label although their photos share no likeness."""


@dataclass(frozen=True, slots=True)
class ReferencesMissing(EngineAnswer):
    """Nothing was published: these references are to be learnt first, as a `ScoreBatch`."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishTaste(EngineRequest[TastePublished | ReferencesMissing]):
    """Which references are present: the engine drops the others and publishes the taste.

    It publishes nothing while it lacks references, but for those of `without`: a taste of half the
    references would make all sidecars stale.
    """

    answer_types = (TastePublished, ReferencesMissing)

    paths: tuple[str, ...]
    """Of all references, relative to the inbox."""
    without: frozenset[str]
    """Paths that need not be learnt first: learning them was tried."""
    apart: tuple[str, ...]
    """Folders below the label folders whose pictures count one by one."""
    present: tuple[str, ...]
    """Content ids of the pictures in the inbox: what is gone is not compared with."""
    config_digest: str
    labels_digest: str
    not_by_chance: tuple[str, ...] = ()
    """Content ids of pictures that were judged for what they are, and not because chance chose
    them: their share of likes says nothing of the stream."""
    upto_seq: int | None = None
    """The last event of the feedback log whose answers the references show."""


# ---- forgetting -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """A row of the library about a picture."""

    table: str
    content_id: str
    path: str | None
    """Relative to the inbox; None in tables that know contents only."""


@dataclass(frozen=True, slots=True)
class TracesErased(EngineAnswer):
    """What was erased, or would be."""

    rows: tuple[ErasedRow, ...] = ()
    tastes: tuple[frozenset[str] | None, ...] = ()
    """The content ids of each taste version; None where it is damaged and does not say."""


@dataclass(frozen=True, slots=True)
class EraseTraces(EngineRequest[TracesErased]):
    """What library, taste versions and `current.json` keep about pictures is to be erased."""

    answer_types = (TracesErased,)

    contents: frozenset[str]
    """Content ids."""
    paths: frozenset[str]
    """Relative to the inbox."""
    is_dry: bool
    """Only find it."""
