"""What each call of the web child means: finds who does it, and tells what came of it.

Nothing that is raised leaves it: a call is done or refused, and either is sent. Sentences about
what was refused name no place outside of the home.
"""

import threading
from collections.abc import Callable

import structlog

from tasted import __version__
from tasted.daemon.reviewing.backfill_results import BackfillResults
from tasted.daemon.reviewing.bodies import Body
from tasted.daemon.reviewing.event_history import EventHistory
from tasted.daemon.reviewing.judging_desk import JudgingDesk
from tasted.daemon.reviewing.pictures import Pictures
from tasted.daemon.reviewing.results_view import ResultsView
from tasted.daemon.reviewing.status_view import StatusView
from tasted.daemon.reviewing.taste_desk import TasteDesk
from tasted.daemon.reviewing.training_desk import TrainingDesk
from tasted.daemon.reviewing.uploads import Uploads
from tasted.daemon.shared.model_order import ModelOrder
from tasted.daemon.shared.switch_orders import ModelOrders
from tasted.daemon.shared.trial_office import TrialOffice
from tasted.daemon.shared.trial_order import TrialOrder
from tasted.errors import InternalFault, TastedError
from tasted.home.crash_reports import CrashLog
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles
from tasted.rpc.framing import FrameError
from tasted.rpc.review_messages import (
    ActivateTaste,
    BeginUpload,
    CallDone,
    CallRefused,
    ChangeModel,
    ChangeTrial,
    CompareTastes,
    DropUpload,
    EndUpload,
    ExcludePicture,
    GiveAnswer,
    GivePicture,
    GiveQueue,
    ListFeedback,
    ListResults,
    ListTasteVersions,
    ListTrials,
    ReviewAnswer,
    ReviewCall,
    ShowClassifier,
    ShowJob,
    ShowModel,
    ShowResult,
    ShowStatus,
    ShowTasteVersion,
    SkipCard,
    SpendStartToken,
    TakeBack,
    UploadChunk,
)
from tasted.rpc.training_messages import BeginTraining, EndTraining, ShowTraining
from tasted.system.faultpoints import reach
from tasted.system.machine_faults import machine_fault

Send = Callable[[ReviewAnswer], None]

_LONG = (ActivateTaste, BeginTraining, ChangeModel, ChangeTrial, CompareTastes, EndTraining)
_OF_RESULTS = (
    GiveQueue,
    GiveAnswer,
    SkipCard,
    ExcludePicture,
    TakeBack,
    ListResults,
    ShowResult,
    GivePicture,
    CompareTastes,
    ListFeedback,
)
_ORDERS = (
    GiveAnswer,
    SkipCard,
    ExcludePicture,
    TakeBack,
    ActivateTaste,
    ChangeTrial,
    ChangeModel,
    UploadChunk,
    EndUpload,
    DropUpload,
)

log = structlog.get_logger("tasted.reviewing")


class ReviewService:
    """Carries out the calls of one home's web child.

    Args:
        home: for what may be told of places.
        files: start links.
        desk: answers.
        history: events.
        results: results.
        backfills: those of backfills.
        pictures: pictures.
        uploads: pictures that come in a request.
        tastes: versions.
        trials: recipes on trial.
        models: what the page asks of the model.
        training: of the model.
        status: what the daemon does.
        prepare: called before a call about results: makes sure that they are known, or raises. A
            daemon that was just started has read no sidecar yet, and would say of every picture
            that it is not there.
        on_left: called when the child left.
    """

    def __init__(
        self,
        home: Home,
        files: WebFiles,
        *,
        desk: JudgingDesk,
        history: EventHistory,
        results: ResultsView,
        backfills: BackfillResults,
        pictures: Pictures,
        uploads: Uploads,
        tastes: TasteDesk,
        trials: TrialOffice,
        models: ModelOrders,
        training: TrainingDesk,
        status: StatusView,
        prepare: Callable[[], None],
        on_left: Callable[[], None],
    ) -> None:
        self._home = home
        self._files = files
        self._desk = desk
        self._history = history
        self._results = results
        self._backfills = backfills
        self._pictures = pictures
        self._uploads = uploads
        self._tastes = tastes
        self._trials = trials
        self._models = models
        self._training = training
        self._status = status
        self._prepare = prepare
        self._on_left = on_left
        self._crashes = CrashLog(home.crashes_file, version=__version__, check=home.check)

    def is_order(self, call: ReviewCall) -> bool:
        """Tell whether a call changes something, so that its order counts."""
        return isinstance(call, _ORDERS)

    def child_left(self) -> None:
        """Drop what only a child needs."""
        self._uploads.drop_open()
        self._history.forget()
        self._backfills.forget()
        self._on_left()

    def carry_out(self, number: int, call: ReviewCall, send: Send) -> None:
        """Carry out a call, and send what came of it."""
        if isinstance(call, _LONG):
            # the engine may fit a version for it, and judging goes on meanwhile
            work = threading.Thread(
                target=self._attempt, args=(number, call, send), name="review long", daemon=True
            )
            work.start()
        else:
            self._attempt(number, call, send)

    def _attempt(self, number: int, call: ReviewCall, send: Send) -> None:
        try:
            self._prepare_for(call)
            # whatever happens from now on is told to whoever looks
            self._history.follow()
            match call:
                case GivePicture():
                    self._pictures.give(number, call, send)
                case EndUpload():
                    self._uploads.end(number, call, send)
                case _:
                    body = self._body(call)
                    if self.is_order(call):
                        reach("review.answered")
                    send(CallDone(number, body))
        except TastedError as error:
            send(self._refused(number, error))
        except FrameError as error:
            send(CallRefused(number, "malformed", str(error)))
        except Exception as error:
            log.exception("call_failed", call=type(call).__name__)
            refused = machine_fault(error)
            if refused is None:
                self._crashes.note(error, type(call).__name__)
                refused = InternalFault(
                    f"tasted itself failed ({type(error).__name__}); nothing was changed.",
                    remedy="Try again. What to report: tasted doctor",
                )
                send(CallRefused(number, "failed", refused.message, refused.remedy))
            else:
                send(self._refused(number, refused))

    def _prepare_for(self, call: ReviewCall) -> None:
        if isinstance(call, _OF_RESULTS):
            self._prepare()

    def _refused(self, number: int, error: TastedError) -> CallRefused:
        return CallRefused(
            number, error.code, self._plain(error.message), self._plain(error.remedy)
        )

    def _plain(self, text: str) -> str:
        root = str(self._home.root)
        return text.replace(f"{root}/", "").replace(root, "the tasted folder")

    def _body(self, call: ReviewCall) -> Body:
        done = self._judging(call)
        if done is None:
            done = self._showing(call)
        if done is None:
            done = self._of_model(call)
        if done is None:
            done = self._sending(call)
        if done is None:
            done = self._of_training(call)
        if done is None:
            raise FrameError(f"{type(call).__name__} has no meaning")
        return done

    def _judging(self, call: ReviewCall) -> Body | None:
        match call:
            case GiveQueue():
                return self._desk.cards(call)
            case GiveAnswer():
                return self._desk.answer(call)
            case SkipCard():
                return self._desk.skip(call)
            case ExcludePicture():
                return self._desk.exclude(call)
            case TakeBack():
                return self._desk.take_back(call)
            case ListFeedback():
                return self._history.page(call)
        return self._choosing(call)

    def _choosing(self, call: ReviewCall) -> Body | None:
        match call:
            case ActivateTaste():
                chosen = self._tastes.activate(call.number, call.mode)
                self._desk.note_choice(call, chosen)
                return chosen
            case ChangeTrial():
                return self._trials.carry_out(TrialOrder(call.action, number=call.number))
        return None

    def _showing(self, call: ReviewCall) -> Body | None:
        match call:
            case ListResults():
                page = self._results_in(call.in_).page(call)
                return {**page, "sources": self._backfills.names()}
            case ShowResult():
                results = self._results_in(call.in_)
                content = results.whole_id(call.content)
                return results.one(content, self._history.about(content))
            case ShowClassifier():
                return self._status.classifier(
                    recipe=self._tastes.recipe(), held=self._tastes.held()
                )
            case ListTasteVersions():
                return self._tastes.versions()
            case ShowTasteVersion():
                return self._tastes.version(call.number)
            case CompareTastes():
                return self._tastes.compare(call.a, call.b)
            case ListTrials():
                return {"trials": self._trials.bodies()}
        return None

    def _of_training(self, call: ReviewCall) -> Body | None:
        match call:
            case ShowTraining():
                return self._training.show()
            case BeginTraining():
                return self._training.begin(call)
            case EndTraining():
                return self._training.end()
        return None

    def _results_in(self, name: str | None) -> ResultsView:
        return self._results if name is None else self._backfills.view(name)

    def _of_model(self, call: ReviewCall) -> Body | None:
        match call:
            case ShowModel():
                told = self._models.body()
            case ChangeModel():
                order = ModelOrder(call.action, call.name, call.force, call.via)
                told = self._models.carry_out(order)
            case _:
                return None
        return self._status.model(told, self._models.list_models())

    def _sending(self, call: ReviewCall) -> Body | None:
        match call:
            case ShowStatus():
                return self._status.status(self._desk.progress()) | {"trial": self._trials.news()}
            case BeginUpload():
                return self._uploads.begin()
            case UploadChunk():
                self._uploads.add(call.upload, call.content())
                return {}
            case DropUpload():
                self._uploads.drop(call.upload)
                return {}
            case ShowJob():
                return self._uploads.job(call.upload)
            case SpendStartToken():
                return {"good": self._files.spend(call.token)}
        return None
