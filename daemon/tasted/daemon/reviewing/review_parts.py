"""Puts the light side of the page together, for the supervisor. Starts nothing by itself."""

import threading
from collections.abc import Callable, Collection
from typing import Any

import structlog

from tasted.daemon.reviewing.answers_view import AnswersView
from tasted.daemon.reviewing.backfill_results import BackfillResults
from tasted.daemon.reviewing.bodies import Body, result_id
from tasted.daemon.reviewing.card_queue import CardQueue
from tasted.daemon.reviewing.device_in_use import device_in_use
from tasted.daemon.reviewing.door import Door, Knock
from tasted.daemon.reviewing.engine_choosing import (
    EngineChooser,
    RecentAnswers,
    ScoresThatFollow,
)
from tasted.daemon.reviewing.event_history import EventHistory
from tasted.daemon.reviewing.judged_cards import JudgedCards
from tasted.daemon.reviewing.judging_desk import JudgingDesk
from tasted.daemon.reviewing.pictures import Pictures
from tasted.daemon.reviewing.result_counts import ResultCounts
from tasted.daemon.reviewing.results_view import ResultsView
from tasted.daemon.reviewing.review_service import ReviewService
from tasted.daemon.reviewing.simple_choosing import SimpleChooser
from tasted.daemon.reviewing.status_view import StatusView
from tasted.daemon.reviewing.taste_desk import TasteDesk
from tasted.daemon.reviewing.training_desk import TrainingDesk
from tasted.daemon.reviewing.uploads import Uploads
from tasted.daemon.reviewing.web_child import COMMAND
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.forget_order import Order
from tasted.daemon.shared.home_trials import HomeTrials
from tasted.daemon.shared.requests import Request, answer_request, failure
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.switch_orders import ModelOrders
from tasted.errors import TastedError
from tasted.feedback.events import EventKind, FeedbackEvent
from tasted.home.layout import Home
from tasted.home.status import Status
from tasted.home.web_files import WebFiles
from tasted.outbox.held_rows import Followed
from tasted.rpc.asking_messages import AnswersTaken
from tasted.rpc.client import EngineProcess
from tasted.rpc.review_messages import Happened

_KINDS = {
    EventKind.JUDGE: "judged",
    EventKind.UNDO: "undone",
    EventKind.DUEL_OPENED: "trial",
    EventKind.DUEL_CLOSED: "trial",
}
_SCORED_TOLD = 100
_ENDED_SECONDS = 10.0

log = structlog.get_logger("tasted.reviewing")


class ReviewParts:
    """The page of one home, seen from its daemon.

    Args:
        home: with its lock held.
        shared: what the threads share.
        recorder: records answers.
        trials: what predicts beside the recipe in force.
        models: what the page asks of the model.
        version: of this tasted.
        stop: set when the daemon is ending.
        command: what is started as the web child.
        idle_seconds: how long it stays when nobody looks; None: as usual.
    """

    def __init__(
        self,
        home: Home,
        shared: SharedState,
        recorder: FeedbackRecorder,
        trials: HomeTrials,
        models: ModelOrders,
        *,
        version: str,
        stop: threading.Event,
        command: tuple[str, ...] = COMMAND,
        **door: Any,
    ) -> None:
        self._home = home
        self._shared = shared
        self._recorder = recorder
        files = WebFiles(home.root, home.web, check=home.check)
        self._cards = cards = JudgedCards(shared)
        self._status = StatusView(shared, device=lambda: device_in_use(home, shared.settings))
        self._tastes = tastes = TasteDesk(home.tastes, shared, events=recorder.log.events)
        answers = AnswersView(recorder.standing)
        history = EventHistory(recorder.log, name_of=self._name_of, on_event=self._recorded)
        recent = RecentAnswers(
            history,
            answers=recorder.standing.now,
            results=cards.results,
        )
        chooser = EngineChooser(
            shared.queue.ask_engine,
            recent,
            SimpleChooser(version=self._version),
            trial=trials.carrier.wanted,
        )
        self._queue = queue = CardQueue(
            results=cards.results,
            answers=recorder.standing.now,
            choose=chooser,
        )
        self._scores = ScoresThatFollow(shared.queue.ask_engine, recent, self._taken)
        self._counts = ResultCounts(shared.ledger, judged=self._judged, embedder=self._embedder)
        results = ResultsView(
            shared.ledger,
            version=self._version,
            embedder=self._embedder,
            former=lambda: shared.former_results,
            judgement_of=answers.judgement,
            etag_of=answers.etag,
            counts=self._counts,
        )
        self._backfills = BackfillResults(
            home, judgement_of=answers.judgement, etag_of=answers.etag, judged=self._judged
        )
        desk = JudgingDesk(
            recorder,
            shared,
            answers=answers,
            results=results,
            queue=queue,
            history=history,
            judgeable=cards.results,
            secret=files.secret,
            held=tastes.held,
            unknown_from=tastes.unknown_from,
            on_answers=lambda: self._scores.follow(queue.waiting()),
        )
        uploads = Uploads(
            home,
            ask=self._ask,
            bytes_max=lambda: shared.settings.limits.max_bytes,
            result_href=lambda content: f"/api/results/{content}",
        )
        uploads.sweep()
        files.sweep(everything=True)
        service = ReviewService(
            home,
            files,
            desk=desk,
            history=history,
            results=results,
            backfills=self._backfills,
            pictures=Pictures(results, self._backfills, shared.queue.ask_engine),
            uploads=uploads,
            tastes=tastes,
            trials=trials.office,
            models=models,
            training=TrainingDesk(home, shared),
            status=self._status,
            prepare=shared.ledger.refresh_once,
            on_left=self._left,
        )
        self.door = Door(
            home,
            files,
            service,
            settings=lambda: shared.settings,
            version=version,
            stop=stop,
            command=command,
            **door,
        )
        self._followed: Followed | None = None
        self._told: Body = {}
        self._taste = self._version()

    def _version(self) -> str | None:
        current = self._shared.taste.current
        return current.taste if current is not None else None

    def _embedder(self) -> str | None:
        current = self._shared.taste.current
        return current.embedder_fingerprint if current is not None else None

    def _judged(self) -> Collection[str]:
        return self._recorder.standing.now().judgements

    def _name_of(self, content: str) -> str | None:
        result = self._cards.results().get(content)
        return result.path if result is not None else None

    def _ask(self, asked: Any) -> None:
        self._shared.queue.ask(asked)
        # a held worker tries this at once, and answers with its fault
        self._shared.wakeups.wake_worker()

    # ---- requests of commands ---------------------------------------------------------

    def take_request(self, request: Request) -> None:
        """Answer a command that wants the page reachable. Called by the scanner's thread; quick."""

        def answer(said: dict[str, Any] | TastedError) -> None:
            body = failure(said) if isinstance(said, TastedError) else said
            answer_request(self._home, request.id, body)

        self.door.knock(Knock(answer, ends_visits=request.renews))

    def end_visits(self) -> None:
        """Let the web child leave, with every picture that it holds, and wait until it has."""
        if not self.door.has_child:
            return
        ended = threading.Event()
        self.door.knock(Knock(lambda _said: ended.set(), ends_visits=True, opens=False))
        if not ended.wait(_ENDED_SECONDS):
            log.warning("page_does_not_leave")

    def unseen(
        self, carry_out: Callable[[EngineProcess, Order], dict[str, Any]]
    ) -> Callable[[EngineProcess, Order], dict[str, Any]]:
        """Return what forgets pictures while nobody looks, and what was held of them is gone."""

        def forget(engine: EngineProcess, order: Order) -> dict[str, Any]:
            if order.is_dry:
                return carry_out(engine, order)
            self.end_visits()
            try:
                return carry_out(engine, order)
            finally:
                # a window that came back meanwhile has read what is erased now
                self.end_visits()
                self._left()

        return forget

    # ---- news for the page ------------------------------------------------------------

    def follow(self, status: Status) -> None:
        """Take in a snapshot; whoever looks is told what changed. Quick, and raises nothing."""
        self._status.follow(status)
        if not self.door.has_child:
            self._followed = None
            return
        told = {
            "state": status.state,
            "fault": status.fault.code if status.fault is not None else None,
            "waiting": status.queue.total,
        }
        if told != self._told:
            self._told = told
            self.door.tell(Happened("status", told))
        taste = self._version()
        if taste != self._taste:
            self._taste = taste
            self.door.tell(Happened("minted", {"version": taste}))
        self._tell_scored()

    def _tell_scored(self) -> None:
        if self._followed is None:
            self._followed = self._shared.ledger.follow()
            return
        paths = self._followed.take()
        if not paths:
            return
        found = []
        for path in list(paths)[:_SCORED_TOLD]:
            entry = self._shared.ledger.entry_of(path)
            if entry is not None and entry.ranking_facts is not None:
                found.append(result_id(path, entry.content_id))
        if found:
            self.door.tell(Happened("scored", {"ids": found, "count": len(paths)}))

    def _recorded(self, event: FeedbackEvent, body: Body) -> None:
        kind = _KINDS.get(event.kind, event.kind.value)
        self.door.tell(Happened(kind, {"event": body}, event.seq))

    def _taken(self, taken: AnswersTaken, newest: str | None) -> None:
        told = {
            "version": taken.version,
            "probabilities": taken.probabilities,
            "answered": newest,
        }
        self.door.tell(Happened("progress", told))

    def _left(self) -> None:
        self._queue.forget()
        self._cards.forget()
        self._counts.forget()
