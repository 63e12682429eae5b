"""Whatever one process says arrives as the same message in the other one, or is refused."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.sidecars import profile, scored, source_of
from tasted.config import Settings
from tasted.errors import EngineFailed, LibraryUnusable, ServiceFault
from tasted.home.identity import HomeIdentity
from tasted.home.taste_versions import Estimate, VersionFigures
from tasted.outbox.sidecar import PhotoPart
from tasted.records import Current, FileStamp, ScoredInputs
from tasted.rpc import (
    asking_messages,
    batch_messages,
    framing,
    messages,
    model_messages,
    transfer_messages,
    version_messages,
)
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    AnswersTaken,
    CardsChosen,
    ChooseCards,
    ChosenCard,
    MakePreview,
    PoolPicture,
    PreviewMade,
    PreviewRefused,
    TakeAnswers,
)
from tasted.rpc.batch_messages import AddFiles, EndBatch
from tasted.rpc.encoding import answer_from, hello_from, request_from, to_json
from tasted.rpc.framing import FrameError
from tasted.rpc.messages import (
    PROTOCOL,
    BatchScored,
    EngineAnswer,
    EngineRequest,
    ErasedRow,
    EraseTraces,
    Fault,
    FileResult,
    FileScored,
    Hello,
    KnownContent,
    ModelLoaded,
    ModelLoading,
    ProfileScored,
    PublishTaste,
    Ready,
    ReferencesMissing,
    RequestedFile,
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
from tasted.rpc.version_messages import (
    ChangedVerdict,
    CompareVersions,
    GoBack,
    UseVersion,
    VersionChosen,
    VersionRefused,
    VersionsCompared,
)

STAMP = FileStamp(1, 2, 3, 4)
CONTENT = "0" * 64
NO_UTF8 = "\udcff.png"
CURRENT = Current(
    "pocket", "e1", "taste", "v1", "t1", "c1", "l1", 3, 4, (NO_UTF8,), ((NO_UTF8, "Unlike."),)
)
PICTURE = PoolPicture(CONTENT, (CONTENT,), NO_UTF8)
FOLDER = PoolPicture("1" * 64, (CONTENT, "2" * 64), "anna/")
LABELS = PublishTaste((NO_UTF8,), frozenset(), (), (CONTENT,), "c1", "l1")
FIGURES = VersionFigures(150, Estimate(0.7, 0.6, 0.8), None, 0.2)
REQUESTS: tuple[EngineRequest[Any], ...] = (
    CheckModel("clip", is_loaded=False),
    PlanEmbedding("clip", ((NO_UTF8, CONTENT),), (CONTENT,)),
    EmbedForModel("clip", (RequestedFile(NO_UTF8, known=KnownContent(CONTENT, STAMP)),)),
    FitCandidate("clip", LABELS),
    ProveCandidate("clip"),
    PublishModel("clip", LABELS),
    CloseCandidate("clip"),
    DropVectors("e" * 64),
    WarmUp(),
    AddFiles((RequestedFile(NO_UTF8, looks_first=True),)),
    EndBatch(),
    Hello("/home", None, Settings(), version="0.1.0", parent=7),
    Hello("/\udcff", HomeIdentity((1, 2), (3, 4), ("inbox",)), Settings(), version="0", parent=7),
    ScoreBatch(
        (
            RequestedFile(NO_UTF8, companion="\udcff.txt", attempts=2),
            RequestedFile("a.png", known=KnownContent(CONTENT, STAMP)),
            RequestedFile("b.png", scored_inputs=ScoredInputs(CONTENT, None, "e1", "t1")),
            RequestedFile("/elsewhere/../c.png", is_outside=True, is_asked=True),
        ),
        is_bulk=True,
    ),
    ScoreProfile(
        "anna/",
        STAMP,
        "anna/bio.txt",
        1,
        (PhotoPart(path="anna/1.png", sha256=CONTENT), PhotoPart(path="anna/2.png", sha256=None)),
        (RequestedFile("anna/1.png"),),
    ),
    PublishTaste(
        (NO_UTF8,), frozenset({NO_UTF8}), ("liked/anna/",), (CONTENT,), "c1", "l1", (CONTENT,), 7
    ),
    EraseTraces(frozenset({CONTENT}), frozenset({NO_UTF8}), is_dry=True),
    UseVersion(9, hold=True),
    GoBack(),
    CompareVersions(9, 13, (CONTENT,)),
    ChooseCards(
        (PICTURE, FOLDER),
        queued=(CONTENT,),
        count=12,
        first=8,
        seed=2**63,
        answers=(AnsweredPicture(PICTURE, liked=None), AnsweredPicture(FOLDER, liked=True)),
        rechecks=(FOLDER,),
        kinds=("ask", "recheck"),
    ),
    TakeAnswers((AnsweredPicture(PICTURE, liked=False),), asked=(CONTENT,)),
    MakePreview(NO_UTF8, CONTENT, "1600", view=2),
    ExportLibrary("0123456789abcdef"),
    ImportLibrary("0123456789abcdef"),
)
ANSWERS: tuple[EngineAnswer, ...] = (
    ModelChecked("openai/clip-vit-base-patch32", "e" * 64, 0.25),
    EmbeddingPlanned((NO_UTF8,), (CONTENT,)),
    EmbeddedForModel(3, (NO_UTF8,)),
    CandidateFitted(FIGURES, None),
    CandidateProven(25, 25, 0.01, -1.8),
    ModelPublished(CURRENT, "e" * 64, (NO_UTF8,)),
    CandidateClosed(),
    VectorsDropped(("vectors_v2_0123456789abcdef",)),
    VersionChosen(CURRENT, before="v13", was_held=True),
    VersionsCompared(
        (ChangedVerdict(CONTENT, "unsure", "match", 0.5, None),),
        compared=212,
        figures_a=VersionFigures(150, Estimate(0.7, 0.6, 0.8), None, 0.2),
        refused=VersionRefused("version_erased", "v9 is gone.", "See: tasted versions"),
    ),
    Ready(7, PROTOCOL),
    ModelLoading(),
    ModelLoaded(resident_bytes=9),
    Fault("library_unusable", "/\udcff is damaged.", "Rebuild it."),
    WarmedUp(resident_bytes=9),
    FileScored(FileResult("a.png", scored(), unchanged=None)),
    FileScored(FileResult("b.png", unchanged=source_of("b.png"))),
    FileScored(FileResult(NO_UTF8, ignored=CONTENT)),
    BatchScored(is_taste_outgrown=True, resident_bytes=9),
    ProfileScored(profile("anna/", "anna/1.png", "anna/2.png")),
    ProfileScored(is_unlike=True),
    TastePublished(CURRENT, unlearnt=(NO_UTF8,), unlike=("liked/anna/",)),
    ReferencesMissing((NO_UTF8,)),
    TracesErased((ErasedRow("references", CONTENT, None),), (frozenset({CONTENT}), None)),
    CardsChosen(
        (
            ChosenCard(PICTURE, "explore", 0.25, 0.5, None, "unsure", "v3 + 1 answer"),
            ChosenCard(FOLDER, "typical", None, None, None, None, "v3 + 1 answer"),
        ),
        version="v3 + 1 answer",
    ),
    AnswersTaken({CONTENT: 0.25, "1" * 64: None}, "v3", 4, 5),
    PreviewMade.of(b"\xff\xd8", media_type="image/jpeg", width=3, height=2),
    PreviewRefused("gone", "/\udcff is gone.", ""),
    LibraryExported("pocket", "e1", 3, 4),
    LibraryImported(9, 2, is_other_model=True),
)


def _sent(message: EngineRequest[Any] | EngineAnswer) -> framing.Message:
    return framing.decode(framing.encode(to_json(message))[4:])


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_a_request_arrives_as_it_was_sent(request_: EngineRequest[Any]) -> None:
    """Also with names that are not valid UTF-8, which Linux allows."""
    assert request_from(_sent(request_)) == request_


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_arrives_as_it_was_sent(answer: EngineAnswer) -> None:
    """With every sidecar in it."""
    assert answer_from(_sent(answer)) == answer


def test_every_message_is_tried_here() -> None:
    """One that is added without being known to `encoding` would be refused by the other process."""
    modules = (
        messages, batch_messages, asking_messages, model_messages, transfer_messages,
        version_messages,
    )  # fmt: skip
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    requests = {kind for kind in kinds if issubclass(kind, EngineRequest)} - {EngineRequest}
    answers = {kind for kind in kinds if issubclass(kind, EngineAnswer)} - {EngineAnswer}
    assert {type(request) for request in REQUESTS} == requests
    assert {type(answer) for answer in ANSWERS} == answers
    assert {kind for request in requests for kind in request.answer_types} <= answers


def test_every_message_is_found_in_its_module() -> None:
    """Modules are imported with their first message, so a table says where each of them is."""
    folder = Path(messages.__file__).parent
    names = [file.stem for file in folder.glob("*messages.py")]
    others = {"review_messages", "training_messages"}
    for name in set(names) - others:
        module = importlib.import_module(f"tasted.rpc.{name}")
        for kind in vars(module).values():
            if not isinstance(kind, type) or kind.__module__ != module.__name__:
                continue
            for base, parse in ((EngineRequest, request_from), (EngineAnswer, answer_from)):
                if issubclass(kind, base) and kind is not base:
                    _refuse_or_read(parse, kind.__name__)


def _refuse_or_read(parse: Callable[[framing.Message], object], name: str) -> None:
    try:
        said = type(parse({"type": name})).__name__
    except FrameError as error:
        said = str(error)
    assert said in {name, f"a {name} that cannot be read"}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": None},
        {"type": ["ScoreBatch"]},
        {"type": "Sing"},
        {"type": "ScoreBatch"},
        {"type": "ScoreBatch", "files": [{"path": "../a.png"}]},
        {"type": "ScoreBatch", "files": [{"path": "a.png", "companion": "/etc/passwd"}]},
        {"type": "BatchScored"},
    ],
)
def test_what_is_not_a_request_is_refused(message: framing.Message) -> None:
    """Without a word of what it holds, for that could be the user's."""
    with pytest.raises(FrameError) as caught:
        request_from(message)
    assert "passwd" not in str(caught.value)


def test_a_fault_is_raised_as_the_kind_that_it_is() -> None:
    """One that only a newer version knows is still a fault of the service."""
    fault = LibraryUnusable("It is damaged.", remedy="Rebuild it.")
    error = Fault.of(fault).error()
    assert (type(error), error.message, error.remedy) == (
        LibraryUnusable,
        fault.message,
        fault.remedy,
    )
    assert isinstance(Fault("from_the_future", "It is dark.", "Wait.").error(), ServiceFault)


@pytest.mark.parametrize("protocol", [None, PROTOCOL + 1, str(PROTOCOL)])
def test_a_first_request_of_another_version_is_refused(protocol: object) -> None:
    """Whatever else it holds: the words may mean something else there."""
    with pytest.raises(EngineFailed, match="different versions"):
        hello_from({"type": "Hello", "protocol": protocol})


def test_the_first_request_is_hello() -> None:
    """Nothing is done for a home that was not named."""
    with pytest.raises(FrameError, match="before Hello"):
        hello_from({**to_json(ScoreBatch(())), "protocol": PROTOCOL})
