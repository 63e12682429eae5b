"""Messages as JSON objects, and back. Pure.

The object of a message holds the name of its class as `type`, and its fields. Whatever does not
parse is a `FrameError`, as on the level of bytes below (`framing`).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tasted.errors import EngineFailed
from tasted.rpc import framing
from tasted.rpc.asking_messages import (
    AnswersTaken,
    CardsChosen,
    ChooseCards,
    MakePreview,
    PreviewMade,
    PreviewRefused,
    TakeAnswers,
)
from tasted.rpc.backfill_messages import ScoreTree, ShipTaste, TasteShipped
from tasted.rpc.messages import (
    PROTOCOL,
    BatchScored,
    EndBatch,
    EngineAnswer,
    EngineRequest,
    EraseTraces,
    Fault,
    FileScored,
    Hello,
    ModelLoaded,
    ModelLoading,
    ProfileScored,
    PublishTaste,
    Ready,
    ReferencesMissing,
    ScoreBatch,
    ScoreProfile,
    TastePublished,
    TracesErased,
    WarmedUp,
    WarmUp,
)
from tasted.rpc.model_messages import (
    CandidateClosed,
    CandidateFitted,
    CandidateProven,
    CheckModel,
    CloseCandidate,
    DropVectors,
    EmbeddedForModel,
    EmbeddingPlanned,
    EmbedForModel,
    FitCandidate,
    ModelChecked,
    ModelPublished,
    PlanEmbedding,
    ProveCandidate,
    PublishModel,
    VectorsDropped,
)
from tasted.rpc.transfer_messages import (
    ExportLibrary,
    ImportLibrary,
    LibraryExported,
    LibraryImported,
)
from tasted.rpc.trial_messages import (
    CompareRecipes,
    DecideByRecipe,
    PrepareTrial,
    RecipesCompared,
    TrialPrepared,
)
from tasted.rpc.version_messages import (
    CompareVersions,
    GoBack,
    UseVersion,
    VersionChosen,
    VersionsCompared,
)

MessageT = TypeVar("MessageT")
Message = EngineRequest[EngineAnswer] | EngineAnswer

_REQUESTS: dict[str, type[EngineRequest[EngineAnswer]]] = {
    kind.__name__: kind
    for kind in (
        Hello,
        WarmUp,
        ScoreBatch,
        EndBatch,
        ScoreProfile,
        PublishTaste,
        EraseTraces,
        ChooseCards,
        TakeAnswers,
        MakePreview,
        ExportLibrary,
        ImportLibrary,
        UseVersion,
        GoBack,
        CompareVersions,
        ShipTaste,
        ScoreTree,
        CheckModel,
        PlanEmbedding,
        EmbedForModel,
        FitCandidate,
        ProveCandidate,
        PublishModel,
        CloseCandidate,
        DropVectors,
        PrepareTrial,
        CompareRecipes,
        DecideByRecipe,
    )
}
_ANSWERS: dict[str, type[EngineAnswer]] = {
    kind.__name__: kind
    for kind in (
        ModelLoading,
        ModelLoaded,
        Fault,
        Ready,
        WarmedUp,
        FileScored,
        BatchScored,
        ProfileScored,
        TastePublished,
        ReferencesMissing,
        TracesErased,
        CardsChosen,
        AnswersTaken,
        PreviewMade,
        PreviewRefused,
        LibraryExported,
        LibraryImported,
        VersionChosen,
        VersionsCompared,
        TasteShipped,
        ModelChecked,
        EmbeddingPlanned,
        EmbeddedForModel,
        CandidateFitted,
        CandidateProven,
        ModelPublished,
        CandidateClosed,
        VectorsDropped,
        TrialPrepared,
        RecipesCompared,
    )
}


def to_json(message: Message) -> framing.Message:
    """Return a message as a JSON object. Lone surrogates of file names stay as they are."""
    name = type(message).__name__
    return {"type": name, **_adapter(name).dump_python(message, mode="json")}


def request_from(message: framing.Message) -> EngineRequest[EngineAnswer]:
    """Return the request that a JSON object holds.

    Raises:
        FrameError: when it is not one of ours.
    """
    return _parsed(message, _REQUESTS)


def answer_from(message: framing.Message) -> EngineAnswer:
    """Return the answer that a JSON object holds.

    Raises:
        FrameError: when it is not one of ours.
    """
    return _parsed(message, _ANSWERS)


def hello_from(message: framing.Message) -> Hello:
    """Return the first request to an engine.

    Raises:
        EngineFailed: when it is of another version.
        FrameError: when it is something else.
    """
    check_protocol(message.get("protocol"))
    request = request_from(message)
    if not isinstance(request, Hello):
        raise framing.FrameError(f"{message.get('type')!r} came before Hello")
    return request


def check_protocol(protocol: object) -> None:
    """Refuse to work with a process that may mean something else by the same words.

    Raises:
        EngineFailed: when it is of another version.
    """
    if protocol != PROTOCOL:
        raise EngineFailed(
            f"The running daemon and its engine are of different versions (protocol {PROTOCOL} "
            f"and {protocol}): tasted was updated meanwhile.",
            remedy="Start tasted again: tasted service restart; or end `tasted run`, and run it.",
        )


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_REQUESTS[name] if name in _REQUESTS else _ANSWERS[name])


def _parsed(message: framing.Message, kinds: Mapping[str, type[MessageT]]) -> MessageT:
    name = message.get("type")
    if not isinstance(name, str) or name not in kinds:
        raise framing.FrameError(f"a message of the unknown type {name!r}")
    try:
        parsed: MessageT = _adapter(name).validate_python(message)
    except (ValidationError, RecursionError) as error:
        # what was wrong with it could quote a text of the user
        raise framing.FrameError(f"a {name} that cannot be read") from error
    return parsed
