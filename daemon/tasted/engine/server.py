"""What the engine answers to each request of the light process.

It is the one writer of the library and of `.tasted/current.json`, and never writes the outbox. What
nobody foresaw is reported in `.tasted/crashes.json`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import structlog

from tasted.config import Settings
from tasted.engine.assembly import Assembly, assemble
from tasted.engine.candidate import Candidates
from tasted.engine.doing import DOING
from tasted.engine.forgetting_models import forget_models
from tasted.engine.known_pictures import Origins
from tasted.engine.model_desk import ModelDesk
from tasted.engine.model_opening import Load, load_embedder
from tasted.engine.previews import PreviewMaker
from tasted.engine.publishing import TastePublisher
from tasted.engine.reading_files import InboxReader
from tasted.engine.transferring import export_library, import_library
from tasted.engine.tree_desk import TreeDesk
from tasted.engine.trial_desk import TrialDesk
from tasted.engine.version_desk import VersionDesk
from tasted.errors import EngineFailed, HomeGone, InternalFault, ServiceFault
from tasted.home.crash_reports import CrashLog
from tasted.home.ignored import IgnoredList
from tasted.home.layout import Home
from tasted.judging.versions import TasteVersions
from tasted.library.erasing import erase_rows, find_rows
from tasted.library.library import Library
from tasted.outbox.ledger import Ledger
from tasted.records import Origin, View
from tasted.rpc import framing
from tasted.rpc.asking_messages import ChooseCards, MakePreview, TakeAnswers
from tasted.rpc.backfill_messages import ScoreTree, ShipTaste
from tasted.rpc.encoding import request_from
from tasted.rpc.messages import (
    BatchScored,
    EngineAnswer,
    EngineRequest,
    ErasedRow,
    EraseTraces,
    Fault,
    FileResult,
    FileScored,
    ModelLoaded,
    ModelLoading,
    ProfileScored,
    PublishTaste,
    RequestedFile,
    ScoreBatch,
    ScoreProfile,
    TracesErased,
    WarmedUp,
    WarmUp,
)
from tasted.rpc.transfer_messages import ExportLibrary, ImportLibrary, LibraryImported
from tasted.rpc.trial_messages import CompareRecipes, DecideByRecipe, PrepareTrial
from tasted.rpc.version_messages import CompareVersions, GoBack, UseVersion
from tasted.system.faultpoints import reach
from tasted.system.machine_faults import machine_fault
from tasted.system.platform import resident_bytes
from tasted.system.priority import Bulk
from tasted.transfer.staging import staging_folder

log = structlog.get_logger("tasted.engine")


class EngineServer:
    """Answers requests for one home.

    Args:
        home: whose library and inbox these are.
        settings: as the light process loaded them.
        version: of this tasted.
        send: sends an answer at once, in the middle of a request; called by several threads.
        is_to_end: tells whether the batch in hand is to end, because another request has come.
        added: returns the files that were added to the batch in hand since it was asked last.
        load: loads the model; tests pass one that takes no time.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        version: str,
        send: Callable[[EngineAnswer], None],
        is_to_end: Callable[[], bool] = lambda: False,
        added: Callable[[], Sequence[RequestedFile]] = tuple,
        load: Load = load_embedder,
    ) -> None:
        self._is_to_end = is_to_end
        self._added = added
        self._home = home
        self._settings = settings
        self._version = version
        self._send = send
        self._load = load
        self._assembly: Assembly | None = None
        self._origins = Origins(Ledger.of(home))
        self._publisher = TastePublisher(home)
        self._versions = VersionDesk(self._publisher)
        self.candidates = Candidates(
            self._assembled_beside,
            unlearnt=self._publisher.unlearnt,
            brief=self._publisher.brief_by,
        )
        self._bulk = Bulk()
        self._models = ModelDesk(
            home,
            self.candidates,
            opened=self._opened,
            published=self._take_over,
            publisher=self._publisher,
            settings=settings,
            bulk=self._bulk,
        )
        self._trials = TrialDesk(
            self._versions,
            self.candidates,
            labels=lambda: self._publisher.labels,
            feedback=home.feedback,
            path_of=self._origins.path_of,
            is_ignored=self._is_ignored,
        )
        self._ignored = IgnoredList(home.ignored_file)
        self._crashes = CrashLog(home.crashes_file, version=version, check=home.check)
        self._trees = TreeDesk(
            home,
            settings,
            version=version,
            load=load,
            on_loading=lambda: self._send(ModelLoading()),
            on_loaded=self._tell_loaded,
            on_crash=self._crashes.note,
            bulk=self._bulk,
        )
        self._previews = PreviewMaker(
            InboxReader(home.inbox, max_bytes=settings.limits.max_bytes),
            max_pixels=settings.limits.max_pixels,
            max_bytes=settings.limits.max_bytes,
            views_of=self._views_of,
            is_ignored=self._is_ignored,
        )

    def answer(self, message: framing.Message) -> EngineAnswer:
        """Answer one request; a fault of the service is an answer too."""
        reach("engine.asked")
        return replace(self._answer(message), resident_bytes=resident_bytes())

    def _answer(self, message: framing.Message) -> EngineAnswer:
        try:
            self._home.check()
            return self._do(request_from(message))
        except ServiceFault as error:
            fault = self._gone() or error
            log.warning(
                "fault",
                code=fault.code,
                message=fault.message,
                exc_info=error.__cause__ is not None,
            )
            return Fault.of(fault)
        except Exception as error:
            log.exception("request_failed", type=message.get("type"))
            refused = self._gone() or machine_fault(error)
            return Fault.of(refused) if refused else self.crash(error, str(message.get("type")))

    def _do(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer:
        match request:
            case WarmUp():
                return self._warm_up()
            case ScoreBatch():
                return self._score_batch(request)
            case ScoreProfile():
                return self._score_profile(request)
            case PublishTaste():
                return self._publisher.update(self._opened(), request)
            case EraseTraces():
                return self._erase_traces(request)
        return self._answer_page(request)

    def _answer_page(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer:
        match request:
            case ChooseCards():
                assembly = self._opened()
                trial = self._trials.recipes(assembly, request.trial)
                return assembly.desk.choose(request, trial)
            case TakeAnswers():
                return self._opened().desk.take(request)
            case MakePreview():
                return self._previews.make(request)
        return self._transfer(request)

    def _transfer(self, request: EngineRequest[EngineAnswer]) -> EngineAnswer:
        if isinstance(request, UseVersion | GoBack | CompareVersions):
            return self._versions.answer(self._opened(), request)
        if isinstance(request, ShipTaste | ScoreTree):
            return self._trees.answer(request, self._send, is_to_end=self._is_to_end)
        answer = self._models.answer(request)
        if answer is not None:
            return answer
        if isinstance(request, PrepareTrial | CompareRecipes | DecideByRecipe):
            return self._trials.answer(self._opened(), request)
        match request:
            case ExportLibrary():
                folder = staging_folder(self._home, request.staging_id)
                return export_library(self._opened(), folder)
            case ImportLibrary():
                return self._import_library(request)
        raise EngineFailed(f"The engine cannot answer {type(request).__name__}.")

    def crash(self, error: Exception, kind: str) -> Fault:
        """Keep a report of what nobody foresaw, and return the answer that says so.

        Args:
            error: the exception.
            kind: of the request.
        """
        self._crashes.note(error, kind)
        doing = DOING.get(kind, "worked")
        return Fault.of(
            InternalFault(
                f"tasted itself failed while it {doing} ({type(error).__name__}); no picture is at "
                "fault.",
                remedy="It is tried again by itself. What to report: tasted doctor",
            )
        )

    def _gone(self) -> ServiceFault | None:
        """Tell whether the home is gone: whatever failed then, failed because of that.

        What is open belongs to a library that may not be there any more, and is opened again.
        """
        if self._assembly is not None and not self._assembly.library.is_in_place:
            self._assembly = None
            self.candidates.close_all()
        try:
            self._home.check()
        except HomeGone as gone:
            return gone
        return None

    def _warm_up(self) -> WarmedUp:
        self._opened(needs_model=True)
        return WarmedUp()

    def _score_batch(self, request: ScoreBatch) -> BatchScored:
        # what is opened here is used by urgent work as well, and has threads of its own
        assembly = self._opened(needs_model=request.needs_model)
        process = partial(
            assembly.pipeline.process,
            request.files,
            self._tell,
            is_to_end=self._is_to_end,
            added=self._added,
        )
        if request.is_bulk:
            self._bulk.run(process)
        else:
            process()
        return BatchScored(is_taste_outgrown=assembly.judge.is_outgrown)

    def _tell(self, file: RequestedFile, result: FileResult) -> None:
        """Answer one file of a batch."""
        self._send(FileScored(result))
        # what lies elsewhere is not a screenshot of this inbox, and has no path below it
        content_id = result.content_id if not file.is_outside else None
        if content_id is not None and result.is_scored:
            self._origins.scored(content_id, result.path)
        if content_id is not None:
            self._publisher.scored(content_id)

    def _score_profile(self, request: ScoreProfile) -> ProfileScored:
        process = partial(self._opened().pipeline.process_profile, request)
        return self._bulk.run(process) if request.is_bulk else process()

    def _import_library(self, request: ImportLibrary) -> LibraryImported:
        return import_library(
            self._opened(),
            TasteVersions(self._home.tastes, check=self._home.check),
            staging_folder(self._home, request.staging_id),
            keeps_texts=self._settings.reading.keep_text == "all",
        )

    def _erase_traces(self, request: EraseTraces) -> TracesErased:
        # what is open reads versions of tables that go now
        self._assembly = None
        self.candidates.close_all()
        self._trials.forget()
        self._origins.forget()
        versions = TasteVersions(self._home.tastes, check=self._home.check)
        tastes = versions.erase(request.contents, is_dry=request.is_dry)
        models = forget_models(self._home, versions, request.contents, is_dry=request.is_dry)
        # nobody can say which of their pictures a vector of such a model comes from
        tastes += [None] * models
        act = find_rows if request.is_dry else erase_rows
        rows = act(self._home.library, contents=request.contents, paths=request.paths)
        if not request.is_dry:
            self._publisher.unmention(request.paths)
        return TracesErased(
            tuple(ErasedRow(row.table, row.content_id, row.path) for row in rows),
            tuple(frozenset(held) if held is not None else None for held in tastes),
        )

    def _opened(self, *, needs_model: bool = False) -> Assembly:
        if self._assembly is None:
            self._assembly = self._assembled(self._settings, needs_model=needs_model)
            self._publisher.brief(self._assembly.library)
        elif needs_model:
            self._assembly.embedder.open()
        return self._assembly

    def _tell_loaded(self) -> None:
        self._send(ModelLoaded(resident_bytes=resident_bytes()))

    def _assembled(
        self, settings: Settings, *, needs_model: bool = False, beside: Library | None = None
    ) -> Assembly:
        def origin_of(content_id: str) -> Origin | None:
            known = self._origins.origin_of(content_id)
            return known or (beside.origin_of(content_id) if beside is not None else None)

        return assemble(
            self._home,
            settings,
            version=self._version,
            load=self._load,
            on_loading=lambda: self._send(ModelLoading()),
            on_loaded=self._tell_loaded,
            origin_of=origin_of,
            path_of=self._origins.path_of,
            is_ignored=self._is_ignored,
            on_crash=self._crashes.note,
            step_out=self._bulk.step_out,
            needs_model=needs_model,
            beside=beside,
        )

    def _assembled_beside(self, model: str) -> Assembly:
        return self._assembled(self._settings.with_model(model), beside=self._opened().library)

    def _take_over(self, model: str, assembly: Assembly) -> None:
        """Score by another model from now on: it was published."""
        self._settings = self._settings.with_model(model)
        self._assembly = assembly

    def _views_of(self, content_id: str) -> tuple[View, ...]:
        known = self._opened().library.cached([content_id])
        return known[content_id].facts.views if content_id in known else ()

    def _is_ignored(self, content_id: str) -> bool:
        ignored = self._ignored.current
        return ignored is not None and ignored.has_content(content_id)
