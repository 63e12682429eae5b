"""From an entry of the API to a route of the server: checks what comes in, sends what goes out."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tasted.review.api.problems import RefusedRequest, invalid
from tasted.review.api.route_table import ApiEntry, Asking
from tasted.review.api.schemas import AnswerBody, ProblemField

_JSON = "application/json"

log = structlog.get_logger("tasted.review")


def route_of(entry: ApiEntry) -> Route:
    """Return the route that answers as an entry says."""
    return Route(entry.path, _endpoint(entry), methods=[entry.method], name=entry.name)


def _endpoint(entry: ApiEntry) -> Callable[[Request], Awaitable[Response]]:
    patterns = {name: re.compile(part.pattern, re.ASCII) for name, part in entry.parts.items()}

    async def answer(request: Request) -> Response:
        path = {name: str(value) for name, value in request.path_params.items()}
        for name, pattern in patterns.items():
            if pattern.fullmatch(path[name]) is None:
                raise RefusedRequest("not_found", "There is nothing at this path.")
        asking = Asking(request, _query(entry, request), await _body(entry, request), path)
        answered = await entry.handler(asking)
        return _sent(answered) if isinstance(answered, AnswerBody) else answered

    return answer


def _sent(answer: AnswerBody) -> Response:
    headers = {}
    etag = getattr(answer, "etag", None)
    if isinstance(etag, str):
        headers["etag"] = etag
    return Response(answer.model_dump_json(), media_type=_JSON, headers=headers)


def _query(entry: ApiEntry, request: Request) -> Any:
    items = request.query_params.multi_items()
    twice = [name for name, count in Counter(name for name, _value in items).items() if count > 1]
    if twice:
        field = ProblemField(field=f"query.{twice[0][:100]}", message="It is there twice.")
        raise RefusedRequest("invalid", "A parameter is there twice.", errors=(field,))
    try:
        return entry.query.model_validate(dict(items))
    except ValidationError as error:
        raise invalid(error, "query") from error


async def _body(entry: ApiEntry, request: Request) -> Any:
    if entry.body is None:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        raise RefusedRequest("unsupported_media_type", f"A body of {_JSON} is needed.")
    try:
        data = await request.body()
    except ClientDisconnect as left:
        raise RefusedRequest("malformed", "The client left in the middle.") from left
    try:
        # first as JSON: what is none is another problem than what does not fit
        json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RefusedRequest("malformed", "The body is not JSON.") from error
    try:
        return entry.body.model_validate_json(data)
    except ValidationError as error:
        raise invalid(error, "body") from error
