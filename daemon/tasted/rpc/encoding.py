"""Messages as JSON objects, and back. Pure.

The object of a message holds the name of its class as `type`, and its fields. Whatever does not
parse is a `FrameError`, as on the level of bytes below (`framing`).
"""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tasted.errors import EngineFailed
from tasted.rpc import framing
from tasted.rpc.messages import PROTOCOL, EngineAnswer, EngineRequest, Hello

Message = EngineRequest[EngineAnswer] | EngineAnswer


def _modules(names: Mapping[str, str]) -> dict[str, str]:
    return {name: module for module, listed in names.items() for name in listed.split()}


# by module, which is imported with its first message: an engine begins with a handful of them
_REQUESTS = _modules(
    {
        "messages": "Hello WarmUp ScoreBatch ScoreProfile PublishTaste EraseTraces",
        "asking_messages": "ChooseCards TakeAnswers MakePreview",
        "backfill_messages": "ShipTaste ScoreTree",
        "batch_messages": "AddFiles EndBatch",
        "model_messages": "CheckModel PlanEmbedding EmbedForModel FitCandidate ProveCandidate"
        " PublishModel CloseCandidate DropVectors",
        "transfer_messages": "ExportLibrary ImportLibrary",
        "trial_messages": "PrepareTrial CompareRecipes DecideByRecipe",
        "version_messages": "UseVersion GoBack CompareVersions",
    }
)
_ANSWERS = _modules(
    {
        "messages": "ModelLoading ModelLoaded Fault Ready WarmedUp FileScored BatchScored"
        " ProfileScored TastePublished ReferencesMissing TracesErased",
        "asking_messages": "CardsChosen AnswersTaken PreviewMade PreviewRefused",
        "backfill_messages": "TasteShipped",
        "model_messages": "ModelChecked EmbeddingPlanned EmbeddedForModel CandidateFitted"
        " CandidateProven ModelPublished CandidateClosed VectorsDropped",
        "transfer_messages": "LibraryExported LibraryImported",
        "trial_messages": "TrialPrepared RecipesCompared",
        "version_messages": "VersionChosen VersionsCompared",
    }
)


def to_json(message: Message) -> framing.Message:
    """Return a message as a JSON object. Lone surrogates of file names stay as they are."""
    name = type(message).__name__
    return {"type": name, **_adapter(name).dump_python(message, mode="json")}


def request_from(message: framing.Message) -> EngineRequest[EngineAnswer]:
    """Return the request that a JSON object holds.

    Raises:
        FrameError: when it is not one of ours.
    """
    request: EngineRequest[EngineAnswer] = _parsed(message, _REQUESTS)
    return request


def answer_from(message: framing.Message) -> EngineAnswer:
    """Return the answer that a JSON object holds.

    Raises:
        FrameError: when it is not one of ours.
    """
    answer: EngineAnswer = _parsed(message, _ANSWERS)
    return answer


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
    place = _REQUESTS[name] if name in _REQUESTS else _ANSWERS[name]
    module = importlib.import_module(f"tasted.rpc.{place}")
    return TypeAdapter(getattr(module, name))


def _parsed(message: framing.Message, kinds: Mapping[str, str]) -> Any:
    name = message.get("type")
    if not isinstance(name, str) or name not in kinds:
        raise framing.FrameError(f"a message of the unknown type {name!r}")
    try:
        return _adapter(name).validate_python(message)
    except (ValidationError, RecursionError) as error:
        # what was wrong with it could quote a text of the user
        raise framing.FrameError(f"a {name} that cannot be read") from error
