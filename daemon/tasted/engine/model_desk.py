"""Another model, step by step until it decides: the engine's answers. Writes the library.

Whatever happens to a request, the model in force goes on: only `PublishModel` replaces what is
published, in one step.
"""

import time
from collections.abc import Callable

import numpy as np

from tasted.config import Settings
from tasted.decoding.pictures import Picture
from tasted.embedding.embedder import Embedder
from tasted.embedding.models.fingerprint import check_sums
from tasted.embedding.models.weights import find_model
from tasted.engine.assembly import Assembly
from tasted.engine.candidate import Candidate, Candidates
from tasted.engine.embed_and_read import embed_prepared, prepare_picture
from tasted.engine.publishing import TastePublisher
from tasted.home.layout import Home
from tasted.judging.fold_comparison import FoldComparison
from tasted.judging.model_proof import model_comparison
from tasted.library.dropping import drop_tables
from tasted.records import PictureFacts
from tasted.rpc.messages import EngineAnswer, EngineRequest, ReferencesMissing
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
from tasted.system.faultpoints import reach
from tasted.system.priority import Bulk

_TRIED = 3
_PROVING_SECONDS = 1.0
_TRIED_SIDE = (1600, 800)


class ModelDesk:
    """Answers requests about models that do not decide.

    Args:
        home: whose library it is.
        candidates: those that are open.
        opened: returns what works with the model in force.
        published: takes over what works with a model that decides from now on.
        publisher: publishes it.
        settings: that the engine was started with.
        bulk: runs what nobody waits for.
    """

    def __init__(
        self,
        home: Home,
        candidates: Candidates,
        *,
        opened: Callable[[], Assembly],
        published: Callable[[str, Assembly], None],
        publisher: TastePublisher,
        settings: Settings,
        bulk: Bulk,
    ) -> None:
        self._bulk = bulk
        self._comparison: FoldComparison | None = None
        self._compared: tuple[str, int] | None = None
        """The vectors and the state of the labels that are being compared by."""
        self._home = home
        self._candidates = candidates
        self._opened = opened
        self._published = published
        self._publisher = publisher
        self._settings = settings

    def answer(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer | None:
        """Answer one request; None when it is none of these.

        Raises:
            ServiceFault: when the model, the library or the versions are at fault.
        """
        match request:
            case CheckModel():
                return self._check(request)
            case PlanEmbedding():
                return self._plan(request)
            case EmbedForModel():
                return self._embed(request)
            case FitCandidate():
                return self._fit(request)
        return self._decide(request)

    def _decide(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer | None:
        match request:
            case ProveCandidate():
                return self._prove(request)
            case PublishModel():
                return self._publish(request)
            case CloseCandidate():
                self._candidates.close(request.model)
                return CandidateClosed()
            case DropVectors():
                return self._drop(request)
        return None

    def _candidate(self, model: str) -> Candidate:
        # first: it is the model in force whose texts and origins both share
        self._opened()
        return self._candidates.of(model)

    def _check(self, request: CheckModel) -> ModelChecked:
        reach("switch.verifying")
        candidate = self._candidate(request.model)
        if request.is_loaded:
            check_sums(
                find_model(
                    request.model, models_file=self._home.models_file, home_root=self._home.root
                )
            )
        each = (
            seconds_each(candidate.assembly.embedder.open(), self._settings)
            if request.is_loaded
            else None
        )
        if request.is_asked:
            self._candidates.close(request.model)
        return ModelChecked(candidate.name, candidate.fingerprint, each)

    def _plan(self, request: PlanEmbedding) -> EmbeddingPlanned:
        missing = self._candidate(request.model).lacking(dict(request.references), request.contents)
        return EmbeddingPlanned(tuple(sorted(missing.references)), missing.contents)

    def _embed(self, request: EmbedForModel) -> EmbeddedForModel:
        reach("switch.embedding")
        candidate = self._candidate(request.model)
        done = self._bulk.run(lambda: candidate.embed(request.files))
        reach("switch.embedded")
        failed = tuple(file.path for file in request.files if file.path not in done)
        return EmbeddedForModel(len(done), failed)

    def _fit(self, request: FitCandidate) -> CandidateFitted | ReferencesMissing:
        reach("switch.fitting")
        candidate = self._candidate(request.model)
        missing = candidate.fit(request.labels)
        if missing:
            return ReferencesMissing(tuple(sorted(missing)))
        return CandidateFitted(candidate.figures(), self._opened().judge.figures())

    def _prove(self, request: ProveCandidate) -> CandidateProven:
        reach("switch.proving")
        candidate, library = self._candidate(request.model), self._opened().library
        made_of = candidate.fingerprint, library.changes
        if self._comparison is None or self._compared != made_of:
            self._comparison = model_comparison(library, candidate.assembly.library)
            self._compared = made_of
        comparison = self._comparison
        until = time.monotonic() + _PROVING_SECONDS
        while not comparison.is_done and time.monotonic() < until:
            self._bulk.run(comparison.step)
        figures = comparison.figures()
        if comparison.is_done:
            self._comparison = None
        if figures is None:
            return CandidateProven(comparison.done, comparison.of)
        return CandidateProven(comparison.done, comparison.of, figures.gain, figures.t)

    def _publish(self, request: PublishModel) -> ModelPublished | ReferencesMissing:
        reach("switch.switching")
        candidate = self._candidate(request.model)
        former = self._publisher.published_before()
        answer = self._publisher.update(candidate.assembly, request.labels)
        if isinstance(answer, ReferencesMissing):
            # what the publisher was told is of the model in force
            self._publisher.brief(self._opened().library)
            return answer
        self._candidates.close(request.model)
        self._published(request.model, candidate.assembly)
        reach("switch.published")
        return ModelPublished(
            answer.current,
            former.embedder_fingerprint if former is not None else "",
            answer.unlearnt,
        )

    def _drop(self, request: DropVectors) -> VectorsDropped:
        if request.fingerprint == self._opened().embedder.fingerprint:
            return VectorsDropped()
        self._home.check()
        self._candidates.close_all()
        return VectorsDropped(drop_tables(self._home.library, request.fingerprint))


def seconds_each(embedder: Embedder, settings: Settings) -> float:
    """Measure how long a model takes for the views of a picture.

    Args:
        embedder: loaded.
        settings: say how views are chosen.
    """
    height, width = _TRIED_SIDE
    rows = np.linspace(0, 255, height * width * 3).astype(np.uint8).reshape(height, width, 3)
    picture = Picture(rows, PictureFacts(width, height, "PNG"))
    prepared = {"": prepare_picture(picture, embedder, settings.views.mode, is_hashed=False)}
    # the first time compiles what it needs
    embed_prepared(prepared, embedder)
    started = time.perf_counter()
    for _ in range(_TRIED):
        prepare_picture(picture, embedder, settings.views.mode, is_hashed=False)
        embed_prepared(prepared, embedder)
    return (time.perf_counter() - started) / _TRIED
