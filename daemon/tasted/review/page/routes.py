"""The routes of the pages. Everything is asked of the light process; a refusal is a page too.

A form that changes something is answered with 303 to a page, so that loading that page again sends
nothing twice. Who may ask, and whether the form is our own, was checked by the gate before.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tasted.feedback.events import new_event_id
from tasted.review.api.result_schemas import ResultAnswer, ResultsAnswer
from tasted.review.api.schemas import HistoryAnswer, QueueAnswer, SessionSummary
from tasted.review.api.taste_schemas import (
    ComparisonAnswer,
    ModelAnswer,
    StatusAnswer,
    TasteVersionAnswer,
    VersionsAnswer,
)
from tasted.review.api.training_schemas import TrainingAnswer
from tasted.review.api.trial_schemas import TrialsAnswer
from tasted.review.page import words
from tasted.review.page.form_fields import event_id_of, number_in, way_back, window_of
from tasted.review.page.frame import PageFrame, frame_of
from tasted.review.page.gallery import GalleryPage, WantedResults, among_of
from tasted.review.page.history import HistoryPage, SessionPage, version_at
from tasted.review.page.rendering import rendered
from tasted.review.page.result import ResultPage
from tasted.review.page.review import ReviewPage, card_alt
from tasted.review.page.static_files import static_files
from tasted.review.page.training import TrainingForms, TrainingPart
from tasted.review.page.trials import TrialsPart
from tasted.review.page.versions import ComparisonPage, VersionsPage
from tasted.rpc.review_messages import (
    ActivateTaste,
    CallDone,
    ChangeModel,
    ChangeTrial,
    CompareTastes,
    GiveAnswer,
    GiveQueue,
    ListFeedback,
    ListResults,
    ListTasteVersions,
    ListTrials,
    ReviewCall,
    ShowModel,
    ShowResult,
    ShowStatus,
    SkipCard,
    TakeBack,
)
from tasted.rpc.training_messages import ShowTraining

CARDS = 12
_RECENT = 100
_HISTORY = 100
_RECHECKS = 5
_ANSWERS = {"like", "reject", "none"}
_MODEL_ACTIONS = frozenset({"use", "back", "cancel"})
_SKIPS = {"later", "exclude"}
_KINDS = {"ask", "explore", "best", "recheck", "typical"}
_TRIAL_ACTIONS = {"promote", "dismiss", "seen"}
_Body = TypeVar("_Body", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class LightCalls(Protocol):
    """What the pages need of the light process."""

    async def ask(self, call: ReviewCall) -> CallDone:
        """Have something done and return the body.

        Raises:
            RefusedRequest: when it refuses.
        """
        ...


class Pages:
    """All pages of the review.

    Args:
        light: carries out what is asked for.
        inbox: where pictures are put, as people write it.
        now: the time.
    """

    def __init__(
        self,
        light: LightCalls,
        *,
        inbox: str = "~/Tasted/inbox",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._light = light
        self._inbox = inbox
        self._now = now

    def routes(self) -> list[Route]:
        """Return the routes; what is not here is not found."""
        return [
            Route("/static/{name}", self.static),
            Route("/favicon.ico", self.icon),
            Route("/", self.root),
            Route("/review", self.review),
            Route("/review/session", self.session),
            Route("/review/{card}/{how}", self.answer, methods=["POST"]),
            Route("/undo", self.undo, methods=["POST"]),
            Route("/results", self.results),
            Route("/results/{content}", self.result),
            Route("/results/{content}/judge", self.judge, methods=["POST"]),
            Route("/versions", self.versions),
            Route("/versions/compare", self.compare),
            Route("/versions/follow", self.follow, methods=["POST"]),
            Route("/model/{action:str}", self.change_model, methods=["POST"]),
            Route("/versions/{number:int}/activate", self.activate, methods=["POST"]),
            Route("/trials/{number:int}", self.trial, methods=["POST"]),
            Route("/trials/{number:int}/changed", self.trial_changed),
            Route("/history", self.history),
            *TrainingForms(self._light).routes(),
        ]

    # ---- what changes nothing ----

    async def static(self, request: Request) -> Response:
        """Send a file of the page, or say that the browser has it."""
        found = static_files().get(request.path_params["name"])
        if found is None:
            return Response(status_code=404)
        headers = {"etag": found.etag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.media_type, headers=headers)

    async def icon(self, _request: Request) -> Response:
        """Send the icon to a browser that asks for it by its old name."""
        found = static_files()["icon.svg"]
        return Response(found.content, media_type=found.media_type)

    async def root(self, _request: Request) -> Response:
        """Go to the first page."""
        return RedirectResponse("/review", status_code=303)

    async def review(self, request: Request) -> Response:
        """Show the next card."""
        kinds = tuple(kind for kind in request.query_params.getlist("kinds") if kind in _KINDS)
        count = _RECHECKS if kinds == ("recheck",) else CARDS
        window = window_of(request)
        # the events first: one that comes between the two is in the stream, and may be in the queue
        recent = await self._ask(ListFeedback(limit=_RECENT), HistoryAnswer)
        queue = await self._ask(GiveQueue(count, kinds, window), QueueAnswer)
        event = new_event_id(int(self._now().timestamp() * 1_000))
        page = ReviewPage(queue, recent.events, event, ",".join(kinds), self._inbox)
        last = _last_of(recent)
        return await self._page(request, "review", "Review", page, last_event=last, alt=card_alt)

    async def session(self, request: Request) -> Response:
        """Tell what came of a session."""
        wanted = request.query_params.get("session")
        history = await self._ask(ListFeedback(limit=1), HistoryAnswer)
        versions = await self._ask(ListTasteVersions(), VersionsAnswer)
        summary = _session(history.sessions, wanted)
        page = SessionPage(None)
        if summary is not None:
            first = history.sessions[-1]
            before = version_at(versions.versions, summary.began_at)
            now = next((version for version in versions.versions if version.is_in_force), None)
            page = SessionPage(
                summary,
                first if first.session != summary.session else None,
                before,
                now,
                await self._changed(before, now),
            )
        return await self._page(request, "session", "Review", page)

    async def _changed(
        self, before: TasteVersionAnswer | None, now: TasteVersionAnswer | None
    ) -> int | None:
        if before is None or now is None or "erased" in {before.kept, now.kept}:
            return None
        if before.number == now.number:
            return 0
        compared = await self._ask(CompareTastes(before.number, now.number), ComparisonAnswer)
        return compared.changed_count

    async def results(self, request: Request) -> Response:
        """Show the gallery."""
        wanted = WantedResults.of(request.query_params)
        call = ListResults(
            sort=wanted.sort,
            verdict=wanted.verdict or None,
            judged=wanted.judged or None,
            since=wanted.since or None,
            q=wanted.q or None,
            cursor=wanted.cursor or None,
            former=wanted.former == "yes",
            in_=wanted.in_ or None,
        )
        last = _last_of(await self._ask(ListFeedback(limit=1), HistoryAnswer))
        page = GalleryPage(await self._ask(call, ResultsAnswer), wanted, self._inbox)
        return await self._page(request, "results", "Results", page, last_event=last)

    async def result(self, request: Request) -> Response:
        """Show everything about one result."""
        among = among_of(request.query_params)
        call = ShowResult(request.path_params["content"], among or None)
        page = ResultPage(await self._ask(call, ResultAnswer), self._now(), among)
        return await self._page(request, "result", "Results", page)

    async def versions(self, request: Request) -> Response:
        """Show the versions."""
        answer = await self._ask(ListTasteVersions(), VersionsAnswer)
        status = await self._status()
        trials = await self._ask(ListTrials(), TrialsAnswer)
        model = await self._ask(ShowModel(), ModelAnswer)
        needs = status.progress.needs or words.NO_LABELS
        training = TrainingPart(await self._ask(ShowTraining(), TrainingAnswer))
        page = VersionsPage(answer, model, self._now(), needs, TrialsPart(trials.trials), training)
        return _html(rendered("versions", self._frame(request, "Versions", status), page))

    async def compare(self, request: Request) -> Response:
        """Show two versions side by side."""
        a, b = (number_in(request.query_params.get(name)) for name in ("a", "b"))
        answer = await self._ask(CompareTastes(a, b), ComparisonAnswer)
        page = ComparisonPage(answer, self._now())
        return await self._page(request, "comparison", "Versions", page)

    async def trial_changed(self, request: Request) -> Response:
        """Go to what the recipe of a trial changed: to both versions side by side."""
        trials = await self._ask(ListTrials(), TrialsAnswer)
        number = request.path_params["number"]
        former = next((one.former_version for one in trials.trials if one.id == number), None)
        versions = await self._ask(ListTasteVersions(), VersionsAnswer)
        a = former.removeprefix("v") if former is not None else ""
        b = next((one.number for one in versions.versions if one.is_in_force), 0)
        if not a.isdecimal() or not b or int(a) == b:
            return RedirectResponse("/versions#trial", status_code=303)
        return RedirectResponse(f"/versions/compare?a={a}&b={b}", status_code=303)

    async def history(self, request: Request) -> Response:
        """Show sessions and answers."""
        before = request.query_params.get("before")
        call = ListFeedback(before=number_in(before) if before else None, limit=_HISTORY)
        page = HistoryPage(await self._ask(call, HistoryAnswer), self._now(), before is None)
        return await self._page(request, "history", "History", page)

    # ---- forms ----

    async def answer(self, request: Request) -> Response:
        """Take the answer to a card, and go to the next."""
        form = await request.form()
        card, how = request.path_params["card"], request.path_params["how"]
        event, window = event_id_of(form.get("event")), window_of(request)
        if how in _SKIPS:
            skip = SkipCard(card, how, event_id=event, window=window, via="page")
            await self._light.ask(skip)
        elif how in _ANSWERS:
            await self._light.ask(
                GiveAnswer(
                    str(form.get("content") or ""),
                    how,
                    event_id=event,
                    card=card,
                    blind=True,
                    window=window,
                    via="page",
                )
            )
        else:
            return Response(status_code=404)
        return RedirectResponse("/review", status_code=303)

    async def judge(self, request: Request) -> Response:
        """Take an answer that was given beside the score."""
        form = await request.form()
        answer = str(form.get("answer"))
        if answer not in _ANSWERS:
            return Response(status_code=422)
        content = request.path_params["content"]
        window = window_of(request)
        await self._light.ask(GiveAnswer(content, answer, blind=False, window=window, via="page"))
        return RedirectResponse(way_back(form.get("back"), "/results"), status_code=303)

    async def undo(self, request: Request) -> Response:
        """Take back one event, a session, or the last answer."""
        form = await request.form()
        event, session = event_id_of(form.get("event")), form.get("session")
        await self._light.ask(
            TakeBack(
                event=event,
                session=str(session) if session else None,
                last=None if event or session else 1,
                window=window_of(request),
                via="page",
            )
        )
        return RedirectResponse(way_back(form.get("back"), "/review"), status_code=303)

    async def activate(self, request: Request) -> Response:
        """Put another version in force."""
        form = await request.form()
        mode = "follow" if form.get("mode") == "follow" else "hold"
        await self._light.ask(ActivateTaste(request.path_params["number"], mode))
        return RedirectResponse("/versions", status_code=303)

    async def follow(self, _request: Request) -> Response:
        """Let the newest version decide again."""
        answer = await self._ask(ListTasteVersions(), VersionsAnswer)
        newest = max((version.number for version in answer.versions), default=0)
        await self._light.ask(ActivateTaste(newest, "follow"))
        return RedirectResponse("/versions", status_code=303)

    async def trial(self, request: Request) -> Response:
        """Do something about a trial."""
        form = await request.form()
        action = str(form.get("action"))
        if action not in _TRIAL_ACTIONS:
            return Response(status_code=422)
        await self._light.ask(ChangeTrial(request.path_params["number"], action))
        back = "/review" if action == "seen" else "/versions#trial"
        return RedirectResponse(way_back(form.get("back"), back), status_code=303)

    async def change_model(self, request: Request) -> Response:
        """Let another model decide, go back to the former one, or stop a change."""
        action, form = request.path_params["action"], await request.form()
        if action not in _MODEL_ACTIONS:
            return Response(status_code=404)
        name = str(form.get("name") or "") or None
        is_forced = form.get("force") == "yes"
        if action != "use" or name is not None:
            await self._light.ask(ChangeModel(action, name, is_forced, via="page"))
        return RedirectResponse("/versions#model", status_code=303)

    # ---- helpers of all ----

    async def _ask(self, call: ReviewCall, model: type[_Body]) -> _Body:
        return model.model_validate((await self._light.ask(call)).body)

    async def _status(self) -> StatusAnswer:
        # the number of event streams is known to the API alone, and no page shows it
        body = (await self._light.ask(ShowStatus())).body
        return StatusAnswer.model_validate({**body, "streams": 0})

    async def _page(
        self,
        request: Request,
        template: str,
        here: str,
        page: object,
        *,
        last_event: int | None = None,
        **more: Any,
    ) -> Response:
        frame = self._frame(request, here, await self._status())
        return _html(rendered(template, replace(frame, last_event=last_event), page, **more))

    def _frame(self, request: Request, here: str, status: StatusAnswer) -> PageFrame:
        return frame_of(here, request.scope["visitor"].csrf or "", status)


def _last_of(history: HistoryAnswer) -> int:
    """Return the number of the last event; 0 before the first."""
    return history.events[0].seq if history.events else 0


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text)


def _session(sessions: list[SessionSummary], wanted: str | None) -> SessionSummary | None:
    found = (session for session in sessions if session.session == wanted)
    return next(found, sessions[0] if sessions and not wanted else None)
