"""The application of the web child: the API, the pages and the gate around them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tasted.review.api import openapi
from tasted.review.api.dispatch import route_of
from tasted.review.api.events import EventFeed
from tasted.review.api.judging_routes import JudgingRoutes
from tasted.review.api.problems import RefusedRequest, problem_of
from tasted.review.api.result_routes import ResultRoutes
from tasted.review.api.route_table import ApiEntry
from tasted.review.api.taste_routes import TasteRoutes
from tasted.review.api.training_routes import TrainingRoutes
from tasted.review.api.trial_routes import TrialRoutes
from tasted.review.api.upload_routes import UploadRoutes
from tasted.review.light_process import LightProcess
from tasted.review.previews import PreviewCache
from tasted.review.refusals import ProblemPage, Refusals, plain_page
from tasted.review.security.bodies import GateRefusedError
from tasted.review.security.gate import Gate, Pace, Scope
from tasted.review.security.origins import Place
from tasted.review.security.sessions import Sessions
from tasted.review.start import Start
from tasted.rpc.review_messages import ReviewHello

_CODES = {404: "not_found", 405: "method_not_allowed", 400: "malformed"}

log = structlog.get_logger("tasted.review")


def make_application(
    hello: ReviewHello,
    light: LightProcess,
    feed: EventFeed,
    *,
    pages: Sequence[BaseRoute] = (),
    problem_page: ProblemPage = plain_page,
    pace: Pace | None = None,
) -> Gate:
    """Return the application.

    Args:
        hello: port, secrets and limits.
        light: carries out what is asked for.
        feed: the event streams.
        pages: routes for people, beside those of the API.
        problem_page: makes the page that tells a problem.
        pace: how slowly bodies may come.
    """
    sessions = Sessions(bytes.fromhex(hello.secret), hello.port)
    refusals = Refusals(problem_page)
    entries = entries_of(light, feed)
    described = openapi.rendered(entries).encode()

    async def describe(_request: Request) -> Response:
        return Response(described, media_type="application/json")

    routes: list[BaseRoute] = [
        Route("/api/openapi.json", describe, methods=["GET"]),
        *map(route_of, entries),
        *Start(light, sessions).routes(),
        *pages,
    ]
    application = Starlette(routes=routes, exception_handlers=_handlers(refusals))
    # a path means one thing; there is no second spelling to be sent to
    application.router.redirect_slashes = False
    return Gate(
        cast("Callable[[Scope, Any, Any], Awaitable[None]]", application),
        place=Place(hello.port),
        sessions=sessions,
        bearer=hello.bearer,
        refuse=refusals.of_code,
        upload_bytes_max=hello.upload_bytes_max,
        pace=pace,
    )


def entries_of(light: LightProcess, feed: EventFeed) -> list[ApiEntry]:
    """Return the requests of the API."""
    return [
        *UploadRoutes(light).entries(),
        *ResultRoutes(light, PreviewCache()).entries(),
        *JudgingRoutes(light).entries(),
        *TasteRoutes(light, streams=lambda: feed.streams).entries(),
        *TrialRoutes(light).entries(),
        *TrainingRoutes(light).entries(),
        *feed.entries(),
    ]


def described_entries() -> list[ApiEntry]:
    """Return the requests of the API for whoever only describes them: none can be answered."""
    nobody = cast("LightProcess", None)
    return entries_of(nobody, EventFeed(nobody))


def _handlers(refusals: Refusals) -> dict[Any, Callable[[Request, Any], Awaitable[Response]]]:
    async def refused(request: Request, error: RefusedRequest) -> Response:
        return refusals.of_problem(request.scope, error.problem)

    async def cut_off(request: Request, error: GateRefusedError) -> Response:
        answer = refusals.of_code(request.scope, error.code, error.sentence)
        # what is left of the body is not waited for
        answer.headers["connection"] = "close"
        return answer

    async def unrouted(request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "failed")
        words = {
            "not_found": "There is nothing at this path.",
            "method_not_allowed": f"{request.method} is not used here.",
        }
        sentence = words.get(code, "The request cannot be read.")
        return refusals.of_problem(request.scope, problem_of(code, sentence))

    async def failed(request: Request, error: Exception) -> Response:
        # neither path nor values: this log is not searched when a picture is forgotten
        log.error("request_failed", method=request.method, error=type(error).__name__)
        sentence = f"tasted itself failed ({type(error).__name__})."
        remedy = "Try again. The log in .tasted/logs says more."
        return refusals.of_problem(request.scope, problem_of("failed", sentence, remedy))

    return {
        RefusedRequest: refused,
        GateRefusedError: cut_off,
        HTTPException: unrouted,
        Exception: failed,
    }
